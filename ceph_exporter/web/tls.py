"""`tls_server_config` to an SSLContext: Go's names to OpenSSL's, and what Python's ssl can do.

What it cannot do is refused: a certificate asked for and not verified, several curves, TLS below
1.2 (which today's OpenSSL has switched off).
"""

import os
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

from ceph_exporter.config.strict_yaml import ConfigError
from ceph_exporter.web.config import Pem, TlsServer

_VERSIONS = {"TLS12": ssl.TLSVersion.TLSv1_2, "TLS13": ssl.TLSVersion.TLSv1_3}
_AUTH = {
    "": ssl.CERT_NONE,
    "NoClientCert": ssl.CERT_NONE,
    "VerifyClientCertIfGiven": ssl.CERT_OPTIONAL,
    "RequireAndVerifyClientCert": ssl.CERT_REQUIRED,
}
_UNVERIFIED = ("RequestClientCert", "RequireAnyClientCert", "RequireClientCert")
_CURVES = {
    "CurveP256": "prime256v1",
    "CurveP384": "secp384r1",
    "CurveP521": "secp521r1",
    "X25519": "X25519",
}
# TLS 1.3 has suites of its own, which neither Go nor OpenSSL lets the list change.
_TLS13 = ("TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256")
_CIPHERS = {
    "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA": "ECDHE-ECDSA-AES128-SHA",
    "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA": "ECDHE-ECDSA-AES256-SHA",
    "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA": "ECDHE-RSA-AES128-SHA",
    "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA": "ECDHE-RSA-AES256-SHA",
    "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256": "ECDHE-ECDSA-AES128-GCM-SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384": "ECDHE-ECDSA-AES256-GCM-SHA384",
    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256": "ECDHE-RSA-AES128-GCM-SHA256",
    "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384": "ECDHE-RSA-AES256-GCM-SHA384",
    "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256": "ECDHE-RSA-CHACHA20-POLY1305",
    "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256": "ECDHE-ECDSA-CHACHA20-POLY1305",
    "TLS_RSA_WITH_AES_128_CBC_SHA": "AES128-SHA",
    "TLS_RSA_WITH_AES_256_CBC_SHA": "AES256-SHA",
    "TLS_RSA_WITH_AES_128_GCM_SHA256": "AES128-GCM-SHA256",
    "TLS_RSA_WITH_AES_256_GCM_SHA384": "AES256-GCM-SHA384",
}


def context(tls: TlsServer, pem: Pem) -> ssl.SSLContext | None:
    """Make the context, None without TLS; raises ConfigError that names the key."""
    if not tls.enabled:
        return None
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.options |= ssl.OP_NO_RENEGOTIATION
    _versions(made, tls)
    _ciphers(made, tls)
    _curve(made, tls)
    _client_auth(made, tls, pem)
    _certificate(made, tls, pem)
    return made


def _error(key: str, text: str) -> ConfigError:
    return ConfigError(f"tls_server_config.{key}: {text}")


def _versions(made: ssl.SSLContext, tls: TlsServer) -> None:
    for key in ("min_version", "max_version"):
        if getattr(tls, key) not in _VERSIONS:
            raise _error(key, f"expected TLS12 or TLS13, got {getattr(tls, key)!r}")
    if tls.min_version > tls.max_version:
        raise _error("max_version", "expected no less than min_version")
    made.minimum_version = _VERSIONS[tls.min_version]
    made.maximum_version = _VERSIONS[tls.max_version]


def _ciphers(made: ssl.SSLContext, tls: TlsServer) -> None:
    if not tls.prefer_server_cipher_suites:
        made.options &= ~ssl.OP_CIPHER_SERVER_PREFERENCE
    for index, name in enumerate(tls.cipher_suites):
        if name not in _CIPHERS and name not in _TLS13:
            raise _error(f"cipher_suites[{index}]", f"unknown cipher suite {name!r}")
    chosen = [_CIPHERS[name] for name in tls.cipher_suites if name in _CIPHERS]
    if chosen:
        made.set_ciphers(":".join(chosen))
    elif tls.cipher_suites and tls.max_version == "TLS12":
        raise _error("cipher_suites", "expected a suite that TLS 1.2 has, as max_version is TLS12")
    elif tls.cipher_suites:  # of TLS 1.3 only: nothing is left for TLS 1.2
        made.minimum_version = ssl.TLSVersion.TLSv1_3


def _curve(made: ssl.SSLContext, tls: TlsServer) -> None:
    for index, name in enumerate(tls.curve_preferences):
        if name not in _CURVES:
            known = ", ".join(_CURVES)
            raise _error(f"curve_preferences[{index}]", f"expected one of {known}, got {name!r}")
    if len(tls.curve_preferences) > 1:
        raise _error("curve_preferences", "Python's ssl takes one curve only; name one, or none")
    for name in tls.curve_preferences:
        made.set_ecdh_curve(_CURVES[name])


def _client_auth(made: ssl.SSLContext, tls: TlsServer, pem: Pem) -> None:
    auth = tls.client_auth_type
    if auth in _UNVERIFIED:
        raise _error(
            "client_auth_type",
            f"{auth} does not verify certificates, which Python's ssl always does; "
            "expected VerifyClientCertIfGiven or RequireAndVerifyClientCert",
        )
    if auth not in _AUTH:
        known = ", ".join(name for name in _AUTH if name)
        raise _error("client_auth_type", f"expected one of {known}, got {auth!r}")
    made.verify_mode = _AUTH[auth]
    if tls.client_allowed_sans is not None and made.verify_mode is not ssl.CERT_REQUIRED:
        raise _error(
            "client_allowed_sans", "expected client_auth_type RequireAndVerifyClientCert with it"
        )
    if made.verify_mode is ssl.CERT_NONE:
        if pem.client_ca:
            raise _error(
                "client_auth_type",
                "expected VerifyClientCertIfGiven or RequireAndVerifyClientCert with a client CA",
            )
    elif pem.client_ca:
        _trust(made, pem.client_ca, _key(tls, "client_ca"))
    else:
        made.load_default_certs(ssl.Purpose.CLIENT_AUTH)  # as Go does


def _trust(made: ssl.SSLContext, text: bytes, key: str) -> None:
    try:
        made.load_verify_locations(cadata=text.decode("ascii"))
    except (ssl.SSLError, ValueError):
        raise _error(key, "expected certificates in PEM form") from None


def _key(tls: TlsServer, name: str) -> str:
    """Give the key that was used: cert or cert_file."""
    return name if getattr(tls, name) else f"{name}_file"


def _certificate(made: ssl.SSLContext, tls: TlsServer, pem: Pem) -> None:
    cert_name, key_name = _key(tls, "cert"), _key(tls, "key")

    def encrypted() -> str:  # without it OpenSSL would ask at the terminal
        raise _error(key_name, "expected a key without a passphrase")

    # Only to say which of the two is at fault: loading both gives one error for either.
    _trust(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), pem.cert, cert_name)
    try:
        with _file(pem.cert) as cert, _file(pem.key) as key:
            made.load_cert_chain(cert, key, password=encrypted)
    except ssl.SSLError as error:
        if error.reason == "KEY_VALUES_MISMATCH":
            raise _error(key_name, "this is not the key of the certificate") from None
        if "TOO_SMALL" in (error.reason or "") or "TOO_WEAK" in (error.reason or ""):
            raise _error(cert_name, "the certificate's key or digest is too weak") from None
        raise _error(key_name, "expected a private key in PEM form") from None


@contextmanager
def _file(content: bytes) -> Iterator[str]:
    """Give the name of a file with this content that exists in memory only: ssl wants a name."""
    handle = os.memfd_create("pem")
    try:
        os.write(handle, content)
        yield f"/proc/self/fd/{handle}"
    finally:
        os.close(handle)
