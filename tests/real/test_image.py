"""The container images, built from the Dockerfile and run with the restrictions of a cluster.

`testbed/install-image` makes the base image from Debian's packages. Debian's own image from the
registry and networks of the engine are not tested.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from ceph_exporter import __version__
from testbed.waiting import wait_until
from tests.documents import ROOT
from tests.real.containers import output_of, require_containers, tool

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.real

# A careful operator's restrictions; Kubernetes' profile "restricted" has fewer. The limits are set
# because not every machine lets a container raise them.
HARDENED = (
    *("--network=none", "--read-only", "--read-only-tmpfs=false", "--cap-drop=all"),
    *("--security-opt=no-new-privileges", "--ulimit=nofile=1024:1024", "--ulimit=nproc=256:256"),
)
ASK = (
    "import urllib.request as u;"
    "print(u.urlopen('http://127.0.0.1:9128/metrics', timeout=10).read().decode())"
)


def build(name: str, target: str) -> Iterator[str]:
    """Build a target of the Dockerfile; remove the image after the tests."""
    require_containers()
    output_of(
        *("buildah", "bud", "--pull-never", "--isolation=chroot", "--network=host"),
        *("--format=docker", f"--target={target}", f"--build-arg=VERSION={__version__}"),
        *("--layers", f"--tag={name}", str(ROOT)),
    )
    yield name
    tool("podman", "rmi", "--force", name)
    tool("podman", "image", "prune", "--force")


@pytest.fixture(scope="module")
def image() -> Iterator[str]:
    """Build the default image."""
    yield from build("localhost/ceph_exporter:test", "exporter")


@pytest.fixture(scope="module")
def rados_image() -> Iterator[str]:
    """Build the image with librados."""
    yield from build("localhost/ceph_exporter:test-rados", "rados")


@pytest.fixture(scope="module")
def container(image: str) -> Iterator[str]:
    """Run the demo without network, capabilities and writable files."""
    running = output_of("podman", "--runtime=runc", "run", "--detach", *HARDENED, image, "--demo")
    yield running
    tool("podman", "rm", "--force", running)


def inside(container: str, *command: str) -> str:
    """Return the output of a command in a container."""
    return output_of("podman", "--runtime=runc", "exec", container, *command)


def settings(image: str) -> dict[str, Any]:
    """Return the configuration of an image."""
    (inspected,) = json.loads(output_of("podman", "image", "inspect", image))
    return dict(inspected)


def served(container: str) -> bool:
    """Return whether the demo's modern cluster is on the page."""
    ask = ("podman", "--runtime=runc", "exec", container, "python3", "-c", ASK)
    return 'ceph_up{cluster="reef"} 1' in tool(*ask).stdout


def test_it_serves_metrics_as_nobody_on_a_read_only_root(container: str) -> None:
    """The demo serves /metrics without capabilities and network."""
    wait_until(lambda: served(container), "page of the demo", 60)
    assert inside(container, "id", "-u") == "65534"
    assert "CapEff:\t0000000000000000" in inside(container, "cat", "/proc/1/status")
    mounts = [line.split() for line in inside(container, "cat", "/proc/1/mounts").splitlines()]
    assert [options.split(",")[0] for _, place, _, options, *_ in mounts if place == "/"] == ["ro"]


def test_the_health_check_of_the_image_passes(container: str) -> None:
    """The health check of the image reports the server as healthy."""
    wait_until(lambda: served(container), "page of the demo", 60)
    assert output_of("podman", "--runtime=runc", "healthcheck", "run", container) in ("", "healthy")


def test_sigterm_stops_it_at_once(image: str) -> None:
    """SIGTERM stops it with exit code 0, long before the engine would kill it."""
    running = output_of("podman", "--runtime=runc", "run", "--detach", *HARDENED, image, "--demo")
    try:
        wait_until(lambda: served(running), "page of the demo", 60)
        output_of("podman", "--runtime=runc", "stop", "--time=30", running)
        code = output_of("podman", "inspect", "--format={{.State.ExitCode}}", running)
        assert code == "0"
    finally:
        tool("podman", "rm", "--force", running)


def test_the_image_says_what_it_is(image: str) -> None:
    """Its labels have title, licence and version; it declares its user, port and stop signal."""
    configuration = settings(image)
    labels = configuration["Labels"]
    assert labels["org.opencontainers.image.version"] == __version__
    assert labels["org.opencontainers.image.licenses"] == "Apache-2.0"
    assert configuration["User"] == "65534:65534"
    assert list(configuration["Config"]["ExposedPorts"]) == ["9128/tcp"]
    assert configuration["Config"]["StopSignal"] == "SIGTERM"


def test_nothing_but_the_program_is_in_the_image(image: str) -> None:
    """It has no pip and no compiler, and its user cannot write to the program."""
    run = ("podman", "--runtime=runc", "run", "--rm", *HARDENED, "--entrypoint=python3", image)
    script = (
        "import importlib.util as i, shutil, os;"
        "print(i.find_spec('pip'), shutil.which('cc'), os.access('/opt/ceph_exporter', os.W_OK))"
    )
    assert output_of(*run, "-c", script) == "None None False"


def test_the_second_target_has_librados(rados_image: str) -> None:
    """The target rados runs the same program, and its Python finds Debian's librados."""
    run = ("podman", "--runtime=runc", "run", "--rm", *HARDENED)
    assert output_of(*run, rados_image, "--version") == f"ceph_exporter {__version__}"
    script = "import rados, ceph_exporter; print(rados.Rados.__name__)"
    assert output_of(*run, "--entrypoint=python3", rados_image, "-c", script) == "Rados"
