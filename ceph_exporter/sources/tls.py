"""The settings for checking the certificates of Ceph's servers."""

import ssl
from typing import NamedTuple

from ceph_exporter.sources.base import ErrorKind, SourceError


class Tls(NamedTuple):
    """The settings for checking the server's certificate."""

    ca_file: str | None = None
    insecure_skip_verify: bool = False


DEFAULT_TLS = Tls()


def context(tls: Tls) -> ssl.SSLContext:
    """Return the context for connections; raise SourceError if the CA file cannot be used."""
    try:
        context = ssl.create_default_context(cafile=tls.ca_file)
    except OSError as error:  # the file was removed in the meantime, or has no certificate
        is_invalid = isinstance(error, ssl.SSLError)
        reason = "it contains no certificate" if is_invalid else error.strerror
        raise SourceError(
            ErrorKind.REFUSED, f"cannot use --cluster.ca-file (tls.ca_file) {tls.ca_file}: {reason}"
        ) from None
    if tls.insecure_skip_verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
