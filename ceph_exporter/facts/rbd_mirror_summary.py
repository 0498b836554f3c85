"""The document `service status` over the dashboard, with the state of mirrored pools and images.

Source: `/api/block/mirroring/summary` (controllers/rbd_mirroring.py of 14 to 20). The dashboard
reads pools and images from RBD, which hangs if a pool does. It then answers after 5 s with its last
data.
"""

from collections import Counter
from collections.abc import Mapping

import msgspec

from ceph_exporter.facts.decode import DecodeError, Decoder
from ceph_exporter.facts.fact import Fact, decodes
from ceph_exporter.facts.numbers import amount
from ceph_exporter.facts.rbd_mirror import (
    ERROR,
    OK,
    WARNING,
    Behind,
    MirroredPool,
    RawPoolStatus,
    RbdMirror,
    daemon,
)


class RawMirrorDaemon(msgspec.Struct, frozen=True):
    """A daemon in the answer of the dashboard."""

    instance_id: str
    id: str | None = ""
    server_hostname: str | None = ""
    status: dict[str, RawPoolStatus] | None = None


class RawPool(msgspec.Struct, frozen=True):
    """A pool in the answer of the dashboard."""

    name: str
    mirror_mode: str | None = None
    health: str | None = None


class RawImage(msgspec.Struct, frozen=True):
    """An image in the answer of the dashboard; the numbers exist while it replays changes."""

    pool_name: str
    state: str
    entries_behind_primary: int | None = None
    seconds_until_synced: float | None = None


class RawContent(msgspec.Struct, frozen=True):
    """The content of the summary; the images are in one of three lists."""

    daemons: tuple[RawMirrorDaemon, ...] | None = None
    pools: tuple[RawPool, ...] | None = None
    image_error: tuple[RawImage | None, ...] | None = None
    image_syncing: tuple[RawImage | None, ...] | None = None
    image_ready: tuple[RawImage | None, ...] | None = None


class RawSummary(msgspec.Struct, frozen=True):
    """The answer of the dashboard. `status` is 0 unless the dashboard has only old data."""

    content_data: RawContent
    status: int | None = 0


_decode = Decoder(RawSummary)
_HEALTH = {"OK": OK, "Warning": WARNING, "Error": ERROR}
_NOT_MIRRORED = {"disabled", "init-only", "unknown"}


@decodes("dashboard/block/mirroring/summary")
def decode_summary(body: bytes) -> tuple[Fact, ...]:
    """Decode the summary of the dashboard; raise DecodeError if it is not current."""
    answer = _decode(body)
    if answer.status != 0:
        raise DecodeError("the dashboard has no current data about mirroring; RBD is slow or hangs")
    content = answer.content_data
    daemons = {row.instance_id: row for row in content.daemons or ()}
    images = _images(content)
    return (
        RbdMirror(
            tuple(
                daemon(key, row.id or "", row.server_hostname or "", row.status)
                for key, row in daemons.items()
            ),
            None if content.pools is None else _pools(content.pools),
            None if images is None else Counter((row.pool_name, row.state) for row in images),
            None if images is None else _behind(images),
        ),
    )


def _pools(rows: tuple[RawPool, ...]) -> tuple[MirroredPool, ...]:
    pools = {
        row.name: MirroredPool(row.name, row.mirror_mode, _HEALTH.get(row.health or ""))
        for row in rows
        if row.mirror_mode and row.mirror_mode not in _NOT_MIRRORED
    }
    return tuple(pools.values())


def _images(content: RawContent) -> list[RawImage] | None:
    """Return all images, None if some of them could not be read."""
    lists = (content.image_error, content.image_syncing, content.image_ready)
    images = [image for rows in lists if rows is not None for image in rows if image]
    total = sum(len(rows) for rows in lists if rows is not None)
    return images if None not in lists and len(images) == total else None


def _behind(images: list[RawImage]) -> Mapping[str, Behind]:
    """Return by pool the largest of each number."""
    worst: dict[str, Behind] = {}
    for row in images:
        last = worst.get(row.pool_name, Behind())
        entries = amount(row.entries_behind_primary)
        seconds = amount(row.seconds_until_synced)
        worst[row.pool_name] = Behind(
            _larger(last.entries, entries), _larger(last.seconds, seconds)
        )
    return worst


def _larger(left: float | None, right: float | None) -> float | None:
    return max((number for number in (left, right) if number is not None), default=None)
