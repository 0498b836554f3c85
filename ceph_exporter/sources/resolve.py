"""Host name resolution within a deadline, which the system's resolver does not support.

getaddrinfo() has no timeout and cannot be interrupted: if the name server does not answer, it takes
half a minute or more. So it runs in a background thread, which is abandoned at the deadline. There
is one thread per name; other requests for the same name wait for it.
"""

import threading
from concurrent.futures import Future
from contextlib import suppress
from ipaddress import ip_address
from socket import SOCK_STREAM, getaddrinfo

from ceph_exporter.deadline import Deadline

_lock = threading.Lock()
_pending: dict[str, "Future[list[str]]"] = {}


def resolve(host: str, deadline: Deadline) -> list[str]:
    """Return the addresses of a host in the order to try them; an address resolves to itself.

    Raises OSError if the host has no address, and TimeoutError at the deadline.
    """
    with suppress(ValueError):
        ip_address(host)
        return [host]
    with _lock:
        future = _pending.get(host)
        if future is None:
            future = _pending[host] = Future()
            thread = threading.Thread(target=_look_up, args=(host, future), daemon=True)
            try:
                thread.start()
            except RuntimeError:  # the system has no more threads
                del _pending[host]
                raise
    return future.result(deadline.left)


def _look_up(host: str, future: "Future[list[str]]") -> None:
    try:
        rows = getaddrinfo(host, None, type=SOCK_STREAM)
        future.set_result(list(dict.fromkeys(str(row[4][0]) for row in rows)))
    except (OSError, UnicodeError) as error:
        # A name with an empty or an overlong label raises UnicodeError.
        future.set_exception(error if isinstance(error, OSError) else OSError(str(error)))
    finally:
        with _lock:
            del _pending[host]
