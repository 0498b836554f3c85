"""The commands as processes and as functions: serve, once, record, demo."""

import os
import signal
import socket
import subprocess
import sys
import time
import tomllib
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from ceph_exporter import cli
from ceph_exporter.simulator import rest_api
from tests.documents import ROOT

COMMAND = (sys.executable, "-m", "ceph_exporter")


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command to its end."""
    return subprocess.run(
        [*COMMAND, *arguments], capture_output=True, text=True, check=False, timeout=60
    )


@pytest.fixture(scope="module")
def ceph() -> Iterator[str]:
    """Serve a simulated cluster; give its URL."""
    with rest_api.demo() as server:
        yield server.url


def test_once_prints_the_page_and_exits_0(ceph: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A cluster that answers is printed."""
    assert cli.main(["once", f"--cluster.url={ceph}"]) == 0
    out = capsys.readouterr().out
    assert "\nceph_up 1\n" in out
    assert '\nceph_mon_quorum_status{ceph_daemon="mon.a"} 1\n' in out
    assert ',release="10.2.11"} 1\n' in out


def test_once_exits_1_when_a_cluster_does_not_answer(capsys: pytest.CaptureFixture[str]) -> None:
    """A cluster that does not answer is ceph_up 0 and one line that says why."""
    assert cli.main(["once", "--cluster.url=http://127.0.0.1:9"]) == 1
    said = capsys.readouterr()
    assert "\nceph_up 0\n" in said.out
    assert "ceph_health_status" not in said.out
    assert "connection refused; is the service running" in said.err
    assert said.err.count("\n") == 1


def test_record_and_replay(ceph: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What `record` writes is read back by api recording."""
    assert cli.main(["record", str(tmp_path), f"--cluster.url={ceph}"]) == 0
    written = capsys.readouterr().out.split()
    assert str(tmp_path / "health_detail.json") in written
    replay = ["once", f"--cluster.url={tmp_path}", "--cluster.api=recording"]
    assert cli.main(replay) == 0
    assert "\nceph_up 1\n" in capsys.readouterr().out


def test_record_says_what_it_could_not_record(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Documents that were not had are named, and the exit code is 1."""
    assert cli.main(["record", str(tmp_path), "--cluster.url=http://127.0.0.1:9"]) == 1
    assert "not recorded: health detail: http://127.0.0.1:9" in capsys.readouterr().err


def test_record_into_a_place_that_cannot_be_written(
    ceph: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A folder that cannot be made is bad usage: exit 2, one line."""
    (tmp_path / "file").touch()
    with pytest.raises(SystemExit) as caught:
        cli.main(["record", str(tmp_path / "file"), f"--cluster.url={ceph}"])
    assert caught.value.code == 2
    assert "ceph_exporter: error: record: " in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ([], "--cluster.url: expected the URL"),
        (["--no-such"], "unrecognized arguments: --no-such"),
        (["--config.file=/no/such.yml"], "/no/such.yml: No such file or directory"),
        (["--demo", "--web.listen-address=nowhere"], "expected HOST:PORT, [IPv6]:PORT or :PORT"),
        (["--demo", "--web.listen-address=:99999"], "expected HOST:PORT, [IPv6]:PORT or :PORT"),
        (["--demo", "--web.systemd-socket"], "start ceph_exporter.socket"),
        (["--demo", "--web.config.file=/no/web.yml"], "/no/web.yml: No such file or directory"),
        (
            ["--demo", "--web.config.file=/no/web.yml", "--config.check"],
            "/no/web.yml: No such file",
        ),
        (["--demo", "--web.listen-address=192.0.2.1:9"], "cannot listen on 192.0.2.1:9: "),
        (["--demo", "--web.listen-address=no.invalid:9"], "cannot listen on no.invalid:9: "),
    ],
)
def test_bad_usage_is_exit_2_and_one_line(arguments: list[str], error: str) -> None:
    """Bad flags and configurations end the program with one line and without a traceback."""
    found = run(*arguments)
    assert found.returncode == 2
    errors = [line for line in found.stderr.splitlines() if not line.startswith("time=")]
    assert len(errors) == 1
    assert errors[0].startswith("ceph_exporter: error: ")
    assert error in errors[0]


def test_a_configuration_is_checked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """--config.check says that the files are good, without asking Ceph, and exits."""
    file, web = tmp_path / "c.yml", tmp_path / "web.yml"
    file.write_text("clusters: {a: {urls: ['http://127.0.0.1:9']}, b: {urls: ['http://[::1]:9']}}")
    web.write_text("rate_limit: {interval: 1s, burst: 5}")
    flags = ["--config.check", f"--config.file={file}", f"--web.config.file={web}"]
    assert cli.main(flags) == 0
    assert capsys.readouterr().out == "configuration is valid: a, b\n"
    assert cli.main(["--config.check", "--cluster.url=http://127.0.0.1:9"]) == 0


@pytest.fixture
def port() -> int:
    """Give a port that is free now."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_demo_serves_living_clusters_until_it_is_ended(port: int, number: int) -> None:
    """--demo needs no Ceph; a signal ends it with exit code 0 and no traceback."""
    address = f"--web.listen-address=127.0.0.1:{port}"
    with subprocess.Popen(
        [*COMMAND, "--demo", address, "--poll.interval=1s"],
        stderr=subprocess.PIPE,
        text=True,
        env=dict(os.environ),
    ) as process:
        try:
            fetch(f"http://127.0.0.1:{port}/metrics", 'ceph_up{cluster="jewel"} 1')
            page = fetch(f"http://127.0.0.1:{port}/metrics", 'ceph_up{cluster="reef"} 1')
            assert 'ceph_monitor_clock_skew_seconds{cluster="jewel",' in page
            assert 'ceph_mgr_status{cluster="reef",' in page
            assert "healthy" in fetch(f"http://127.0.0.1:{port}/-/healthy", "")
            assert "HEALTH_" in fetch(f"http://127.0.0.1:{port}/", "2 clusters")
            assert "<h2>reef <b>" in fetch(f"http://127.0.0.1:{port}/?cluster=reef", "")
        finally:
            process.send_signal(number)
        _, said = process.communicate(timeout=30)
    assert process.returncode == 0
    assert "Traceback" not in said
    assert f"msg=stopping signal={signal.Signals(number).name}" in said


def fetch(url: str, awaited: str) -> str:
    """Get a page, again until it contains the text awaited."""
    end = time.monotonic() + 30
    page = ""
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(url, timeout=5) as response:  # noqa: S310 - loopback
                page = str(response.read(), "utf-8")
        except OSError:
            time.sleep(0.05)
            continue
        if awaited in page:
            return page
        time.sleep(0.05)
    pytest.fail(f"no {awaited!r} at {url}: {page[-500:]}")


def test_the_demo_needs_nothing_and_shows_an_old_and_a_modern_cluster(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Each command works on both simulated clusters, which have what their releases offer."""
    assert cli.main(["once", "--demo"]) == 0
    page = capsys.readouterr().out
    for series in (
        'ceph_monitor_avail_percent{cluster="jewel",',
        'ceph_monitor_store_capacity_bytes{cluster="jewel",',
        'ceph_monitor_clock_skew_seconds{cluster="jewel",',
        'ceph_mgr_metadata{cluster="reef",',
        'ceph_osd_metadata{cluster="reef",',
        'ceph_rgw_metadata{cluster="reef",',
    ):
        assert f"\n{series}" in page
    assert cli.main(["check", "--demo"]) == 0
    said = capsys.readouterr().out
    assert "over rest-api, Ceph 10.2.11" in said
    assert "over dashboard, Ceph 18.2.7" in said
    assert cli.main(["--demo", "--config.check"]) == 0
    assert capsys.readouterr().out == "configuration is valid: jewel, reef\n"


def test_the_simulator_is_loaded_for_the_demo_only() -> None:
    """No command that polls a real cluster imports the simulator."""
    code = "import sys, ceph_exporter.cli; print([m for m in sys.modules if 'simulator' in m])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_the_multiprocess_mode_of_prometheus_client_is_off(tmp_path: Path) -> None:
    """The exporter is one process; a variable meant for other programs does not change it."""
    folder = str(tmp_path / "missing")
    environment = {"PROMETHEUS_MULTIPROC_DIR": folder, "prometheus_multiproc_dir": folder}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    module, function = project["scripts"]["ceph_exporter"].split(":")
    script = [sys.executable, "-c", f"from {module} import {function}; {function}()"]
    for command in (COMMAND, script):
        done = subprocess.run(
            [*command, "--version"], env=os.environ | environment, capture_output=True, check=False
        )
        assert (done.returncode, done.stderr) == (0, b"")
