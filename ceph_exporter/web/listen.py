"""Listening sockets: of addresses as flags give them, or handed over by systemd."""

import errno
import os
import re
import socket
from collections.abc import Mapping, Sequence

from ceph_exporter.config.strict_yaml import ConfigError

BACKLOG = 1024
"""Connections that the kernel holds for the accept loop; it takes no more than net.core.somaxconn
(4096 on today's Linux)."""
_ADDRESS = re.compile(r"(\[(?P<ipv6>[0-9a-fA-F:.%\w]+)\]|(?P<host>[^\[\]:]*)):(?P<port>\d+)")
_FIRST = 3
"""The first descriptor that systemd hands over."""


def listen(addresses: Sequence[str]) -> list[socket.socket]:
    """Listen on all addresses or none; raises ConfigError."""
    made: list[socket.socket] = []
    try:
        made.extend(map(_listen, addresses))
    except BaseException:
        for listener in made:
            listener.close()
        raise
    return made


def _listen(address: str) -> socket.socket:
    found = _ADDRESS.fullmatch(address)
    if found is None or int(found["port"]) > 65535:
        raise ConfigError(
            f"--web.listen-address: expected HOST:PORT, [IPv6]:PORT or :PORT, got {address!r}"
        )
    bare, port = found["ipv6"] or found["host"], int(found["port"])
    try:
        resolved = socket.getaddrinfo(
            bare or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
        if bare:
            family, _, _, _, where = resolved[0]
            return socket.create_server(where, family=family, backlog=BACKLOG)
        return _everywhere(port)
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or "not a host name"
        reason = reason.partition(" (while")[0]
        raise ConfigError(f"--web.listen-address: cannot listen on {address}: {reason}") from None


def _everywhere(port: int) -> socket.socket:
    """Listen on all addresses, of IPv4 only where the host has no IPv6."""
    try:
        return socket.create_server(
            ("", port),
            family=socket.AF_INET6,
            backlog=BACKLOG,
            dualstack_ipv6=socket.has_dualstack_ipv6(),
        )
    except OSError as error:
        if error.errno not in (errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL):
            raise
    return socket.create_server(("", port), family=socket.AF_INET, backlog=BACKLOG)


def inherited(environment: Mapping[str, str]) -> list[socket.socket]:
    """Take the sockets that systemd listens on for this process; raises ConfigError."""
    mine = environment.get("LISTEN_PID") == str(os.getpid())
    count = environment.get("LISTEN_FDS", "0")
    if not mine or not count.isdecimal() or int(count) < 1:
        raise ConfigError(
            "--web.systemd-socket: no socket was handed over; start ceph_exporter.socket"
        )
    sockets = [socket.socket(fileno=number) for number in range(_FIRST, _FIRST + int(count))]
    for listener in sockets:
        listener.set_inheritable(False)
        if not listener.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
            raise ConfigError("--web.systemd-socket: expected ListenStream= and Accept=no")
    return sockets
