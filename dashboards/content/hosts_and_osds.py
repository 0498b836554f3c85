"""The links from the name of an OSD or a host to the page about it, and what both pages share."""

from dashboards.engine.declare import Link

OSD, HOST = "ceph-osd", "ceph-host"


def osd_link(column: str = "ceph_daemon") -> Link:
    """Return the link from an OSD's name; without a column it is that of a chart's series."""
    return Link(OSD, "Open the page about this OSD", column, (("osd", column or "ceph_daemon"),))


def host_link(column: str = "host") -> Link:
    """Return the link from a host's name; without a column it is that of a chart's series."""
    return Link(HOST, "Open the page about this host", column, (("host", column or "host"),))


OSD_OF_SERIES = osd_link("")
HOST_OF_SERIES = host_link("")
