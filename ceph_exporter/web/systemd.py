"""What systemd is told: ready, reloading, alive, ending, and a line for `systemctl status`."""

import socket
import time
from collections.abc import Mapping


class Notifier:
    """Sends to the socket that systemd names, and to nobody without one.

    watchdog: seconds after which systemd kills a service that says nothing, None without one.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._address = environment.get("NOTIFY_SOCKET", "")
        self._status = ""
        microseconds = environment.get("WATCHDOG_USEC", "")
        self.watchdog = int(microseconds) / 1e6 if microseconds.isdecimal() else None

    def ready(self, status: str) -> None:
        """Say that the service serves, after its start or a reload."""
        self._send("READY=1", f"STATUS={status}")

    def reloading(self) -> None:
        """Say that a reload begins."""
        self._send("RELOADING=1", f"MONOTONIC_USEC={time.monotonic_ns() // 1000}")

    def alive(self) -> None:
        """Feed the watchdog."""
        if self.watchdog:
            self._send("WATCHDOG=1")

    def status(self, status: str) -> None:
        """Say how it goes, when that has changed."""
        if status != self._status:
            self._send(f"STATUS={status}")
        self._status = status

    def stopping(self) -> None:
        """Say that the service ends."""
        self._send("STOPPING=1")

    def _send(self, *lines: str) -> None:
        if not self._address:
            return
        # An address that begins with @ is in Linux' abstract namespace.
        address = self._address.replace("@", "\0", 1) if self._address[0] == "@" else self._address
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
                sock.settimeout(1)
                sock.sendto("\n".join(lines).encode(), address)
        except OSError:
            return  # systemd being gone must not stop the service
