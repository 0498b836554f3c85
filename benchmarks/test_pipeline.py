"""A poll costs less than other ways to produce the same page, even if the machine is noisy."""

from pathlib import Path

import pytest

from benchmarks import report
from benchmarks.pipeline import Figures, measure
from benchmarks.serving import Serving


@pytest.fixture(scope="module")
def figures() -> list[Figures]:
    """Measure a small and a larger cluster."""
    return [measure(250), measure(1000)]


def test_a_poll_costs_less_than_parsing_and_prometheus_client(figures: list[Figures]) -> None:
    """A poll costs less than a third of json.loads and prometheus-client for the same page."""
    large = figures[-1]
    assert sum(large.steps) * 3 < large.json_loads + large.prometheus_client


def test_the_cost_of_a_series_does_not_grow_with_the_cluster(figures: list[Figures]) -> None:
    """With four times as many OSDs, the cost per series does not double."""
    small, large = (sum(each.steps) / each.series for each in figures)
    assert large < 2 * small


def test_a_poll_shows_the_whole_cluster(figures: list[Figures]) -> None:
    """The measured page has at least twenty series per OSD."""
    assert figures[-1].series > 20 * figures[-1].osds
    assert figures[-1].page > figures[-1].page_gzip


def test_the_report_has_a_column_for_each_size(
    figures: list[Figures], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The text around the tables stays, and the plot has a line for each way to make a page."""
    monkeypatch.setattr(report, "DOCS", tmp_path)
    document = tmp_path / "performance.md"
    document.write_text(f"before\n{report.BEGIN}old\n{report.END}after\n")
    report.write(figures, {250: Serving(0.2, 40, 0.001, 0.002, 10_000, 800, 900, 0)})
    text = document.read_text()
    assert text.startswith(f"before\n{report.BEGIN}")
    assert text.endswith(f"{report.END}after\n")
    assert "| OSDs | 250 | 1,000 |" in text
    assert "old" not in text
    assert (tmp_path / "performance.svg").read_text().count("<polyline") == 3
