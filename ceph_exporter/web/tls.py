"""Creates the SSLContext for `tls_server_config`, translating Go's names into OpenSSL's.

Settings that Python's ssl does not support are refused: client certificates that are requested but
not verified, several curves, TLS versions below 1.2 (which current OpenSSL disables).
"""

import os
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

from ceph_exporter.config.strict_yaml import ConfigError
from ceph_exporter.printable import quoted
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
# TLS 1.3 has its own suites. Neither Go nor OpenSSL applies the list to them.
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
}
_DEFAULT_CIPHERS = ":".join(name for name in _CIPHERS.values() if not name.endswith("-SHA"))
"""Without a list: those with authenticated encryption. OpenSSL's own default depends on the
distribution, and may have suites that Go never offers."""


def make_context(tls: TlsServer, pem: Pem) -> ssl.SSLContext | None:
    """Return the context, None without TLS; raises ConfigError that names the key."""
    if not tls.enabled:
        if tls.client_allowed_sans is not None:
            raise _error("client_allowed_sans", "needs TLS; set cert_file and key_file as well")
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.options |= ssl.OP_NO_RENEGOTIATION
    _versions(context, tls)
    _ciphers(context, tls)
    _curve(context, tls)
    _client_auth(context, tls, pem)
    _certificate(context, tls, pem)
    return context


def _error(key: str, text: str) -> ConfigError:
    return ConfigError(f"tls_server_config.{key}: {text}")


def _versions(context: ssl.SSLContext, tls: TlsServer) -> None:
    for key in ("min_version", "max_version"):
        if getattr(tls, key) not in _VERSIONS:
            raise _error(key, f"expected TLS12 or TLS13, got {quoted(getattr(tls, key))}")
    if tls.min_version > tls.max_version:
        raise _error("max_version", "expected min_version or higher")
    context.minimum_version = _VERSIONS[tls.min_version]
    context.maximum_version = _VERSIONS[tls.max_version]


def _ciphers(context: ssl.SSLContext, tls: TlsServer) -> None:
    if not tls.prefer_server_cipher_suites:
        context.options &= ~ssl.OP_CIPHER_SERVER_PREFERENCE
    for index, name in enumerate(tls.cipher_suites):
        if name not in _CIPHERS and name not in _TLS13:
            raise _error(
                f"cipher_suites[{index}]",
                f"unknown cipher suite {quoted(name)}; expected a name of Go's crypto/tls "
                "(tls.CipherSuites)",
            )
    chosen = [_CIPHERS[name] for name in tls.cipher_suites if name in _CIPHERS]
    try:
        context.set_ciphers(":".join(chosen) or _DEFAULT_CIPHERS)
    except ssl.SSLError:
        text = "the system's crypto policy allows none of these; name others"
        raise _error("cipher_suites", text) from None
    if chosen:
        return
    if tls.cipher_suites and tls.max_version == "TLS12":
        raise _error("cipher_suites", "expected a suite of TLS 1.2, because max_version is TLS12")
    if tls.cipher_suites:  # only suites of TLS 1.3: TLS 1.2 cannot be used
        context.minimum_version = ssl.TLSVersion.TLSv1_3


def _curve(context: ssl.SSLContext, tls: TlsServer) -> None:
    for index, name in enumerate(tls.curve_preferences):
        if name not in _CURVES:
            names = ", ".join(_CURVES)
            raise _error(
                f"curve_preferences[{index}]", f"expected one of {names}, got {quoted(name)}"
            )
    if len(tls.curve_preferences) > 1:
        raise _error("curve_preferences", "Python's ssl supports only one curve; name one or none")
    for name in tls.curve_preferences:
        try:
            context.set_ecdh_curve(_CURVES[name])
        except (ssl.SSLError, ValueError):
            text = f"the system's crypto policy does not allow {name}; name another one"
            raise _error("curve_preferences", text) from None


def _client_auth(context: ssl.SSLContext, tls: TlsServer, pem: Pem) -> None:
    auth = tls.client_auth_type
    if auth in _UNVERIFIED:
        raise _error(
            "client_auth_type",
            f"{auth} does not verify certificates, but Python's ssl always does; "
            "expected VerifyClientCertIfGiven or RequireAndVerifyClientCert",
        )
    if auth not in _AUTH:
        names = ", ".join(name for name in _AUTH if name)
        raise _error("client_auth_type", f"expected one of {names}, got {quoted(auth)}")
    context.verify_mode = _AUTH[auth]
    if tls.client_allowed_sans is not None and context.verify_mode is not ssl.CERT_REQUIRED:
        raise _error(
            "client_allowed_sans",
            "needs certificates from all clients; set client_auth_type RequireAndVerifyClientCert",
        )
    has_ca = bool(tls.client_ca or tls.client_ca_file)  # even if it is empty
    if context.verify_mode is ssl.CERT_NONE:
        if has_ca:
            raise _error(
                "client_auth_type",
                "expected VerifyClientCertIfGiven or RequireAndVerifyClientCert with a client CA",
            )
    elif has_ca:
        # As in Go, each of these certificates is trusted by itself: an intermediate CA without its
        # root, and the certificate of a single client.
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
        _trust(context, pem.client_ca, _key(tls, "client_ca"))
    else:
        context.load_default_certs(ssl.Purpose.CLIENT_AUTH)  # as Go does


def _trust(context: ssl.SSLContext, text: bytes, key: str) -> None:
    try:
        context.load_verify_locations(cadata=_blocks(text).decode("ascii"))
    except (ssl.SSLError, ValueError):
        raise _error(key, "expected certificates in PEM form") from None


def _blocks(text: bytes, *, keys: bool = False) -> bytes:
    """Return the certificates in a PEM text, or its private keys, without the text around them."""
    blocks = []
    for part in text.split(b"-----BEGIN ")[1:]:
        label, _, rest = part.partition(b"-----")
        body, end, _ = rest.partition(b"-----END " + label + b"-----")
        if end and (label.endswith(b"PRIVATE KEY") if keys else label == b"CERTIFICATE"):
            blocks.append(b"-----BEGIN " + label + b"-----" + body + end + b"\n")
    return b"".join(blocks)


def _key(tls: TlsServer, name: str) -> str:
    """Return which of the two keys is set, such as cert or cert_file."""
    return name if getattr(tls, name) else f"{name}_file"


def _certificate(context: ssl.SSLContext, tls: TlsServer, pem: Pem) -> None:
    cert_name, key_name = _key(tls, "cert"), _key(tls, "key")

    def encrypted() -> str:  # without this callback OpenSSL prompts on the terminal
        raise _error(key_name, "expected a key without a passphrase")

    # Load the certificate alone first, because an error of loading both does not say which is bad.
    _trust(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), pem.cert, cert_name)
    try:
        certificates, keys = _blocks(pem.cert), _blocks(pem.key, keys=True)
        with _file(certificates) as cert, _file(keys) as key:
            context.load_cert_chain(cert, key, password=encrypted)
    except ssl.SSLError as error:
        if error.reason == "KEY_VALUES_MISMATCH":
            raise _error(
                key_name,
                "the key does not belong to the certificate; expected its private key",
            ) from None
        if "TOO_SMALL" in (error.reason or "") or "TOO_WEAK" in (error.reason or ""):
            raise _error(
                cert_name,
                "the certificate has a key or digest too weak for OpenSSL; issue a new one",
            ) from None
        raise _error(key_name, "expected a private key in PEM form") from None


@contextmanager
def _file(content: bytes) -> Iterator[str]:
    """Yield the name of an in-memory file with this content, because ssl only reads files."""
    handle = os.memfd_create("pem")
    try:
        os.write(handle, content)
        yield f"/proc/self/fd/{handle}"
    finally:
        os.close(handle)
