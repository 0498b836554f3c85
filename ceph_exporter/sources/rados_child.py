"""The child process of the source `rados`, the only process that loads librados.

Any Python that has the distribution's module `rados` may run this file as a script. Therefore, it
imports nothing else from this project, and only the parts of the standard library that every Python
has. It reads requests from standard input, one JSON object per line. It answers each request with
one line of JSON, `{"errno": ..., "text": ..., "size": ...}`, followed by `size` bytes.

It never outlives its parent, even if librados hangs: the kernel kills it when the thread that
started it ends, and it exits at the end of its input.
"""

import errno
import json
import os
import queue
import signal
import sys
import threading
from contextlib import suppress
from importlib import import_module
from typing import Any, BinaryIO, Iterable, Iterator  # noqa: UP035 - for any Python

NO_MODULE = "no module"
"""The text of the answer to `connect` if this Python has no module `rados`."""
PR_SET_PDEATHSIG = 1
"""The option of prctl(2) that sets the signal to receive when the parent thread ends."""


def serve(requests: "Iterable[bytes]", answers: BinaryIO) -> None:
    """Answer requests until the end of the input: first `connect`, then commands."""
    cluster: Any = None
    for line in requests:
        request = json.loads(line)
        body = b""
        try:
            if "connect" in request:
                error, text = 0, ""
                cluster = connect(**request["connect"])
            else:
                send = getattr(cluster, request["to"] + "_command")
                error, body, text = send(json.dumps(request["command"]), b"")
                if len(body) > request["limit"]:
                    error, body, text = errno.EFBIG, b"", "more than the limit"
        except ImportError as failure:
            # If librados itself is broken, ImportError has a message that explains it.
            is_missing = getattr(failure, "name", None) == "rados"
            error, text = -1, NO_MODULE if is_missing else str(failure)
        except Exception as failure:  # noqa: BLE001 - librados has one class per errno
            error, text = getattr(failure, "errno", None) or -1, str(failure)
        head = {"errno": abs(error), "text": text, "size": len(body)}
        answers.write(json.dumps(head).encode() + b"\n" + body)
        answers.flush()


def connect(
    conf: str,
    name: str,
    options: "dict[str, str]",
) -> Any:  # noqa: ANN401 - rados has no types
    """Connect to the cluster; librados reads the file `conf`, and `options` override it."""
    cluster = import_module("rados").Rados(name=name, conffile=conf, conf=options)
    cluster.connect()
    return cluster


def die_with_parent(parent: int) -> None:
    """Have the kernel kill this process when its parent dies; exit if that has happened already.

    parent: the process id of the parent. If Python lacks ctypes, only the end of the input makes
    this process exit.
    """
    with suppress(ImportError, OSError, AttributeError):
        prctl = import_module("ctypes").CDLL(None).prctl
        prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
    if os.getppid() != parent:
        os._exit(0)


def lines(stream: BinaryIO) -> "Iterator[bytes]":
    """Yield the lines of the input. At its end, exit the process, even during a call."""
    received = queue.Queue()  # type: queue.Queue[bytes]

    def read() -> None:
        try:
            for line in stream:
                received.put(line)
        finally:
            os._exit(0)

    threading.Thread(target=read, daemon=True).start()
    while True:
        yield received.get()


def main() -> None:
    """Serve requests on the standard streams; discard the output of librados."""
    die_with_parent(int(sys.argv[1]))
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # the parent closes its input or kills it
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    serve(lines(sys.stdin.buffer), answers)


if __name__ == "__main__":
    try:
        main()
    finally:
        os._exit(0)  # a regular shutdown of librados may hang
