"""Dashboards as Grafana's front end shows them in Chromium."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple, Self
from urllib.parse import urlencode

if TYPE_CHECKING:
    from pathlib import Path

    from testbed.chromium import Chromium
    from testbed.grafana import Grafana

WIDTH, DOCKED_WIDTH = 1600, 1920
_HEIGHT = 12_000  # panels below the edge of the window load nothing
# Runs before the front end: docks the menu or not, and counts for how many turns of the event loop
# nothing was loading and no panel was empty. A turn takes longer if the browser is busy, so that
# this is no fixed time.
_PREPARE = """
localStorage.setItem('grafana.navigation.docked', '{docked}');
(() => {{
  const fetch = window.fetch;
  let requests = 0;
  window.fetch = (...request) => {{
    requests += 1;
    return fetch(...request).finally(() => {{ requests -= 1; }});
  }};
  window.calm = 0;
  setInterval(() => {{
    const bars = '[aria-label="Panel loading bar"], [data-testid="Spinner"]';
    const panels = document.querySelectorAll('[data-testid="data-testid panel content"]');
    const empty = [...panels].some((panel) => panel.textContent === '');
    const idle = requests === 0 && !empty && !document.querySelector(bars);
    window.calm = idle ? window.calm + 1 : 0;
  }}, 50);
}})();
"""
_CALM = 10
_EXPAND = """
(() => {
  const closed = [...document.querySelectorAll('button[aria-label="Expand row"]')];
  closed.forEach((button) => button.click());
  return closed.length;
})()
"""
_PANELS = """
[...document.querySelectorAll('[data-viz-panel-key]')].map((panel) => ({
  number: Number(panel.getAttribute('data-viz-panel-key').replace(/.*panel-/, '')),
  title: panel.querySelector('h2')?.innerText ?? '',
  text: (panel.querySelector('[data-testid="data-testid panel content"]') ?? panel).innerText,
  errors: [...panel.querySelectorAll('[data-testid="data-testid Panel status error"]')].length,
  columns: [...panel.querySelectorAll('[role="columnheader"]')].map((cell) => cell.innerText),
  hidden: Math.max(0, ...[...panel.querySelectorAll('[role="grid"]')].map(
    (grid) => grid.scrollWidth - grid.clientWidth)),
  links: [...panel.querySelectorAll('a[href]')].map(
    (link) => [link.innerText, link.getAttribute('href')]),
}))
"""
# A table contains only the rows that are in view, so it is scrolled until the link appears.
_CLICK = """
(() => {{
  const panels = [...document.querySelectorAll('[data-viz-panel-key]')].filter(
    (one) => one.querySelector('h2')?.innerText === {panel});
  const links = panels.flatMap((one) => [...one.querySelectorAll('a[href]')]);
  const link = links.find((one) => one.innerText.trim().startsWith({text}));
  if (!link) {{
    panels.flatMap((one) => [...one.querySelectorAll('[role="grid"]')]).forEach((grid) => {{
      grid.scrollTop += grid.clientHeight / 2;
    }});
    return false;
  }}
  link.closest('[data-viz-panel-key]').setAttribute('data-clicked', '');
  link.click();
  return true;
}})()
"""
_BOTTOM = """
Math.max(...[...document.querySelectorAll('[data-viz-panel-key]')].map(
  (panel) => panel.getBoundingClientRect().bottom + window.scrollY))
"""


class Shown(NamedTuple):
    """A panel on the screen.

    number: the panel's id in the JSON. errors: the number of error signs. columns: the titles of a
    table's columns that fit. hidden: the width in pixels that a table has beyond its panel. links:
    the text and the address of each link.
    """

    number: int
    title: str
    text: str
    errors: int
    columns: list[str]
    hidden: int
    links: list[list[str]]


class FrontEnd:
    """A window of the front end; docked: whether the menu takes its part of the window's width."""

    def __init__(self, grafana: Grafana, chromium: Chromium, *, docked: bool = False) -> None:
        self._grafana = grafana
        self._width = DOCKED_WIDTH if docked else WIDTH
        self._page = chromium.page(self._width, _HEIGHT)
        self._page.before_each_document(_PREPARE.format(docked=str(docked).lower()))

    def __enter__(self) -> Self:
        """Return the window, which is open already."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the window."""
        self._page.close()

    def open(self, uid: str, last: str = "15m", **variables: str) -> list[Shown]:
        """Show a dashboard with its latest data and all its rows; return the panels."""
        chosen = {f"var-{name}": value for name, value in variables.items()}
        query = urlencode({"from": f"now-{last}", "to": "now", **chosen})
        return self.follow(f"/d/{uid}/?{query}")

    def follow(self, address: str) -> list[Shown]:
        """Open the address of a link and show all rows; return the panels."""
        self._page.open(self._grafana.url + address)
        return self.panels()

    def click(self, panel: str, text: str) -> list[Shown]:
        """Click the link whose text starts so in the panel of this title; return what it opens."""
        before = self._page.run("location.href")
        script = _CLICK.format(panel=json.dumps(panel), text=json.dumps(text))
        self._page.wait_for(script, f"link {text!r} in the panel {panel!r}", 15)
        self._page.wait_for(f"location.href !== {json.dumps(before)}", "another address")
        self._page.wait_for("document.querySelector('[data-clicked]') === null", "another page")
        return self.panels()

    def exceptions(self) -> list[str]:
        """Return the exceptions that the front end did not catch since the last call."""
        return self._page.exceptions()

    def address(self) -> str:
        """Return the path and the query of what is shown."""
        return str(self._page.run("location.pathname + location.search"))

    def panels(self) -> list[Shown]:
        """Return the panels as soon as all of them are drawn."""
        self._page.wait_for("document.querySelector('[data-viz-panel-key]') !== null", "dashboard")
        self._drawn()
        self._page.run(_EXPAND)
        previous: list[dict[str, Any]] | None = None
        while (panels := self._drawn()) != previous:
            previous = panels
        return [Shown(**panel) for panel in panels]

    def _drawn(self) -> list[dict[str, Any]]:
        self._page.run("window.calm = 0")
        self._page.wait_for(f"window.calm >= {_CALM}", "drawn panels")
        drawn: list[dict[str, Any]] = self._page.run(_PANELS)
        return drawn

    def picture(self, file: Path, height: int = 0, scale: float = 1) -> None:
        """Write a PNG of the dashboard, or of the part of it down to `height`."""
        height = height or int(self._page.run(_BOTTOM)) + 16
        self._page.picture(file, self._width, height, scale)
