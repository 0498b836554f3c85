"""Operations in the background, such as a rebalancing or an upgrade, as progress events name them.

Sources: the mgr module progress of Ceph 14 to 20, and the modules that report to it: pg_autoscaler,
rbd_support (task.py), cephadm (upgrade.py, serve.py) and volumes. The id of an event is random and
changes whenever the operation starts again, so an event is identified by its kind and its subject,
which are derived from its text.
"""

import re
from collections.abc import Iterable, Mapping

import msgspec

OTHER = "other"
"""The kind of an event whose text is unknown. Its subject is the text."""
LIMIT = 50
"""Maximum number of events that are kept. Ceph rarely has more than ten."""
_LONGEST = 120  # characters of a subject
_SEARCHED = 1000  # characters of a text

_KINDS = (
    ("upgrade", re.compile(r"Upgrade to ([^@]+)")),  # without the digest of an image
    ("recovery", re.compile(r"Global Recovery Event()")),
    ("osd_out", re.compile(r"Rebalancing after (osd\.\d+) marked out")),
    ("osd_in", re.compile(r"Rebalancing after (osd\.\d+) marked in")),
    ("pg_num", re.compile(r"PG autoscaler (?:in|de)creasing (pool \d+) PGs")),
    ("rbd_flatten", re.compile(r"Flattening image (.+)")),
    ("rbd_trash_remove", re.compile(r"Removing image (.+) from trash$")),
    ("rbd_remove", re.compile(r"Removing image (.+)")),
    ("rbd_migrate_execute", re.compile(r"Migrating image .+ to (.+)")),
    ("rbd_migrate_commit", re.compile(r"Committing image migration for (.+)")),
    ("rbd_migrate_abort", re.compile(r"Aborting image migration for (.+)")),
    ("deployment", re.compile(r"Updating (\S+) deployment")),
    ("clone", re.compile(r"\d+ (ongoing) clones")),
    ("clone", re.compile(r"(Total) \d+ clones")),
)
_ORDER = {kind: number for number, (kind, _) in enumerate(_KINDS)}
# Some texts contain a percentage that changes all the time.
_PERCENTAGE = re.compile(r"(?<![\d.])\d[\d.]*%")


class Event(msgspec.Struct, frozen=True):
    """One operation.

    ratio: from 0 to 1; start: unix time. Either is None if unknown.
    """

    kind: str
    subject: str
    ratio: float | None
    start: float | None = None


class Events(msgspec.Struct, frozen=True):
    """The operations that are in progress.

    number: of all operations, including those beyond LIMIT; None if unknown. listed: each kind and
    subject once, in a fixed order.
    """

    number: int | None = 0
    listed: tuple[Event, ...] = ()


class RawEvent(msgspec.Struct, frozen=True):
    """One event in `progress_events` of `status`, or one row of `progress json`.

    The message in `status` has a second line with a bar from Ceph 15 on. Ceph 14 has no
    `started_at`, and reports the progress only in `status`.
    """

    message: str | None = None
    progress: float | None = None
    started_at: float | None = None


def from_status(rows: Mapping[str, RawEvent | None] | None) -> Events | None:
    """Return the events in `status`; None if it has none, as before Ceph 14."""
    if rows is None:
        return None
    return from_rows(tuple(rows.values()))


def from_rows(rows: tuple[RawEvent | None, ...]) -> Events:
    """Return the events in `progress json`."""
    named = [(row, row.message) for row in rows if row is not None and row.message is not None]
    events = [Event(*identify(text), row.progress, row.started_at) for row, text in named]
    return joined(len(rows), events)


def identify(message: str) -> tuple[str, str]:
    """Return the kind and the subject of the event with this message."""
    text, newline, _ = message[:_SEARCHED].partition("\n")
    if newline and text.endswith(")"):
        text = text.rpartition(" (")[0]  # the time since the start, such as "(6s)"
    for kind, pattern in _KINDS:
        if match := pattern.match(text):
            return kind, subject_of(kind, match[1])
    return OTHER, shortened(_PERCENTAGE.sub("%", text))


def subject_of(kind: str, text: str) -> str:
    """Return the subject in a text; of an image only its pool and namespace.

    Images are many, and some have random names, such as those of Kubernetes' volumes. Each would be
    a new series.
    """
    return shortened(text.rpartition("/")[0] if kind.startswith("rbd_") else text)


def shortened(subject: str) -> str:
    """Return a subject on one line and of limited length."""
    text = " ".join(subject.split())
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."


def joined(number: int | None, events: Iterable[Event]) -> Events:
    """Return the events, each kind and subject once, the most important ones up to LIMIT.

    If several events have the same kind and subject, the slowest and the oldest count.
    """
    unique: dict[tuple[str, str], Event] = {}
    for event in map(_checked, events):
        key = event.kind, event.subject
        other = unique.get(key, event)
        ratios = [ratio for ratio in (event.ratio, other.ratio) if ratio is not None]
        starts = [start for start in (event.start, other.start) if start is not None]
        unique[key] = msgspec.structs.replace(
            other, ratio=min(ratios, default=None), start=min(starts, default=None)
        )
    return Events(number, tuple(sorted(unique.values(), key=_rank)[:LIMIT]))


def _rank(event: Event) -> tuple[int, str, str]:
    return _ORDER.get(event.kind, len(_KINDS)), event.kind, event.subject


def _checked(event: Event) -> Event:
    """Return the event without impossible numbers."""
    ratio, start = event.ratio, event.start
    if ratio is not None and not 0 <= ratio <= 1:
        ratio = None
    if start is not None and not 0 < start < _LATEST:
        start = None
    return msgspec.structs.replace(event, ratio=ratio, start=start)


_LATEST = 2.0**40  # a unix time in the far future
