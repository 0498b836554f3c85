"""A fake of RGW's admin API, which answers like 16.2.15, and the source that asks it."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from ceph_exporter.sources import Tls
from ceph_exporter.sources.rgw_admin import RgwAdmin
from ceph_exporter.sources.rgw_keys import Keys
from tests.sources.fakes import as_json
from tests.sources.faulty import Reply, Request

ACCESS, SECRET = "AKEXPORTER", "s3cr3t/with+signs"
NO_QUOTA = {"enabled": False, "max_size": -1, "max_objects": -1}
QUOTAS = {"user_quota": NO_QUOTA, "bucket_quota": NO_QUOTA}
BUCKET = {"bucket": "photos", "tenant": "", "owner": "alice", "usage": {}}


def refusal(code: str, status: int = 403) -> Reply:
    """Return an error of RGW."""
    return as_json({"Code": code, "RequestId": "tx0001", "HostId": "1-default"}, status)


def signature_of(request: Request, secret: str) -> str:
    """Return the signature of a request (AWS signature version 4), calculated from its headers."""
    words = request.headers["authorization"].split(" ", 1)[1]
    parts = dict(part.strip().split("=", 1) for part in words.split(","))
    scope = parts["Credential"].split("/", 1)[1]
    day, region, service, last = scope.split("/")
    names = parts["SignedHeaders"].split(";")
    path, _, query = request.path.partition("?")
    lines = [request.method, path, "&".join(sorted(query.split("&")))]
    lines += [f"{name}:{request.headers[name]}" for name in names]
    lines += ["", parts["SignedHeaders"], request.headers["x-amz-content-sha256"]]
    digest = hashlib.sha256("\n".join(lines).encode()).hexdigest()
    key = f"AWS4{secret}".encode()
    for part in (day, region, service, last):
        key = hmac.digest(key, part.encode(), "sha256")
    stamp = request.headers["x-amz-date"]
    text = f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{digest}"
    return hmac.new(key, text.encode(), "sha256").hexdigest()


class Rgw:
    """RGW with users and buckets. special: other answers, by path without the query.

    page: how many names of users fit in a page.
    """

    def __init__(
        self, special: Mapping[str, Reply | None] | None = None, *, page: int = 1000
    ) -> None:
        self.special = dict(special or {})
        self.users = {name: dict(QUOTAS) for name in ("alice", "acme$carol")}
        self.buckets: list[object] = [BUCKET]
        self.entries: list[object] = []
        self.asked: list[tuple[str, dict[str, str]]] = []
        self._page = page

    def __call__(self, request: Request) -> Reply | None:
        """Answer a request."""
        parts = urlsplit(request.path)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        self.asked.append((parts.path, query))
        if query.get("format") != "json":
            return Reply(400, b"<Error><Code>InvalidRequest</Code></Error>", "application/xml")
        if parts.path in self.special:
            return self.special[parts.path]
        if parts.path == "/admin/user":
            quotas = self.users.get(query["uid"])
            return refusal("NoSuchUser", 404) if quotas is None else as_json(quotas)
        answers: dict[str, object] = {
            "/admin/bucket": self.buckets,
            "/admin/usage": {"entries": self.entries},
            "/admin/metadata/user": self._names(query.get("marker", "")),
        }
        return as_json(answers[parts.path])

    def _names(self, marker: str) -> object:
        names = [name for name in self.users if not marker or name > marker]
        shown = sorted(names)[: self._page]
        cut = len(names) > len(shown)
        return {"keys": shown, "truncated": cut, **({"marker": shown[-1]} if cut else {})}


class Unsigned(Keys):
    """Keys that need no library."""

    def signed(self, url: str) -> dict[str, str]:
        """Return a header in place of the signature."""
        return {"x-url": url}


def admin(*urls: str, keys: Keys | None = None, limit: int = 1 << 20) -> RgwAdmin:
    """Return the source for these gateways."""
    return RgwAdmin(urls, keys or Unsigned("access", "secret"), Tls(), limit)


def keys_in(folder: Path, access: str = ACCESS, secret: str = SECRET) -> Keys:
    """Write keys to files and return them."""
    files = folder / "access_key", folder / "secret_key"
    for file, key in zip(files, (access, secret), strict=True):
        file.write_text(f"{key}\n")
    return Keys(*map(str, files))


def decoded(body: bytes) -> object:
    """Return the JSON of a document."""
    value: object = json.loads(body)
    return value
