"""The collector of the cluster's counts and rates."""

from collections.abc import Collection

import pytest
from msgspec.structs import replace

from ceph_exporter.collectors import COLLECTORS, cluster
from ceph_exporter.facts import Facts, Health, Status
from tests.collectors.pages import sample_lines

NONE = Status(None)

# Every figure, each with a value of its own, and the name under which it is shown.
FIGURES = {
    "osds": "ceph_osds",
    "osds_up": "ceph_osds_up",
    "osds_in": "ceph_osds_in",
    "pgs_remapped": "ceph_pgs_remapped",
    "objects_degraded": "ceph_num_objects_degraded",
    "objects_misplaced": "ceph_num_objects_misplaced",
    "objects_unfound": "ceph_num_objects_unfound",
    "read_bytes": "ceph_client_io_read_bytes",
    "write_bytes": "ceph_client_io_write_bytes",
    "read_ops": "ceph_client_io_read_ops",
    "write_ops": "ceph_client_io_write_ops",
    "ops": "ceph_client_io_ops",
    "recovery_bytes": "ceph_recovery_io_bytes",
    "recovery_objects": "ceph_recovery_io_objects",
}


FAMILIES = (*FIGURES.values(), "ceph_pg_state")


def shown(*facts: Status | Health, names: Collection[str] = FAMILIES) -> list[str]:
    """Return the sample lines."""
    return sample_lines(cluster.collect(Facts.of(*facts)), names)


@pytest.mark.parametrize("figure", FIGURES)
def test_figure(figure: str) -> None:
    """A figure is shown under its name, as 0 when it is 0, and not at all when it is unknown."""
    name = FIGURES[figure]
    assert shown(replace(NONE, **{figure: 7.5})) == [f"{name} 7.5"]
    assert shown(replace(NONE, **{figure: 0})) == [f"{name} 0"]
    assert shown(replace(NONE, **{figure: None})) == []


def test_pg_states() -> None:
    """PGs are counted by the name of their state, also with 0 of them."""
    status = Status(None, pg_states={"active+clean": 9, 'odd"\n': 0})
    assert shown(status) == [
        'ceph_pg_state{state="active+clean"} 9',
        r'ceph_pg_state{state="odd\"\n"} 0',
    ]


def test_without_status() -> None:
    """Without `status` there are no families at all, whatever else is available."""
    assert list(cluster.collect(Facts.of(Health("HEALTH_OK")))) == []


def test_all_metrics() -> None:
    """A status with all of its fields shows every metric that the collector declares."""
    fields = (name for name in Status.__struct_fields__ if name not in ("health", "pg_states"))
    status = replace(NONE, pg_states={"x": 1}, **dict.fromkeys(fields, 1))
    names = {line.partition("{")[0].partition(" ")[0] for line in shown(status, names=())}
    assert names == {metric.name for metric in COLLECTORS["cluster"].metrics}
