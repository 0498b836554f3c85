"""One cluster at a time: `/probe?target=NAME`, and `/sd`, which lists the probes for Prometheus.

A target is a cluster of the configuration, never a URL: whoever can reach the exporter must not be
able to send it, and the clusters' secrets with it, to an address of their own choice.
"""

import json
import re
from collections.abc import Sequence

from ceph_exporter.polling.poller import Poller
from ceph_exporter.web.metrics import kind_of, reply
from ceph_exporter.web.pages import Pages
from ceph_exporter.web.request import Reply, Request

PATH = "/probe"
# A name or IPv4, or IPv6 in brackets, and a port.
_HOST = re.compile(r"(?:[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?")


def probe(pollers: Sequence[Poller], pages: Pages, request: Request) -> Reply:
    """Answer with the last poll of one cluster, without the label `cluster` and our own metrics."""
    name = request.query.get("target", "")
    if not name:
        return Reply(
            b"expected ?target=NAME, the name of a cluster in the configuration\n", status=400
        )
    poller = next((poller for poller in pollers if poller.title == name), None)
    if poller is None:
        return Reply(b"no cluster of that name in the configuration\n", status=404)
    if poller.snapshot is None:
        return Reply(b"first poll under way\n", status=503)
    kind = kind_of((poller,), request, alone=True)
    return reply(kind, *pages.get(kind))


def targets(pollers: Sequence[Poller], request: Request) -> Reply:
    """Answer in the form of Prometheus' HTTP service discovery, a target for each cluster.

    The address is the one that the client used itself, so it leads here through any proxy.
    """
    host = request.headers.get("host", "")
    if not _HOST.fullmatch(host):
        return Reply(b"expected a Host header with the exporter's address\n", status=400)
    groups = [
        {
            "targets": [host],
            "labels": {
                "__metrics_path__": PATH,
                "__param_target": poller.title,
                # A cluster that flags made has no name, and none of its series is told apart.
                **({"cluster": poller.name} if poller.name else {}),
            },
        }
        for poller in pollers
    ]
    return Reply(json.dumps(groups).encode(), "application/json")
