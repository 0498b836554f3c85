"""Names to addresses within a deadline, which the system's resolver knows nothing of.

getaddrinfo() can neither be told a limit nor be cut: with a name server that is silent it takes
half a minute and more. So it runs in a thread that is left behind, one for each name, and whoever
asks for the name again meanwhile waits for the same thread.
"""

import threading
from concurrent.futures import Future
from contextlib import suppress
from ipaddress import ip_address
from socket import SOCK_STREAM, getaddrinfo

from ceph_exporter.deadline import Deadline

_lock = threading.Lock()
_under_way: dict[str, "Future[list[str]]"] = {}


def resolve(host: str, deadline: Deadline) -> list[str]:
    """Give the addresses of a host in the order to try them; an address is its own.

    Raises OSError when there is none, and TimeoutError when none was found in time.
    """
    with suppress(ValueError):
        ip_address(host)
        return [host]
    with _lock:
        future = _under_way.get(host)
        if future is None:
            future = _under_way[host] = Future()
            thread = threading.Thread(target=_ask, args=(host, future), daemon=True)
            try:
                thread.start()
            except RuntimeError:  # no more threads to be had
                del _under_way[host]
                raise
    return future.result(deadline.left)


def _ask(host: str, future: "Future[list[str]]") -> None:
    try:
        rows = getaddrinfo(host, None, type=SOCK_STREAM)
        future.set_result(list(dict.fromkeys(str(row[4][0]) for row in rows)))
    except (OSError, UnicodeError) as error:
        # A name with an empty or an endless label is no name: UnicodeError.
        future.set_exception(error if isinstance(error, OSError) else OSError(str(error)))
    finally:
        with _lock:
            del _under_way[host]
