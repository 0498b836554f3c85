"""What a running exporter tells about where it listens, and what it never repeats."""

import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from testbed.running import running
from testbed.waiting import until

ACTIVATE = shutil.which("systemd-socket-activate")
URL = "--cluster.url=http://127.0.0.1:9"


@pytest.mark.skipif(ACTIVATE is None, reason="systemd-socket-activate is not installed")
def test_a_unix_socket_of_systemd_is_served(tmp_path: Path) -> None:
    """A Unix socket is served, and the log names its path."""
    path, log = tmp_path / "exporter.sock", tmp_path / "log"
    command = [str(ACTIVATE), f"--listen={path}", sys.executable, "-m", "ceph_exporter"]
    with (
        log.open("wb") as stream,
        subprocess.Popen([*command, "--web.systemd-socket", URL], stderr=stream) as process,
    ):
        try:
            until(path.exists, "socket")
            with socket.socket(socket.AF_UNIX) as client:
                client.settimeout(30)
                client.connect(str(path))
                client.sendall(b"GET /-/healthy HTTP/1.0\r\n\r\n")
                assert client.recv(1000).startswith(b"HTTP/1.1 200 ")
        finally:
            process.terminate()
            process.wait(20)
    line = next(line for line in log.read_text().splitlines() if "msg=listening" in line)
    assert line.endswith(f"address=unix:{path} tls=off")
    assert "Traceback" not in log.read_text()


def test_a_reload_does_not_repeat_a_password(tmp_path: Path) -> None:
    """The answer to a refused reload and the log name the place, without the URL there."""
    file = tmp_path / "c.yml"
    file.write_text("clusters: {a: {urls: ['http://127.0.0.1:9']}}")
    with running(tmp_path, f"--config.file={file}") as exporter:
        for url in ("http://admin:hunter2@host", "http://host/?token=hunter2", "http://a:hunter2"):
            file.write_text(f"clusters: {{a: {{urls: ['{url}']}}}}")
            reply = exporter.ask("/-/reload", "POST")
            assert reply.status == 500
            assert b"clusters.a.urls[0]: expected " in reply.body
            assert b"hunter2" not in reply.body
        assert "hunter2" not in exporter.said()


def test_a_name_cannot_forge_a_line(tmp_path: Path) -> None:
    """A cluster whose name has a line break and escape codes is logged on lines that print."""
    file = tmp_path / "c.yml"
    name = '"a\\n\\e[2Jlevel=ERROR"'
    file.write_text(f"clusters: {{{name}: {{urls: ['http://127.0.0.1:9'], api: rest-api}}}}")
    with running(tmp_path, f"--config.file={file}") as exporter:
        until(lambda: "unreachable" in exporter.said(), "outage logged")
        lines = exporter.said().splitlines()
    assert all(line.isprintable() and line.startswith("time=") for line in lines)
