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
    ".github/workflows/release.yml": "github-workflows",
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


@pytest.mark.parametrize("name", ["ci.yml", "release.yml"])
def test_actions_are_pinned(name: str) -> None:
    """Every action is pinned to a commit, with the release in a comment: a tag can be moved."""
    lines = (GITHUB / "workflows" / name).read_text(encoding="utf-8").splitlines()
    uses = [line.strip() for line in lines if "uses:" in line]
    assert uses
    for line in uses:
        assert re.search(r"uses: [\w./-]+@[0-9a-f]{40}  # v\d+\.\d+\.\d+$", line), line


def test_jobs_have_only_the_rights_that_they_name() -> None:
    """A job that publishes has its own rights; no other job of a release may write anything."""
    release = yaml.safe_load((GITHUB / "workflows" / "release.yml").read_text(encoding="utf-8"))
    assert release["permissions"] == {}
    writing = {
        name for name, job in release["jobs"].items() if "write" in job["permissions"].values()
    }
    assert writing == {"pypi", "images", "release"}
    assert release["jobs"]["pypi"]["permissions"] == {"id-token": "write"}


@pytest.mark.parametrize("version", ["0.0.1", "99.0.0"])
def test_a_release_has_the_version_of_its_tag(version: str) -> None:
    """A tag with another version than the package's releases nothing, and the error says why."""
    done = subprocess.run(
        [ROOT / "scripts" / "release-files", version], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert f"not {version}; set it in ceph_exporter/__init__.py" in done.stderr


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
