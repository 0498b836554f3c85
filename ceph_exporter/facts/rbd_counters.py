"""The document `rbd perf image counters`: the reads and writes of RBD images (Ceph 14 and later).

Source: rbd_support/perf.py of Ceph 14 to 20. The OSDs count while the mgr module asks them to. It
stops if nobody has sent the command for a minute, and the counters start again from 0. The answer
contains the 64 images with the most writes at the moment (REPORT_MAX_RESULTS).
"""

from typing import Annotated

import msgspec

from ceph_exporter.facts.decode import Decoder
from ceph_exporter.facts.fact import Fact, decodes
from ceph_exporter.facts.numbers import amount
from ceph_exporter.facts.odd_fields import EACH


class ImageCounters(msgspec.Struct, frozen=True, gc=False):
    """The requests for an image since the mgr began to count; None if a number is unknown.

    write_latency, read_latency: the total duration of the requests in nanoseconds.
    """

    pool: str
    namespace: str
    name: str
    write_ops: int | None = None
    read_ops: int | None = None
    write_bytes: int | None = None
    read_bytes: int | None = None
    write_latency: int | None = None
    read_latency: int | None = None


class RbdCounters(Fact, frozen=True):
    """The counters of the images that have had requests, the busiest first."""

    document = "rbd perf image counters"
    longest = 45.0  # after a minute without a request, the mgr counts from 0 again

    images: tuple[ImageCounters, ...]


class RawCounters(msgspec.Struct, frozen=True):
    """The answer.

    counter_descriptors: the names of the numbers; pool_descriptors: POOL or POOL/NAMESPACE, by
    index; counters: the numbers of each image, by INDEX/IMAGE.
    """

    counter_descriptors: tuple[str, ...]
    counters: tuple[dict[str, Annotated[tuple[int | None, ...], EACH]], ...]
    pool_descriptors: dict[str, str] = {}


_NUMBERS = ("write_ops", "read_ops", "write_bytes", "read_bytes", "write_latency", "read_latency")
_decode = Decoder(RawCounters)


@decodes("rbd perf image counters")
def decode_counters(body: bytes) -> tuple[Fact, ...]:
    """Decode the answer.

    The name of an image may contain slashes. While the module still knows a removed image, a new
    one of the same name may be listed beside it; the busier of the two, which comes first, counts.
    """
    answer = _decode(body)
    images: dict[tuple[str, str, str], ImageCounters] = {}
    for row in answer.counters:
        for key, values in row.items():
            index, slash, name = key.partition("/")
            if not slash or index not in answer.pool_descriptors:
                continue
            pool, _, namespace = answer.pool_descriptors[index].partition("/")
            numbers = dict(zip(answer.counter_descriptors, values, strict=False))
            counters = (amount(numbers.get(one)) for one in _NUMBERS)
            images.setdefault(
                (pool, namespace, name), ImageCounters(pool, namespace, name, *counters)
            )
    return (RbdCounters(tuple(images.values())),)
