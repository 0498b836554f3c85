"""Notifications to systemd: ready, reloading, alive, stopping, and the status line."""

import socket
import time
from collections.abc import Mapping

from ceph_exporter.printable import escape_text


class Notifier:
    """Sends notifications to the socket in NOTIFY_SOCKET; without one it does nothing.

    watchdog: seconds without a notification after which systemd kills the service, None without a
    watchdog. The protocol is that of sd_notify(3).
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._address = environment.get("NOTIFY_SOCKET", "")
        self._status = ""
        microseconds = environment.get("WATCHDOG_USEC", "")
        valid = microseconds.isdecimal() and len(microseconds) <= 20
        self.watchdog = int(microseconds) / 1e6 if valid else None

    def ready(self, status: str) -> None:
        """Notify that the service is ready, after its start or a reload."""
        self._send("READY=1", f"STATUS={escape_text(status)}")

    def reloading(self) -> None:
        """Notify that a reload has started."""
        self._send("RELOADING=1", f"MONOTONIC_USEC={time.monotonic_ns() // 1000}")

    def alive(self) -> None:
        """Reset the watchdog."""
        if self.watchdog:
            self._send("WATCHDOG=1")

    def status(self, status: str) -> None:
        """Send the status line, if it has changed."""
        if status != self._status:
            self._send(f"STATUS={escape_text(status)}")  # a line break would start another message
        self._status = status

    def stopping(self) -> None:
        """Notify that the service is stopping."""
        self._send("STOPPING=1")

    def _send(self, *lines: str) -> None:
        if not self._address:
            return
        # An address that starts with @ is in the abstract namespace of Linux.
        address = self._address.replace("@", "\0", 1) if self._address[0] == "@" else self._address
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
                sock.settimeout(1)
                sock.sendto("\n".join(lines).encode(), address)
        except (OSError, ValueError):
            return  # the service must go on without systemd
