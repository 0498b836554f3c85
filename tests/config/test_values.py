"""Values are checked when they are given, and a refused one that may hold a secret is not shown."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import trustme

from ceph_exporter import cli
from ceph_exporter.collectors import COLLECTORS
from ceph_exporter.commands.serve import _handler
from ceph_exporter.config.checks import RESERVED_PATHS
from ceph_exporter.config.command_line import parse
from ceph_exporter.config.strict_yaml import ConfigError
from ceph_exporter.config.units import Duration
from ceph_exporter.web.request import Request
from tests.config.refusing import URL, read_file, refused


@pytest.mark.parametrize(
    "path",
    [
        *("", "metrics", "/metrics?x=1", "/metrics#x", "/a b", "/\n", "//evil.example", "/a//b"),
        *("/../config", "/./x", "/%2e", "/µ", "http://x/metrics", "/a\\b", "/'"),
        *RESERVED_PATHS,
        *("/probe/", "/config/"),
    ],
)
def test_a_telemetry_path_that_cannot_be_one(path: str, capsys: pytest.CaptureFixture[str]) -> None:
    """It starts with one slash, has no query, needs no encoding, and is no other page."""
    error = refused(capsys, "--config.check", URL, f"--web.telemetry-path={path}")
    assert "--web.telemetry-path: " in error


def test_other_telemetry_paths_are_accepted() -> None:
    """Any other path is fine."""
    for path in ("/metrics", "/ceph/metrics", "/m", "/-/metrics", "/metrics/", "/~a/b.c_d-e"):
        assert (
            parse([URL, f"--web.telemetry-path={path}"], {}, COLLECTORS).web.telemetry_path == path
        )


def test_no_page_is_missing_in_the_reserved_paths() -> None:
    """Each page of the server is reserved, so that a new one cannot be hidden by the metrics."""
    handler = _handler(None, None, None, None, "/metrics")  # type: ignore[arg-type]
    table = next(
        cell.cell_contents
        for cell in handler.__closure__ or ()
        if isinstance(cell.cell_contents, dict) and "/metrics" in cell.cell_contents
    )
    assert set(table) | {"/-/reload"} == {*RESERVED_PATHS, "/metrics"}
    assert handler(Request("/-/reload", {}, {})).status == 405


@pytest.mark.parametrize(
    "text", ["367d", "999999999h", "9" * 5000 + "s", "1e9s", "0ms", "٣s", "-1s"]
)
def test_absurd_durations_are_refused(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A duration is from 1 ms to 366 days, as no wait can be longer; so are those of files."""
    assert "--poll.interval: expected a duration" in refused(
        capsys, URL, f"--poll.interval={text}", "--poll.stale-after=366d"
    )
    with pytest.raises(ValueError, match="expected a duration"):
        Duration.parse(text)


def test_a_poll_takes_a_day_at_most(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A longer time limit would not fit into poll(2), which waits for the child of `rados`."""
    assert "--poll.timeout: expected at most 1d" in refused(capsys, URL, "--poll.timeout=25d")
    with pytest.raises(ConfigError, match="poll: timeout must not be longer than 1d"):
        read_file(tmp_path, "clusters: {a: {urls: ['http://a']}}\npoll: {timeout: 25d}")
    line = parse([URL, "--poll.timeout=1d"], {}, COLLECTORS)
    assert line.config(COLLECTORS).poll.timeout == Duration(86400)


def test_a_duration_of_a_year_is_written_as_it_is_read() -> None:
    """The longest and the shortest duration survive being shown."""
    for text in ("366d", "1ms", "1500ms"):
        assert Duration.parse(str(Duration.parse(text))) == Duration.parse(text)


@pytest.mark.parametrize("flag", ["poll.series-limit", "web.series-limit"])
@pytest.mark.parametrize("value", ["-1", "1.5", "x", "9" * 5000, "٣", "²", "1_000", ""])
def test_counts_are_numbers(flag: str, value: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A count is a number from 0 on, in ASCII digits, of a sane size."""
    error = refused(capsys, URL, f"--{flag}={value}")
    assert f"argument --{flag}: expected a number from 0 to 1000000000000, got " in error
    assert len(error) < 250


@pytest.mark.parametrize(
    "text", ["poll: {series_limit: -1}", "poll: {series_limit: 99999999999999999999999}"]
)
def test_counts_in_a_file_are_numbers(tmp_path: Path, text: str) -> None:
    """The same holds for the configuration file."""
    with pytest.raises(ConfigError, match=r"poll\.series_limit"):
        read_file(tmp_path, f"clusters: {{a: {{urls: ['http://a']}}}}\n{text}")
    with pytest.raises(ConfigError, match=r"clusters\.a\.perf_counters\.limit"):
        read_file(tmp_path, "clusters: {a: {urls: ['http://a'], perf_counters: {limit: -1}}}")


@pytest.mark.parametrize(
    "url",
    [
        "http://a:1,http://b:2",
        "http://a,http://b",
        "http://a http://b",
        "http://a;b",
        "http://a\tb",
    ],
)
def test_two_urls_in_one_value_are_refused(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A flag has one URL, and the error says that it may be repeated."""
    error = refused(capsys, "--config.check", f"--cluster.url={url}")
    assert "--cluster.url: expected" in error
    if url.count("://") > 1:
        assert "expected one URL; repeat the flag" in error


def test_a_ca_file_needs_a_certificate(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """--config.check finds a CA file that is empty, of another kind, or no file."""
    ca, key = tmp_path / "ca.pem", tmp_path / "key.pem"
    trustme.CA().cert_pem.write_to_path(str(ca))
    trustme.CA().private_key_pem.write_to_path(str(key))
    assert cli.main(["--config.check", URL, f"--cluster.ca-file={ca}"]) == 0
    ca.write_text("# Prüfstelle\n" + ca.read_text())
    assert cli.main(["--config.check", URL, f"--cluster.ca-file={ca}"]) == 0
    (tmp_path / "empty").touch()
    for name in ("key.pem", "empty", "/dev/zero", "."):
        error = refused(capsys, "--config.check", URL, f"--cluster.ca-file={tmp_path / name}")
        assert "error: --cluster.ca-file: " in error


def test_the_demo_has_no_configuration_file(capsys: pytest.CaptureFixture[str]) -> None:
    """--demo and --config.file exclude each other, and the error says so."""
    assert "--demo: cannot be combined with --config.file" in refused(
        capsys, "--demo", "--config.file=/etc/c.yml"
    )


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    """Arguments, variables and files that are not UTF-8 are one line that names them."""
    command = [sys.executable, "-m", "ceph_exporter", "--config.check", URL]

    def error(*arguments: bytes, **environment: bytes) -> str:
        variables = {**os.environb, **{key.encode(): text for key, text in environment.items()}}
        done = subprocess.run(
            [*command, *arguments], env=variables, capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stderr.count("\n")) == (2, 1)
        return done.stderr

    assert "argument 3: expected text in UTF-8" in error(b"--cluster.username=\xff")
    variable = "CEPH_EXPORTER_CLUSTER_USERNAME"
    assert f"{variable}: expected text in UTF-8" in error(**{variable: b"\xff"})
    (tmp_path / "c.yml").write_bytes(b"\xff")
    web = f"--web.config.file={tmp_path / 'c.yml'}"
    assert "c.yml: not a text file in UTF-8" in error(web.encode())


@pytest.mark.parametrize(
    ("flag", "near"),
    [
        ("--cluster.ulr=http://a", "--cluster.url"),
        ("--web.listen-adress=:1", "--web.listen-address"),
        ("-web.config.file=x", "--web.config.file"),
        ("--no-colector.osds", "--no-collector.osds"),
        ("--nagois", "--nagios"),
    ],
)
def test_an_unknown_flag_names_the_nearest(
    flag: str, near: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The error suggests the flag that was probably meant, and names --help."""
    assert f"; did you mean {near}? see --help\n" in refused(capsys, URL, flag)
    assert refused(capsys, "--zzzzqqq").endswith("unrecognized arguments: --zzzzqqq; see --help\n")
