"""Addresses of a simulated cluster's hosts and daemons, the same for all releases."""

from ceph_exporter.simulator.layout import Layout, Place

_PER_NET = 250  # hosts with the same third byte of the address
_FIRST_PORT, _PORTS = 6810, 8  # the first port of a host's OSDs, and the number of ports per OSD


def address(net: int, host: int) -> str:
    """Return a host's address in the public network (net 1) or the cluster network (net 2)."""
    return f"10.{net}.{host // _PER_NET}.{host % _PER_NET + 1}"


def port(layout: Layout, place: Place) -> int:
    """Return the first port of an OSD, which depends on its position on its host."""
    return _FIRST_PORT + _PORTS * (place.id - layout.hosts[place.host].osds[0])
