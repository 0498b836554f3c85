"""The completion for bash, as bash runs it."""

import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parent.parent / "deploy" / "completion" / "ceph_exporter.bash"
# What bash does when a person presses the tabulator after the words given.
COMPLETE = """
source "$0"
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}
function=$(complete -p ceph_exporter | sed 's/.*-F \\([^ ]*\\).*/\\1/')
"$function" ceph_exporter "${@: -1}" "${@: -2:1}"
printf '%s\\n' "${COMPREPLY[@]}"
"""


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        (("che",), {"check"}),
        (("--poll.t",), {"--poll.timeout"}),
        (("check", "--nag"), {"--nagios"}),
        (("--cluster.api", "da"), {"dashboard"}),
        (("--log.format", ""), {"logfmt", "json"}),
    ],
)
def test_bash_completes(typed: tuple[str, ...], offered: set[str]) -> None:
    """Commands, flags and the values of a flag that has a choice are offered."""
    command = ["bash", "-c", COMPLETE, str(SCRIPT), "ceph_exporter", *typed]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) == offered
