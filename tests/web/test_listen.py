"""Listening sockets: addresses of flags, and sockets that systemd hands over."""

import errno
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from ceph_exporter.config.strict_yaml import ConfigError
from ceph_exporter.web import listen
from ceph_exporter.web.listen import inherited


def test_several_addresses_are_listened_on() -> None:
    """Each address gets its socket, IPv4 or IPv6."""
    sockets = listen.listen(["127.0.0.1:0", "[::1]:0", "localhost:0", ":0"])
    families = [found.family for found in sockets]
    assert families[:2] == [socket.AF_INET, socket.AF_INET6]
    for found in sockets:
        found.close()


@pytest.mark.parametrize(
    "address", ["nowhere", ":99999", "::1:9128", "[::1:9128", "h:", "[h]x:1", ":x"]
)
def test_what_is_no_address_is_refused(address: str) -> None:
    """The error names the flag and the form that is expected."""
    with pytest.raises(ConfigError, match=r"--web.listen-address: expected HOST:PORT, \[IPv6\]"):
        listen.listen([address])


def test_an_address_in_use_is_refused_and_the_others_are_given_back() -> None:
    """All addresses are listened on or none; the error says why."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ConfigError, match=f"cannot listen on 127.0.0.1:{port}: Address al"):
            listen.listen(["127.0.0.1:0", f"127.0.0.1:{port}"])


@pytest.mark.parametrize("host", ["no.invalid", "a" * 64 + ".example", "192.0.2.1"])
def test_an_unusable_host_is_refused(host: str) -> None:
    """A name that is unknown or impossible, or another's address, is one line."""
    with pytest.raises(ConfigError, match="cannot listen on"):
        listen.listen([f"{host}:0"])


def test_without_ipv6_there_is_ipv4(monkeypatch: pytest.MonkeyPatch) -> None:
    """A host without IPv6 listens on IPv4."""
    real = socket.create_server

    def only_ipv4(where: tuple[str, int], **options: int) -> socket.socket:
        if options["family"] == socket.AF_INET6:
            raise OSError(errno.EAFNOSUPPORT, "")
        return real(where, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "create_server", only_ipv4)
    (found,) = listen.listen([":0"])
    assert found.family == socket.AF_INET
    found.close()


def test_no_socket_of_systemd_is_refused() -> None:
    """Without a socket for this process the error says which unit to start."""
    for environment in (
        {},
        {"LISTEN_FDS": "1", "LISTEN_PID": "1"},
        {"LISTEN_PID": str(os.getpid())},
    ):
        with pytest.raises(ConfigError, match=r"start ceph_exporter\.socket"):
            inherited(environment)


def test_sockets_of_systemd_are_served(tmp_path: Path) -> None:
    """What systemd listens on, in its own way of handing over, is served."""
    script = tmp_path / "hand_over.py"
    # What systemd does: sockets from descriptor 3 on, and the pid of the process that gets them.
    script.write_text(
        "import os, socket, sys\n"
        "kind = socket.SOCK_DGRAM if sys.argv[1] == 'dgram' else socket.SOCK_STREAM\n"
        "found = socket.socket(type=kind)\n"
        "found.bind(('127.0.0.1', 0))\n"
        "if sys.argv[1] == 'listen': found.listen()\n"
        "os.dup2(found.detach(), 3)\n"
        "from ceph_exporter.config.strict_yaml import ConfigError\n"
        "from ceph_exporter.web.listen import inherited\n"
        "try:\n"
        "    sockets = inherited({'LISTEN_PID': str(os.getpid()), 'LISTEN_FDS': '1'})\n"
        "    print(len(sockets), sockets[0].get_inheritable(), sockets[0].getsockname()[0])\n"
        "except ConfigError as error:\n"
        "    print(error)\n"
    )

    def said(kind: str) -> str:
        return subprocess.run(
            [sys.executable, "-W", "ignore", script, kind],
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()

    assert said("listen") == "1 False 127.0.0.1"
    assert said("bound") == "--web.systemd-socket: expected ListenStream= and Accept=no"
    assert said("dgram") == "--web.systemd-socket: expected ListenStream= and Accept=no"
