"""A minimal threaded server: `python -m testbed.bare FILE` answers every request with the file.

It starts a thread for each connection, parses no headers, and has neither limits nor timeouts. It
is the yardstick for a server that protects itself against its clients. It prints its port.
"""

import socket
import sys
import threading
from pathlib import Path


def main(message: bytes) -> None:
    """Serve until the process is killed."""
    with socket.create_server(("127.0.0.1", 0), backlog=1024) as listener:
        sys.stdout.write(f"{listener.getsockname()[1]}\n")
        sys.stdout.flush()
        while True:
            sock, _ = listener.accept()
            threading.Thread(target=_serve, args=(sock, message), daemon=True).start()


def _serve(sock: socket.socket, message: bytes) -> None:
    with sock:
        request = b""
        while b"\r\n\r\n" not in request and (part := sock.recv(65536)):
            request += part
        sock.sendall(message)
        sock.shutdown(socket.SHUT_WR)
        while sock.recv(65536):
            pass


if __name__ == "__main__":
    main(Path(sys.argv[1]).read_bytes())
