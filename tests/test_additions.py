"""What an addition takes: the files of each are edited by hand in a copy, the others are generated.

A metric takes one edited file, a collector one new file, and a document its fact, its row in the
registry and its answer in the simulator. A step that is left out is an error that names the file.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.usefixtures("untraced")

ROOT = Path(__file__).parent.parent
PARTS = ("ceph_exporter", "dashboards", "deploy", "docs", "scripts", "tests", "pyproject.toml")
GENERATE = "scripts/generate"
_SECONDS = 120


class Copy:
    """A copy of the project. `edited` names the files that were written by hand."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.edited: dict[str, str | None] = {}
        for part in PARTS:
            if (ROOT / part).is_dir():
                shutil.copytree(ROOT / part, root / part, ignore=_IGNORED)
            else:
                shutil.copy(ROOT / part, root / part)

    def create(self, name: str, text: str) -> None:
        """Write a new file."""
        assert not (self.root / name).exists()
        self.edited[name] = None
        (self.root / name).write_text(text)

    def replace(self, name: str, old: str, new: str) -> None:
        """Replace a text, which the file has once."""
        text = (self.root / name).read_text()
        self.edited.setdefault(name, text)
        assert text.count(old) == 1, old
        (self.root / name).write_text(text.replace(old, new))

    def insert(self, name: str, new: str, before: str) -> None:
        """Insert a text before another one, which the file has once."""
        self.replace(name, before, new + before)

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a command in the copy, with the modules of the copy."""
        own = {"PYTHONPATH", "PYTHONSAFEPATH"}
        environment = {
            name: value
            for name, value in os.environ.items()
            if name not in own and not name.startswith(("COV", "PYTEST"))
        }
        environment |= {
            "PYTHON": sys.executable,
            "PYTHONPATH": str(self.root),
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        return subprocess.run(
            command,
            cwd=self.root,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=_SECONDS,
        )

    def generate(self) -> str:
        """Write the generated files; return their names, as the command prints them."""
        done = self.run(GENERATE)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def test(self, *names: str) -> subprocess.CompletedProcess[str]:
        """Run tests of the copy."""
        options = ("-q", "-p", "no:cacheprovider", "-p", "no:xdist")
        return self.run(sys.executable, "-m", "pytest", *options, *names)

    def failure(self, *modules: str) -> str:
        """Return the last line of the error that importing these modules raises."""
        done = self.run(sys.executable, "-c", f"import {', '.join(modules)}")
        assert done.returncode == 1, done.stdout
        return done.stderr.strip().splitlines()[-1]

    def reset(self) -> None:
        """Undo what was written by hand."""
        for name, text in self.edited.items():
            if text is None:
                (self.root / name).unlink()
            else:
                (self.root / name).write_text(text)
        self.edited.clear()


_IGNORED = shutil.ignore_patterns("__pycache__", "real", ".hypothesis")


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    """Return a copy for all tests of this module."""
    return Copy(tmp_path_factory.mktemp("copy"))


@pytest.fixture
def copy(shared: Copy) -> Iterator[Copy]:
    """Return a copy without changes by hand; generated files are those of the last test."""
    yield shared
    shared.reset()


OSD_FLAGS = "ceph_exporter/collectors/osd_flags.py"
EPOCH = 'EPOCH = Metric("ceph_osd_map_epoch", "gauge", "Epoch of the OSD map", _DOCUMENT)\n'


def declare_metric(copy: Copy) -> None:
    """Declare a metric of a field that is decoded already."""
    copy.insert(OSD_FLAGS, EPOCH, before="MAP_FLAG = Metric(")


def yield_metric(copy: Copy) -> None:
    """Yield its sample."""
    line = "    yield EPOCH, one(dump.epoch)\n"
    copy.insert(OSD_FLAGS, line, before="    yield FULL_RATIO, ")


COLLECTOR = "ceph_exporter/collectors/osd_map.py"


def write_collector(copy: Copy) -> None:
    """Write a collector of a document that is registered already."""
    text = f'''"""The OSD map: its epoch."""

from collections.abc import Iterator

from ceph_exporter.facts import Facts, OsdDump
from ceph_exporter.metric import Family, Metric, one

{EPOCH.replace("_DOCUMENT", "OsdDump.document")}

def collect(facts: Facts) -> Iterator[Family]:
    """Yield the families of the OSD map."""
    if dump := facts.get(OsdDump):
        yield EPOCH, one(dump.epoch)
'''
    copy.create(COLLECTOR, text)


FACT = "ceph_exporter/facts/pool_autoscale.py"
REGISTRY = "ceph_exporter/facts/registry.py"
SIMULATOR = "ceph_exporter/simulator/reef/__init__.py"
_WIRE_FORMAT = '@decodes("osd pool autoscale-status")\n'


def write_fact(copy: Copy, without: str = "") -> None:
    """Write the fact of a document, with its decoder."""
    text = f'''"""The document `osd pool autoscale-status`: the PGs that each pool should have."""

import msgspec

from ceph_exporter.facts.decode import Decoder
from ceph_exporter.facts.fact import Fact, decodes


class PoolTarget(msgspec.Struct, frozen=True):
    """The number of PGs that the autoscaler wants for a pool."""

    pool_name: str
    pg_num_final: int


class PoolAutoscale(Fact, frozen=True):
    """The pools of the autoscaler."""

    document = "osd pool autoscale-status"

    pools: tuple[PoolTarget, ...]


_decode = Decoder(tuple[PoolTarget, ...])


{_WIRE_FORMAT}def decode_pool_autoscale(body: bytes) -> tuple[Fact, ...]:
    """Decode the answer of the mgr."""
    return (PoolAutoscale(_decode(body)),)
'''
    copy.create(FACT, text.replace(without, ""))


def register_document(copy: Copy) -> None:
    """Add its row to the registry."""
    line = "from ceph_exporter.facts.pool_autoscale import PoolAutoscale\n"
    copy.insert(REGISTRY, line, before="from ceph_exporter.facts.pool_stats import")
    row = '    Document(PoolAutoscale, mgr("osd pool autoscale-status", since="14")),\n'
    copy.insert(REGISTRY, row, before="    Document(PerfCounters, ")


def answer_document(copy: Copy) -> None:
    """Add its answer to the simulator."""
    answer = '[{"pool_name": "rbd", "pg_num_final": 32}]'
    row = f'    "osd pool autoscale-status": lambda _: {answer},\n'
    copy.insert(SIMULATOR, row, before='    "osd perf": ')


_TEST_OF_MGR = "test_the_mgr_is_asked_for_its_own_commands_only"
COLLECTOR_TESTS = ("tests/collectors", "tests/golden", "tests/simulator/test_documents.py")


@pytest.mark.parametrize(
    ("steps", "edited", "generated", "tests"),
    [
        pytest.param(
            [declare_metric, yield_metric],
            {OSD_FLAGS},
            {"docs/metrics.md", "tests/golden/20.txt", "tests/simulator/restful.txt"},
            COLLECTOR_TESTS,
            id="metric",
        ),
        pytest.param(
            [write_collector],
            {COLLECTOR},
            {"docs/metrics.md", "docs/configuration.md", "deploy/man/ceph_exporter.1"},
            (*COLLECTOR_TESTS, "tests/config"),
            id="collector",
        ),
        pytest.param(
            [write_fact, register_document, answer_document],
            {FACT, REGISTRY, SIMULATOR},
            {"docs/metrics.md"},
            (
                "tests/facts/test_registry.py",
                "tests/simulator",
                f"tests/sources/test_rados.py::{_TEST_OF_MGR}",
            ),
            id="document",
        ),
    ],
)
def test_an_addition(
    copy: Copy,
    steps: list[Callable[[Copy], None]],
    edited: set[str],
    generated: set[str],
    tests: tuple[str, ...],
) -> None:
    """After the edits by hand and the generator, the unit tests of what they touch pass."""
    for step in steps:
        step(copy)
    assert set(copy.edited) == edited
    written = copy.generate()
    assert all(f"{name}: written\n" in written for name in generated)
    done = copy.test(*tests)
    assert done.returncode == 0, done.stdout + done.stderr
    # What follows starts from the files as they were.
    copy.reset()
    copy.generate()


def test_a_metric_that_is_not_yielded(copy: Copy) -> None:
    """A test names the file that declares it."""
    declare_metric(copy)
    done = copy.test(
        "tests/collectors/test_registry.py", "-k", "yielded and osd_flags and each_declared"
    )
    assert done.returncode == 1
    assert f"{OSD_FLAGS}: `EPOCH` is declared" in done.stdout


def test_a_metric_that_is_not_declared(copy: Copy) -> None:
    """A test names the file that yields it."""
    yield_metric(copy)
    copy.replace(OSD_FLAGS, "yield EPOCH, ", f"yield {EPOCH.partition(' = ')[2].rstrip()}, ")
    done = copy.test("tests/collectors/test_registry.py", "-k", "is_declared and osd_flags")
    assert done.returncode == 1
    assert f"{OSD_FLAGS}: declare ceph_osd_map_epoch" in done.stdout


def test_files_that_are_not_generated(copy: Copy) -> None:
    """The check names the files that are out of date, and the command that writes them."""
    write_collector(copy)
    done = copy.run(GENERATE, "--check")
    assert done.returncode == 1
    assert f"docs/metrics.md: out of date, run {GENERATE}\n" in done.stdout


def test_a_collector_without_collect(copy: Copy) -> None:
    """A module among the collectors that is none is an error at import that names it."""
    write_collector(copy)
    copy.replace(COLLECTOR, "def collect(", "def colect(")
    assert copy.failure("ceph_exporter.collectors").startswith(
        f"ceph_exporter.facts.fact.RegistrationError: {COLLECTOR}: "
    )


@pytest.mark.parametrize(
    ("steps", "modules", "file"),
    [
        pytest.param(
            [register_document, answer_document],
            "ceph_exporter.facts",
            "ceph_exporter.facts.pool_autoscale",
            id="no fact",
        ),
        pytest.param(
            [
                lambda copy: write_fact(copy, without=_WIRE_FORMAT),
                register_document,
                answer_document,
            ],
            "ceph_exporter.facts",
            f"{FACT}: no function decodes the document; add one with {_WIRE_FORMAT.rstrip()}",
            id="no decoder",
        ),
        pytest.param(
            [write_fact, answer_document], "ceph_exporter.facts", f"{REGISTRY}: ", id="no row"
        ),
        pytest.param(
            [write_fact, register_document],
            "ceph_exporter.simulator",
            f"{SIMULATOR}: the simulator does not answer 'osd pool autoscale-status'",
            id="no answer",
        ),
    ],
)
def test_a_document_without(
    copy: Copy, steps: list[Callable[[Copy], None]], modules: str, file: str
) -> None:
    """Each step that is left out is an error at import that names the file to edit."""
    for step in steps:
        step(copy)
    assert file in copy.failure(modules)
