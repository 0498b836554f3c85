"""The completion for bash and zsh, as these shells run it."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.zsh import Zsh

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
        # bash splits --flag=value into three words, unless = is removed from COMP_WORDBREAKS.
        (("--cluster.api", "=", "da"), {"dashboard"}),
        (("--log.format", "="), {"logfmt", "json"}),
        (("--log.format", "=", "json", "--cluster.api", "=", "rest"), {"rest-api", "restful"}),
        (("--log.format", "=", "json", "che"), {"check"}),
        (("--log.format", "=", "json", "--poll.t"), {"--poll.timeout"}),
        (("--cluster.api=da",), {"--cluster.api=dashboard"}),
        (("--log.format=json", "--log.level=de"), {"--log.level=debug"}),
    ],
)
def test_bash_completes(typed: tuple[str, ...], offered: set[str]) -> None:
    """Commands, flags and the values of a flag that has a choice are offered."""
    command = ["bash", "-c", COMPLETE, str(SCRIPT), "ceph_exporter", *typed]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) == offered


def test_bash_completes_files_after_an_equals_sign(tmp_path: Path) -> None:
    """The files of a folder are offered for --flag=FOLDER/, as for --flag FOLDER/."""
    (tmp_path / "web.yml").touch()
    flag, folder = "--web.config.file", f"{tmp_path}/"
    for typed in ((flag, "=", folder), (flag, folder)):
        command = ["bash", "-c", COMPLETE, str(SCRIPT), "ceph_exporter", *typed]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        assert done.stdout.split() == [f"{tmp_path}/web.yml"]


ZSH = shutil.which("zsh")


@pytest.fixture(scope="module")
def zsh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Zsh]:
    """Run a zsh with the completion of the project."""
    if ZSH is None:
        pytest.skip("zsh is not installed")
    home = tmp_path_factory.mktemp("zsh")
    (home / "web.yml").touch()
    with Zsh(SCRIPT.parent, home) as started:
        yield started


@pytest.mark.parametrize(
    ("typed", "offered", "line"),
    [
        ("che", {"check"}, "check "),
        ("check --nag", {"--nagios"}, "check --nagios "),
        ("--poll.t", {"--poll.timeout"}, "--poll.timeout="),
        ("--cluster.api da", {"dashboard"}, "--cluster.api dashboard "),
        ("--cluster.api=da", {"dashboard"}, "--cluster.api=dashboard "),
        ("--log.format=", {"logfmt", "json"}, None),
        (
            "--log.format=json --cluster.api=rest-",
            {"rest-api"},
            "--log.format=json --cluster.api=rest-api ",
        ),
        ("--log.format=json che", {"check"}, "--log.format=json check "),
        ("--web.config.file=we", {"web.yml"}, "--web.config.file=web.yml "),
        ("--web.config.file we", {"web.yml"}, "--web.config.file web.yml "),
        ("--demo --web.config.file=we", {"web.yml"}, "--demo --web.config.file=web.yml "),
    ],
)
def test_zsh_completes(zsh: Zsh, typed: str, offered: set[str], line: str | None) -> None:
    """Commands, flags, and values after a blank or an equals sign are offered and filled in.

    line: what is on the command line then; None if there are several matches.
    """
    matches, result = zsh.complete(f"ceph_exporter {typed}")
    assert offered <= matches
    if line is None:
        assert matches == offered
    else:
        assert result == f"ceph_exporter {line}"


def test_zsh_completes_after_an_equals_sign() -> None:
    """Each flag with a value has zsh's notation for --flag=value, which allows a blank as well."""
    lines = (SCRIPT.parent / "_ceph_exporter").read_text(encoding="utf-8").splitlines()
    valued = [line.strip() for line in lines if line.strip().startswith(('"--', '"*--'))]
    valued = [line for line in valued if "]:" in line]
    assert len(valued) > 15
    assert all("=[" in line for line in valued), valued
