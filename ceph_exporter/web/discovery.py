"""`/probe?target=NAME`, the metrics of one cluster, and `/sd`, HTTP service discovery for it.

A target is the name of a configured cluster, never a URL: a client must not be able to make the
exporter send requests, and with them the secrets of a cluster, to an address that the client chose.
"""

import json
import re
from collections.abc import Sequence

from ceph_exporter.polling.poller import Poller
from ceph_exporter.web.metrics import page_key, reply
from ceph_exporter.web.pages import Pages
from ceph_exporter.web.request import Reply, Request

PATH = "/probe"
# A host name, an IPv4 address or an IPv6 address in brackets, with or without a port.
_HOST = re.compile(r"(?:[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?")


def probe(pollers: Sequence[Poller], pages: Pages, request: Request) -> Reply:
    """Return the metrics of one cluster, without the label `cluster` and the process metrics."""
    name = request.query.get("target", "")
    if not name:
        return Reply(
            b"expected ?target=NAME, the name of a cluster in the configuration\n", status=400
        )
    poller = next((poller for poller in pollers if poller.title == name), None)
    if poller is None:
        return Reply(
            b"unknown target; expected the name of a cluster in the configuration\n", status=404
        )
    if poller.snapshot is None:
        return Reply(b"first poll under way; try again later\n", status=503)
    key = page_key((poller,), request, alone=True)
    return reply(key, *pages.get(key))


def targets(pollers: Sequence[Poller], request: Request) -> Reply:
    """Return one target per cluster, in the format of Prometheus' HTTP service discovery.

    The address of each target is taken from the client's Host header, so that scrapes reach the
    exporter in the same way as this request, through any proxy.
    """
    host = request.headers.get("host", "")
    if not _HOST.fullmatch(host):
        return Reply(b"expected a Host header with the address of the exporter\n", status=400)
    groups = [
        {
            "targets": [host],
            "labels": {
                "__metrics_path__": PATH,
                "__param_target": poller.title,
                # A cluster that flags describe has no name, and its series have no such label.
                **({"cluster": poller.name} if poller.name else {}),
            },
        }
        for poller in pollers
    ]
    return Reply(json.dumps(groups).encode(), "application/json")
