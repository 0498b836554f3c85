"""Write the dashboards in `grafana/` from their declarations; run this after changing one."""

import json
from collections.abc import Iterator
from pathlib import Path

from dashboards.content import (
    cephfs,
    cluster,
    exporter,
    fleet,
    host,
    monitors,
    orchestrator,
    osd,
    osds,
    placement_groups,
    pools,
    rbd,
    rgw,
    services,
)
from dashboards.content.frame import FRAME
from dashboards.engine import render

TARGET = Path(__file__).parent / "grafana"
BOARDS = (
    fleet.BOARD,
    cluster.BOARD,
    monitors.BOARD,
    osds.BOARD,
    pools.BOARD,
    placement_groups.BOARD,
    rbd.BOARD,
    services.BOARD,
    rgw.BOARD,
    orchestrator.BOARD,
    cephfs.BOARD,
    osd.BOARD,
    host.BOARD,
    exporter.BOARD,
)


def files() -> Iterator[tuple[Path, str]]:
    """Yield the file and the text of each dashboard."""
    for board in BOARDS:
        text = json.dumps(render.dashboard(board, FRAME), indent=2, sort_keys=True)
        yield TARGET / f"{board.uid}.json", text + "\n"


if __name__ == "__main__":
    for file, content in files():
        file.write_text(content, encoding="utf-8")
