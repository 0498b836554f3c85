"""The documents in Markdown, and the commands and examples in them."""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent


def block(document: Path, heading: str, number: int = 1) -> str:
    """Return an indented block below a heading without its indentation; the first has number 1."""
    text = f"\n{document.read_text(encoding='utf-8')}".partition(f"\n{heading}\n")[2]
    blocks = re.findall(r"(?:^    .*\n)+", text, re.MULTILINE)
    return re.sub(r"^    ", "", blocks[number - 1], flags=re.MULTILINE)
