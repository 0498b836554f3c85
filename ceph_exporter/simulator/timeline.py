"""The incidents that a simulated cluster lives through, again in each cycle of half an hour."""

from collections.abc import Collection, Mapping
from typing import NamedTuple

from ceph_exporter.simulator.layout import Layout
from ceph_exporter.simulator.waves import noise, ramp

CYCLE = 1800.0
"""Seconds after which everything has been seen once."""

# name -> the seconds of a cycle at which it begins and ends
INCIDENTS: dict[str, tuple[float, float]] = {
    "scrub": (30, 90),  # some PGs are scrubbed, which is no trouble
    "osd_down": (120, 300),  # an OSD, another one in each cycle: its PGs are degraded
    "recovery": (300, 420),  # it is back and gets what was written meanwhile
    "clock_skew": (480, 660),  # the last monitor's clock drifts away, and ntp mends it
    "mon_down": (720, 840),  # the last monitor is out of quorum
    "nearfull": (900, 1020),  # an OSD, and with it the pools of its class
    "noout": (1080, 1200),  # somebody has set the flag
    "crash": (1260, 1380),  # an OSD has crashed and is up again; the report is archived then
    "mds_failover": (1440, 1560),  # the standby takes over, and there is none left
    "slow_ops": (1600, 1700),  # a disk is slow
}
_CHANGES_MAP = ("osd_down", "nearfull", "noout")  # each has an epoch for its begin and its end
_CHANGES_QUORUM = ("mon_down",)
_DELETE_FROM = 1740.0  # what was written in the cycle until then is deleted until its end
_GROWTH = 0.25
_HALF = 0.5


class Moment(NamedTuple):
    """A cluster at a time. progress: how far each incident of the moment is, 0 to 1."""

    layout: Layout
    seconds: float
    progress: Mapping[str, float]

    @property
    def cycle(self) -> int:
        """Number of the cycle, from 0 on."""
        return int(self.seconds // CYCLE)

    @property
    def phase(self) -> float:
        """Seconds since the cycle began."""
        return self.seconds % CYCLE

    @property
    def growth(self) -> float:
        """What is stored, 1 at the beginning of each cycle."""
        written = ramp(self.phase, 0, _DELETE_FROM)
        return 1 + _GROWTH * (written - ramp(self.phase, _DELETE_FROM, CYCLE))

    @property
    def map_changes(self) -> int:
        """How often the OSD map was changed."""
        return self._changes(_CHANGES_MAP)

    @property
    def elections(self) -> int:
        """How often the monitors elected a leader anew."""
        return self._changes(_CHANGES_QUORUM)

    def elapsed(self, incident: str) -> float:
        """Give the seconds for which an incident has been going on; 0 if it is not."""
        start, end = INCIDENTS[incident]
        return self.progress.get(incident, 0.0) * (end - start)

    def victim(self, incident: str) -> int:
        """Give the OSD that an incident is about: others in each cycle, and none for two."""
        number = list(INCIDENTS).index("osd_down" if incident == "recovery" else incident)
        osds = len(self.layout.osds)
        return (int(noise(self.layout.seed, self.cycle) * osds) + number) % osds

    def is_on(self, incident: str) -> bool:
        """Say whether an incident is going on."""
        return incident in self.progress

    def _changes(self, incidents: tuple[str, ...]) -> int:
        edges = [edge for name in incidents for edge in INCIDENTS[name]]
        return self.cycle * len(edges) + sum(self.phase >= edge for edge in edges)


def moment(layout: Layout, seconds: float, held: Collection[str] | None = None) -> Moment:
    """Give a cluster at a time; `held` are the incidents that are half-way then, whatever time.

    Raises KeyError for an incident that there is not.
    """
    if held is not None:
        unknown = set(held) - INCIDENTS.keys()
        if unknown:
            raise KeyError(*unknown)
        return Moment(layout, seconds, dict.fromkeys(held, _HALF))
    phase = seconds % CYCLE
    progress = {
        name: (phase - start) / (end - start)
        for name, (start, end) in INCIDENTS.items()
        if start <= phase < end
    }
    return Moment(layout, seconds, progress)
