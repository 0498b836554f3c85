"""The parts that the pages for people share: escaping, code in sentences, figures in words."""

import pytest

from ceph_exporter.polling.remedies import _REMEDIES, remedy
from ceph_exporter.polling.report import MonitorRow, Overview
from ceph_exporter.web import markup


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("run `ceph -s <x>` now", "run <code>ceph -s &lt;x&gt;</code> now"),
        ("`a` and `b`", "<code>a</code> and <code>b</code>"),
        ("an odd ` mark", "an odd ` mark"),
        ("<b>", "&lt;b&gt;"),
    ],
)
def test_commands_are_code(text: str, html: str) -> None:
    """What stands between backticks is code, and everything is escaped."""
    assert markup.plain(text) == html


def test_a_long_text_is_shortened_before_it_is_escaped() -> None:
    """The limit counts characters that a person sees, and the cut is marked."""
    assert markup.text("&" * 9, 5) == "&amp;" * 5 + "…"
    assert markup.text("&" * 5, 5) == "&amp;" * 5


@pytest.mark.parametrize(
    ("overview", "words"),
    [
        (Overview(osds=3, osds_up=3, osds_in=3), "3 of 3 up"),
        (Overview(osds=3, osds_up=3, osds_in=2), "3 of 3 up, 2 in"),
        (Overview(osds=3, osds_up=2), '<b class="warn">2 of 3 up</b>'),
        (Overview(osds_up=0, osds_in=0), "0 up, 0 in"),
        (Overview(osds=3), ""),
    ],
)
def test_osds_in_words(overview: Overview, words: str) -> None:
    """How many are in is said if some are not, and what is unknown is left out."""
    assert markup.osds(overview) == words


def test_figures_in_words() -> None:
    """Capacity, quorum and ages are short; an unknown one is empty, and an empty cluster is not."""
    assert markup.capacity(Overview(total=200, used=0)) == "0 %"
    assert markup.capacity(Overview(total=100, used=85)) == '<b class="warn">85 %</b>'
    assert markup.capacity(Overview(total=0, used=0)) == markup.capacity(Overview(total=5)) == ""
    monitors = (MonitorRow("a", True), MonitorRow("b", False), MonitorRow("c"))
    assert markup.quorum(Overview(monitors=monitors)) == '<b class="warn">1 of 2</b>'
    assert markup.quorum(Overview(monitors=monitors[2:])) == ""
    ages = [markup.age(seconds) for seconds in (None, 0.2, 119.4, 600.0)]
    assert ages == ["", "0 s", "119 s", "10 min"]


def test_each_remedy_is_one_line_of_plain_text() -> None:
    """Remedies are short, in words like those of the other advice; an unknown check has none."""
    assert remedy("NO_SUCH_CHECK") == ""
    for code, words in _REMEDIES.items():
        assert code == code.upper()
        assert remedy(code) == words
        assert len(words) <= 140
        assert words.count("`") % 2 == 0
        assert not words.endswith(".")
