"""Commands whose output goes nowhere, and commands that are interrupted: no traceback."""

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from ceph_exporter.simulator import rest_api

COMMAND = (sys.executable, "-m", "ceph_exporter")
COMMANDS = {
    "once": ("once",),
    "check": ("check",),
    "nagios": ("check", "--nagios"),
    "record": ("record", "DIR"),
}


@pytest.fixture(scope="module")
def ceph() -> Iterator[str]:
    """Serve a simulated cluster; yield its URL."""
    with rest_api.demo() as server:
        yield server.url


def words(command: str, folder: Path, url: str) -> list[str]:
    """Return the words of a command line."""
    given = [str(folder / "new") if word == "DIR" else word for word in COMMANDS[command]]
    flags = (f"--cluster.url={url}", "--cluster.api=rest-api", "--log.level=error")
    return [*COMMAND, *given, *flags]


def run(command: list[str], out: object) -> subprocess.CompletedProcess[str]:
    """Run a command to its end with this standard output."""
    return subprocess.run(command, stdout=out, stderr=subprocess.PIPE, text=True, check=False)  # type: ignore[call-overload, no-any-return]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_full_disk_is_one_line(command: str, ceph: str, tmp_path: Path) -> None:
    """Output that cannot be written is exit code 2 (3 for Nagios) and one line with the reason."""
    with open("/dev/full", "w") as full:  # noqa: PTH123 - a device
        done = run(words(command, tmp_path, ceph), full)
    assert done.returncode == (3 if command == "nagios" else 2)
    if command != "nagios":
        assert done.stderr == (
            "ceph_exporter: error: cannot write to standard output: No space left on device\n"
        )
    assert "Traceback" not in done.stderr


def test_a_page_that_does_not_fit_is_an_error(
    ceph: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a buffer of Python's own, the system may write only the start of a page."""
    monkeypatch.setenv("PYTHONUNBUFFERED", "1")
    for name in [name for name in os.environ if name.startswith("COVERAGE")]:
        monkeypatch.delenv(name)  # the limit is also that of the file in which coverage counts
    limited = ["sh", "-c", 'ulimit -f 4; exec "$@"', "sh", *words("once", tmp_path, ceph)]
    file = tmp_path / "page"
    with file.open("w") as page:
        done = run(limited, page)
    assert (done.returncode, done.stderr) == (
        2,
        "ceph_exporter: error: cannot write to standard output: File too large\n",
    )
    assert file.stat().st_size > 0


@pytest.mark.parametrize("command", COMMANDS)
def test_a_pipe_that_nobody_reads_ends_quietly(command: str, ceph: str, tmp_path: Path) -> None:
    """A closed pipe ends the command like SIGPIPE, without a word."""
    reader, writer = os.pipe()
    os.close(reader)
    done = run(words(command, tmp_path, ceph), writer)
    os.close(writer)
    assert (done.returncode, done.stderr) == (3 if command == "nagios" else 141, "")


@pytest.mark.parametrize("command", COMMANDS)
def test_no_standard_output_is_no_error(command: str, ceph: str, tmp_path: Path) -> None:
    """A command that is started without standard output and error does its work."""
    line = " ".join(words(command, tmp_path, ceph))
    done = subprocess.run(["sh", "-c", f"exec {line} >&- 2>&-"], check=False)
    assert done.returncode in (0, 1, 2) if command == "nagios" else done.returncode == 0
    assert (tmp_path / "new").exists() == (command == "record")


@pytest.mark.parametrize("command", COMMANDS)
def test_ctrl_c_ends_a_command(command: str, tmp_path: Path) -> None:
    """SIGINT while Ceph is silent ends the command at once with 130 (3 for Nagios), quietly."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with subprocess.Popen(
            # Whoever runs the tests in the background ignores SIGINT, and so do its children.
            ["env", "--default-signal=INT", *words(command, tmp_path, url), "--poll.timeout=60s"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            connection, _ = silent.accept()
            connection.recv(1)  # the request: the command is waiting for the answer
            watchdog = threading.Timer(30, process.kill)
            watchdog.start()
            process.send_signal(signal.SIGINT)
            out, err = process.communicate()
            watchdog.cancel()
            connection.close()
    assert process.returncode == (3 if command == "nagios" else 130)
    assert (out, err) == ("", "")


def test_characters_that_the_terminal_lacks_are_escaped(tmp_path: Path) -> None:
    """A message in a script that the encoding of the terminal lacks is printed with escapes."""
    file = tmp_path / "c.yml"
    file.write_text("clusters: {größe: {urls: ['http://127.0.0.1:9'], api: rest-api}}")
    done = subprocess.run(
        [*COMMAND, "check", f"--config.file={file}"],
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stdout.startswith("gr\\xf6\\xdfe: health unknown\n")
