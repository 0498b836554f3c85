"""The document `rbd images`: the RBD images with their sizes and snapshots.

Source: `/api/block/image` of the dashboard (controllers/rbd.py and services/rbd.py of 14 to 20),
which opens each image. Ceph calculates the used space only of images with the feature fast-diff.
"""

from collections.abc import Mapping

import msgspec

from ceph_exporter.facts.decode import Decoder
from ceph_exporter.facts.fact import Fact, decodes
from ceph_exporter.facts.numbers import amount


class Image(msgspec.Struct, frozen=True, gc=False):
    """An image.

    size: provisioned bytes; used: bytes of the image and its snapshots, before replication;
    snapshots: their number. None is unknown.
    """

    pool: str
    namespace: str | None
    name: str
    id: str | None = None
    size: int | None = None
    used: int | None = None
    snapshots: int | None = None


class RbdImages(Fact, frozen=True):
    """The images of all pools. complete: whether all of them could be read."""

    document = "rbd images"
    slow = True
    aside = True

    images: tuple[Image, ...]
    complete: bool = True


class RawSnapshot(msgspec.Struct, frozen=True, gc=False):
    """A snapshot, which is only counted."""


class RawImage(msgspec.Struct, frozen=True, gc=False):
    """One image. `source` exists if the image is in the trash because it is being removed (20)."""

    name: str
    namespace: str | None = ""
    id: str | None = None
    size: int | None = None
    total_disk_usage: int | None = None
    snapshots: tuple[RawSnapshot | None, ...] | None = None
    source: str | None = None


class RawPool(msgspec.Struct, frozen=True):
    """The images of a pool. `status` (up to 15) is 0 unless the dashboard has only old data."""

    pool_name: str
    value: tuple[RawImage | None, ...] | None = None
    status: int | None = 0


_decode = Decoder(tuple[RawPool | None, ...])


@decodes("dashboard/block/image")
def decode_images(body: bytes) -> tuple[Fact, ...]:
    """Decode the list. An image that is listed twice, on two pages, counts once."""
    images: dict[tuple[str, str | None, str], Image] = {}
    complete = True
    for pool in _decode(body):
        if pool is None or pool.value is None or pool.status != 0:
            complete = False
            continue
        for row in pool.value:
            if row is None:
                complete = False
            elif row.source is None:
                image = _image(pool.pool_name, row)
                images[image.pool, image.namespace, image.name] = image
    return (RbdImages(tuple(images.values()), complete),)


def _image(pool: str, row: RawImage) -> Image:
    return Image(
        pool,
        row.namespace,
        row.name,
        row.id,
        amount(row.size),
        amount(row.total_disk_usage),
        None if row.snapshots is None else len(row.snapshots),
    )


class Held(msgspec.Struct, frozen=True):
    """What the images of a pool hold together; a number is None if that of an image is unknown."""

    images: int = 0
    size: int | None = 0
    used: int | None = 0
    snapshots: int | None = 0

    def plus(self, image: Image) -> "Held":
        """Return the sums with one image more."""
        return Held(
            self.images + 1,
            _sum(self.size, image.size),
            _sum(self.used, image.used),
            _sum(self.snapshots, image.snapshots),
        )


def _sum(left: int | None, right: int | None) -> int | None:
    return None if left is None or right is None else left + right


def by_pool(answer: RbdImages) -> Mapping[str, Held]:
    """Return what the images of each pool hold; empty unless all images are known."""
    sums: dict[str, Held] = {}
    for image in answer.images:
        sums[image.pool] = sums.get(image.pool, Held()).plus(image)
    return sums if answer.complete else {}
