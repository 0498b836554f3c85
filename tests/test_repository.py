"""The files that GitHub and pre-commit read are valid and run what CONTRIBUTING.md names."""

import re
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
def test_a_file_is_valid(name: str, schema: str) -> None:
    """The file is valid against its public schema."""
    tool = (sys.executable, "-m", "check_jsonschema", "--builtin-schema", f"vendor.{schema}")
    done = subprocess.run([*tool, str(ROOT / name)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_workflow_runs_the_same_scripts() -> None:
    """CI runs .ci/run, and scripts/test on exactly the Python versions that the package names."""
    jobs = yaml.safe_load((GITHUB / "workflows" / "ci.yml").read_text(encoding="utf-8"))["jobs"]
    commands = [step["run"] for job in jobs.values() for step in job["steps"] if "run" in step]
    assert {"scripts/test", ".ci/run"} <= set(commands)
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    named = re.findall(r'"Programming Language :: Python :: (3\.\d+)"', text)
    assert jobs["test"]["strategy"]["matrix"]["python"] == named


def test_the_checks_run_the_oldest_and_the_newest_python() -> None:
    """.ci/run tests the same wheel with its own Python and with the newest one of Debian."""
    lines = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    assert "newest=$(testbed/install-python | tail -n 1)" in lines
    assert {"WHEEL=$wheel scripts/test", '.ci/test-newest "$newest" "$wheel"'} <= set(lines)


def test_the_hooks_run_tools_of_the_environment() -> None:
    """Every hook runs a tool that scripts/test installs, or a script of the repository."""
    text = (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    (source,) = yaml.safe_load(text)["repos"]
    entries = [hook["entry"].split()[0] for hook in source["hooks"]]
    installed = Path(sys.executable).parent
    for entry in entries:
        folder, _, name = entry.rpartition("/")
        assert folder in (".venv/bin", "scripts"), entry
        assert ((ROOT / folder if folder == "scripts" else installed) / name).exists(), entry


def test_the_package_is_marked_as_typed() -> None:
    """Type checkers use the annotations of an installed package only if it has this marker."""
    assert (ROOT / "ceph_exporter" / "py.typed").exists()
