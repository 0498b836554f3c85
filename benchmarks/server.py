"""A ceph-rest-api that sends prepared bytes: `python -m benchmarks.server OSDS`.

It prints its URL, and then a line for each answer: start and end in unix seconds, and the command.
Each poll requests `status` once; this request switches to the next round of documents.
"""

import socket
import sys
import time

from benchmarks.pipeline import documents_of
from ceph_exporter.simulator import Simulated

_ROUNDS = 4
_SECONDS = 40.0
"""Simulated seconds between two rounds."""
_FSID = {"fsid": b'{"fsid": "00000000-0000-0000-0000-000000000000"}'}
_UNKNOWN = b'{"status": "Invalid endpoint", "output": ""}'


def main(osds: int) -> None:
    """Answer requests, one at a time, until the process is killed."""
    age = 0.0
    cluster = Simulated(osds, age=lambda: age)
    cluster.incidents = ()
    rounds = []
    for _ in range(_ROUNDS):
        rounds.append(documents_of(cluster) | _FSID)
        age += _SECONDS
    with socket.create_server(("127.0.0.1", 0)) as listener:
        sys.stdout.write(f"http://127.0.0.1:{listener.getsockname()[1]}\n")
        sys.stdout.flush()
        number = 0
        while True:
            sock, _ = listener.accept()
            with sock:
                start = time.time()
                request = b""
                while b"\r\n\r\n" not in request and (part := sock.recv(65536)):
                    request += part
                if not request:
                    continue
                command = _command(request)
                number += command == "status"
                sock.sendall(_answer(rounds[number % _ROUNDS].get(command)))
            sys.stdout.write(f"{start} {time.time()} {command}\n")
            sys.stdout.flush()


def _command(request: bytes) -> str:
    """Return the command: "health detail" for "GET /api/v0.1/health.json?detail=detail"."""
    target = request.split(b" ")[1].decode().removeprefix("/api/v0.1/")
    path, _, query = target.partition(".json")
    return path.replace("/", " ") + (" detail" if "detail" in query else "")


def _answer(document: bytes | None) -> bytes:
    if document is None:
        status, body = "400 Bad Request", _UNKNOWN
    else:
        status, body = "200 OK", b'{"status": "OK", "output": ' + document + b"}"
    head = (
        f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + body


if __name__ == "__main__":
    main(int(sys.argv[1]))
