"""Faults of passwords, keys and configuration between the exporter and a healthy cluster."""

from __future__ import annotations

import os
import signal
import time
from typing import TYPE_CHECKING

import pytest

from testbed.bootstrap import RIGHTS, USER

if TYPE_CHECKING:
    from pathlib import Path

    from testbed.ceph import CephCluster
    from tests.real.faults.watched import Watched

pytestmark = pytest.mark.real

OTHER_KEY = "AQDO4gZrfPO7ChAAHmE3s3HmxdZkR/PSaGcyHA=="


def test_tokens_that_expire_are_renewed(failing: CephCluster, dashboard: Watched) -> None:
    """Tokens that expire after six seconds are renewed in time, and none is refused."""
    failing.ceph("config", "set", "mgr", "mgr/dashboard/jwt_token_ttl", "6")
    # This invalidates the present token, which is valid for hours.
    set_password(failing, dashboard.secret.read_text(), dashboard.secret)
    refusals = dashboard.times_logged("refused")
    start = time.monotonic()
    while time.monotonic() < start + 15:
        dashboard.polls(3)
        dashboard.shows("ceph_up", 1)
    # All mgrs run, so there is no "connection refused" among these.
    assert dashboard.times_logged("refused") == refusals
    failing.ceph("config", "rm", "mgr", "mgr/dashboard/jwt_token_ttl")


def test_a_changed_password(failing: CephCluster, cluster: CephCluster, dashboard: Watched) -> None:
    """The old password is refused once; the new one is used as soon as it is in the file.

    It is the other cluster's password, which a later test needs.
    """
    secret = cluster.password_file.read_text()
    refusals = dashboard.times_logged("refused the login of user")
    set_password(failing, secret, dashboard.secret.with_suffix(".new"))
    dashboard.shows("ceph_up", 0)
    dashboard.polls(3)
    dashboard.secret.write_text(secret)
    dashboard.shows("ceph_up", 1)
    assert dashboard.times_logged("refused the login of user") <= refusals + 1
    assert dashboard.times_logged(secret) == 0


def set_password(cluster: CephCluster, secret: str, file: Path) -> None:
    """Set the password of the dashboard's user."""
    file.write_text(secret)
    name = ("dashboard", "ac-user-set-password", USER)
    cluster.ceph(*name, "-i", str(file), "--force-password")


def test_a_changed_key_of_restful(failing: CephCluster, restful: Watched) -> None:
    """After the key was replaced, the old one is refused until the new one is in the file."""
    refusals = restful.times_logged("refused")
    failing.ceph("restful", "delete-key", USER)
    key = failing.ceph("restful", "create-key", USER).strip()
    restful.shows("ceph_up", 0)
    restful.polls(3)
    restful.secret.write_text(key)
    restful.shows("ceph_up", 1)
    assert restful.times_logged("refused") <= refusals + 1


def test_a_changed_key_of_rados(failing: CephCluster, rados: Watched) -> None:
    """When librados reconnects, the old key is refused until the new one is in the keyring."""
    import_key(failing, rados.secret.with_suffix(".new"))
    end_child(rados)
    rados.shows("ceph_up", 0)
    rados.wait_for_log("the monitors refused")
    rados.polls(3)
    rados.secret.write_text(failing.ceph("auth", "get", f"client.{USER}"))
    rados.shows("ceph_up", 1)
    assert rados.times_logged("the monitors refused") == 1
    assert rados.times_logged(OTHER_KEY) == 0


def test_a_ceph_conf_of_another_cluster(
    failing: CephCluster, cluster: CephCluster, rados: Watched
) -> None:
    """Monitors of another cluster that accept the key are not shown; the right ones are again."""
    import_key(cluster, rados.secret.with_suffix(".other"))
    rados.place.write_bytes((cluster.folder / "ceph.conf").read_bytes())
    end_child(rados)
    rados.shows("ceph_exporter_foreign_cluster", 1)
    rados.shows("ceph_up", 0)
    rados.shows("ceph_health_status", None)
    rados.place.write_bytes((failing.folder / "ceph.conf").read_bytes())
    rados.shows("ceph_up", 1)
    rados.shows("ceph_exporter_foreign_cluster", 0)
    assert rados.times_logged("rejected answers from another cluster") == 1


def import_key(cluster: CephCluster, file: Path) -> None:
    """Set another key for the user of rados."""
    caps = [
        word
        for who, may in zip(RIGHTS[::2], RIGHTS[1::2], strict=True)
        for word in ("--cap", who, may)
    ]
    new = ("ceph-authtool", "-C", str(file), "-n", f"client.{USER}", *caps)
    cluster.run(*new, "--add-key", OTHER_KEY)
    cluster.ceph("auth", "import", "-i", str(file))


def end_child(rados: Watched) -> None:
    """Kill the process that holds the connection to the monitors."""
    children = rados.exporter.children()
    assert len(children) == 1
    os.kill(children[0], signal.SIGKILL)
