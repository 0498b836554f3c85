"""Addresses of a simulated cluster's hosts and daemons, of all releases."""

from ceph_exporter.simulator.layout import Layout, Place

_PER_NET = 250  # hosts
_FIRST_PORT, _PORTS = 6810, 8  # of each OSD of a host


def address(net: int, host: int) -> str:
    """Give a host's address in the public (1) or the cluster network (2), from 10.1.0.1 on."""
    return f"10.{net}.{host // _PER_NET}.{host % _PER_NET + 1}"


def port(layout: Layout, place: Place) -> int:
    """Give the first port of an OSD, whose number on its host it goes by."""
    return _FIRST_PORT + _PORTS * (place.id - layout.hosts[place.host].osds[0])
