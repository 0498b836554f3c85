"""The parts that the pages for people share: escaped text, tables, and sentences about numbers.

Everything that comes from Ceph or from the configuration passes through `text`.
"""

from collections.abc import Sequence
from html import escape
from urllib.parse import quote

from ceph_exporter import humanize
from ceph_exporter.polling.report import Overview
from ceph_exporter.printable import escape_text

LONGEST = 400
"""The number of characters of a text that are shown; Ceph's messages have no limit."""

_SECONDS = 120
_NEARFULL = 0.85  # mon_osd_nearfull_ratio


def text(value: str, longest: int = LONGEST) -> str:
    """Return a text as HTML: shortened, without control characters, and with entities."""
    return escape(escape_text(cut(value, longest)))


def cut(value: str, longest: int) -> str:
    """Return a text, shortened if it is longer than a number of characters."""
    return value if len(value) <= longest else f"{value[:longest].rstrip()}…"


def plain(value: str) -> str:
    """Return a text of the exporter as HTML, in which `command` is code."""
    parts = text(value, 10 * LONGEST).split("`")
    if len(parts) % 2 == 0:  # a backtick without a partner
        return "`".join(parts)
    return "".join(f"<code>{part}</code>" if odd % 2 else part for odd, part in enumerate(parts))


def link(title: str, parameter: str = "./?cluster=") -> str:
    """Return the address of a page about a cluster, relative: a proxy may add a prefix."""
    return escape(f"{parameter}{quote(title, safe='')}")


def cells(names: Sequence[str], values: Sequence[str]) -> str:
    """Return cells with their column's heading, which narrow screens show beside the value."""
    pairs = zip(names, values, strict=True)
    return "".join(f'<td data-of="{name}">{value}' for name, value in pairs)


def count(number: int, noun: str) -> str:
    """Return a number and its noun in the singular or the plural."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def marked(value: str, *, bad: bool) -> str:
    """Return a value that stands out if it is bad."""
    return f'<b class="warn">{value}</b>' if bad else value


def capacity(overview: Overview) -> str:
    """Return the used percentage, marked if it is high; empty if it is unknown."""
    total, used = overview.total, overview.used
    if not total or used is None:
        return ""
    return marked(f"{100 * used / total:.0f} %", bad=used / total >= _NEARFULL)


def osds(overview: Overview) -> str:
    """Return how many OSDs are up and, if some are not, how many are in, marked if some are down.

    The text is empty if that is unknown.
    """
    number, up, inside = overview.osds, overview.osds_up, overview.osds_in
    if up is None:
        return ""
    words = f"{up} up" if number is None else f"{up} of {number} up"
    if inside is not None and not number == up == inside:
        words = f"{words}, {inside} in"
    return marked(words, bad=number is not None and up < number)


def quorum(overview: Overview) -> str:
    """Return how many monitors are in quorum, marked if some are not; empty if unknown."""
    states = [mon.in_quorum for mon in overview.monitors if mon.in_quorum is not None]
    return marked(f"{sum(states)} of {len(states)}", bad=not all(states)) if states else ""


def age(seconds: float | None) -> str:
    """Return an age, in whole seconds if it is short; empty if it is unknown."""
    if seconds is None:
        return ""
    return f"{seconds:.0f} s" if seconds < _SECONDS else humanize.duration(seconds)
