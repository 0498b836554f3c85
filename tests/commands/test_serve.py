"""The serving process: reload by POST and SIGHUP, readiness, systemd, socket activation."""

import platform
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue

import pytest
import yaml

from ceph_exporter.commands import serve as module
from ceph_exporter.simulator import rest_api
from ceph_exporter.web.own import OwnMetrics
from testbed.running import running
from testbed.waiting import until


@pytest.fixture(scope="module")
def ceph() -> Iterator[str]:
    """Serve a simulated cluster; give its URL."""
    with rest_api.demo() as server:
        yield server.url


def clusters(file: Path, interval: str = "1s", **urls: str) -> str:
    """Write a configuration file; give the flag."""
    tree = {
        "poll": {"interval": interval, "timeout": "2s"},
        "clusters": {name: {"urls": [url], "api": "rest-api"} for name, url in urls.items()},
    }
    file.write_text(yaml.safe_dump(tree))
    return f"--config.file={file}"


def test_a_reload_takes_a_good_file_over(ceph: str, tmp_path: Path) -> None:
    """POST /-/reload and SIGHUP put a changed file in force; unchanged clusters are kept."""
    file = tmp_path / "c.yml"
    with running(tmp_path, clusters(file, a=ceph, b=ceph)) as exporter:
        until(lambda: exporter.ask("/-/ready").status == 200, "ready")
        assert exporter.metric("ceph_exporter_config_last_reload_successful") == "1.0"
        clusters(file, a=ceph, c=ceph)
        assert exporter.ask("/-/reload", "POST").body == b"reloaded\n"
        assert "changed=c\n" in exporter.said()
        assert set(yaml.safe_load(exporter.ask("/config").body)["clusters"]) == {"a", "c"}
        clusters(file, a=ceph, d=ceph)
        exporter.process.send_signal(signal.SIGHUP)
        until(lambda: "changed=d\n" in exporter.said(), "reload by SIGHUP")
        until(lambda: b'cluster="d"' in exporter.ask("/metrics").body, "new cluster")
        assert b'cluster="b"' not in exporter.ask("/metrics").body


def test_a_reload_refuses_a_bad_file(ceph: str, tmp_path: Path) -> None:
    """With a bad file the old configuration goes on, the metric is 0 and the log says why."""
    file = tmp_path / "c.yml"
    with running(tmp_path, clusters(file, a=ceph)) as exporter:
        until(lambda: exporter.metric("ceph_up") == "1", "cluster up")
        when = exporter.metric("ceph_exporter_config_last_reload_success_timestamp_seconds")
        file.write_text("clusters: {a: {url: [x]}}")
        refused = exporter.ask("/-/reload", "POST")
        assert refused.status == 500
        assert b"c.yml: clusters.a: object contains unknown field `url`" in refused.body
        assert exporter.metric("ceph_exporter_config_last_reload_successful") == "0.0"
        after = exporter.metric("ceph_exporter_config_last_reload_success_timestamp_seconds")
        assert after == when
        assert "reload refused, running configuration kept" in exporter.said()
        assert exporter.metric("ceph_up") == "1"
        clusters(file, a=ceph)
        assert exporter.ask("/-/reload", "POST").status == 200
        assert exporter.metric("ceph_exporter_config_last_reload_successful") == "1.0"


def test_a_reload_checks_the_web_configuration_too(ceph: str, tmp_path: Path) -> None:
    """A reload is refused as a whole when the web configuration has gone bad."""
    web = tmp_path / "web.yml"
    web.write_text("rate_limit: {}")
    flags = (f"--cluster.url={ceph}", f"--web.config.file={web}")
    with running(tmp_path, *flags) as exporter:
        web.write_text("rate_limit: {burst: x}")
        refused = exporter.ask("/-/reload", "POST")
        assert refused.status == 500
        assert b"rate_limit.burst: expected `int`, got `str`" in refused.body


def test_it_is_not_ready_before_the_first_poll(tmp_path: Path) -> None:
    """While the first poll lasts /-/ready is 503 and says of which cluster."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        flags = (f"--cluster.url={url}", "--cluster.api=rest-api", "--poll.timeout=20s")
        with running(tmp_path, *flags) as exporter:
            found = exporter.ask("/-/ready")
    assert found.status == 503
    assert found.body == b"not ready: cluster: first poll in progress\n"


def test_systemd_is_kept_informed(ceph: str, tmp_path: Path) -> None:
    """READY, a status, the watchdog, a reload with both its ends, and STOPPING are sent."""
    heard: list[str] = []
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        manager.settimeout(0.1)

        def hears(*texts: str) -> bool:
            with suppress(TimeoutError):
                heard.append(manager.recv(4096).decode())
            return all(any(text in line for line in heard) for text in texts)

        environment = {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "5000000"}
        flags = (f"--cluster.url={ceph}", "--poll.interval=1s")
        with running(tmp_path, *flags, environment=environment) as exporter:
            until(lambda: hears("READY=1", "WATCHDOG=1", "STATUS=cluster: HEALTH_"), "status")
            del heard[:]
            exporter.process.send_signal(signal.SIGHUP)
            until(lambda: hears("RELOADING=1\nMONOTONIC_USEC=", "READY=1"), "reload")
            order = [line.split("=")[0] for line in heard if line.startswith(("RELOAD", "READY"))]
            assert order == ["RELOADING", "READY"]
        until(lambda: hears("STOPPING=1"), "stop")


def test_the_watchdog_starves_with_the_pollers(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """When a poller hangs systemd is told nothing, so that it restarts the service."""
    hung = iter([["a"], []])
    fed: list[str] = []
    signals: SimpleQueue[int] = SimpleQueue()

    class Stub:
        """A fleet and a notifier."""

        def hung(self) -> list[str]:
            found = next(hung)
            if not found:
                signals.put(signal.SIGTERM)
            return found

        def summary(self) -> str:
            return "x"

        def alive(self) -> None:
            fed.append("alive")

        def status(self, text: str) -> None:
            fed.append(text)

    monkeypatch.setattr(module, "_TICK", 0.01)
    stub = Stub()
    module._run(signals, stub, lambda: "", stub, OwnMetrics())  # type: ignore[arg-type]
    assert fed == ["x", "alive", "x"]
    assert "polls hung" in caplog.text


ACTIVATE = shutil.which("systemd-socket-activate")


@pytest.mark.skipif(ACTIVATE is None, reason="systemd-socket-activate is not installed")
def test_sockets_of_systemd_are_served(ceph: str, tmp_path: Path) -> None:
    """With --web.systemd-socket systemd's listening socket is served."""
    activate = ("systemd-socket-activate", "--listen=127.0.0.1:PORT")
    flags = ("--web.systemd-socket", f"--cluster.url={ceph}")
    with running(tmp_path, *flags, prefix=activate) as exporter:
        assert exporter.ask("/metrics").status == 200


ARENAS = """
import ctypes, sys, threading
from ceph_exporter.commands import serve
if sys.argv[1] == "one":
    serve.use_one_arena()
barrier = threading.Barrier(4)
def work():
    kept = bytearray(50_000)
    barrier.wait(20)
threads = [threading.Thread(target=work) for _ in range(4)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
libc = ctypes.CDLL(None)
libc.fopen.restype = ctypes.c_void_p
file = ctypes.c_void_p(libc.fopen(sys.argv[2].encode(), b"w"))
libc.malloc_info(0, file)
libc.fclose(file)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc has arenas to count")
@pytest.mark.parametrize("given", ["one", "many"])
def test_all_threads_share_one_arena(given: str, tmp_path: Path) -> None:
    """What one thread frees another can use; glibc left alone gives each its own heap."""
    found = tmp_path / "info"
    subprocess.run([sys.executable, "-c", ARENAS, given, found], check=True)
    assert (found.read_text().count("<heap ") == 1) is (given == "one")
