"""What a stranger meets on the repository's pages: forms and workflows have the form they need."""

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parent.parent
GITHUB = ROOT / ".github"
SCHEMAS = {
    ".github/workflows/ci.yml": "github-workflows",
    ".github/ISSUE_TEMPLATE/bug.yml": "github-issue-forms",
    ".github/ISSUE_TEMPLATE/wish.yml": "github-issue-forms",
    ".github/ISSUE_TEMPLATE/config.yml": "github-issue-config",
    ".github/dependabot.yml": "dependabot",
}


@pytest.mark.parametrize(("name", "schema"), SCHEMAS.items())
def test_a_file_has_the_form_that_is_read(name: str, schema: str) -> None:
    """The public schema of the file accepts it."""
    tool = (sys.executable, "-m", "check_jsonschema", "--builtin-schema", f"vendor.{schema}")
    done = subprocess.run([*tool, str(ROOT / name)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_workflow_runs_what_lands_a_change() -> None:
    """It runs .ci/run, and the README's test command on every Python that the package names."""
    jobs = yaml.safe_load((GITHUB / "workflows" / "ci.yml").read_text(encoding="utf-8"))["jobs"]
    commands = [step["run"] for job in jobs.values() for step in job["steps"] if "run" in step]
    assert {"scripts/test", ".ci/run"} <= set(commands)
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    for version in jobs["test"]["strategy"]["matrix"]["python"]:
        assert f'"Programming Language :: Python :: {version}"' in text


def test_the_hooks_run_tools_of_the_environment() -> None:
    """What is checked with a commit are tools that scripts/test installs."""
    text = (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    (source,) = yaml.safe_load(text)["repos"]
    entries = [hook["entry"].split()[0] for hook in source["hooks"]]
    assert all(entry.startswith(".venv/bin/") for entry in entries)
    installed = Path(sys.executable).parent
    assert all((installed / Path(entry).name).exists() for entry in entries)


def test_the_package_says_that_it_is_typed() -> None:
    """Its types are used by who imports it."""
    assert (ROOT / "ceph_exporter" / "py.typed").exists()
