"""`basic_auth_users`: who is let in. bcrypt is slow on purpose, so its results are remembered."""

import hashlib
import hmac
import secrets
import threading
from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Mapping
from types import ModuleType

from ceph_exporter.config.strict_yaml import ConfigError

_REMEMBERED = 100
"""Results kept of each kind, as many as Prometheus' own exporters keep."""
_PASSWORD_LIMIT = 72
"""bcrypt looks at no more bytes."""


class BusyError(Exception):
    """Too many passwords are waiting to be checked."""


class Users:
    """Users and the bcrypt hashes of their passwords; raises ConfigError without bcrypt."""

    def __init__(self, users: Mapping[str, str]) -> None:
        self._bcrypt = _bcrypt()
        self._users = dict(users)
        # An unknown user is checked like any other, against a hash that nothing matches and at
        # the highest cost of all, so that the time taken does not tell who exists.
        cost = max(int(digest.split("$")[2]) for digest in users.values())
        self._nobody = f"$2b${cost:02d}${'.' * 53}"
        self._salt = secrets.token_bytes(32)
        self._known: dict[bool, dict[bytes, None]] = {True: {}, False: {}}
        self._one = threading.Lock()

    def admit(self, authorization: str, patience: float = 5.0) -> bool:
        """Say whether an Authorization header is a user's; BusyError after waiting in vain."""
        scheme, _, encoded = authorization.partition(" ")
        if scheme.lower() != "basic":
            return False
        try:
            user, colon, password = b64decode(encoded.strip(), validate=True).partition(b":")
        except (Base64Error, ValueError):
            return False
        name = user.decode("utf-8", "replace")
        digest = self._users.get(name, self._nobody)
        message = b"\0".join((user.hex().encode(), digest.encode(), password.hex().encode()))
        key = hmac.digest(self._salt, message, hashlib.sha256)
        for result, keys in self._known.items():
            if key in keys:
                return result
        # One at a time: a flood of guesses must not take every processor.
        if not self._one.acquire(timeout=patience):
            raise BusyError
        try:
            matches = self._matches(password, digest)
        finally:
            self._one.release()
        admitted = bool(colon) and matches and name in self._users
        self._remember(key, admitted)
        return admitted

    def _matches(self, password: bytes, digest: str) -> bool:
        try:
            return bool(self._bcrypt.checkpw(password[:_PASSWORD_LIMIT], digest.encode()))
        except ValueError:
            return False

    def _remember(self, key: bytes, admitted: bool) -> None:
        # Kept apart, so that wrong guesses cannot push out what Prometheus sends.
        keys = self._known[admitted]
        keys[key] = None
        while len(keys) > _REMEMBERED:
            keys.pop(next(iter(keys)), None)


def _bcrypt() -> ModuleType:
    try:
        import bcrypt  # noqa: PLC0415 - an optional extra, needed by whoever has users only
    except ImportError:
        raise ConfigError(
            "basic_auth_users: needs the package bcrypt: pip install 'ceph-exporter[auth]' "
            "(Debian: python3-bcrypt)"
        ) from None
    return bcrypt
