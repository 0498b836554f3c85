"""Slow operations: their number and the daemons that have them, from the health checks.

No answer lists slow operations. The texts of the checks are, by release:

- Ceph 13 and later, SLOW_OPS (DaemonHealthMetricCollector.cc): "12 slow ops, oldest one blocked for
  36 sec, osd.3 has slow ops" or "daemons [osd.1,mon.a] have slow ops.". If there are more than ten
  daemons, the text names only ten: "daemons [osd.0,...]... have slow ops.". Ceph 14 separates type
  and id by a comma: "daemons [osd,1,mon,a]". Early builds of Ceph 13 name the daemons only in the
  details.
- Ceph 12, REQUEST_SLOW and REQUEST_STUCK (PGMap.cc): "218 slow requests are blocked > 32 sec.
  Implicated osds 0,1"; details: "osd.0 has blocked requests > 65.5 sec", "osds 1,4 have stuck
  requests ...".
- Ceph 11 and earlier (PGMonitor.cc): "17 requests are blocked > 32 sec" and "2 osds have slow
  requests"; details: "9 ops are blocked > 65.5 sec on osd.3", with the number for each OSD.
"""

import re
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from ceph_exporter.facts.numbers import amount

CODES = ("SLOW_OPS", "REQUEST_SLOW", "REQUEST_STUCK")

_LIST = re.compile(r"(?:daemons|osds|mons) \[([^\[\]]*)\](\.\.\.)? have slow ops")
_SINGLE = re.compile(r"(?:^|[ ,])([a-z][a-z-]*[.,][^\s\[\],]+) has slow ops")
_OSDS = re.compile(
    r"Implicated osds? (\d[\d, ]*)"
    r"|^osds? ?\.?\[?(\d[\d, ]*)\]? ha(?:s|ve) (?:blocked|stuck|slow) requests"
)
_OF_OSD = re.compile(r"^(\d+) ops are blocked > \S+ sec on (osd\.\d+)")
_NUMBER = re.compile(r"(?:^|; )(\d+) (?:slow |stuck )?(?:ops|requests)\b")
_NUMBER_OF_OSDS = re.compile(r"(?:^|; )(\d+) osds have slow requests")
_TYPES = {"mon", "mgr", "mds", "osd"}
_MAX_DETAIL = 50  # the default of mon_health_max_detail in Ceph 12 and later


class SlowOps(msgspec.Struct, frozen=True):
    """Slow operations.

    number: 0 if no check reports any, None if it is unknown. daemons: the daemons that Ceph names,
    each with its number of slow operations, None if that is unknown. complete: whether Ceph names
    all daemons that have slow operations.
    """

    number: float | None = 0
    daemons: Mapping[str, float | None] = {}
    complete: bool = True


NONE = SlowOps()

Texts = tuple[str, tuple[str, ...]]
"""The message of a check and its detail lines."""


def from_checks(checks: Iterable[Texts]) -> SlowOps:
    """Return the slow operations that checks of Ceph 12 and later describe."""
    rows = [(_number(text), *_named(text, details)) for text, details in checks]
    if not rows:
        return NONE
    numbers = [number for number, _, _ in rows if number is not None]
    total = sum(numbers) if len(numbers) == len(rows) else None
    names = dict.fromkeys(name for _, names, _ in rows for name in names)
    complete = all(names and all_named for _, names, all_named in rows)
    return SlowOps(total, _shares(names, total, complete=complete), complete)


def from_lines(text: str, details: Iterable[str]) -> SlowOps:
    """Return the slow operations in the summary and the detail lines of Ceph 0.67 to 11.

    text: the message of the check SLOW_OPS, an empty string if there is none. In Ceph 0.72.2, the
    summary has only the first problem, so the details may name operations that `text` omits.
    """
    numbers: dict[str, float] = {}
    osd_count = _NUMBER_OF_OSDS.search(text)
    for line in details:
        if match := _OF_OSD.match(line):
            numbers[match[2]] = numbers.get(match[2], 0) + float(match[1])
        else:
            osd_count = osd_count or _NUMBER_OF_OSDS.match(line)
    if not text and not numbers:
        return NONE
    total, named = _number(text), sum(numbers.values())
    if osd_count:
        complete = float(osd_count[1]) == len(numbers)
    else:
        complete = total is not None and total == named
    if not text and complete:
        total = amount(named)
    daemons = {name: amount(number) for name, number in numbers.items()}
    return SlowOps(total, daemons, complete)


def _number(text: str) -> float | None:
    match = _NUMBER.search(text)
    return amount(float(match[1])) if match else None


def _named(text: str, details: tuple[str, ...]) -> tuple[list[str], bool]:
    """Return the daemons that a check names, and whether it names all of them."""
    names = list(_names(text))
    shortened = "... have slow ops" in text or len(details) >= _MAX_DETAIL
    for line in details:
        names += _names(line)
        shortened |= not line or "... have slow ops" in line
    return names, not shortened


def _names(text: str) -> Iterator[str]:
    for match in _LIST.finditer(text):
        yield from _daemons(match[1])
    for match in _SINGLE.finditer(text):
        yield from _daemons(match[1])
    for match in _OSDS.finditer(text):
        numbers = re.findall(r"\d+", match[1] or match[2])
        yield from [f"osd.{number}" for number in numbers]


def _daemons(listed: str) -> Iterator[str]:
    """Yield the names in "osd.0,mon.a" or, as Ceph 14 prints them, "osd,0,mon,a"."""
    parts = iter([part.strip() for part in listed.split(",")])
    for part in parts:
        if part in _TYPES:
            yield f"{part}.{next(parts, '')}"
        elif part:
            yield part


def _shares(
    names: Mapping[str, None], total: float | None, *, complete: bool
) -> dict[str, float | None]:
    """Return the number of each daemon, None unless a single daemon has all operations."""
    return dict.fromkeys(names, total if complete and len(names) == 1 else None)
