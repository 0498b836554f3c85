"""The table of a cluster's monitors: quorum, clock, disk and store."""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

from ceph_exporter import humanize
from ceph_exporter.polling.report import MonitorRow
from ceph_exporter.web.condition import HEALTH_CLASSES
from ceph_exporter.web.markup import cells, text

_MOST = 50
_LOW, _CRITICAL = 30, 5  # percent of free space: mon_data_avail_warn and mon_data_avail_crit
_Cell: TypeAlias = Callable[[MonitorRow], str]


def monitors(rows: Sequence[MonitorRow]) -> Iterator[str]:
    """Yield the table. A column that is unknown for all monitors is left out."""
    shown = rows[:_MOST]
    columns = [name for name, cell in _COLUMNS.items() if any(map(cell, shown))]
    if not shown:
        return
    heads = "".join(f"<th>{name}" for name in ("Monitor", *columns))
    yield f'<table class="monitors"><thead><tr>{heads}</thead><tbody>'
    for row in shown:
        values = [_COLUMNS[name](row) for name in columns]
        yield f"<tr><td>{text(row.name)}{cells(columns, values)}"
    yield "</tbody></table>"
    if len(rows) > _MOST:
        yield f"<p>and {len(rows) - _MOST} more monitors</p>"


def _quorum(row: MonitorRow) -> str:
    if row.in_quorum is None:
        return ""
    if not row.in_quorum:
        return '<b class="bad">out of quorum</b>'
    return '<b class="ok">leader</b>' if row.leader else '<b class="ok">in quorum</b>'


def _skew(row: MonitorRow) -> str:
    kind = HEALTH_CLASSES.get(row.clock, "bad") if row.clock else "ok"
    return "" if row.skew is None else _marked(_milliseconds(row.skew), kind)


def _latency(row: MonitorRow) -> str:
    return "" if row.latency is None else _milliseconds(row.latency)


def _disk(row: MonitorRow) -> str:
    percent = row.avail_percent
    if percent is None:
        return ""
    kind = "ok" if percent > _LOW else "warn" if percent > _CRITICAL else "bad"
    space = ""
    if row.avail is not None and row.capacity is not None:
        space = f" <small>{humanize.size(row.avail)} of {humanize.size(row.capacity)}</small>"
    return f"{_marked(f'{percent:.0f} %', kind)}{space}"


def _store(row: MonitorRow) -> str:
    return humanize.size(row.store)


def _milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms" if abs(seconds) < 1 else f"{seconds:.2f} s"


def _marked(value: str, kind: str) -> str:
    return value if kind == "ok" else f'<b class="{kind}">{value}</b>'


_COLUMNS: dict[str, _Cell] = {
    "Quorum": _quorum,
    "Clock skew": _skew,
    "Latency": _latency,
    "Disk free": _disk,
    "Store": _store,
}
