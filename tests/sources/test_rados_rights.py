"""The two ways to the mgr over librados: which one the user's capabilities permit, and its errors.

The errnos are those of real 14.2.21 to 20.2.4.
"""

import errno
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from ceph_exporter.deadline import Deadline
from ceph_exporter.facts.registry import COMMANDS
from ceph_exporter.sources import Answer, ErrorKind
from ceph_exporter.sources.rados import Rados
from tests.quickstart import MON_CAPS
from tests.sources.scripted_rados import NO_MGR, Cluster, failures

DENIED = [errno.EACCES, "", "access denied"]
NO_CAPS = [errno.EACCES, "", "access denied: does your client key have mgr caps?"]


@pytest.fixture
def cluster(tmp_path: Path) -> Cluster:
    """Return a cluster of Ceph 16 that answers everything with an empty object."""
    return Cluster(tmp_path)


@pytest.fixture
def opened() -> Iterator[list[Rados]]:
    """Return a list; the sources in it are closed after the test."""
    sources: list[Rados] = []
    yield sources
    for source in sources:
        source.close()


def fetch(source: Rados, *documents: str, seconds: float = 60) -> list[Answer]:
    """Return the answers of one poll."""
    return list(source.fetch(documents, Deadline(seconds)))


def test_a_user_without_the_mgr_map_asks_a_monitor(cluster: Cluster, opened: list[Rados]) -> None:
    """A user whom the monitors refuse `fsid` never waits for the mgr map; one command shows it."""
    cluster.does({"fsid": DENIED, "mgr osd df": "hang", "mgr crash ls": "hang"})
    opened.append(cluster.open())
    assert cluster.asked()[1:] == ["mon version", "mon fsid"]
    for _ in range(2):
        assert not failures(fetch(opened[0], "osd df", "crash ls", "status"))
        assert cluster.asked() == ["mon status", "mon osd df", "mon crash ls"]


def test_a_user_whom_the_mgr_refuses_asks_a_monitor(cluster: Cluster, opened: list[Rados]) -> None:
    """With `mon 'allow r'` and less on the mgr, each refused command is remembered."""
    cluster.does({"mgr osd df": NO_CAPS, "mgr crash ls": [errno.EPERM, "", "no"]})
    opened.append(cluster.open())
    cluster.asked()
    assert not failures(fetch(opened[0], "osd df", "osd perf", "crash ls"))
    assert (
        cluster.asked()
        == [*("mgr osd perf", "mgr osd df", "mon osd df", "mgr crash ls", "mon crash ls")]
        or cluster.asked() == []
    )
    assert not failures(fetch(opened[0], "osd df", "osd perf", "crash ls"))
    assert cluster.asked() == ["mon osd df", "mgr osd perf", "mon crash ls"]


@pytest.mark.parametrize("fsid", [DENIED, [0, "{}", ""]])
def test_a_refused_command_names_its_capability(
    cluster: Cluster, opened: list[Rados], fsid: list[object]
) -> None:
    """Each document that the user may not read says what to add, and costs no other document."""
    refused = dict.fromkeys(("osd df", "pg dump", "mon dump", "quorum_status"), DENIED)
    cluster.does({"fsid": fsid, **refused})
    opened.append(cluster.open())
    errors = failures(fetch(opened[0], "osd df", "pg states", "quorum_status", "osd perf"))
    assert sorted(errors) == ["osd df", "pg states", "quorum_status"]
    wanted = {"osd df": "osd df", "pg states": "pg dump", "quorum_status": "quorum_status"}
    for document, command in wanted.items():
        assert errors[document].endswith(
            f'add to the mon capabilities of client.prom: allow command "{command}"'
        )


def test_the_command_that_shows_passwords_may_be_refused(
    cluster: Cluster, opened: list[Rados]
) -> None:
    """A user with the recommended rights may not run `orch ls`, and nothing is wrong with that."""
    cluster.does({"fsid": DENIED, "orch ls": DENIED})
    opened.append(cluster.open())
    (answer,) = fetch(opened[0], "orch ls")
    assert answer.error is not None
    assert answer.error.kind is ErrorKind.UNSUPPORTED
    assert "passwords of services" in str(answer.error)


def test_a_command_that_checks_the_mgr_capabilities_says_so(
    cluster: Cluster, opened: list[Rados]
) -> None:
    """Some modules of the mgr check the capabilities there themselves, whichever way is taken."""
    cluster.does({"balancer status": [errno.EACCES, "", "not authorized on pool=vms"]})
    opened.append(cluster.open())
    (error,) = failures(fetch(opened[0], "balancer status")).values()
    assert error.endswith("grant client.prom mon 'allow service mon r' and mgr 'allow r'")


def test_a_monitor_does_not_receive_what_no_mgr_will_answer(
    cluster: Cluster, opened: list[Rados]
) -> None:
    """After one silent command none is sent before `mgr dump` names an active mgr again."""
    silent = {"fsid": DENIED, "osd df": "hang"}
    cluster.does(silent)
    opened.append(cluster.open())
    cluster.asked()
    answers = fetch(opened[0], "osd df", "crash ls", "status", seconds=3)
    assert sorted(failures(answers)) == ["crash ls", "osd df"]
    cluster.does({**silent, "mgr dump": NO_MGR})
    cluster.asked()
    answers = fetch(opened[0], "osd df", "crash ls", "status", "mgr dump")
    text = "no mgr is active; start one, then check: ceph mgr dump"
    assert failures(answers) == {"osd df": text, "crash ls": text}
    assert not {"mon osd df", "mon crash ls"} & set(cluster.asked())
    cluster.does({"fsid": DENIED})
    assert not failures(fetch(opened[0], "osd df", "crash ls"))
    assert cluster.asked() == ["mon mgr dump", "mon osd df", "mon crash ls"]


def test_a_mgr_map_without_an_active_mgr_is_believed_at_once(
    cluster: Cluster, opened: list[Rados]
) -> None:
    """If the document `mgr dump` has no active mgr, not even one command is sent."""
    cluster.does({"mgr dump": NO_MGR, "osd df": "hang"})
    opened.append(cluster.open())
    answers = fetch(opened[0], "mgr dump", "osd df")
    assert failures(answers) == {"osd df": "no mgr is active; start one, then check: ceph mgr dump"}


@pytest.mark.parametrize("unknown", [DENIED, [0, "<html>", ""], [0, "[]", ""]])
def test_without_a_readable_mgr_map_the_mgr_is_asked(
    cluster: Cluster, opened: list[Rados], unknown: list[object]
) -> None:
    """A user who may not read `mgr dump`, or an odd answer, does not stop the mgr's documents."""
    cluster.does({"osd df": "hang"})
    opened.append(cluster.open())
    assert failures(fetch(opened[0], "osd df", seconds=2))
    cluster.does({"mgr dump": unknown})
    assert not failures(fetch(opened[0], "osd df"))


def test_a_quorum_lost_meanwhile_is_an_error_of_the_monitors(
    cluster: Cluster, opened: list[Rados]
) -> None:
    """If `mgr dump` itself has no answer, the monitors are unreachable, not the mgr."""
    cluster.does({"osd df": "hang"})
    opened.append(cluster.open())
    assert failures(fetch(opened[0], "osd df", seconds=2))
    cluster.does({"mgr dump": "hang"})
    with pytest.raises(Exception, match="no answer to the command 'mgr dump'"):
        fetch(opened[0], "osd df", seconds=2)


def test_a_silent_mgr_leaves_time_for_the_monitors(cluster: Cluster, opened: list[Rados]) -> None:
    """The mgr is given up before the poll ends; monitors that fail after that are no failure."""
    cluster.does({"osd df": "hang"})
    opened.append(cluster.open())
    deadline = Deadline(4)
    assert failures(list(opened[0].fetch(("osd df",), deadline)))
    assert deadline.left > 0.5
    cluster.asked()
    assert not failures(list(opened[0].fetch(("status",), deadline)))
    # This connection serves the next polls too, so librados' own limit is that of a whole poll.
    assert cluster.asked()[0].endswith(" 61")
    opened[0].close()
    cluster.does({"connect": "hang"})
    assert list(opened[0].fetch(("status",), deadline)) == []


# The part of Ceph that a monitor checks a command's capabilities for (src/mon/MonCommands.h and
# src/mgr/MgrCommands.h); of all others the quick start names the command.
SERVICES = {"osd": "osd", "pg": "pg", "mds": "mds", "fs": "mds"}


def test_the_quick_start_grants_every_command() -> None:
    """The capabilities in the quick start include every command that the exporter sends."""
    services = set(re.findall(r"allow service (\w+) r", MON_CAPS))
    commands = set(re.findall(r"allow command '?([a-z_ -]+[a-z])'?", MON_CAPS))
    assert "mon" not in services, "config dump would be readable"
    missing = {
        command.prefix
        for row in COMMANDS.values()
        for command in row
        if SERVICES.get(command.prefix.partition(" ")[0]) not in services
        and command.prefix not in commands
    }
    # The first shows passwords; the mgr answers the second only to users with a right on the mgr.
    assert missing == {"orch ls", "rbd perf image counters"}
