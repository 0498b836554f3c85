"""Writes the tables between the two marks in docs/performance.md, and draws the plot."""

import os
import platform
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from importlib.metadata import version
from math import log10
from pathlib import Path

from benchmarks.pipeline import Figures
from benchmarks.serving import Serving

DOCS = Path(__file__).parent.parent / "docs"
BEGIN, END = "<!-- python -m benchmarks: begin -->\n", "<!-- python -m benchmarks: end -->\n"


def write(figures: Sequence[Figures], served: Mapping[int, Serving]) -> None:
    """Write the tables into the document and draw the plot."""
    file = DOCS / "performance.md"
    before, _, after = file.read_text("utf-8").partition(BEGIN)
    after = after.partition(END)[2]
    tables = "\n".join([_environment(), *_polls(figures), "", *_scrapes(served), ""])
    file.write_text(f"{before}{BEGIN}\n{tables}\n{END}{after}", "utf-8")
    (DOCS / "performance.svg").write_text(_plot(figures), "utf-8")


def _environment() -> str:
    libraries = ", ".join(f"{name} {version(name)}" for name in ("msgspec", "prometheus-client"))
    return (
        f"Python {platform.python_version()}, {libraries}, {os.cpu_count()} cores of "
        f"{_processor()}.\n"
    )


def _processor() -> str:
    info = Path("/proc/cpuinfo").read_text()
    return info.partition("model name\t: ")[2].partition("\n")[0] or platform.machine()


def _polls(figures: Sequence[Figures]) -> Iterator[str]:
    rows: list[tuple[str, list[str]]] = [
        ("OSDs", [f"{f.osds:,}" for f in figures]),
        ("series", [f"{f.series:,}" for f in figures]),
        ("answers, MB", [f"{f.answers / 1e6:.1f}" for f in figures]),
        ("page, MB", [f"{f.page / 1e6:.1f}" for f in figures]),
        ("page with gzip, MB", [f"{f.page_gzip / 1e6:.2f}" for f in figures]),
        ("decode, ms", [_ms(f.steps.decode) for f in figures]),
        ("collect, ms", [_ms(f.steps.collect) for f in figures]),
        ("render, ms", [_ms(f.steps.render) for f in figures]),
        ("compress with isal, ms", [_ms(f.steps.compress) for f in figures]),
        ("**whole poll, ms**", [f"**{_ms(sum(f.steps))}**" for f in figures]),
        ("whole poll in wall time, ms", [_ms(f.wall) for f in figures]),
        ("first poll, ms", [_ms(f.first) for f in figures]),
        ("compress with zlib instead of isal, ms", [_ms(f.steps_zlib) for f in figures]),
        ("whole poll per series, µs", [f"{sum(f.steps) / f.series * 1e6:.2f}" for f in figures]),
        ("`json.loads` of the answers, ms", [_ms(f.json_loads) for f in figures]),
        ("prometheus-client for the page, ms", [_ms(f.prometheus_client) for f in figures]),
        (
            "**`json.loads` and prometheus-client, relative to the whole poll**",
            [f"**{(f.json_loads + f.prometheus_client) / sum(f.steps):.1f}**" for f in figures],
        ),
        ("typed decoding alone, ms", [_ms(f.typed) for f in figures]),
        ("joining the lines alone, ms", [_ms(f.join) for f in figures]),
        (
            "**whole poll, relative to typed decoding and joining**",
            [f"**{sum(f.steps) / (f.typed + f.join):.1f}**" for f in figures],
        ),
        ("copying the page, ms", [_ms(f.memcpy) for f in figures]),
    ]
    yield from _table(rows)


def _scrapes(served: Mapping[int, Serving]) -> Iterator[str]:
    runs = served.values()
    rows: list[tuple[str, list[str]]] = [
        ("OSDs", [f"{osds:,}" for osds in served]),
        ("start to the first answer, s", [f"{s.start:.2f}" for s in runs]),
        ("peak memory, MB", [f"{s.peak:.0f}" for s in runs]),
        ("bytes of a scrape with gzip", [f"{s.page:,}" for s in runs]),
        ("p99 of a scrape between polls, ms", [_ms(s.between_polls) for s in runs]),
        ("p99 of a scrape during a poll, ms", [_ms(s.during_poll) for s in runs]),
        ("50 concurrent clients, scrapes per second", [f"{s.throughput:.0f}" for s in runs]),
        ("the same with a minimal threaded server", [f"{s.bare:.0f}" for s in runs]),
        ("failed scrapes", [str(s.failed) for s in runs]),
    ]
    yield from _table(rows)


def _table(rows: Sequence[tuple[str, list[str]]]) -> Iterator[str]:
    for number, (name, cells) in enumerate(rows):
        yield f"| {name} | {' | '.join(cells)} |"
        if not number:
            yield "|---|" + "--:|" * len(cells)


def _ms(seconds: float) -> str:
    return f"{seconds * 1e3:.3g}"


_WIDTH, _HEIGHT, _MARGIN = 720, 400, 60
_LINES: tuple[tuple[str, str, Callable[[Figures], float]], ...] = (
    ("json.loads + prometheus-client", "#c0392b", lambda f: f.json_loads + f.prometheus_client),
    ("ceph_exporter", "#1f6feb", lambda f: sum(f.steps)),
    ("typed decoding + joining alone", "#57606a", lambda f: f.typed + f.join),
)


def _plot(figures: Sequence[Figures]) -> str:
    """Return an SVG of CPU milliseconds per poll against the number of series, both logarithmic."""
    xs = [log10(f.series) for f in figures]
    values = [log10(of(f) * 1e3) for _, _, of in _LINES for f in figures]
    left, right, low, high = min(xs), max(xs), int(min(values) - 1), int(max(values) + 1)

    def at(x: float, y: float) -> tuple[float, float]:
        across = (x - left) / ((right - left) or 1) * (_WIDTH - 2 * _MARGIN)
        up = (y - low) / (high - low) * (_HEIGHT - 2 * _MARGIN)
        return _MARGIN + across, _HEIGHT - _MARGIN - up

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}"',
        'font-family="sans-serif" font-size="13"><rect width="100%" height="100%" fill="#fff"/>',
    ]
    for power in range(low, high + 1):
        x, y = at(left, power)
        parts.append(f'<path d="M{x} {y}H{_WIDTH - _MARGIN}" stroke="#d0d7de"/>')
        parts.append(_text(x - 8, y + 4, f"{10.0**power:g}", "end"))
    for figure, x in zip(figures, xs, strict=True):
        parts.append(_text(at(x, low)[0], _HEIGHT - _MARGIN + 20, f"{figure.series:,}", "middle"))
    parts.append(_text(_WIDTH / 2, _HEIGHT - 15, "series", "middle"))
    parts.append(_text(_MARGIN, 20, "CPU milliseconds per poll", "start"))
    for row, (name, colour, of) in enumerate(_LINES):
        points = [at(x, log10(of(f) * 1e3)) for f, x in zip(figures, xs, strict=True)]
        parts.append(_line(points, colour))
        parts.append(_text(_MARGIN + 20, _MARGIN + 10 + 20 * row, name, "start", colour))
    return "\n".join([*parts, "</svg>\n"])


def _line(points: Iterable[tuple[float, float]], colour: str) -> str:
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2.5"/>'


def _text(x: float, y: float, text: str, anchor: str, colour: str = "#24292f") -> str:
    return f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}" fill="{colour}">{text}</text>'
