"""Users of the dashboard with fewer rights: built-in roles, custom ones, a change at run time."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from ceph_exporter.config import Cluster, Config
from ceph_exporter.config.tree import TlsConfig
from ceph_exporter.polling import advice
from ceph_exporter.polling.poller import Poller
from ceph_exporter.polling.report import DocumentState
from ceph_exporter.sources import ErrorKind
from testbed.bootstrap import USER
from testbed.exporter import run
from tests.real.wild.failovers import shows_health

if TYPE_CHECKING:
    from testbed.ceph import CephCluster
    from tests.real.faults.watched import Watched

pytestmark = pytest.mark.real

SCOPES = {
    "osd": {"osd dump", "osd tree", "osd metadata", "osd df", "osd perf"},
    "pool": {"df detail", "pg states", "osd pool stats"},
    "manager": {"mgr dump"},
    "cephfs": {"fs dump", "fs status"},
    "monitor": {"quorum_status"},
    "hosts": {
        "mon metadata",
        "mgr metadata",
        "mds metadata",
        "versions",
        "orch ls",
        "orch host ls",
    },
    "rgw": {"service dump"},
}
"""By scope, the documents that require it; from 18 on, `hosts` also covers `orch ps`."""
ROLE = "single"


def scopes(cluster: CephCluster) -> dict[str, set[str]]:
    """Return the documents by the scope that they require on the release of a cluster."""
    has_daemons = cluster.release.name != "16.2.15"
    return {**SCOPES, "hosts": SCOPES["hosts"] | ({"orch ps"} if has_daemons else set())}


def denied(cluster: CephCluster, user: str) -> set[str]:
    """Poll once as a user; check that health is received, and return the denied documents."""
    one = Cluster(
        urls=tuple(cluster.dashboard_urls),
        username=user,
        password_file=str(cluster.password_file),
        tls=TlsConfig(ca_file=str(cluster.ca_file)),
    )
    with closing(Poller("", one, Config({"": one}))) as poller:
        report = poller.poll().report
    assert report.up
    states = {row.name: row.state for row in report.documents}
    assert states["health detail"] is states["version"] is DocumentState.OK
    rows = [row for row in report.documents if row.kind is ErrorKind.DENIED]
    assert all(row.state is DocumentState.FAILED for row in rows)
    missing = {row.what: row for row in advice.missing(report)}
    for row in rows:
        (scope,) = [scope for scope, names in scopes(cluster).items() if row.name in names]
        assert f"grant the scope {scope}: read to the role of user {user}" in missing[row.name].why
        assert "ac-role-add-scope-perms" in missing[row.name].fix
    assert not [row for row in report.documents if row.state is DocumentState.PENDING]
    return {row.name for row in rows}


def make_user(cluster: CephCluster, user: str, role: str) -> None:
    """Make a user with the password of the tests."""
    create = ("dashboard", "ac-user-create", user, "-i", str(cluster.password_file), role)
    cluster.ceph(*create, "--force-password")


def test_built_in_roles(wild: CephCluster) -> None:
    """read-only has all; cluster-manager lacks pools and filesystems; check says what to grant."""
    assert denied(wild, USER) == set()
    make_user(wild, "manager", "cluster-manager")
    assert denied(wild, "manager") == SCOPES["pool"] | SCOPES["cephfs"] | SCOPES["rgw"]
    done = run(
        "check",
        f"--cluster.url={wild.dashboard_url}",
        f"--cluster.url={wild.dashboard_urls[1]}",
        "--cluster.username=manager",
        f"--cluster.password-file={wild.password_file}",
        f"--cluster.ca-file={wild.ca_file}",
    )
    assert done.returncode == 0
    assert "grant the scope pool: read to the role of user manager" in done.stdout


def test_a_role_with_one_scope(wild: CephCluster) -> None:
    """With each single scope, exactly the documents of the others are denied."""
    wild.ceph("dashboard", "ac-role-create", ROLE)
    make_user(wild, ROLE, ROLE)
    every = set().union(*scopes(wild).values())
    for scope, documents in scopes(wild).items():
        wild.ceph("dashboard", "ac-role-add-scope-perms", ROLE, scope, "read")
        assert denied(wild, ROLE) == every - documents
        wild.ceph("dashboard", "ac-role-del-scope-perms", ROLE, scope)


def test_a_right_that_is_taken_away_and_given_back(wild: CephCluster, both: Watched) -> None:
    """At run time the documents of the role's scope fail, are logged, and come back."""
    shows_health(both)
    wild.ceph("dashboard", "ac-user-set-roles", USER, "cluster-manager")
    both.shows("ceph_exporter_document_success", 0, document="osd pool stats")
    both.shows("ceph_exporter_document_success", 0, document="df detail")
    both.shows("ceph_cluster_total_bytes", None)
    shows_health(both)
    both.wait_for_log("grant the scope pool: read")
    wild.ceph("dashboard", "ac-user-set-roles", USER, "read-only")
    both.awaits("ceph_exporter_document_success", lambda values: 0 not in values)
    both.awaits("ceph_cluster_total_bytes", bool)
