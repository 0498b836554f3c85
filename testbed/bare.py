"""What a threaded server costs at least: `python -m benchmarks.bare FILE` sends the file.

A thread a connection, no header read for what it says, no limit, no time: nothing of what a server
needs that faces clients. It prints its port.
"""

import socket
import sys
import threading
from pathlib import Path


def main(message: bytes) -> None:
    """Serve until killed."""
    with socket.create_server(("127.0.0.1", 0), backlog=1024) as listener:
        sys.stdout.write(f"{listener.getsockname()[1]}\n")
        sys.stdout.flush()
        while True:
            wire, _ = listener.accept()
            threading.Thread(target=_serve, args=(wire, message), daemon=True).start()


def _serve(wire: socket.socket, message: bytes) -> None:
    with wire:
        request = b""
        while b"\r\n\r\n" not in request and (part := wire.recv(65536)):
            request += part
        wire.sendall(message)
        wire.shutdown(socket.SHUT_WR)
        while wire.recv(65536):
            pass


if __name__ == "__main__":
    main(Path(sys.argv[1]).read_bytes())
