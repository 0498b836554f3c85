"""The links from the name of an OSD or a host to the page about it, and what both pages share."""

from dashboards.content.checks import MONITORS, OSDS, SERVICES
from dashboards.engine.declare import Link

OSD, HOST = "ceph-osd", "ceph-host"


def osd_link(column: str = "ceph_daemon") -> Link:
    """Return the link from an OSD's name; without a column it is that of a chart's series."""
    return Link(OSD, "Open the page about this OSD", column, (("osd", column or "ceph_daemon"),))


def host_link(column: str = "host") -> Link:
    """Return the link from a host's name; without a column it is that of a chart's series."""
    return Link(HOST, "Open the page about this host", column, (("host", column or "host"),))


def with_page(expr: str, label: str) -> str:
    """Return an expression with the page about the daemon that a label names, as label `page`."""
    full = f'label_replace({expr}, "page", "{SERVICES}", "{label}", ".*")'
    for page, pattern in ((OSD, "osd[.].*"), (MONITORS, "mon[.].*"), (OSDS, "no.+|pause.*|full")):
        full = f'label_replace({full}, "page", "{page}", "{label}", "{pattern}")'
    return full


def page_link(column: str) -> Link:
    """Return the link from the name of a daemon of any type, for `with_page`."""
    return Link("${__data.fields.page}", "Open the page about it", column, (("osd", column),))


OSD_OF_SERIES = osd_link("")
HOST_OF_SERIES = host_link("")
