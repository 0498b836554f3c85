"""The incidents of a simulated cluster, which repeat every half hour."""

from collections.abc import Collection, Mapping
from typing import NamedTuple

from ceph_exporter.simulator.layout import Layout
from ceph_exporter.simulator.waves import noise, ramp

CYCLE = 1800.0
"""Length of a cycle in seconds; each incident occurs once per cycle."""

# The start and the end of each incident, in seconds since the start of the cycle.
INCIDENTS: dict[str, tuple[float, float]] = {
    "scrub": (30, 90),  # some PGs are being scrubbed, which is normal
    "osd_down": (120, 300),  # an OSD is down, a different one in each cycle; its PGs are degraded
    "recovery": (300, 420),  # the OSD is up again and receives the writes that it missed
    "clock_skew": (480, 660),  # the last monitor's clock drifts, then NTP corrects it
    "mon_down": (720, 840),  # the last monitor is out of quorum
    "nearfull": (900, 1020),  # an OSD is nearfull, and so are the pools of its class
    "noout": (
        1080,
        1200,
    ),  # an administrator has set the flag noout, and from Ceph 14 on for a host too
    "crash": (1260, 1380),  # an OSD has crashed and is up again; its report is archived at the end
    "mds_failover": (1440, 1560),  # the standby MDS takes over, so no standby remains
    "slow_ops": (1600, 1700),  # a disk is slow
    "scrub_late": (1710, 1790),  # some PGs were not deep-scrubbed in time
}
_CHANGES_MAP = ("osd_down", "nearfull", "noout")  # each start and end creates a new epoch
_CHANGES_QUORUM = ("mon_down",)
_DELETE_FROM = 1740.0  # from this time to the end of a cycle, the data of the cycle is deleted
_GROWTH = 0.25  # fraction of the data that is added in a cycle
_HALF = 0.5


class Moment(NamedTuple):
    """A cluster at a point in time. progress: elapsed fraction of each incident in progress."""

    layout: Layout
    seconds: float
    progress: Mapping[str, float]

    @property
    def cycle(self) -> int:
        """The number of the cycle, starting at 0."""
        return int(self.seconds // CYCLE)

    @property
    def phase(self) -> float:
        """Seconds since the start of the cycle."""
        return self.seconds % CYCLE

    @property
    def growth(self) -> float:
        """The size of the data relative to its size at the start of the cycle."""
        written = ramp(self.phase, 0, _DELETE_FROM)
        return 1 + _GROWTH * (written - ramp(self.phase, _DELETE_FROM, CYCLE))

    @property
    def map_changes(self) -> int:
        """The number of changes of the OSD map so far."""
        return self._changes(_CHANGES_MAP)

    @property
    def elections(self) -> int:
        """The number of elections so far."""
        return self._changes(_CHANGES_QUORUM)

    def elapsed(self, incident: str) -> float:
        """Return the seconds since an incident started; 0 if it is not in progress."""
        start, end = INCIDENTS[incident]
        return self.progress.get(incident, 0.0) * (end - start)

    def victim(self, incident: str) -> int:
        """Return the OSD that an incident affects; it varies with the cycle and the incident."""
        number = list(INCIDENTS).index("osd_down" if incident == "recovery" else incident)
        osds = len(self.layout.osds)
        return (int(noise(self.layout.seed, self.cycle) * osds) + number) % osds

    def is_on(self, incident: str) -> bool:
        """Return whether an incident is in progress."""
        return incident in self.progress

    def _changes(self, incidents: tuple[str, ...]) -> int:
        edges = [edge for name in incidents for edge in INCIDENTS[name]]
        return self.cycle * len(edges) + sum(self.phase >= edge for edge in edges)


def moment(layout: Layout, seconds: float, fixed: Collection[str] | None = None) -> Moment:
    """Return a cluster at a point in time.

    fixed: the incidents that are half-way through, regardless of the time; None to follow the
    timeline. Raises KeyError for an unknown incident.
    """
    if fixed is not None:
        unknown = set(fixed) - INCIDENTS.keys()
        if unknown:
            raise KeyError(*unknown)
        return Moment(layout, seconds, dict.fromkeys(fixed, _HALF))
    phase = seconds % CYCLE
    progress = {
        name: (phase - start) / (end - start)
        for name, (start, end) in INCIDENTS.items()
        if start <= phase < end
    }
    return Moment(layout, seconds, progress)
