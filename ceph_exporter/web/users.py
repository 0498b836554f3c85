"""Basic authentication (`basic_auth_users`); caches results, because bcrypt is slow by design."""

import hashlib
import hmac
import secrets
from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Mapping
from ipaddress import IPv6Address, ip_address
from types import ModuleType

from ceph_exporter.config.strict_yaml import ConfigError
from ceph_exporter.log import fields, log
from ceph_exporter.web.turns import BusyError, Turns

__all__ = ["BusyError", "Users"]

_CACHE_SIZE = 100
"""Number of cached results, each for right and wrong passwords, as in exporter-toolkit."""
_PASSWORD_LIMIT = 72
"""Number of bytes that bcrypt reads."""

_NOBODY = f"$2b$10${'.' * 53}"
"""A hash that no password matches. It is checked for unknown users, which takes 65 ms, as in
exporter-toolkit. Its cost does not depend on those of the users, so that a stranger never causes
more work than that."""
_COSTLY_FROM = 13
"""The lowest bcrypt cost that takes half a second. Such checks only wait for one another."""
_WARN_ABOVE = 14
"""Higher bcrypt costs take more than two seconds; the first scrape with a password would fail."""
_PATIENCE, _COSTLY_PATIENCE = 5.0, 60.0
"""Seconds to wait for other checks. If Prometheus gives up meanwhile, its next scrape is admitted,
because the result is cached."""


class Users:
    """Users and the bcrypt hashes of their passwords; raises ConfigError without bcrypt."""

    def __init__(self, users: Mapping[str, str]) -> None:
        self._bcrypt = _bcrypt()
        self._users = dict(users)
        self._salt = secrets.token_bytes(32)
        self._cached: dict[bool, dict[bytes, None]] = {True: {}, False: {}}
        # One check of each kind at a time, so that a flood of guesses cannot occupy all CPU cores.
        self._cheap, self._costly = Turns(), Turns()
        if slow := [name for name, digest in self._users.items() if _cost(digest) > _WARN_ABOVE]:
            line = fields(users=",".join(slow), highest=_WARN_ABOVE)
            log.warning("bcrypt cost of users too high, a check takes seconds", extra=line)

    def admit(self, authorization: str, client: str = "", patience: float | None = None) -> bool:
        """Return whether an Authorization header has the name and the password of a user.

        client: its address; the checks of one client do not delay those of others. patience:
        seconds to wait for other checks. Raises BusyError after them, or if too many wait.
        """
        scheme, _, encoded = authorization.partition(" ")
        if scheme.lower() != "basic":
            return False
        try:
            user, colon, password = b64decode(encoded.strip(), validate=True).partition(b":")
        except (Base64Error, ValueError):
            return False
        name = user.decode("utf-8", "replace")
        digest = self._users.get(name, _NOBODY)
        message = b"\0".join((user.hex().encode(), digest.encode(), password.hex().encode()))
        key = hmac.digest(self._salt, message, hashlib.sha256)
        if (result := self._lookup(key)) is not None:
            return result
        costly = _cost(digest) >= _COSTLY_FROM
        if patience is None:
            patience = _COSTLY_PATIENCE if costly else _PATIENCE
        lane = _network(client), name if name in self._users else None
        with (self._costly if costly else self._cheap).turn(lane, patience):
            if (result := self._lookup(key)) is not None:  # checked while this one waited
                return result
            admitted = self._matches(password, digest) and bool(colon) and name in self._users
            self._cache(key, admitted)
        return admitted

    def _lookup(self, key: bytes) -> bool | None:
        """Return the cached result for a name and password, None if there is none."""
        return next((result for result, keys in self._cached.items() if key in keys), None)

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


def _cost(digest: str) -> int:
    return int(digest.split("$")[2])


def _network(client: str) -> str:
    """Return a client's address; for IPv6, its network, all of which the client may use."""
    try:
        address = ip_address(client.partition("%")[0])
    except ValueError:
        return client
    if not isinstance(address, IPv6Address):
        return client
    return str(address.ipv4_mapped or int(address) >> 64)


def _bcrypt() -> ModuleType:
    try:
        import bcrypt  # noqa: PLC0415 - an optional extra, only needed with users
    except ImportError:
        raise ConfigError(
            "basic_auth_users: the package bcrypt is missing; run "
            "pip install 'ceph-exporter[auth]' (Debian: python3-bcrypt)"
        ) from None
    return bcrypt
