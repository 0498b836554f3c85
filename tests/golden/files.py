"""The texts of all golden pages: scripts/generate writes them, tests compare with them."""

from collections.abc import Mapping

from ceph_exporter.simulator import Api
from ceph_exporter.simulator.timeline import INCIDENTS
from tests.golden.eras import ERAS, facts_of, page, samples
from tests.simulator.pages import ALL, simulated
from tests.simulator.pages import facts_of as simulated_facts

STALE = "run scripts/generate and read the difference"
"""What to do when a page differs from the golden one."""
_AGE = 200.0
"""Seconds after which all incidents of the simulated cluster show."""


def era_page(era: str) -> str:
    """Return the page of an era's cluster."""
    return page(facts_of(era)).decode()


def simulated_page(api: Api) -> str:
    """Return the samples of a simulated cluster in which everything goes wrong at once."""
    cluster = simulated(_AGE, tuple(INCIDENTS))
    return "\n".join([*samples(page(simulated_facts(cluster, api)).decode()), ""])


def era_pages() -> Mapping[str, str]:
    """Return the page of each era by the name of its file."""
    return {f"tests/golden/{era}.txt": era_page(era) for era in ERAS}


def simulated_pages() -> Mapping[str, str]:
    """Return the page of each API of the simulator by the name of its file."""
    return {f"tests/simulator/{api}.txt": simulated_page(api) for api in ALL}
