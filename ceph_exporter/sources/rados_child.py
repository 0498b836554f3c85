"""The child process of the source `rados`: it alone loads librados.

It is run as a file by whichever Python has the distribution's module `rados`, so it uses nothing
else of this project and nothing of the standard library that is not everywhere. It reads requests
from standard input, a JSON object in a line each, and answers each with a JSON object in a line,
`{"errno": ..., "text": ..., "size": ...}`, and as many bytes. It ends when its input does.
"""

import errno
import json
import os
import signal
import sys
from importlib import import_module
from typing import Any, BinaryIO

NO_MODULE = "no module"
"""The text of the answer to a connect where this Python has no module `rados`."""


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer requests until there are none: first `connect`, then commands."""
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
            # A broken librados is an ImportError too; its text is then worth more.
            found = getattr(failure, "name", None) == "rados"
            error, text = -1, NO_MODULE if found else str(failure)
        except Exception as failure:  # noqa: BLE001 - librados has a class for each errno
            error, text = getattr(failure, "errno", None) or -1, str(failure)
        head = {"errno": abs(error), "text": text, "size": len(body)}
        answers.write(json.dumps(head).encode() + b"\n" + body)
        answers.flush()


def connect(
    conf: str,
    name: str,
    options: "dict[str, str]",
) -> Any:  # noqa: ANN401 - rados has no types
    """Connect to the cluster; librados reads the file `conf`, and what `options` say wins."""
    cluster = import_module("rados").Rados(name=name, conffile=conf, conf=options)
    cluster.connect()
    return cluster


def main() -> None:
    """Serve on the standard streams; what librados may print goes nowhere."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # the parent ends it by closing its input
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    serve(sys.stdin.buffer, answers)


if __name__ == "__main__":
    try:
        main()
    finally:
        os._exit(0)  # taking leave of the cluster may hang
