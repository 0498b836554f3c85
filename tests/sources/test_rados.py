"""Documents through librados: the target of each command, and that nothing hangs the exporter.

The child process is the real one; it imports a module `rados` of the tests.
"""

import errno
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ceph_exporter.config.units import Size
from ceph_exporter.deadline import Deadline
from ceph_exporter.facts.registry import COMMANDS
from ceph_exporter.sources import Credentials, ErrorKind, SourceError, Tls, connect
from ceph_exporter.sources.rados import Rados
from tests.sources.scripted_rados import FOLDER, Cluster, failures

SILENT = "no answer to the command 'status'"


@pytest.fixture
def cluster(tmp_path: Path) -> Cluster:
    """Return a cluster of Ceph 16 that answers everything with an empty object."""
    return Cluster(tmp_path)


@pytest.fixture
def source(cluster: Cluster) -> Iterator[Rados]:
    """Return a source that is connected to the cluster."""
    opened = cluster.open()
    yield opened
    opened.close()


def test_commands_go_to_the_daemon_that_has_them(cluster: Cluster, source: Rados) -> None:
    """Commands go to the monitors first, then the mgr's own commands to the mgr, all as JSON."""
    names = "admin_socket", "client_mount_timeout", "keyring", "log_file", "rados_mon_op_timeout"
    assert cluster.asked() == [
        f"connect client.prom {cluster.conf} {[*names]} 61",
        "mon version",
        "mon fsid",
    ]
    answers = list(source.fetch(("osd df", "health detail", "pg states"), Deadline(60)))
    assert [(one.documents, one.wire_format, one.body, one.error) for one in answers] == [
        (("health detail",), "health detail", b"{}", None),
        (("osd df",), "osd df", b"{}", None),
        (("pg states",), "pg states", b"{}", None),
    ]
    assert cluster.asked() == ["mon health", "mgr osd df", "mgr pg dump"]
    assert (source.api, source.url) == ("rados", str(cluster.conf))


def test_the_mgr_is_asked_for_its_own_commands_only(cluster: Cluster, source: Rados) -> None:
    """The registry decides who is asked: a monitor would keep a command of the mgr for ever."""
    cluster.asked()
    assert not failures(list(source.fetch(source.documents, Deadline(60))))
    mgr = {one.removeprefix("mgr ") for one in cluster.asked() if one.startswith("mgr ")}
    assert mgr >= {
        "balancer status",
        "crash ls",
        "device ls",
        "osd df",
        "osd perf",
        "osd pool stats",
        "pg dump",
        "service dump",
    }
    assert mgr == {row[0].prefix for row in COMMANDS.values() if row[0].target == "mgr"}


@pytest.mark.parametrize(
    "version",
    [
        [errno.EINVAL, "", "command not known"],
        [0, '{"version": "ceph version 10.2.11 (abc)"}', ""],
        [0, "<html>", ""],
    ],
)
def test_before_12_the_monitors_have_all_commands(cluster: Cluster, version: list[Any]) -> None:
    """Ceph 0.94 to 11 reports its release; older releases do not have the command."""
    cluster.does({"version": version})
    opened = cluster.open()
    cluster.asked()
    assert not failures(list(opened.fetch(("osd df",), Deadline(60))))
    assert cluster.asked() == ["mon osd df"]
    opened.close()


def test_the_second_choice_is_used_if_the_first_is_unknown(cluster: Cluster, source: Rados) -> None:
    """Only an unknown command leads to the next; a document without any is unsupported."""
    unknown = [errno.EINVAL, "", "command not known"]
    cluster.does(
        {
            "quorum_status": unknown,
            "fs dump": [errno.EAGAIN, "", ""],
            "crash ls": [errno.EINVAL, "", "No handler found for 'crash ls'"],
            "osd dump": [errno.EACCES, "", "access denied"],
        }
    )
    wanted = ("quorum_status", "fs dump", "crash ls", "osd dump")
    quorum, *others = source.fetch(wanted, Deadline(60))
    assert (quorum.wire_format, quorum.error) == ("mon dump", None)
    assert failures(others) == {
        "fs dump": "Ceph refused the command 'fs dump': Resource temporarily unavailable",
        "osd dump": "Ceph refused the command 'osd dump': access denied; add to the mon "
        'capabilities of client.prom: allow command "osd dump"',
        "crash ls": "Ceph refused the command 'crash ls': No handler found for 'crash ls'",
    }
    kinds = [one.error.kind for one in others if one.error]
    assert kinds == [ErrorKind.FAILED, ErrorKind.DENIED, ErrorKind.UNSUPPORTED]


def test_an_answer_that_is_too_large_is_the_only_failure(cluster: Cluster) -> None:
    """It is not read, the error names the flag, and the next document is available."""
    cluster.does({"osd dump": [0, "x" * 1000, ""]})
    opened = Rados(
        str(cluster.conf), cluster.credentials, Deadline(60), [str(cluster.python)], Size(999)
    )
    answers = list(opened.fetch(("osd dump", "status"), Deadline(60)))
    opened.close()
    text = "the answer to the command 'osd dump' is too large and was not read; raise --poll.body-"
    assert failures(answers) == {"osd dump": f"{text}limit (poll.body_limit)"}
    assert answers[1].body == b"{}"


def test_a_dead_mgr_only_costs_its_own_documents(cluster: Cluster, source: Rados) -> None:
    """Only one command waits, not for the whole poll; the monitors are asked even after that."""
    cluster.does({"osd df": "hang"})
    cluster.asked()
    deadline = Deadline(4)
    answers = list(source.fetch(("osd df", "osd perf", "status"), deadline))
    assert [one.documents[0] for one in answers if one.error is None] == ["status"]
    text = "no mgr answered (no answer in time); check that one is active: ceph mgr dump"
    assert failures(answers) == {"osd df": text, "osd perf": text}
    assert all(one.seconds > 1 for one in answers if one.error)
    assert cluster.asked() == ["mon status", "mgr osd df"]
    (version,) = source.fetch(("pg states", "version"), deadline)
    assert (version.documents, version.error) == (("version",), None)
    assert cluster.asked()[-3:] == ["mon version", "mon fsid", "mon version"]
    cluster.does({})
    assert not failures(list(source.fetch(("osd df",), Deadline(60))))
    assert cluster.asked()[-1] == "mgr osd df"


@pytest.mark.parametrize(
    ("does", "says"),
    [
        (
            "hang",
            f"{SILENT}: no answer in time; check that the monitors have a quorum",
        ),
        ("abort", f"{SILENT}: the process that runs librados was killed by signal 6"),
        ("end", f"{SILENT}: the process that runs librados exited unexpectedly"),
    ],
)
def test_monitors_that_do_not_answer(cluster: Cluster, source: Rados, does: str, says: str) -> None:
    """Whatever librados does, the poll ends at its deadline with one line."""
    cluster.does({"status": does})
    with pytest.raises(SourceError) as caught:
        list(source.fetch(("status",), Deadline(1 if does == "hang" else 60)))
    assert (caught.value.kind, str(caught.value)) == (ErrorKind.UNREACHABLE, says)


@pytest.mark.parametrize(
    ("number", "kind", "says"),
    [
        (errno.EACCES, ErrorKind.REFUSED, "must contain the output of: ceph auth get client.prom"),
        (errno.EIO, ErrorKind.REFUSED, "librados cannot use the key of client.prom"),
        (errno.ENOENT, ErrorKind.REFUSED, "librados found no monitors; set mon_host in"),
        (errno.EINVAL, ErrorKind.UNREACHABLE, "ceph.conf and the names in its mon_host"),
    ],
)
def test_a_refused_connection_says_what_to_do(
    cluster: Cluster, number: int, kind: ErrorKind, says: str
) -> None:
    """The errno of librados becomes one readable line."""
    cluster.does({"connect": [number, "", "error connecting\nto the cluster"]})
    with pytest.raises(SourceError) as caught:
        cluster.open()
    assert caught.value.kind is kind
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("where", ["connect", "version"])
def test_no_monitor_at_the_start(cluster: Cluster, where: str) -> None:
    """A connection that takes too long fails, even in its first command."""
    cluster.does({where: "hang"})
    with pytest.raises(SourceError, match="no answer in time") as caught:
        Rados(str(cluster.conf), cluster.credentials, Deadline(2), [str(cluster.python)])
    assert caught.value.kind is ErrorKind.UNREACHABLE


def test_a_file_that_cannot_be_read_is_named(cluster: Cluster) -> None:
    """Librados itself does not report which file is missing."""
    cluster.keyring.unlink()
    with pytest.raises(SourceError, match=r"cannot read .*/keyring: No such file .* check --clu"):
        cluster.open()
    cluster.conf.unlink()
    with pytest.raises(SourceError, match=r"cannot read .*/ceph.conf: .*--cluster.ceph-conf"):
        connect("rados", str(cluster.conf), Tls(), cluster.credentials, Deadline(60))


def test_the_python_of_the_distribution_is_tried_too(cluster: Cluster, tmp_path: Path) -> None:
    """A Python without the module is skipped; without any other, the error names the package."""
    empty = tmp_path / "empty"
    empty.write_text(cluster.python.read_text().replace(str(FOLDER), str(tmp_path)))
    empty.chmod(0o755)
    pythons = [str(tmp_path / "none"), str(empty), str(cluster.python)]
    opened = Rados(str(cluster.conf), Credentials("client.prom"), Deadline(60), pythons)
    opened.close()
    assert cluster.asked()[0].startswith("connect client.prom ")
    with pytest.raises(SourceError, match="package python3-rados") as caught:
        Rados(str(cluster.conf), cluster.credentials, Deadline(60), pythons[:2])
    assert caught.value.kind is ErrorKind.REFUSED
