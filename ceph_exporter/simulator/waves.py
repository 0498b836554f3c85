"""Shapes of what changes with the time: nothing is remembered, and nothing is random."""

import math

_MASK = 2**64 - 1
_WAVE = 200.0  # seconds of one wave of writes
_REST = 240.0  # seconds after which readers rest again
_BUSY = 180.0  # seconds that they read before


def noise(*numbers: int) -> float:
    """Return a number in [0, 1) that depends on the given ones alone, in every process."""
    mixed = 0x9E3779B97F4A7C15
    for number in numbers:
        mixed = (mixed ^ number) * 0xBF58476D1CE4E5B9 & _MASK
        mixed = (mixed ^ mixed >> 29) * 0x94D049BB133111EB & _MASK
        mixed ^= mixed >> 32
    return mixed / 2**64


def ramp(now: float, start: float, end: float) -> float:
    """Return 0 until `start`, 1 from `end` on, and the part of the way between them."""
    return min(1.0, max(0.0, (now - start) / (end - start)))


def sawtooth(seconds: float, period: float) -> float:
    """Return what rises from 0 to 1 in each period and falls back at its end."""
    return seconds % period / period


def writes(seconds: float) -> float:
    """Return how much is written at a time, 1 on average."""
    return 1 + 0.5 * math.sin(math.tau * seconds / _WAVE)


def written(seconds: float) -> float:
    """Return the sum of `writes` since 0."""
    return seconds + 0.5 * _WAVE / math.tau * (1 - math.cos(math.tau * seconds / _WAVE))


def reads(seconds: float) -> float:
    """Return 1 while clients read and 0 while they rest: Ceph leaves out what is 0."""
    return float(seconds % _REST < _BUSY)


def read(seconds: float) -> float:
    """Return the sum of `reads` since 0."""
    rounds, since = divmod(seconds, _REST)
    return rounds * _BUSY + min(since, _BUSY)
