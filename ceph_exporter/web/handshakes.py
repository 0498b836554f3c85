"""Failed TLS handshakes with clients, counted by reason and logged."""

import logging
import ssl
import threading
import time
from collections.abc import Callable, Iterator

from ceph_exporter import own_metrics
from ceph_exporter.log import fields, log

_LOG_INTERVAL = 60.0
"""Seconds between two log lines about the same reason: clients must not be able to fill the log."""
_REASONS = {
    "PEER_DID_NOT_RETURN_A_CERTIFICATE": "no_certificate",
    "NO_SHARED_CIPHER": "no_shared_cipher",
    "NO_SUITABLE_KEY_SHARE": "no_shared_curve",
    "NO_SHARED_GROUPS": "no_shared_curve",
    "UNSUPPORTED_PROTOCOL": "unsupported_version",
    "VERSION_TOO_LOW": "unsupported_version",
    "WRONG_VERSION_NUMBER": "not_tls",
    "HTTP_REQUEST": "not_tls",
    "UNEXPECTED_EOF_WHILE_READING": "connection_closed",
}
"""The reason by the name of OpenSSL's error."""
_EXPIRED = (9, 10)  # X509_V_ERR_CERT_NOT_YET_VALID and X509_V_ERR_CERT_HAS_EXPIRED
NAME_NOT_ALLOWED = "name_not_allowed"
NOT_TLS = "not_tls"
REASONS = tuple(
    sorted(
        {
            *_REASONS.values(),
            NAME_NOT_ALLOWED,
            "certificate_expired",
            "certificate_not_trusted",
            "client_alert",
            "other",
            "timeout",
        }
    )
)
"""All values of the label `reason`."""


def reason_of(error: OSError) -> str:
    """Return why a handshake failed, as one of `REASONS`."""
    if isinstance(error, TimeoutError):
        return "timeout"
    name = getattr(error, "reason", None) or ""
    if name == "CERTIFICATE_VERIFY_FAILED":
        expired = getattr(error, "verify_code", 0) in _EXPIRED
        return "certificate_expired" if expired else "certificate_not_trusted"
    if "_ALERT_" in name:  # the client refused, for example because of our certificate
        return "client_alert"
    if isinstance(error, ssl.SSLEOFError | ConnectionError):
        return "connection_closed"
    return _REASONS.get(name, "other")


def explanation(error: OSError) -> str:
    """Return what OpenSSL or the system reported, in a few words."""
    for name in ("verify_message", "reason", "strerror"):
        if text := getattr(error, name, None):
            return str(text).lower().replace("_", " ")
    return str(error)


class Handshakes:
    """Counts failed handshakes by reason, and logs each reason at most once a minute.

    clock: monotonic seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._failures = dict.fromkeys(REASONS, 0)
        self._logged: dict[str, tuple[float, int]] = {}  # time and count of the last log line

    def export(self) -> None:
        """Export the number of failures for every reason, even while it is 0."""
        for reason in REASONS:
            own_metrics.count_failed_handshake(reason, 0)

    def failures(self) -> Iterator[tuple[str, int]]:
        """Yield each reason with the number of failures since the start."""
        yield from self._failures.items()

    def failed(self, reason: str, client: object, error: str) -> None:
        """Count a failure. client: its address, as the system returns it; error: what happened."""
        own_metrics.count_failed_handshake(reason)
        with self._lock:
            self._failures[reason] += 1
            total, now = self._failures[reason], self._clock()
            when, before = self._logged.get(reason, (now - _LOG_INTERVAL, 0))
            if now - when < _LOG_INTERVAL:
                return
            self._logged[reason] = now, total
        address = client[0] if isinstance(client, tuple) else client
        about = fields(reason=reason, client=address, failures=total - before, error=error)
        # A port check connects and closes, which is not an error.
        level = logging.DEBUG if reason == "connection_closed" else logging.WARNING
        log.log(level, "TLS handshake failed", extra=about)
