"""Writes the dashboards in `grafana/` from their declarations; run it after changing one."""

import json
from collections.abc import Iterator
from pathlib import Path

from dashboards import (
    cluster,
    exporter,
    fleet,
    monitors,
    osds,
    placement_groups,
    pools,
    render,
    services,
)

TARGET = Path(__file__).parent / "grafana"
BOARDS = (
    fleet.BOARD,
    cluster.BOARD,
    monitors.BOARD,
    osds.BOARD,
    pools.BOARD,
    placement_groups.BOARD,
    services.BOARD,
    exporter.BOARD,
)


def files() -> Iterator[tuple[Path, str]]:
    """Yield each dashboard's file and its text."""
    for board in BOARDS:
        text = json.dumps(render.dashboard(board), indent=2, sort_keys=True)
        yield TARGET / f"{board.uid}.json", text + "\n"


if __name__ == "__main__":
    for file, content in files():
        file.write_text(content, encoding="utf-8")
