"""The documents in Markdown, the commands and examples in them, and a clone to run these in."""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parent.parent

# Output of a command, or the content of a file.
_FENCED = re.compile(r"^```.*?^```\n", re.MULTILINE | re.DOTALL)


def blocks(text: str) -> list[str]:
    """Return the indented blocks of a text, which are commands, without their indentation."""
    found = re.findall(r"(?:^    .*\n)+", _FENCED.sub("", text), re.MULTILINE)
    return [re.sub(r"^    ", "", block, flags=re.MULTILINE) for block in found]


def block(document: Path, heading: str, number: int = 1) -> str:
    """Return an indented block below a heading without its indentation; the first has number 1."""
    text = f"\n{document.read_text(encoding='utf-8')}".partition(f"\n{heading}\n")[2]
    return blocks(text)[number - 1]


def clone(folder: Path) -> Path:
    """Copy the files that git tracks or would add, with changes that are not committed."""
    names = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
    ).stdout
    copy = folder / "clone"
    copy.mkdir()
    pack = ["tar", "--create", "--null", "--files-from=-", "--ignore-failed-read"]
    packed = subprocess.run(pack, cwd=ROOT, input=names, check=True, capture_output=True).stdout
    subprocess.run(["tar", "--extract"], cwd=copy, input=packed, check=True)
    return copy
