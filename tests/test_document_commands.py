"""The commands in the documents: each section with commands has a row that says where they are run.

A section without a row fails.
"""

import re
from itertools import pairwise
from pathlib import Path

import pytest

from tests.documents import ROOT

# Run by the author of the section.
BY_HAND = "by hand"
# Never run; the document says so in these words.
NOT_RUN = "not run"
RUN_BY = {
    "README.md": {
        "Try it": "tests/real/test_readme.py",
        "Install it": "tests/real/test_readme.py",
    },
    "CONTRIBUTING.md": {"Set up": BY_HAND, "Add something": "tests/test_generate.py"},
    "docs/alerts.md": {"Load them": BY_HAND},
    "docs/ceph-apis.md": {
        "Roles with fewer rights": "tests/real/wild/test_roles.py",
        "Operations in progress, late scrubs and sessions": "tests/real/test_rados.py",
        "RGW's own API": "tests/real/test_rgw.py",
        "The monitors' disk and store from 12 on": "tests/real/test_mon_store.py",
        "What each API lacks": "tests/real/test_parity.py",
    },
    "docs/dashboards.md": {"Install them": NOT_RUN, "How they are tested": BY_HAND},
    "docs/performance.md": {"Polls and scrapes": BY_HAND, "Load on Ceph": BY_HAND},
    "docs/operations.md": {
        "Upgrade": "tests/real/test_readme.py",
        "Change the password or key": "tests/real/test_quickstart.py",
        "Remove it": "tests/real/test_readme.py",
    },
    "docs/quickstart.md": {
        # Except the commands of uv.
        "Install the exporter": "tests/real/test_readme.py",
        "1. Prepare the shell": "tests/real/test_quickstart.py",
        "2. Install a certificate": "tests/real/test_quickstart.py",
        "3. Create a user": "tests/real/test_quickstart.py",
        "4. Check the access": "tests/real/test_quickstart.py",
        "Run it as a service": "tests/real/test_service.py",
        "restful: Ceph 12 to 19": "tests/real/test_quickstart.py",
        "ceph-rest-api: Ceph 0.67 to 12": NOT_RUN,
        "librados: any release": "tests/real/test_quickstart.py",
    },
    # Not run, because most commands would harm a healthy cluster; but Ceph has each of them.
    "docs/runbook.md": {"": "tests/real/test_quickstart.py"},
    "docs/troubleshooting.md": {
        "Troubleshooting": "tests/test_cli.py",
        "The service does not start": "tests/test_cli.py",
        "The password is refused": "tests/real/test_quickstart.py",
    },
    "docs/web.md": {"Web configuration file": BY_HAND, "systemd": "tests/web/test_systemd.py"},
    "deploy/README.md": {"Container": NOT_RUN, "Compose: all of it on one machine": NOT_RUN},
    "deploy/kubernetes/README.md": {
        "A cluster outside": NOT_RUN,
        "Flux, Argo CD and Helm": NOT_RUN,
        "Rook": NOT_RUN,
    },
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
    """Return whether a line of a document is a command."""
    word = line.split(maxsplit=1)[0]
    return word in PROGRAMS or word.startswith(("scripts/", ".venv/", ".ci/", "testbed/"))


def sections(document: Path) -> set[str]:
    """Return the headings of sections with commands."""
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
    """A test or an author ran the commands of each section, or the document says "not run"."""
    rows = RUN_BY.get(str(document.relative_to(ROOT)), {})
    if "" not in rows:
        assert sections(document) == set(rows)
    for place in rows.values():
        if place == NOT_RUN:
            assert NOT_RUN in document.read_text(encoding="utf-8").lower()
        elif place != BY_HAND:
            assert (ROOT / place).exists(), place
