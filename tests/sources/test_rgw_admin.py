"""RGW's admin API: requests, signatures, and what is said when RGW refuses or is not there."""

import sys
import threading
from contextlib import closing
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from ceph_exporter.deadline import Deadline
from ceph_exporter.facts import decode
from ceph_exporter.facts.rgw_users import RgwUsers
from ceph_exporter.sources import ErrorKind, SourceError, rgw_admin
from tests.sources.fakes import PAGE, as_json
from tests.sources.faulty import Reply, Request, answering, serve, until
from tests.sources.rgw_fake import (
    BUCKET,
    QUOTAS,
    SECRET,
    Rgw,
    admin,
    decoded,
    keys_in,
    refusal,
    signature_of,
)

DOCUMENTS = ("rgw usage", "rgw users", "rgw buckets")


def refused(reply: Reply, document: str = "rgw buckets") -> str:
    """Return the error if RGW answers everything like this."""
    paths = ("/admin/bucket", "/admin/usage", "/admin/metadata/user")
    fake = Rgw(dict.fromkeys(paths, reply))
    with serve(answering(fake)) as server, closing(admin(server.url)) as source:
        with pytest.raises(SourceError) as caught:
            source.fetch(document, Deadline(30))
        assert caught.value.kind is ErrorKind.FAILED
        assert "\n" not in str(caught.value)
        return str(caught.value).removeprefix(server.url)


def test_every_document() -> None:
    """Buckets come with their statistics, users with their quotas and without their keys."""
    fake = Rgw()
    with serve(answering(fake)) as server, closing(admin(server.url)) as source:
        answers = {name: decoded(source.fetch(name, Deadline(30))) for name in DOCUMENTS}
    assert answers == {
        "rgw usage": {"traffic": []},
        "rgw users": {"number": 2, "users": {"acme$carol": QUOTAS, "alice": QUOTAS}},
        "rgw buckets": [BUCKET],
    }
    paths = {path: query for path, query in fake.asked if path != "/admin/metadata/user"}
    assert paths["/admin/bucket"] == {"format": "json", "stats": "true"}
    assert paths["/admin/usage"] == {"format": "json", "show-summary": "false"}
    assert paths["/admin/user"] == {"format": "json", "quota": "", "uid": "alice"}


def test_users_in_pages() -> None:
    """All pages are read; a user that is deleted between two pages is left out."""
    fake = Rgw(page=2)
    fake.users = {name: dict(QUOTAS) for name in ("a", "b", "c", "d", "e")}

    def answer(request: Request) -> Reply | None:
        if "marker=b" in request.path:
            fake.users.pop("a", None)
        return fake(request)

    with serve(answering(answer)) as server, closing(admin(server.url)) as source:
        body = decoded(source.fetch("rgw users", Deadline(30)))
    assert body == {"number": 5, "users": dict.fromkeys("bcde", QUOTAS)}


def test_too_many_users_to_count(monkeypatch: pytest.MonkeyPatch) -> None:
    """Their number is unknown if not all pages are read, or RGW does not say where to go on."""
    monkeypatch.setattr(rgw_admin, "_MOST_PAGES", 2)
    lost = Rgw({"/admin/metadata/user": as_json({"keys": ["alice"], "truncated": True})})
    many = Rgw(page=1)
    many.users["bob"] = dict(QUOTAS)
    for fake, known in ((lost, {"alice"}), (many, {"acme$carol", "alice"})):
        with serve(answering(fake)) as server, closing(admin(server.url)) as source:
            body = source.fetch("rgw users", Deadline(30))
        (fact,) = decode("rgw/user", body)
        assert isinstance(fact, RgwUsers)
        assert (fact.number, set(fact.users)) == (None, known)


def test_the_usage_log_is_read_from_the_last_hour_on() -> None:
    """Only the first request asks for the whole log."""
    fake = Rgw()
    with serve(answering(fake)) as server, closing(admin(server.url)) as source:
        for _ in range(2):
            source.fetch("rgw usage", Deadline(30))
    first, second = (query for _, query in fake.asked)
    assert "start" not in first
    start = datetime.strptime(second["start"], "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
    assert timedelta(hours=1) <= datetime.now(UTC) - start < timedelta(hours=2, minutes=1)
    assert (start.minute, start.second) == (0, 0)


def test_a_usage_log_that_is_too_large() -> None:
    """The next request leaves out all but the last hours."""
    fake = Rgw({"/admin/usage": Reply(200, b" " * 4096)})
    with serve(answering(fake)) as server, closing(admin(server.url, limit=1024)) as source:
        with pytest.raises(SourceError, match="larger than"):
            source.fetch("rgw usage", Deadline(30))
        fake.special.clear()
        source.fetch("rgw usage", Deadline(30))
    assert "start" in fake.asked[-1][1]


@pytest.mark.parametrize("order", [("slow", "dead"), ("dead", "slow")])
def test_a_usage_log_that_takes_too_long(order: tuple[str, str]) -> None:
    """The next request leaves out all but the last hours, whatever state another gateway is in."""
    fake = Rgw({"/admin/usage": None})
    with serve(answering(fake)) as server:
        urls = {"slow": server.url, "dead": "http://127.0.0.1:1"}
        with closing(admin(*[urls[name] for name in order])) as source:
            with pytest.raises(SourceError, match="RGW did not answer completely within"):
                source.fetch("rgw usage", Deadline(1))
            fake.special.clear()
            source.fetch("rgw usage", Deadline(30))
    assert "start" in fake.asked[-1][1]


def test_a_gateway_that_answers_instead_of_a_slow_one() -> None:
    """If another gateway reads the whole log in time, nothing is left out."""
    fake, slow = Rgw(), Rgw({"/admin/usage": None})
    with (
        serve(answering(slow)) as first,
        serve(answering(fake)) as second,
        closing(admin(first.url, second.url)) as source,
    ):
        source.fetch("rgw usage", Deadline(2))
    assert "start" not in fake.asked[0][1]


def test_requests_are_signed(tmp_path: Path) -> None:
    """RGW calculates the same signature, and neither key is sent."""
    fake, keys = Rgw(), keys_in(tmp_path)
    with serve(answering(fake)) as server, closing(admin(server.url, keys=keys)) as source:
        for document in (*DOCUMENTS, "rgw usage"):
            source.fetch(document, Deadline(30))
    assert "start=" in server.requests[-1].path
    for request in server.requests:
        words = request.headers["authorization"]
        assert words.partition("Signature=")[2] == signature_of(request, SECRET)
        assert SECRET not in str(request)
        assert "+" not in request.path  # RGW signs a blank as %20
    assert any("uid=acme%24carol" in request.path for request in server.requests)


def test_a_changed_key_takes_effect(tmp_path: Path) -> None:
    """The files are read at every request."""
    fake, keys = Rgw(), keys_in(tmp_path)
    with serve(answering(fake)) as server, closing(admin(server.url, keys=keys)) as source:
        source.fetch("rgw buckets", Deadline(30))
        keys_in(tmp_path, "OTHER")
        source.fetch("rgw buckets", Deadline(30))
    assert [
        request.headers["authorization"].split("Credential=")[1].partition("/")[0]
        for request in server.requests
    ] == ["AKEXPORTER", "OTHER"]


def test_without_botocore(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error says what to install."""
    monkeypatch.setitem(sys.modules, "botocore.auth", None)
    source = admin("http://127.0.0.1:1", keys=keys_in(tmp_path))
    with pytest.raises(SourceError, match=r"pip install 'ceph-exporter\[rgw\]'") as caught:
        source.fetch("rgw buckets", Deadline(30))
    source.close()
    assert caught.value.of_document


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "cannot read the key file FILE: No such file or directory"),
        (b"", "the key file FILE has no key; write the key alone on one line"),
        (b"key\nand more\n", "the key file FILE has no key; write the key alone on one line"),
        (b"\xff\xfe", "cannot read the key file FILE: expected one key in ASCII"),
    ],
)
def test_a_key_file_that_is_of_no_use(tmp_path: Path, content: bytes | None, reason: str) -> None:
    """The error names the file and shows nothing of its content."""
    keys = keys_in(tmp_path)
    file = tmp_path / "secret_key"
    file.unlink()
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(SourceError) as caught:
        keys.signed("http://127.0.0.1/")
    assert str(caught.value) == reason.replace("FILE", str(file))


@pytest.mark.parametrize(
    ("code", "remedy"),
    [
        (
            "InvalidAccessKeyId",
            (
                "RGW does not know the access key in access; compare it with: radosgw-admin user "
                "info --uid=USER"
            ),
        ),
        (
            "SignatureDoesNotMatch",
            (
                "the key in secret is not the secret of the one in access, or a proxy changes the "
                "path or the Host header"
            ),
        ),
        (
            "AccessDenied",
            (
                "the exporter's user lacks the right; grant it: radosgw-admin caps add --uid=USER "
                '--caps="usage=read;buckets=read;users=read;metadata=read"'
            ),
        ),
        ("UserSuspended", "enable the exporter's user: radosgw-admin user enable --uid=USER"),
        ("SlowDown", "see the log of RGW"),
    ],
)
@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_refusal(code: str, remedy: str, document: str) -> None:
    """RGW's own code is shown, and what to do."""
    path, _, text = refused(refusal(code), document).partition(": ")
    assert path.startswith("/admin/")
    assert text == f"HTTP 403: {code}; {remedy}"


def test_quotas_that_may_not_be_read() -> None:
    """It is an error, not a cluster whose users have no quotas."""
    fake = Rgw({"/admin/user": refusal("AccessDenied")})
    with (
        serve(answering(fake)) as server,
        closing(admin(server.url)) as source,
        pytest.raises(SourceError, match=r"HTTP 403: AccessDenied; .*users=read"),
    ):
        source.fetch("rgw users", Deadline(30))


def test_a_refusal_in_xml() -> None:
    """RGW answers in XML before it has read the format."""
    body = b'<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>'
    assert "HTTP 403: AccessDenied; the exporter's user" in refused(
        Reply(403, body, "application/xml")
    )


@pytest.mark.parametrize(("seconds", "words"), [(3600, "behind"), (-3600, "ahead of")])
def test_clocks_that_differ(seconds: int, words: str) -> None:
    """The error says by how much, according to RGW's answer."""
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)
    text = refused(refusal("RequestTimeTooSkewed")._replace(headers={"Date": date}))
    assert f" s {words} RGW's; synchronize both clocks" in text
    assert 3590 <= int(text.partition("clock is ")[2].partition(" s ")[0]) <= 3610


@pytest.mark.parametrize("date", [{}, {"Date": "yesterday"}])
def test_clocks_that_differ_by_an_unknown_time(date: dict[str, str]) -> None:
    """Without a date in the answer the error says what RGW tolerates."""
    text = refused(refusal("RequestTimeTooSkewed")._replace(headers=date))
    assert "this host's clock is more than 15 minutes ahead of RGW's or behind it" in text


def test_something_else_than_rgw() -> None:
    """The error says that the URL is wrong."""
    text = refused(PAGE._replace(status=502))
    assert text == (
        "/admin/bucket: HTTP 502: no error of RGW; check the URL, which must lead to RGW itself, "
        "without the name of a bucket"
    )


@pytest.mark.parametrize("document", ["rgw users", "rgw usage"])
def test_an_answer_of_another_form(document: str) -> None:
    """It is an error of the document."""
    assert "/admin/" in refused(PAGE, document)


def test_an_rgw_that_hangs() -> None:
    """The error says for how long; another gateway is asked in the time that is left."""
    fake, hanging = Rgw(), Rgw({"/admin/bucket": None})
    with serve(answering(hanging)) as first, serve(answering(fake)) as second:
        with closing(admin(first.url)) as source, pytest.raises(SourceError) as caught:
            source.fetch("rgw buckets", Deadline(1))
        assert str(caught.value) == (
            f"{first.url}/admin/bucket: RGW did not answer completely within 1 s"
        )
        with closing(admin(first.url, second.url)) as source:
            assert decoded(source.fetch("rgw buckets", Deadline(6))) == [BUCKET]
            hung = len(hanging.asked)
            assert decoded(source.fetch("rgw buckets", Deadline(6))) == [BUCKET]
            assert len(hanging.asked) == hung


def test_no_gateway_answers() -> None:
    """Each URL is tried once, and the error of the first is reported."""
    with closing(admin("http://127.0.0.1:1", "http://127.0.0.1:2")) as source:
        for _ in range(2):
            with pytest.raises(SourceError, match=r"127\.0\.0\.1:1: connection refused"):
                source.fetch("rgw buckets", Deadline(30))


def test_a_gateway_that_is_broken() -> None:
    """Another one is asked; if all are broken, the error is that of the last."""
    broken = answering(Rgw({"/admin/bucket": PAGE._replace(status=503)}))
    with serve(broken) as first, serve(answering(Rgw())) as second:
        with closing(admin(first.url, second.url)) as source:
            for _ in range(2):
                assert decoded(source.fetch("rgw buckets", Deadline(30))) == [BUCKET]
        assert len(first.requests) == 1
        with closing(admin(first.url)) as source, pytest.raises(SourceError, match="HTTP 503"):
            source.fetch("rgw buckets", Deadline(30))


@pytest.mark.parametrize("document", ["rgw buckets", "rgw users"])
def test_a_source_that_is_closed_during_a_request(document: str) -> None:
    """The request ends, and neither this gateway nor another one is asked anything more."""
    hanging = Rgw(dict.fromkeys(("/admin/bucket", "/admin/user")))
    with serve(answering(hanging)) as first, serve(answering(Rgw())) as second:
        source = admin(first.url, second.url)
        errors = list[SourceError]()

        def fetch() -> None:
            with pytest.raises(SourceError) as caught:
                source.fetch(document, Deadline(30))
            errors.append(caught.value)

        thread = threading.Thread(target=fetch)
        thread.start()
        last = {"rgw buckets": "/admin/bucket", "rgw users": "/admin/user"}[document]
        assert until(lambda: any(path == last for path, _ in hanging.asked))
        asked = len(hanging.asked)
        source.close()
        thread.join(10)
        assert len(errors) == 1
        assert (len(hanging.asked), second.requests) == (asked, [])


def test_a_source_that_is_closed_while_quotas_arrive() -> None:
    """The quotas of the other users are not requested, from no gateway."""
    fake = Rgw()
    fake.users |= {"bob": dict(QUOTAS), "eve": dict(QUOTAS)}

    def answer(request: Request) -> Reply | None:
        if "uid=alice" in request.path:
            source.close()
        return fake(request)

    with serve(answering(answer)) as first, serve(answering(Rgw())) as second:
        source = admin(first.url, second.url)
        source.fetch("rgw users", Deadline(30))
        assert {query.get("uid") for _, query in fake.asked} <= {None, "acme$carol", "alice"}
        assert second.requests == []


def test_a_source_that_was_closed() -> None:
    """It connects again, as the poller may go on after an error."""
    with serve(answering(Rgw())) as server, closing(admin(server.url)) as source:
        for _ in range(2):
            assert decoded(source.fetch("rgw buckets", Deadline(30))) == [BUCKET]
            source.close()
