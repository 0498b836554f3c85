"""Many clusters in a table, one row each, those that need attention first."""

from collections import Counter
from collections.abc import Iterator, Sequence

from ceph_exporter.polling.poller import Poller
from ceph_exporter.web import markup
from ceph_exporter.web.condition import Condition, condition
from ceph_exporter.web.markup import cells, text

_SHORT = 100
_COLUMNS = ("What is wrong", "Used", "OSDs", "In quorum", "Data age")


def by_urgency(pollers: Sequence[Poller]) -> list[tuple[Poller, Condition]]:
    """Return the pollers with the conditions of their clusters, most urgent first."""
    conditions = [(poller, condition(poller)) for poller in pollers]
    return sorted(conditions, key=lambda pair: pair[1].order)


def table(ordered: Sequence[tuple[Poller, Condition]]) -> Iterator[str]:
    """Yield the table of clusters in this order."""
    numbers = Counter(state.label for _, state in ordered)
    words = ", ".join(f"{number} {text(label)}" for label, number in numbers.items())
    yield f'<section class="fleet"><h2>{len(ordered)} clusters</h2><p class="lead">{words}</p>'
    heads = "".join(f"<th>{name}" for name in ("Cluster", "Health", *_COLUMNS))
    yield f'<table class="clusters"><thead><tr>{heads}</thead><tbody>'
    for poller, state in ordered:
        name = f'<a href="{markup.link(poller.title)}">{text(poller.title, _SHORT)}</a>'
        health = f'<b class="{state.kind}">{text(state.label, _SHORT)}</b>'
        yield f"<tr><td>{name}<td>{health}{cells(_COLUMNS, _values(poller, state))}"
    yield "</tbody></table></section>"


def _values(poller: Poller, state: Condition) -> tuple[str, ...]:
    snapshot = poller.snapshot
    data = markup.age(state.seconds)
    if snapshot is None or not snapshot.fresh or not snapshot.report.up:
        return text(_reason(poller, state), _SHORT), "", "", "", data
    overview = snapshot.report.overview
    figures = markup.capacity(overview), markup.osds(overview), markup.quorum(overview)
    return (text(_reason(poller, state), _SHORT), *figures, data)


def _reason(poller: Poller, state: Condition) -> str:
    """Return the first thing that is wrong, and how many others are; empty if all is well."""
    snapshot = poller.snapshot
    if snapshot is None or not snapshot.fresh:
        return state.sentence
    report = snapshot.report
    if not report.up:
        return report.error or "neither health nor status is available"
    if not report.checks:
        return "" if state.is_well and not state.order[1] else state.sentence
    worst = min(report.checks, key=lambda row: row.severity != "HEALTH_ERR")
    others = len(report.checks) - 1
    message = markup.cut(worst.message, _SHORT - len(" (and 999 more)…"))
    return f"{message} (and {others} more)" if others else worst.message
