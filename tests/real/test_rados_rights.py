"""The user of the quick start over librados on each release: all documents, no secrets."""

from __future__ import annotations

import errno
import os
import signal
from typing import TYPE_CHECKING

import pytest

from ceph_exporter.deadline import Deadline
from ceph_exporter.facts.rbd_counters import RbdCounters
from ceph_exporter.facts.registry import COMMANDS
from ceph_exporter.sources import Answer, ErrorKind
from testbed.bootstrap import RIGHTS
from testbed.librados import open_source
from tests.quickstart import MON_CAPS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ceph_exporter.sources.rados import Rados
    from testbed.ceph import CephCluster

pytestmark = pytest.mark.real

# Each reads a secret of a cluster that has it, or shows where it is.
SECRETS: list[dict[str, str]] = [
    {"prefix": "config dump"},
    {"prefix": "config get", "who": "mgr.x"},
    {"prefix": "config log"},
    {"prefix": "config-key dump"},
    {"prefix": "config-key get", "key": "mgr/dashboard/key"},
    {"prefix": "auth ls"},
    {"prefix": "dashboard get-rgw-api-secret-key"},
]


@pytest.fixture
def narrow(release_cluster: CephCluster, tmp_path: Path) -> Iterator[Rados]:
    """Return a source with the user of the quick start."""
    source = open_source(release_cluster, tmp_path, "narrow", "mon", MON_CAPS)
    yield source
    source.close()


def errno_of(source: Rados, to: str, command: dict[str, str]) -> int:
    """Return the errno of a command."""
    assert source._process is not None
    request = {"to": to, "command": {**command, "format": "json"}, "limit": 2**24}
    return source._process.ask(request, Deadline(30)).errno


def failures(answers: list[Answer]) -> dict[str, str]:
    """Return the errors by document.

    Without documents that this cluster does not have, and the one that needs a right on a mgr.
    """
    return {
        answer.documents[0]: str(answer.error)
        for answer in answers
        if answer.error
        and answer.error.kind is not ErrorKind.UNSUPPORTED
        and "orchestrator" not in str(answer.error).lower()
        and not (
            answer.documents[0] == RbdCounters.document and answer.error.kind is ErrorKind.DENIED
        )
    }


def test_every_document_is_received(narrow: Rados) -> None:
    """A user without any right on a mgr receives every document; none is refused."""
    answers = list(narrow.fetch(narrow.documents, Deadline(60)))
    assert {answer.documents[0] for answer in answers} == narrow.documents
    assert failures(answers) == {}


def test_secrets_are_refused(narrow: Rados) -> None:
    """The monitors refuse this user each command that reads secrets."""
    numbers = {command["prefix"]: errno_of(narrow, "mon", command) for command in SECRETS}
    assert numbers == dict.fromkeys(numbers, errno.EACCES)


def test_a_wider_user_reads_them(release_cluster: CephCluster, tmp_path: Path) -> None:
    """With `allow r` the same requests succeed, and still every document is received."""
    source = open_source(release_cluster, tmp_path, "wide", *RIGHTS)
    try:
        readable = {one["prefix"] for one in SECRETS if not errno_of(source, "mon", one)}
        assert {"config dump", "config get", "config log"} <= readable
        assert failures(list(source.fetch(source.documents, Deadline(60)))) == {}
        assert not source._through_monitors
    finally:
        source.close()


def test_a_user_without_a_right_on_a_mgr(release_cluster: CephCluster, tmp_path: Path) -> None:
    """What a mgr refuses a user with `mon 'allow r'` alone, a monitor hands on."""
    source = open_source(release_cluster, tmp_path, "half", "mon", "allow r")
    try:
        assert failures(list(source.fetch(source.documents, Deadline(60)))) == {}
        assert "osd df" in source._through_monitors
    finally:
        source.close()


def test_a_silent_mgr_costs_its_own_documents_only(
    release_cluster: CephCluster, narrow: Rados
) -> None:
    """While the active mgr hangs, every document of the monitors arrives, and time is left."""
    mgr = release_cluster._daemons[f"mgr.{release_cluster.active_mgr()}"].pid
    of_mgr = {name for name, row in COMMANDS.items() if row[0].target == "mgr"}
    os.kill(mgr, signal.SIGSTOP)
    try:
        deadline = Deadline(8)
        answers = list(narrow.fetch(narrow.documents, deadline))
        assert set(failures(answers)) <= of_mgr
        assert {"osd df", "pg states"} <= set(failures(answers))
        assert deadline.left > 0.5
        (status,) = narrow.fetch(["status"], deadline)
        assert status.error is None
    finally:
        os.kill(mgr, signal.SIGCONT)
    # Until the mgr of 14 knows the usage again, its `fs status` divides by zero.
    release_cluster.wait(
        lambda: not failures(list(narrow.fetch(narrow.documents, Deadline(60)))), "documents", 60
    )
