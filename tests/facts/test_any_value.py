"""Any JSON value in place of any field of any document costs at most the series of that field."""

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple, TypeAlias

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ceph_exporter import exposition, facts
from ceph_exporter.collectors.osd_flags import FLAGS
from ceph_exporter.facts import DecodeError, Decoder, Fact, Facts
from tests.golden.eras import ERAS, answers, facts_of, families, samples
from tests.golden.parsers import parse_openmetrics, parse_text

Path: TypeAlias = tuple[str | int, ...]

repaired: Decoder[msgspec.Raw] = Decoder(msgspec.Raw)


class Place(NamedTuple):
    """One node of one document."""

    wire_format: str
    document: Any
    path: Path


def paths(node: Any, above: Path = ()) -> Iterator[Path]:  # noqa: ANN401 - any JSON
    """Yield the path of each node, the root's first."""
    yield above
    if isinstance(node, dict | list):
        for key, inner in node.items() if isinstance(node, dict) else enumerate(node):
            yield from paths(inner, (*above, key))


def places(era: str) -> list[Place]:
    """Return each node of each document of an era; of a list's rows, one row per key suffices."""
    documents = [
        (answer.wire_format, json.loads(bytes(repaired(answer.body)))) for answer in answers(era)
    ]
    decoded = {
        (wire_format, *("" if isinstance(key, int) else key for key in path)): Place(
            wire_format, node, path
        )
        for wire_format, node in documents
        for path in paths(node)
    }
    return list(decoded.values())


def replaced(node: Any, path: Path, value: Any) -> Any:  # noqa: ANN401 - any JSON
    """Return a copy of a document with another value at a path."""
    if not path:
        return value
    copy = node.copy()
    copy[path[0]] = replaced(node[path[0]], path[1:], value)
    return copy


# Texts that resemble those from which values are extracted.
texts = (
    st.sampled_from(
        [
            "nan",
            "-inf",
            "1e999",
            "9" * 5000,
            "HEALTH_OK",
            "HEALTH_GREAT",
            "mon.a has " + "9" * 5000 + "% avail",
            "mon.a is 1..2 GiB >= mon_data_size_warn (15 GiB)",
            "mon.a clock skew 1.2.3s > max .s (latency .s)",
            "9" * 5000 + " slow ops",
            "\u0663 slow ops, oldest one blocked",
            "9999-12-31T23:59:59-23:59",
            "0001-01-01T00:00:00+23:59",
            "0.067",
            '\x00\r\n\u2028"\\{},=',
        ]
    )
    | st.text()
)
numbers = (
    st.integers()
    | st.floats()
    | st.sampled_from([0, -1, 2**63, 2**64, 10**30, 10**400, 1e308, -0.0])
)
scalars = st.none() | st.booleans() | numbers | texts
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=8,
)


@pytest.mark.parametrize("era", ERAS)
def test_any_value_anywhere(era: str) -> None:
    """A document with any value in any place is refused, or the page with it stays readable.

    It is shown together with all other documents of its cluster, as collectors read several. What
    Prometheus would refuse is refused by its parsers here, and no series is there twice.
    """
    nodes = places(era)
    assert len(nodes) > 50
    originals = facts_of(era)
    expected = exposition.lines(families(originals))

    @given(st.sampled_from(nodes), values)
    def check(place: Place, value: Any) -> None:  # noqa: ANN401 - any JSON
        body = json.dumps(replaced(place.document, place.path, value)).encode()
        try:
            decoded = facts.decode(place.wire_format, body)
        except DecodeError as error:
            assert re.fullmatch(r"[^\n]+", str(error))  # noqa: PT017 - no other error is allowed
            return
        changed = Facts({**originals._facts, **{type(fact): fact for fact in decoded}})
        shown = exposition.lines(families(changed))
        other = {metric: text for metric, text in shown.items() if expected.get(metric) != text}
        text = exposition.page([other], exposition.Format.TEXT).decode()
        lines = samples(text)
        assert sum(len(family.samples) for family in parse_text(text)) == len(lines)
        assert len({line.rpartition(" ")[0] for line in lines}) == len(lines)
        parse_openmetrics(exposition.page([other], exposition.Format.OPENMETRICS).decode())

    check()


DATE = "2026-01-01T00:00:00Z"
HUGE = "a number beyond all types"  # stands for 1e400, which Python would write as Infinity
ODD: tuple[Any, ...] = (None, True, -1, HUGE, 10**30, "x", "12", [], {}, [[{}]])
REQUIRED = {
    "dashboard/host": {"[]", "[].hostname", "[].services", "[].services.[]"},  # the only host
    "dashboard/monitor": {
        "mon_status",
        "mon_status.quorum",
        "mon_status.quorum.[]",
        "mon_status.monmap",
        "mon_status.monmap.fsid",
        "mon_status.monmap.mons",
    },
    "dashboard/summary": {"version"},
    "dashboard/task": {"executing_tasks"},
    "crash ls": {"[]"},  # the only report
    "df detail": {"stats"},
    "health detail": {"status", "overall_status"},
    "osd df": {"nodes"},
    "osd dump": {"osds"},
    "osd perf": {"osdstats", "osdstats.osd_perf_infos", "osd_perf_infos"},
    "osd tree": {"nodes"},
    "progress json": {"events"},
    "pg dump pools": {"pool_stats", "pg_ready"},
    "pg states": {"pg_stats", "pg_stats.[]", "pg_stats.[].pgid", "pg_stats.[].state"}
    | {"[]", "[].pgid", "[].state"},
    "quorum_status": {"quorum", "quorum.[]", "monmap", "monmap.fsid", "monmap.mons"},
    "dashboard/cephfs": {"[]", "[].cephfs", "[].cephfs.name"},  # the only file system
    "dashboard/cephfs/clients": {"[]", "[].id", "[].name"},
    "dashboard/rgw/daemon": {"[]"},  # the only gateway
    "dashboard/rgw/user": {"number"},
    "dashboard/block/image": {"[]", "[].pool_name"},  # the only pool
    "dashboard/block/mirroring/summary": {"status", "content_data"},
    "rgw/usage": {"traffic"},
    "rgw/user": {"number"},
    "rbd perf image counters": {"counter_descriptors", "counter_descriptors.[]", "counters"},
    "service dump": {"services"},
    "service status": {"rbd-mirror"},  # the only service
    "time-sync-status": {"timechecks"},
    "version": {"version"},
}
"""The fields without which a document fails, as its raw struct or its decoder declares."""


ROW_KEYS = {"[]", "id", "pgid", "name", "code", "rank", "type", "osd", "127.0.0.1:0/4242"}
ROW_KEYS |= {"active+undersized", "active+undersized+degraded", "bucket", "user", "category"}
ROW_KEYS |= {"pool_name", "state", "instance_id"}
"""The keys of rows, without which a row cannot be told from others, and single elements: what they
cost is the row, and what is counted over the rows."""

GROUPS = {"owner": {"ceph_rgw_user_quota_used_ratio"}, "placement_rule": set[str]()}
"""The keys by which rows are added up: a row without one may belong to any of the sums. With the
metrics that depend on all sums, although other values of the key may leave them as they are."""


COUNTED = {
    "orch ps": {"ceph_orchestrator_daemons"},
    "orch host ls": {"ceph_orchestrator_hosts", "ceph_orchestrator_label_hosts"},
}
COUNTED["dashboard/host?sources=orchestrator"] = COUNTED["orch host ls"]
"""By document, the metrics that count its rows: they are absent while a row cannot be counted."""


def key_of(path: Path) -> str:
    """Return a path without positions in lists."""
    return ".".join("[]" if isinstance(key, int) else key for key in path)


def body_of(place: Place, value: Any) -> bytes:  # noqa: ANN401 - any JSON
    """Return the document with another value in a place."""
    text = json.dumps(replaced(place.document, place.path, value))
    return text.replace(json.dumps(HUGE), "1e400").encode()


def others(node: Any) -> list[Any]:  # noqa: ANN401 - any JSON
    """Return some other values that a field with this value may have."""
    if isinstance(node, bool):
        return [not node]
    if isinstance(node, int | float):
        return [0, 1, 2, 12, node + 1, 3 * node + 7]
    if isinstance(node, str):
        flags = ",".join(FLAGS)
        states = ["HEALTH_ERR", "up:active", "on-going", "maintenance"]
        return [f"{node}x", "", "x", "5.5", *states, DATE, flags]
    return [[], {}, ["x"], {"x": "x"}]


def series(lines: bytes) -> set[str]:
    """Return the sample lines of a metric."""
    return set(samples(lines.decode()))


class Cluster:
    """The page of an era's cluster, and what of it changes with a value."""

    def __init__(self, era: str) -> None:
        self._facts = facts_of(era)
        self._lines = exposition.lines(families(self._facts))
        self._answers = {
            answer.wire_format: facts.decode(answer.wire_format, answer.body)
            for answer in answers(era)
        }

    def changed(self, wire_format: str, decoded: tuple[Fact, ...]) -> set[str]:
        """Return the names of the metrics and the series of the page that another answer changes.

        A series that is only on the other page counts by the name of its metric: its labels depend
        on the value.
        """
        if decoded == self._answers[wire_format]:
            return set()
        missing = {type(fact) for fact in self._answers[wire_format]} - {*map(type, decoded)}
        all_facts = {**self._facts._facts, **{type(fact): fact for fact in decoded}}
        shown = Facts({type_: fact for type_, fact in all_facts.items() if type_ not in missing})
        lines = exposition.lines(families(shown))
        other = [
            metric
            for metric in {*lines, *self._lines}
            if lines.get(metric) != self._lines.get(metric)
        ]
        names = {metric.name for metric in other}
        for metric in other:
            lost = series(self._lines.get(metric, b"")) - series(lines.get(metric, b""))
            names |= {line.rpartition(" ")[0] for line in lost}
        return names

    def derived(self, place: Place) -> set[str]:
        """Return the metrics and series that derive from the value in a place."""
        names: set[str] = set()
        for value in others(at(place.document, place.path)):
            try:
                decoded = facts.decode(place.wire_format, body_of(place, value))
            except DecodeError:
                continue
            names |= self.changed(place.wire_format, decoded)
        return names


def at(node: Any, path: Path) -> Any:  # noqa: ANN401 - any JSON
    """Return the value at a path."""
    for key in path:
        node = node[key]
    return node


@pytest.mark.parametrize("era", ERAS)
def test_an_odd_field_costs_at_most_its_own_series(era: str) -> None:
    """A value of any kind in any place changes no series that does not derive from that place.

    What derives from a place is found by other values that the field may have. An answer fails only
    if a required field is odd, and only one field is counted for one odd value.
    """
    cluster, nodes, wrong = Cluster(era), places(era), list[object]()
    derived = {(place.wire_format, key_of(place.path)): cluster.derived(place) for place in nodes}
    for place in nodes:
        key, seen = key_of(place.path), list[tuple[Fact, ...]]()
        last = key_of(place.path[-1:])
        row = key_of(place.path[:-1])
        widest = row.removesuffix("[]").removesuffix(".") if last in ROW_KEYS else key
        own = {
            name
            for (wire_format, inner), names in derived.items()
            if wire_format == place.wire_format
            and (inner == widest or inner.startswith(f"{widest}.") or not widest)
            for name in names
        }
        for value in ODD if place.path else ():
            try:
                decoded, dropped = facts.read(place.wire_format, body_of(place, value))
            except DecodeError:
                if key not in REQUIRED.get(place.wire_format, ()):
                    wrong.append((place.wire_format, key, value))
                continue
            if sum(dropped.values()) > 1:
                wrong.append((place.wire_format, key, value, dropped))
            if decoded not in seen:
                seen.append(decoded)
                cost = cluster.changed(place.wire_format, decoded) - own
                counted = COUNTED.get(place.wire_format, set())
                cost = {name for name in cost if name.partition("{")[0] not in counted}
                if last in GROUPS:
                    cost = {name for name in cost if "{" not in name} - GROUPS[last]
                if cost:
                    wrong.append((place.wire_format, key, value, cost))
    assert not wrong
