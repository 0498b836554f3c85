"""The functions of time that determine how the cluster changes; none of them is random."""

import math

_MASK = 2**64 - 1
_WAVE = 200.0  # seconds after which the rate of writes repeats
_PERIOD = 240.0  # seconds after which the rate of reads repeats
_BUSY = 180.0  # seconds of each _PERIOD during which clients read


def noise(*numbers: int) -> float:
    """Return a number in [0, 1) that depends only on the arguments."""
    mixed = 0x9E3779B97F4A7C15
    for number in numbers:
        mixed = (mixed ^ number) * 0xBF58476D1CE4E5B9 & _MASK
        mixed = (mixed ^ mixed >> 29) * 0x94D049BB133111EB & _MASK
        mixed ^= mixed >> 32
    return mixed / 2**64


def ramp(now: float, start: float, end: float) -> float:
    """Return 0 until `start`, 1 from `end` on, and a linear interpolation between them."""
    return min(1.0, max(0.0, (now - start) / (end - start)))


def sawtooth(seconds: float, period: float) -> float:
    """Return a value that rises from 0 to 1 in each period and drops to 0 at its end."""
    return seconds % period / period


def writes(seconds: float) -> float:
    """Return the rate of writes at a point in time, 1 on average."""
    return 1 + 0.5 * math.sin(math.tau * seconds / _WAVE)


def written(seconds: float) -> float:
    """Return the integral of `writes` since 0."""
    return seconds + 0.5 * _WAVE / math.tau * (1 - math.cos(math.tau * seconds / _WAVE))


def reads(seconds: float) -> float:
    """Return 1 while clients read, else 0. While it is 0, Ceph omits the rates of reads."""
    return float(seconds % _PERIOD < _BUSY)


def read(seconds: float) -> float:
    """Return the integral of `reads` since 0."""
    periods, remainder = divmod(seconds, _PERIOD)
    return periods * _BUSY + min(remainder, _BUSY)
