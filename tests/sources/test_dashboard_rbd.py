"""RBD's documents over the dashboard."""

import json
from urllib.parse import parse_qs, urlsplit

import pytest

from ceph_exporter.deadline import Deadline
from ceph_exporter.sources import Credentials, ErrorKind, SourceError, dashboard_rbd
from ceph_exporter.sources.dashboard_rbd import DashboardRbd
from ceph_exporter.sources.http import Http
from tests.sources.fakes import Dashboard, as_json
from tests.sources.faulty import Reply, Request, answering, serve

VERSION_2_0 = "application/vnd.ceph.api.v2.0+json"
SUMMARY = {"status": 0, "content_data": {"daemons": []}}


class Images:
    """A dashboard with a number of images. seconds: of each page; old: it has no pages."""

    def __init__(self, total: int, old: int = 0) -> None:
        self.names = [f"vm{number}" for number in range(total)]
        self.asked: list[str] = []
        self.old = old
        self._others = Dashboard({"block/mirroring/summary": as_json(SUMMARY)})

    def __call__(self, request: Request) -> Reply:
        """Answer."""
        path = urlsplit(request.path)
        if path.path != "/api/block/image":
            return self._others(request)
        self.asked.append(path.query)
        paged = request.headers.get("accept") == VERSION_2_0
        if paged and self.old:
            return as_json({"detail": "no"}, self.old)
        query = {key: int(values[0]) for key, values in parse_qs(path.query).items()}
        names = self.names[query.get("offset", 0) :][: query.get("limit", 10**6)]
        rows = [{"pool_name": "p", "value": [{"name": name} for name in names]}] if names else []
        reply = as_json(rows)
        headers = {"X-Total-Count": str(len(self.names))} if paged else {}
        return reply._replace(headers={**reply.headers, **headers})


def fetch(
    credentials: Credentials,
    fake: Images | Dashboard,
    *documents: str,
    deadline: float = 30,
) -> list[object]:
    """Fetch documents from a dashboard; return what they contain."""
    with serve(answering(fake)) as server:
        source = DashboardRbd(lambda: Http(server.url), credentials)
        try:
            return [json.loads(source.fetch(name, Deadline(deadline))) for name in documents]
        finally:
            source.close()


def names_in(answer: object) -> list[str]:
    """Return the names of the images in an answer."""
    assert isinstance(answer, list)
    return [image["name"] for pool in answer for image in pool["value"]]


@pytest.mark.parametrize("total", [0, 1, 100, 101, 250])
def test_images_come_in_pages(credentials: Credentials, total: int) -> None:
    """The answer has the images of all pages."""
    fake = Images(total)
    (answer,) = fetch(credentials, fake, "rbd images")
    assert names_in(answer) == fake.names
    assert len(fake.asked) == max(1, -(-total // 100))


@pytest.mark.parametrize("status", [404, 415])
def test_a_release_without_pages(credentials: Credentials, status: int) -> None:
    """It refuses the version or the parameters, and has one list of all images."""
    fake = Images(120, status)
    answers = fetch(credentials, fake, "rbd images", "rbd images")
    assert [names_in(answer) for answer in answers] == [fake.names] * 2
    assert fake.asked == ["offset=0&limit=100", "", ""]


def test_too_many_images(credentials: Credentials) -> None:
    """If the list would take longer than there is time, no more of it is requested for long."""
    fake = Images(10**6)
    with serve(answering(fake)) as server:
        source = DashboardRbd(lambda: Http(server.url), credentials)
        for _ in range(2):
            with pytest.raises(SourceError, match="the list of all 1000000 images would") as caught:
                source.fetch("rbd images", Deadline(2))
            assert caught.value.kind is ErrorKind.UNSUPPORTED
        source.close()
    assert len(fake.asked) == 1


def test_images_that_need_more_time_than_somebody_waits(
    credentials: Credentials, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A single poll fails; the next one requests the list again."""
    monkeypatch.setattr(dashboard_rbd, "elapsed", lambda _: 1.0)
    fake = Images(5000)
    with serve(answering(fake)) as server:
        source = DashboardRbd(lambda: Http(server.url), credentials)
        for _ in range(2):
            with pytest.raises(SourceError, match="all 5000 images takes about 50 s") as caught:
                source.fetch("rbd images", Deadline(2))
            assert caught.value.kind is ErrorKind.FAILED
        source.close()
    assert len(fake.asked) == 2


def test_mirroring(credentials: Credentials) -> None:
    """The summary is handed on."""
    assert fetch(credentials, Images(0), "service status") == [SUMMARY]


@pytest.mark.parametrize("document", ["rbd images", "service status"])
@pytest.mark.parametrize(
    ("status", "kind"),
    [(403, ErrorKind.DENIED), (404, ErrorKind.UNSUPPORTED), (500, ErrorKind.FAILED)],
)
def test_a_refusal(credentials: Credentials, document: str, status: int, kind: ErrorKind) -> None:
    """The dashboard's own reason is shown, and what to do."""
    endpoint, scope = {
        "rbd images": ("block/image", "rbd-image"),
        "service status": ("block/mirroring/summary", "rbd-mirroring"),
    }[document]
    reply = as_json({"detail": "so"}, status)
    fake = Dashboard({endpoint: reply, "block/image?offset=0&limit=100": reply})
    with pytest.raises(SourceError) as caught:
        fetch(credentials, fake, document)
    grant = f"; grant the scope {scope}: read to the role of user prom" if status == 403 else ""
    text = f"/api/{endpoint}: HTTP {status}: so{grant}"
    assert (caught.value.kind, str(caught.value)) == (kind, text)


def test_images_of_another_form(credentials: Credentials) -> None:
    """It is an error of the document."""
    fake = Dashboard({"block/image?offset=0&limit=100": as_json({"x": 1})})
    with pytest.raises(SourceError, match="/api/block/image: ") as caught:
        fetch(credentials, fake, "rbd images")
    assert caught.value.kind is ErrorKind.FAILED


def test_no_connection_without_a_request(credentials: Credentials) -> None:
    """The collector of images is off by default, and most clusters have no mirrors."""
    source = DashboardRbd(lambda: pytest.fail("connected"), credentials)
    source.close()
