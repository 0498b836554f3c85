"""Thousands of web configuration files: each is used or refused with one line, at once."""

import os
import random
import time
from collections.abc import Iterator

import bcrypt
import pytest

from ceph_exporter.config.strict_yaml import ConfigError
from ceph_exporter.web.config import load
from ceph_exporter.web.security import Watched, make
from tests.web.certificates import Certificates

LONG = bool(os.environ.get("CEPH_EXPORTER_LONG_TESTS"))
FILES = 50_000 if LONG else 5_000
SLOWEST = 2.0
"""Seconds for one file, which is small; generous, as the machine is shared."""
HASH = bcrypt.hashpw(b"secret", bcrypt.gensalt(4)).decode()
SEEDS = (
    (
        "tls_server_config:\n  cert_file: server.crt\n  key_file: server.key\n"
        "  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: ca.pem\n"
        "  client_allowed_sans: [a.example, '::1']\n  min_version: TLS12\n  max_version: TLS13\n"
        "  cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256]\n"
        "  curve_preferences: [X25519]\n"
    ),
    f"basic_auth_users:\n  alice: {HASH}\n  123: &h {HASH}\n  bob: *h\n",
    (
        "http_server_config:\n  http2: false\n  headers:\n    X-Frame-Options: deny\n"
        "    X-XSS-Protection: 1\n    Content-Security-Policy: |\n      default-src 'self'\n"
    ),
    "rate_limit: {interval: 1m30s, burst: 5}\n",
    "a: &a {b: c}\nrate_limit:\n  <<: [*a, *a]\n  interval: !!str 0\n",
)
KEYS = (
    *("tls_server_config", "cert", "cert_file", "key", "key_file", "client_ca", "client_ca_file"),
    *("client_auth_type", "client_allowed_sans", "min_version", "max_version", "cipher_suites"),
    *("prefer_server_cipher_suites", "curve_preferences", "http_server_config", "http2", "headers"),
    *("X-Frame-Options", "basic_auth_users", "rate_limit", "interval", "burst", "<<", "=", "? x"),
)
SCALARS = (
    *("", "~", "true", "0", "-1", "1e999", "9" * 400, "0x" + "f" * 300, "1:2:3", ".inf", ".nan"),
    *("2026-01-01", "0001-01-01t00:00:00+23:59", "server.crt", "server.key", "ca.pem", "/dev/zero"),
    *("/dev/null", ".", "..", "a\\0b", "TLS12", "TLS13", "NoClientCert", "X25519", "deny", "1s"),
    *("1h" * 50, "!!binary x", "!!bool x", "!!int ''", "!!set {a}", "!!omap [a]", "&x y", "*x"),
    *(
        '"\\ud800"',
        '"\\x1b[2J"',
        "\u202e",
        "\ufeff",
        "\x85",
        "\t",
        "'",
        '"',
        "|\n  a\n  b",
        ">\n a",
    ),
    *(
        "$2y$10$" + "a" * 53,
        HASH,
        "%YAML 1.1",
        "---",
        "...",
        "{",
        "[",
        "}",
        "]",
        ": ",
        "- ",
        "@",
        "`",
    ),
)


def tree(choose: random.Random, depth: int = 0) -> str:
    """Return a value in flow style, made of keys and scalars of the format and of YAML."""
    kind = choose.random()
    if depth > 3 or kind < 0.5:
        return choose.choice(SCALARS)
    parts = [tree(choose, depth + 1) for _ in range(choose.randrange(4))]
    if kind < 0.65:
        return f"[{', '.join(parts)}]"
    return "{" + ", ".join(f"{choose.choice(KEYS)}: {part}" for part in parts) + "}"


def mutated(choose: random.Random) -> str:
    """Return a valid file, or two, with a few pieces removed, doubled, replaced or inserted."""
    text = "".join(choose.sample(SEEDS, choose.randrange(1, 3)))
    for _ in range(choose.randrange(6)):
        start = choose.randrange(len(text) + 1)
        end = min(len(text), start + choose.choice((0, 1, 1, 3, 20)))
        piece = choose.choice(
            (choose.choice(SCALARS), choose.choice(KEYS), text[start:end] * 2, "")
        )
        text = text[:start] + piece + text[end:]
    return text


def texts(count: int) -> Iterator[bytes]:
    """Yield the same files each time."""
    choose = random.Random(16)  # noqa: S311 - for tests
    for number in range(count):
        if number % 10 == 0:
            yield choose.randbytes(choose.randrange(200))
        elif number % 3:
            yield mutated(choose).encode("utf-8", "surrogatepass")
        else:
            sections = [f"{choose.choice(KEYS)}: {tree(choose)}\n" for _ in range(3)]
            yield "".join(sections).encode("utf-8", "surrogatepass")


@pytest.fixture
def running(certificates: Certificates) -> Watched:
    """Return the security of a running exporter with users and TLS."""
    file = certificates.folder / "web.yml"
    file.write_text(SEEDS[0] + SEEDS[1])
    return Watched(str(file))


def test_no_file_is_a_traceback_or_a_hang(running: Watched, certificates: Certificates) -> None:
    """Every file is used, or refused with one line that prints; protection in use is never lost."""
    file = certificates.folder / "web.yml"
    descriptors = len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - a count
    used = refused = 0
    for content in texts(FILES):
        file.write_bytes(content)
        start = time.monotonic()
        why = ""
        try:
            make(load(str(file)))
            used += 1
        except ConfigError as error:
            refused += 1
            why = str(error)
        assert why.isprintable()
        assert not why or ": " in why
        security = running()
        assert security.users is not None
        assert security.context is not None
        assert time.monotonic() - start < SLOWEST, content
    assert used > FILES / 100
    assert refused > FILES / 2
    assert len(os.listdir("/proc/self/fd")) == descriptors  # noqa: PTH208
