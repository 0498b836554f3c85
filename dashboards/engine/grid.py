"""Where panels are: each in the first place in its section that is free and wide enough."""

from collections.abc import Iterable, Iterator

from dashboards.engine.declare import Panel

WIDTH = 24


def places(panels: Iterable[Panel], top: int) -> Iterator[tuple[Panel, int, int]]:
    """Yield each panel with its column and its row; `top` is the first row of the section."""
    heights = [top] * WIDTH
    for panel in panels:
        width, tall = panel.size
        spots = ((max(heights[left : left + width]), left) for left in range(WIDTH - width + 1))
        row, left = min(spots)
        heights[left : left + width] = [row + tall] * width
        yield panel, left, row


def end(panels: Iterable[Panel], top: int) -> int:
    """Return the row below the panels of a section."""
    return max((row + panel.size[1] for panel, _, row in places(panels, top)), default=top)
