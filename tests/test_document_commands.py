"""The ledger of what the documents tell people to type: where each command was run, or that not.

A section with commands that is not in the table fails; a new one says how it was tried.
"""

import re
from itertools import pairwise
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
# Run once by whoever wrote the section: a person's terminal, a system's folders.
BY_HAND = "by hand"
# And the document says so, in these words.
NOT_RUN = "not run"
TRIED = {
    "README.md": {
        "Try it": "tests/real/test_readme.py",
        "Use it": "tests/real/test_quickstart.py",
    },
    "CONTRIBUTING.md": {"Set up": BY_HAND, "Where things are": BY_HAND},
    "docs/alerts.md": {"Load them": BY_HAND},
    "docs/ceph-apis.md": {
        "rados (all releases)": "tests/real/test_rados.py",
        "The monitors' disk and store from 12 on": "tests/real/test_mon_store.py",
        "What an API does not give": "tests/real/test_parity.py",
    },
    "docs/dashboards.md": {"Put them into Grafana": NOT_RUN},
    "docs/performance.md": {"Polls and scrapes": BY_HAND, "What Ceph pays": BY_HAND},
    "docs/quickstart.md": {
        "Quick starts": "tests/real/test_readme.py",
        "The dashboard: Ceph 14 and later": "tests/real/test_quickstart.py",
        "restful: Ceph 12 to 19": "tests/real/test_quickstart.py",
        "ceph-rest-api: Ceph 0.67 to 12": NOT_RUN,
        "librados: any release": "tests/real/test_quickstart.py",
    },
    # Not run, as most of it would harm a healthy cluster; but Ceph has each of its commands.
    "docs/runbook.md": {"": "tests/real/test_quickstart.py"},
    "docs/troubleshooting.md": {
        "Troubleshooting": "tests/test_cli.py",
        "The password is refused": "tests/real/test_quickstart.py",
    },
    "docs/web.md": {"Web configuration file": BY_HAND, "systemd": "tests/web/test_systemd.py"},
    "deploy/README.md": {"Container": NOT_RUN, "Compose: all of it on one machine": NOT_RUN},
    "deploy/kubernetes/README.md": {"A cluster outside": NOT_RUN, "Rook": NOT_RUN},
}
_PROGRAMS = """
    apt ceph ceph_exporter ceph-rest-api cp curl docker git install journalctl kubectl ln openssl
    pip pipx podman promtool python3 sed systemctl systemd-analyze umask uv
"""
PROGRAMS = _PROGRAMS.split()
FOLDERS = ("docs", "deploy", "dashboards")
DOCUMENTS = [
    *ROOT.glob("*.md"),
    *(
        file
        for folder in ("docs", "deploy", "dashboards")
        for file in (ROOT / folder).rglob("*.md")
    ),
]


def is_typed(line: str) -> bool:
    """Say whether a line of a document is one for a shell."""
    word = line.split(maxsplit=1)[0]
    return word in PROGRAMS or word.startswith(("scripts/", ".venv/", ".ci/", "testbed/"))


def sections(document: Path) -> set[str]:
    """Name the headings below which there are commands."""
    text = document.read_text(encoding="utf-8")
    starts = [match.start() for match in re.finditer(r"^#+ ", text, re.MULTILINE)] + [len(text)]
    parts = [text[start:end] for start, end in pairwise(starts)]
    return {
        part.partition("\n")[0].lstrip("# ")
        for part in parts
        if any(map(is_typed, re.findall(r"^    +(\S.*)$", part, re.MULTILINE)))
    }


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda file: str(file.relative_to(ROOT)))
def test_every_command_was_run_or_is_said_not_to_be(document: Path) -> None:
    """Each section with commands names a test that is there, a hand, or the document admits it."""
    known = TRIED.get(str(document.relative_to(ROOT)), {})
    if "" not in known:
        assert sections(document) == set(known)
    for tried in known.values():
        if tried == NOT_RUN:
            assert NOT_RUN in document.read_text(encoding="utf-8").lower()
        elif tried != BY_HAND:
            assert (ROOT / tried).exists(), tried
