"""The colors of values."""

Thresholds = tuple[tuple[float | None, str], ...]
"""Colors by value: each color applies from its value on; None is minus infinity."""
ValueMappings = dict[float, tuple[str, str]]
"""The text and color to show in place of individual values."""

PLAIN: Thresholds = ((None, "text"),)
YES_IS_GOOD: ValueMappings = {0: ("no", "red"), 1: ("yes", "green")}


def warn_from(value: float) -> Thresholds:
    """Return green below the value and orange from it on."""
    return ((None, "green"), (value, "orange"))


def bad_from(value: float) -> Thresholds:
    """Return green below the value and red from it on."""
    return ((None, "green"), (value, "red"))


def rising(warn: float, bad: float) -> Thresholds:
    """Return orange from `warn` on and red from `bad` on, because higher values are worse."""
    return ((None, "green"), (warn, "orange"), (bad, "red"))


def falling(bad: float, warn: float) -> Thresholds:
    """Return red below `bad` and orange below `warn`, because lower values are worse."""
    return ((None, "red"), (bad, "orange"), (warn, "green"))


def limits(*lines: tuple[float, str]) -> Thresholds:
    """Return lines to draw into a time series, each in a color of its own."""
    return ((None, "transparent"), *lines)
