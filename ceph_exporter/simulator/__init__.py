"""A simulated Ceph cluster in memory, for the demo, the benchmarks and the tests.

with serve(Simulated(osds=1000), "restful") as server:
    ...  # an exporter polls server.url
"""

from ceph_exporter.simulator.dashboard import Dashboard
from ceph_exporter.simulator.rest_api import RestApi, answer_of
from ceph_exporter.simulator.restful import Restful
from ceph_exporter.simulator.server import Server
from ceph_exporter.simulator.simulated import Api, Simulated


def serve(simulated: Simulated, api: Api, port: int = 0) -> Server:
    """Return a server, not yet started, for one API of a cluster. port: 0 for any free port.

    api: "rest-api" is ceph-rest-api in front of Ceph 10.2, "restful" the mgr module of Ceph 18.2
    without TLS and keys, "dashboard" the mgr dashboard of Ceph 18.2 without TLS.
    """
    if api == "dashboard":
        return Dashboard(simulated, port=port)
    if api == "restful":
        return Restful(simulated, port=port)
    return RestApi(answer_of(simulated), port=port)


__all__ = ["Api", "Server", "Simulated", "serve"]
