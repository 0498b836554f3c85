"""The exporter as a library: a collector for prometheus-client, and the examples in the manual."""

import re
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry, Counter, generate_latest
from prometheus_client.openmetrics.exposition import generate_latest as openmetrics
from prometheus_client.openmetrics.parser import (
    text_string_to_metric_families as parse_openmetrics,
)
from prometheus_client.parser import text_string_to_metric_families as parse

from ceph_exporter import CephCollector, exposition
from ceph_exporter.config import Cluster, Config, ConfigError, Duration, Poll
from ceph_exporter.polling.poller import Poller
from ceph_exporter.simulator import rest_api
from testbed.client import ask
from testbed.process import free_port
from testbed.waiting import until
from tests.documents import ROOT
from tests.sources.faulty import answering, serve

MANUAL = ROOT / "docs" / "library.md"


@pytest.fixture
def ceph() -> Iterator[str]:
    """Start a simulated cluster; return its URL."""
    with rest_api.demo() as server:
        yield server.url


def registry_of(collector: CephCollector) -> CollectorRegistry:
    """Return a registry with this collector only."""
    registry = CollectorRegistry()
    registry.register(collector)
    return registry


def test_the_page_has_what_the_exporter_has(ceph: str) -> None:
    """Each sample of a poll is exported with its labels and value, in both formats."""
    cluster = Cluster(urls=(ceph,), api="rest-api")
    poller = Poller("", cluster, Config({"": cluster}))
    expected = exposition.page([poller.poll().lines], exposition.Format.TEXT).decode()
    poller.close()
    with CephCollector(urls=[ceph], api="rest-api") as collector:
        registry = registry_of(collector)
        page = generate_latest(registry).decode()
        also = openmetrics(registry).decode()  # type: ignore[no-untyped-call]
    assert len(series_of(expected)) > 500
    assert series_of(expected) == series_of(page) == series_of(also)
    assert len(list(parse_openmetrics(also))) > 50  # type: ignore[no-untyped-call]
    assert re.findall("^ceph_up .*", page, re.MULTILINE) == ["ceph_up 1.0"]
    assert "# TYPE ceph_osd_up untyped\n" in page


def series_of(page: str) -> set[tuple[str, tuple[tuple[str, str], ...]]]:
    """Return the names and labels of all samples, without those of URLs, which differ."""
    # The parser renames counters, which it knows from the comments.
    samples = "".join(f"{line}\n" for line in page.splitlines() if line[0] != "#")
    return {
        (sample.name, tuple(sorted(sample.labels.items())))
        for family in parse(samples)
        for sample in family.samples
        if "url" not in sample.labels
    }


def test_a_scrape_does_not_wait_for_ceph() -> None:
    """A cluster that is silent costs the first scrape the given time; `ceph_up` 0 follows."""
    with serve(answering(lambda _: None)) as server:
        poll = Poll(timeout=Duration(1))
        url = f"http://127.0.0.1:{server.port}"
        with CephCollector(urls=[url], poll=poll, wait=0.1) as collector:
            registry, start = registry_of(collector), time.monotonic()
            assert generate_latest(registry) == b""
            assert time.monotonic() - start < 0.9
            until(lambda: b"ceph_up 0.0\n" in generate_latest(registry), "failed poll")


def test_several_clusters_are_told_apart(ceph: str) -> None:
    """Each family appears once, with the samples of all clusters."""
    cluster = Cluster(urls=(ceph,), api="rest-api")
    with CephCollector(Config({"a": cluster, "b": cluster})) as collector:
        page = generate_latest(registry_of(collector)).decode()
    assert page.count("# TYPE ceph_up ") == 1
    lines = re.findall("^ceph_up.*", page, re.MULTILINE)
    assert lines == ['ceph_up{cluster="a"} 1.0', 'ceph_up{cluster="b"} 1.0']


def test_the_same_poll_is_converted_once(ceph: str) -> None:
    """Two scrapes between two polls share the families."""
    with CephCollector(urls=[ceph]) as collector:
        first, second = list(collector.collect()), list(collector.collect())
    assert len(first) > 50
    assert all(a is b for a, b in zip(first, second, strict=True))


def test_names_that_are_taken_are_refused(ceph: str) -> None:
    """A registry refuses a metric of the program that Ceph has too, without asking Ceph."""
    registry = CollectorRegistry()
    Counter("ceph_osd_up", "mine", registry=registry)
    with CephCollector(urls=[ceph]) as collector, pytest.raises(ValueError, match="ceph_osd_up"):
        registry.register(collector)


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda: CephCollector(urls=["ceph.example"]), "^urls.0.: expected http://HOST:PORT"),
        (lambda: CephCollector(urls="http://ceph.example"), "^urls: "),
        (CephCollector, "^urls: expected at least one URL"),
        (lambda: CephCollector(url="http://ceph.example:5000"), "unknown field `url`"),
        (lambda: CephCollector(Config({}), urls=["http://a.example"]), "not both"),
        (lambda: CephCollector(Config({}), poll=Poll()), "not both"),
    ],
)
def test_invalid_settings_are_refused(make: Callable[[], CephCollector], reason: str) -> None:
    """An error names the argument, and no thread is started."""
    with pytest.raises(ConfigError, match=reason):
        make()


def test_a_closed_collector_exports_nothing(ceph: str) -> None:
    """After closing, nothing is polled and no old data is shown."""
    collector = CephCollector(urls=[ceph])
    registry = registry_of(collector)
    assert generate_latest(registry)
    collector.close()
    assert generate_latest(registry) == b""


def test_the_package_itself_is_light() -> None:
    """Importing the package loads neither prometheus-client nor httpx until the class is used."""
    code = (
        "import sys, ceph_exporter; "
        "light = not {'httpx', 'prometheus_client', 'msgspec'} & set(sys.modules); "
        "from ceph_exporter import CephCollector; sys.exit(not light)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
    with pytest.raises(ImportError):
        from ceph_exporter import nothing  # type: ignore[attr-defined] # noqa: F401, PLC0415


def example(heading: str, replaced: dict[str, str]) -> str:
    """Return the example below a heading as a program, with these texts replaced."""
    text = MANUAL.read_text(encoding="utf-8").partition(f"\n{heading}\n")[2]
    (code, *_) = re.findall(r"(?:^    .*\n(?:\n+(?=    ))?)+", text, re.MULTILINE)
    code = textwrap.dedent(code)
    for old, new in replaced.items():
        assert old in code
        code = code.replace(old, new)
    return code


def test_the_example_exports_a_cluster(ceph: str, tmp_path: Path) -> None:
    """The first example of the manual, run as it is against a simulated cluster."""
    port = free_port()
    code = example(
        "## Export a cluster",
        {
            '"https://mgr1.example:8443", "https://mgr2.example:8443"': repr(ceph),
            "/etc/prometheus/ceph.password": str(password(tmp_path)),
            "9200": str(port),
        },
    )
    with subprocess.Popen([sys.executable, "-c", code]) as program:
        try:
            until(lambda: b"\nceph_up 1.0\n" in page(port), "metrics of Ceph")
            assert b"\nprocess_cpu_seconds_total " in page(port)
            assert program.poll() is None
        finally:
            program.terminate()


def test_the_example_of_several_clusters_runs(ceph: str, tmp_path: Path) -> None:
    """The second example of the manual exports both clusters."""
    code = example(
        "### Several clusters",
        {
            "https://mgr1.example:8443": ceph,
            "http://archive.example:5000": ceph,
            "/etc/prometheus/prod.password": str(password(tmp_path)),
        },
    )
    code += "from prometheus_client import generate_latest\nprint(generate_latest().decode())\n"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert 'ceph_up{cluster="archive"} 1.0\n' in done.stdout
    assert 'ceph_up{cluster="prod"} 1.0\n' in done.stdout


def test_the_example_fetches_documents(ceph: str, tmp_path: Path) -> None:
    """The last example of the manual prints the health and the OSDs of a cluster."""
    replaced = {
        "https://mgr1.example:8443": ceph,
        "/etc/prometheus/ceph.password": str(password(tmp_path)),
    }
    code = example("## Fetch documents", replaced)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert re.search(r"^HEALTH_", done.stdout, re.MULTILINE)
    assert re.search(r"^\d+ OSDs, on average 0\.\d+ full$", done.stdout, re.MULTILINE)


def password(folder: Path) -> Path:
    """Write a password that nobody asks for; return its file."""
    file = folder / "password"
    file.write_text("secret")
    return file


def page(port: int) -> bytes:
    """Return the page at a port, empty while nobody listens."""
    try:
        return ask(port, "/metrics").body
    except OSError:
        return b""
