"""Listening sockets, for the addresses in the flags or inherited from systemd."""

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
    """Each address has its own socket, IPv4 or IPv6."""
    sockets = listen.listen(["127.0.0.1:0", "[::1]:0", "localhost:0", ":0"])
    families = [listener.family for listener in sockets]
    assert families[:2] == [socket.AF_INET, socket.AF_INET6]
    for listener in sockets:
        listener.close()


@pytest.mark.parametrize(
    "address", ["nowhere", ":99999", "::1:9128", "[::1:9128", "h:", "[h]x:1", ":x"]
)
def test_an_invalid_address_is_refused(address: str) -> None:
    """The error names the flag and the expected form."""
    with pytest.raises(ConfigError, match=r"--web.listen-address: expected HOST:PORT, \[IPv6\]"):
        listen.listen([address])


def test_an_address_in_use_is_refused_and_the_others_are_closed() -> None:
    """Either all addresses are listened on or none; the error says why."""
    with socket.create_server(("127.0.0.1", 0)) as occupied:
        port = occupied.getsockname()[1]
        with pytest.raises(ConfigError, match=f"cannot listen on 127.0.0.1:{port}: Address al"):
            listen.listen(["127.0.0.1:0", f"127.0.0.1:{port}"])


@pytest.mark.parametrize("host", ["no.invalid", "a" * 64 + ".example", "192.0.2.1"])
def test_an_unusable_host_is_refused(host: str) -> None:
    """An unknown or invalid name, or an address of another host, is an error of one line."""
    with pytest.raises(ConfigError, match="cannot listen on"):
        listen.listen([f"{host}:0"])


def test_without_ipv6_there_is_ipv4(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a host without IPv6, the exporter listens on IPv4."""
    real = socket.create_server

    def only_ipv4(where: tuple[str, int], **options: int) -> socket.socket:
        if options["family"] == socket.AF_INET6:
            raise OSError(errno.EAFNOSUPPORT, "")
        return real(where, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "create_server", only_ipv4)
    (listener,) = listen.listen([":0"])
    assert listener.family == socket.AF_INET
    listener.close()


def test_a_missing_socket_of_systemd_is_an_error() -> None:
    """If systemd passed no socket to this process, the error names the unit to start."""
    for environment in (
        {},
        {"LISTEN_FDS": "1", "LISTEN_PID": "1"},
        {"LISTEN_PID": str(os.getpid())},
        {"LISTEN_PID": str(os.getpid()), "LISTEN_FDS": "9" * 5000},
        {"LISTEN_PID": str(os.getpid()), "LISTEN_FDS": "٣"},
    ):
        with pytest.raises(ConfigError, match=r"start ceph_exporter\.socket"):
            inherited(environment)


def test_sockets_of_systemd_are_served(tmp_path: Path) -> None:
    """A socket passed as systemd does is served, if it listens."""
    script = tmp_path / "pass_socket.py"
    # As systemd does: sockets from descriptor 3 on, and the pid of the receiving process.
    script.write_text(
        "import os, socket, sys\n"
        "type_ = socket.SOCK_DGRAM if sys.argv[1] == 'dgram' else socket.SOCK_STREAM\n"
        "passed = socket.socket(type=type_)\n"
        "passed.bind(('127.0.0.1', 0))\n"
        "if sys.argv[1] == 'listen': passed.listen()\n"
        "os.dup2(passed.detach(), 3)\n"
        "if sys.argv[1] == 'file': os.dup2(os.open(os.devnull, os.O_RDONLY), 3)\n"
        "if sys.argv[1] == 'closed': os.close(3)\n"
        "from ceph_exporter.config.strict_yaml import ConfigError\n"
        "from ceph_exporter.web.listen import inherited\n"
        "try:\n"
        "    sockets = inherited({'LISTEN_PID': str(os.getpid()), 'LISTEN_FDS': '1'})\n"
        "    print(len(sockets), sockets[0].get_inheritable(), sockets[0].getsockname()[0])\n"
        "except ConfigError as error:\n"
        "    print(error)\n"
    )

    def output(sort: str) -> str:
        return subprocess.run(
            [sys.executable, "-W", "ignore", script, sort],
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()

    refused = (
        "--web.systemd-socket: the socket does not accept connections; "
        "set ListenStream= and Accept=no in ceph_exporter.socket"
    )
    assert output("listen") == "1 False 127.0.0.1"
    assert output("bound") == refused
    assert output("dgram") == refused
    no_socket = "--web.systemd-socket: descriptor 3 of LISTEN_FDS is no socket: "
    assert output("file").startswith(f"{no_socket}Socket operation on non-socket")
    assert output("closed").startswith(f"{no_socket}Bad file descriptor")


def test_the_place_of_a_socket_is_named(tmp_path: Path) -> None:
    """A Unix socket is logged as its path, others as address and port."""
    with socket.socket(socket.AF_UNIX) as listener:
        assert listen.place(listener) == {"address": "unix:unnamed"}
        listener.bind(str(tmp_path / "s"))
        assert listen.place(listener) == {"address": f"unix:{tmp_path / 's'}"}
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(f"\0{tmp_path}")
        assert listen.place(listener) == {"address": f"unix:@{tmp_path}"}
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        assert listen.place(listener) == {"address": "127.0.0.1", "port": port}
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW) as listener:
        assert set(listen.place(listener)) >= {"address"}
