"""The sections of docs/quickstart.md, followed to the letter on real clusters of two releases.

Replaced is only what a reader replaces too: the names of the hosts, and ports that are not the
default ones here. What is left out is cephadm's shell: the command `ceph` is installed here.
"""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from testbed.ceph import CephCluster
from testbed.process import ENVIRONMENT, CephError, Daemon, free_port
from testbed.releases import RELEASES, SYSTEM
from testbed.waiting import wait_until
from tests.documents import block, blocks
from tests.real.requirements import require

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.real

QUICKSTART = Path(__file__).parents[2] / "docs" / "quickstart.md"
DASHBOARD = "The dashboard: Ceph 14 and later"
RESTFUL = "restful: Ceph 12 to 19"
RADOS = "librados: any release"
SERVICE = "## Run it as a service"
BASE_PORTS = {"16.2.15": 29000, "20.2.4": 29100}


def commands_of(section: str) -> list[str]:
    """Return the blocks of commands in a section, each a part of a shell script."""
    text = QUICKSTART.read_text(encoding="utf-8").partition(f"\n## {section}\n")[2]
    return blocks(text.partition("\n## ")[0])


@pytest.fixture(scope="module", params=list(BASE_PORTS))
def cluster(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[CephCluster]:
    """Start a cluster of a release, with three monitors and a mgr."""
    release: str = request.param
    require(RELEASES[release].available(), "testbed/install-releases")
    folder = tmp_path_factory.mktemp("quickstart") / release
    with CephCluster(folder, release=release, osds=0, base_port=BASE_PORTS[release]) as started:
        yield started


class Reader:
    """A user who types the commands of the document in a folder."""

    def __init__(self, cluster: CephCluster, folder: Path, url: str) -> None:
        self.folder = folder
        self._url = url
        self._configuration = str(cluster.folder / "ceph.conf")
        tools = folder / "bin"
        tools.mkdir(exist_ok=True)
        ceph = shlex.join(cluster.release.command("ceph", "-c", str(cluster.folder / "ceph.conf")))
        # The search path has no virtual environment, whose Python the tool `ceph` would use.
        self._tool(tools / "ceph", f'PATH={ENVIRONMENT["PATH"]} exec {ceph} "$@"')
        self._tool(tools / "ceph_exporter", f'exec {sys.executable} -m ceph_exporter "$@"')
        self.environment = {**ENVIRONMENT, "PATH": f"{tools}:{ENVIRONMENT['PATH']}"}

    def replaced(self, block: str) -> str:
        """Replace the hosts and ports of the document with those of this cluster."""
        block = block.replace("DNS:mgr1,DNS:mgr2", "IP:127.0.0.1")
        block = block.replace("/etc/ceph/ceph.conf", self._configuration)
        block = re.sub(r"--cluster\.url https://mgr2:\d+ ", "", block)
        return re.sub(r"mgr1:\d+", self._url.removeprefix("https://"), block)

    def types(self, block: str) -> str:
        """Return the output of a block in a shell that stops at the first error."""
        done = subprocess.run(
            ["bash", "-euc", self.replaced(block)],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        if done.returncode:
            raise CephError(f"{block}: {done.stdout}{done.stderr}")
        return done.stdout

    def types_until_it_works(self, block: str) -> str:
        """Repeat a block until it succeeds, for as long as a module may take to start."""
        outputs: list[str] = []

        def works() -> bool:
            outputs.append(self.types(block))
            return True

        wait_until(works, block, 90)
        return outputs[-1]

    @staticmethod
    def _tool(file: Path, command: str) -> None:
        file.write_text(f"#!/bin/sh\n{command}\n")
        file.chmod(0o755)


def follow(cluster: CephCluster, folder: Path, section: str, url: str = "") -> str:
    """Run all commands of a section; return the page that is served then."""
    reader = Reader(cluster, folder, url)
    *prepare, check = [block for block in commands_of(section) if "cephadm" not in block]
    # The last command belongs to a module that has just been enabled.
    *setup, last = re.split(r"(?<!\\)\n", "".join(prepare).strip())
    reader.types("\n".join(setup))
    reader.types_until_it_works(last)
    assert "  connected to " in reader.types_until_it_works(check)
    serve = check.replace("ceph_exporter check", "ceph_exporter")
    port = free_port()
    environment = {**reader.environment, "CEPH_EXPORTER_WEB_LISTEN_ADDRESS": f"127.0.0.1:{port}"}
    script = f"cd {folder} && exec {reader.replaced(serve)}"
    log = folder / "log"
    daemon = Daemon("bash", "-euc", script, log=log, environment=environment)
    pages: list[str] = []

    def served() -> bool:
        pages.append(httpx.get(f"http://127.0.0.1:{port}/metrics", trust_env=False).text)
        return "ceph_up 1" in pages[-1]

    try:
        wait_until(served, "page of the cluster", 60, [log])
    finally:
        assert daemon.stop() == 0
    return pages[-1]


def releases(page: str) -> set[tuple[str, str]]:
    """Return the API and the release of a page's source."""
    source = r'^ceph_exporter_source_info{api="(.+?)",.*release="(.+?)"}'
    return {(api, release) for api, release in re.findall(source, page, re.MULTILINE)}


def test_the_quick_start_of_the_dashboard(cluster: CephCluster, tmp_path: Path) -> None:
    """Its commands lead to the cluster on /metrics, with a user who may only read."""
    page = follow(cluster, tmp_path, DASHBOARD, cluster.dashboard_url)
    assert releases(page) == {("dashboard", cluster.release.name)}
    assert 'ceph_mon_quorum_status{ceph_daemon="mon.a"} 1' in page
    user = cluster.ask("dashboard", "ac-user-show", "ceph_exporter")
    assert user["roles"] == ["read-only"]
    # The configuration of the service, with the files where they are here.
    reader = Reader(cluster, tmp_path, cluster.dashboard_url)
    (config,) = re.findall(r"<<'END'\n(.*?)END\n", block(QUICKSTART, SERVICE), re.DOTALL)
    config = reader.replaced(config).replace(", https://mgr2:8443", "")
    config = re.sub(r"/run/credentials/\S+_|/etc/ceph_exporter/", f"{tmp_path}/", config)
    (tmp_path / "ceph_exporter.yml").write_text(config)
    assert "\nceph_up 1\n" in reader.types("ceph_exporter once --config.file ceph_exporter.yml")
    # The commands for a refused password and for a new one, in the folder of the password's file.
    remedy = block(QUICKSTART.with_name("troubleshooting.md"), "## The password is refused")
    change = block(QUICKSTART.with_name("operations.md"), "## Change the password or key")
    for commands in (change, remedy):
        reader.types(commands)
    assert cluster.ask("dashboard", "ac-user-show", "ceph_exporter")["enabled"]
    assert "\nceph_up 1\n" in reader.types("ceph_exporter once --config.file ceph_exporter.yml")


def test_the_quick_start_of_restful(cluster: CephCluster, tmp_path: Path) -> None:
    """Its commands lead to the cluster on /metrics, with the latencies of the monitors."""
    if not cluster.release.has_restful:
        pytest.skip(f"Ceph {cluster.release.name} has no restful")
    page = follow(cluster, tmp_path, RESTFUL, cluster.restful_url)
    assert releases(page) == {("restful", cluster.release.name)}
    assert 'ceph_monitor_latency_seconds{monitor="b",ceph_daemon="mon.b"}' in page


def test_the_quick_start_of_librados(cluster: CephCluster, tmp_path: Path) -> None:
    """Its commands lead to the cluster on /metrics, with a key that has no right on a mgr."""
    if cluster.release.name != SYSTEM:
        pytest.skip("the system's librados does not take the keys of this release")
    page = follow(cluster, tmp_path, RADOS)
    assert releases(page) == {("rados", cluster.release.name)}
    assert 'ceph_monitor_latency_seconds{monitor="b",ceph_daemon="mon.b"}' in page
    key = cluster.ceph("auth", "get", "client.ceph_exporter")
    (caps,) = re.findall("caps (.+)", key)
    assert caps.startswith('mon = "allow service osd r, ')


# Commands that a release does not have yet, or no longer has.
LACKS = {"16.2.15": ("orch certmgr", "orch hardware"), "20.2.4": ("restful",)}
# Commands of a daemon, or of the module cephadm, which is off: the cluster does not list them.
SPECIAL = ("daemon", "tell", "pg", "cephadm")
WORDS = re.compile(r"[a-z][a-z_-]*(?: [a-z][a-z_-]*)*(?= |$)", re.MULTILINE)


def written() -> set[str]:
    """Return the first words of the Ceph commands in the documents for an outage."""
    files = [QUICKSTART.with_name(f"{name}.md") for name in ("runbook", "troubleshooting")]
    text = "\n".join(file.read_text(encoding="utf-8") for file in files)
    commands = re.findall(r"(?:^    |`)ceph ([a-z][^`\n]*)", text, re.MULTILINE)
    words = {match[0] for match in map(WORDS.match, commands) if match}
    return {command for command in words if not command.startswith(SPECIAL)}


def test_the_commands_for_an_outage_exist(cluster: CephCluster) -> None:
    """Ceph has every command that the runbook and the troubleshooting page name."""
    # A line of the help starts with the words of a command, before its arguments.
    lines = cluster.ceph("--help").splitlines()
    offered = {f"{match[0]} " for match in map(WORDS.match, lines) if match}
    unknown = {command for command in written() if not any(map(f"{command} ".startswith, offered))}
    lacks = LACKS[cluster.release.name]
    assert not [command for command in unknown if not command.startswith(lacks)]
