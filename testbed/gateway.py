"""A RADOS Gateway in a cluster, with users, quotas, buckets and a usage log."""

from __future__ import annotations

import json
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import httpx
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from testbed.process import Daemon

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from testbed.ceph import CephCluster

CAPS = "usage=read;buckets=read;users=read;metadata=read"
QUOTA_BYTES, QUOTA_OBJECTS = 104857600, 1000
_INSTANCE = "lab"


class Gateway(NamedTuple):
    """A running gateway. url: of S3 and of the admin API; the files have the exporter's keys."""

    cluster: CephCluster
    url: str
    access_key_file: Path
    secret_key_file: Path
    keys: dict[str, tuple[str, str]]
    daemon: Daemon

    def admin(self, *arguments: str) -> Any:  # noqa: ANN401 - any JSON
        """Return the decoded output of radosgw-admin."""
        output = self.cluster.run("radosgw-admin", *arguments, "--format=json")
        return json.loads(output) if output.strip() else None


@contextmanager
def gateway(cluster: CephCluster, port: int) -> Iterator[Gateway]:
    """Run a gateway until the end of the block; its usage log is written at once.

    There are the users alice, who has a quota, and carol in the tenant acme.
    """
    name, folder = f"client.rgw.{_INSTANCE}", cluster.folder
    keyring = folder / "rgw.keyring"
    caps = ("mon", "allow rw", "osd", "allow rwx", "mgr", "allow rw")
    cluster.ceph("auth", "get-or-create", name, *caps, "-o", str(keyring))
    url = f"http://127.0.0.1:{port}"
    command = (
        *("radosgw", "-d", "-n", name, "--keyring", str(keyring)),
        *("-c", str(folder / "ceph.conf"), "--rgw-frontends", f"beast endpoint=127.0.0.1:{port}"),
        *("--rgw-enable-usage-log=true", "--rgw-usage-log-tick-interval=1"),
        *("--rgw-usage-log-flush-threshold=1", "--osd-pool-default-pg-num=4"),
    )
    daemon = Daemon(*cluster.release.command(*command), log=folder / "log" / name)
    try:
        cluster.wait(partial(_answers, url), "answer of RGW", 120)
        keys = {
            "exporter": _user(cluster, "--uid=exporter", f"--caps={CAPS}"),
            "alice": _user(cluster, "--uid=alice"),
            "acme$carol": _user(cluster, "--uid=carol", "--tenant=acme"),
        }
        limits = (f"--max-size={QUOTA_BYTES}", f"--max-objects={QUOTA_OBJECTS}")
        quota = ("--quota-scope=user", "--uid=alice")
        cluster.run("radosgw-admin", "quota", "set", *quota, *limits)
        cluster.run("radosgw-admin", "quota", "enable", *quota)
        files = folder / "rgw_access_key", folder / "rgw_secret_key"
        for file, key in zip(files, keys["exporter"], strict=True):
            file.write_text(key)
        yield Gateway(cluster, url, *files, keys, daemon)
    finally:
        daemon.stop()


def _answers(url: str) -> bool:
    return httpx.get(url, trust_env=False).status_code == httpx.codes.OK


def _user(cluster: CephCluster, *arguments: str) -> tuple[str, str]:
    name = "--display-name=Someone"
    user = json.loads(cluster.run("radosgw-admin", "user", "create", name, *arguments))
    return user["keys"][0]["access_key"], user["keys"][0]["secret_key"]


def send(gateway: Gateway, user: str, method: str, path: str, body: bytes = b"") -> httpx.Response:
    """Send an S3 request in the name of a user; the path is encoded."""
    url = gateway.url + path
    request = AWSRequest(method, url, data=body)
    S3SigV4Auth(Credentials(*gateway.keys[user]), "s3", "us-east-1").add_auth(request)
    headers = dict(request.headers.items())
    return httpx.request(method, url, content=body, headers=headers, trust_env=False, timeout=60)
