"""Listening sockets, for the addresses in the flags or inherited from systemd."""

import errno
import os
import re
import socket
from collections.abc import Mapping, Sequence

from ceph_exporter.config.strict_yaml import ConfigError
from ceph_exporter.printable import quoted

BACKLOG = 1024
"""Connections that the kernel queues for the accept loop.

The kernel reduces it to net.core.somaxconn, which is 4096 on current Linux.
"""
_ADDRESS = re.compile(r"(\[(?P<ipv6>[0-9a-fA-F:.%\w]+)\]|(?P<host>[^\[\]:]*)):(?P<port>[0-9]{1,5})")
_FIRST = 3
"""The first descriptor that systemd passes, SD_LISTEN_FDS_START in sd_listen_fds(3)."""


def listen(addresses: Sequence[str]) -> list[socket.socket]:
    """Return sockets that listen on all addresses; raises ConfigError if one address fails."""
    listeners: list[socket.socket] = []
    try:
        listeners.extend(map(_listen, addresses))
    except BaseException:
        for listener in listeners:
            listener.close()
        raise
    return listeners


def host_and_port(address: str) -> tuple[str, int]:
    """Return the parts of an address, the host empty for all; raises ConfigError."""
    match = _ADDRESS.fullmatch(address)
    if match is None or int(match["port"]) > 65535:
        what = quoted(address)
        raise ConfigError(
            f"--web.listen-address: expected HOST:PORT, [IPv6]:PORT or :PORT, got {what}"
        )
    return match["ipv6"] or match["host"], int(match["port"])


def place(listener: socket.socket) -> dict[str, object]:
    """Return where a socket listens, as fields of a log line."""
    name = listener.getsockname()
    if listener.family == socket.AF_UNIX:
        # An address in the abstract namespace of Linux is bytes and starts with NUL.
        path = os.fsdecode(name).replace("\0", "@", 1) if name else "unnamed"
        return {"address": f"unix:{path}"}
    if isinstance(name, tuple):
        return {"address": name[0], "port": name[1]}
    return {"address": str(name)}


def _listen(address: str) -> socket.socket:
    host, port = host_and_port(address)
    try:
        resolved = socket.getaddrinfo(
            host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
        if host:
            family, _, _, _, resolved_address = resolved[0]
            return socket.create_server(resolved_address, family=family, backlog=BACKLOG)
        return _listen_on_all(port)
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or "not a host name"
        reason = reason.partition(" (while")[0]
        raise ConfigError(f"--web.listen-address: cannot listen on {address}: {reason}") from None


def _listen_on_all(port: int) -> socket.socket:
    """Listen on all IPv6 and IPv4 addresses, or only on IPv4 if the host has no IPv6."""
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
    """Return the listening sockets that systemd passed to this process; raises ConfigError."""
    for_this_process = environment.get("LISTEN_PID") == str(os.getpid())
    count = environment.get("LISTEN_FDS", "0")
    if not for_this_process or not re.fullmatch("[0-9]{1,4}", count) or int(count) < 1:
        raise ConfigError(
            "--web.systemd-socket: systemd passed no socket; start ceph_exporter.socket"
        )
    sockets: list[socket.socket] = []
    try:
        sockets.extend(map(_inherited, range(_FIRST, _FIRST + int(count))))
    except ConfigError:
        for listener in sockets:
            listener.close()
        raise
    return sockets


def _inherited(number: int) -> socket.socket:
    try:
        listener = socket.socket(fileno=number)
    except OSError as error:
        raise ConfigError(
            f"--web.systemd-socket: descriptor {number} of LISTEN_FDS is no socket: "
            f"{error.strerror}; set ListenStream= in ceph_exporter.socket"
        ) from None
    listener.set_inheritable(False)
    if not listener.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
        listener.close()
        raise ConfigError(
            "--web.systemd-socket: the socket does not accept connections; "
            "set ListenStream= and Accept=no in ceph_exporter.socket"
        )
    return listener
