"""What the quick starts grant."""

import re
from pathlib import Path

from tests.documents import block

_FILE = Path(__file__).parent.parent / "docs" / "quickstart.md"
MON_CAPS = re.sub(
    r"\\\n *", "", block(_FILE, "## librados: any release").partition(' mon "')[2].partition('"')[0]
)
"""The capabilities on the monitors with which the exporter reads a cluster over librados."""
