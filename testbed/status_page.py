"""The picture of the status page in docs/: run `.venv/bin/python -m testbed.status_page`.

It shows the demo once both of its clusters have a problem, which takes three minutes. With --save,
only the page is saved; with --page, a saved page is drawn, in other sizes and colors if wanted.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from testbed import chromium
from testbed.chromium import Chromium
from testbed.process import CephError
from testbed.running import running
from testbed.waiting import until

TARGET = Path(__file__).parent.parent / "docs" / "status-page.png"
WIDTH = 1100
_PROBLEMS = (b"OSD_DOWN", b"OSDMAP_FLAGS")
_TIMEOUT = 400.0


def main() -> None:
    """Save the page of the demo, draw it, or both."""
    parser = argparse.ArgumentParser(prog="python -m testbed.status_page")
    parser.add_argument("--save", metavar="FILE", type=Path)
    parser.add_argument("--page", metavar="FILE", type=Path)
    parser.add_argument("--target", metavar="FILE", type=Path, default=TARGET)
    parser.add_argument("--width", type=int, default=WIDTH)
    parser.add_argument("--dark", action="store_true")
    options = parser.parse_args()
    missing = None if options.save else chromium.available()
    if missing:
        parser.error(missing)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        page = options.page or options.save or folder / "page.html"
        if not options.page:
            page.write_bytes(_page_of_demo(folder))
        if not options.save:
            _draw(page, options.target, folder, options.width, dark=options.dark)


def _page_of_demo(folder: Path) -> bytes:
    """Return the page once both clusters of the demo have a problem."""
    page = b""

    def has_problems() -> bool:
        nonlocal page
        page = exporter.ask("/?refresh=off").body
        return all(problem in page for problem in _PROBLEMS)

    with running(folder, "--demo", "--poll.interval=5s") as exporter:
        until(has_problems, "problems of both clusters", _TIMEOUT)
    return page


def _draw(page: Path, target: Path, folder: Path, width: int, *, dark: bool) -> None:
    """Write a picture of the whole page; raise CephError if it is wider than the window."""
    with Chromium(folder / "chromium") as browser:
        window = browser.page(width, 600)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        window.call("Emulation.setEmulatedMedia", features=[scheme])
        window.open(page.resolve().as_uri())
        window.wait_for(
            "document.readyState === 'complete' && document.querySelector('footer') !== null",
            "page",
        )
        wide, high = window.run(
            "[document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
        )
        if wide > width:
            raise CephError(f"{page} is {wide} pixels wide in a window of {width}")
        window.resize(width, high)
        window.picture(target, width, high)
    sys.stdout.write(f"{target}: {target.stat().st_size // 1000} kB\n")


if __name__ == "__main__":
    try:
        main()
    except CephError as error:
        sys.exit(str(error))
