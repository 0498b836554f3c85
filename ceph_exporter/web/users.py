"""Basic authentication (`basic_auth_users`); caches results, because bcrypt is slow on purpose."""

import hashlib
import hmac
import secrets
import threading
from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Mapping
from types import ModuleType

from ceph_exporter.config.strict_yaml import ConfigError

_CACHE_SIZE = 100
"""Cached results, separately for right and wrong passwords; the same number as exporter-toolkit."""
_PASSWORD_LIMIT = 72
"""bcrypt ignores all further bytes."""


class BusyError(Exception):
    """Too many passwords are waiting to be checked."""


class Users:
    """Users and the bcrypt hashes of their passwords; raises ConfigError without bcrypt."""

    def __init__(self, users: Mapping[str, str]) -> None:
        self._bcrypt = _bcrypt()
        self._users = dict(users)
        # The password of an unknown user is checked against a hash that no password matches, with
        # the highest cost of all users, so that the response time does not reveal who exists.
        cost = max(int(digest.split("$")[2]) for digest in users.values())
        self._nobody = f"$2b${cost:02d}${'.' * 53}"
        self._salt = secrets.token_bytes(32)
        self._cached: dict[bool, dict[bytes, None]] = {True: {}, False: {}}
        self._checking = threading.Lock()

    def admit(self, authorization: str, patience: float = 5.0) -> bool:
        """Return whether an Authorization header has the name and the password of a user.

        patience: seconds to wait while other passwords are checked; then it raises BusyError.
        """
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
        for result, keys in self._cached.items():
            if key in keys:
                return result
        # One at a time: a flood of guesses must not occupy all CPU cores.
        if not self._checking.acquire(timeout=patience):
            raise BusyError
        try:
            matches = self._matches(password, digest)
        finally:
            self._checking.release()
        admitted = bool(colon) and matches and name in self._users
        self._cache(key, admitted)
        return admitted

    def _matches(self, password: bytes, digest: str) -> bool:
        try:
            return bool(self._bcrypt.checkpw(password[:_PASSWORD_LIMIT], digest.encode()))
        except ValueError:
            return False

    def _cache(self, key: bytes, admitted: bool) -> None:
        # Separate caches, so that wrong guesses cannot evict the password that Prometheus sends.
        keys = self._cached[admitted]
        keys[key] = None
        while len(keys) > _CACHE_SIZE:
            keys.pop(next(iter(keys)), None)


def _bcrypt() -> ModuleType:
    try:
        import bcrypt  # noqa: PLC0415 - an optional extra, only needed with users
    except ImportError:
        raise ConfigError(
            "basic_auth_users: the package bcrypt is missing; run "
            "pip install 'ceph-exporter[auth]' (Debian: python3-bcrypt)"
        ) from None
    return bcrypt
