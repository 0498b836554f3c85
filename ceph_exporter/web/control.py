"""The pages about the exporter itself: `/-/healthy`, `/-/ready`, `/-/reload`, `/config`."""

from collections.abc import Callable

from ceph_exporter.config import dump
from ceph_exporter.polling.fleet import Fleet
from ceph_exporter.web.request import Reply, Request


def healthy(request: Request) -> Reply:
    """Return 200, because the server responds."""
    del request
    return Reply(b"healthy\n")


def ready(fleet: Fleet) -> Reply:
    """Return 200 once every cluster has been polled, so that no scrape misses one; 503 before."""
    if fleet.ready:
        return Reply(b"ready\n")
    return Reply(f"not ready: {fleet.summary()}\n".encode(), status=503)


def reload(run: Callable[[], str]) -> Reply:
    """Reload the configuration; if it is refused, the reply says why, without secrets."""
    if error := run():
        return Reply(f"reload refused: {error}\n".encode(), status=500)
    return Reply(b"reloaded\n")


def config(fleet: Fleet) -> Reply:
    """Return the configuration in use as YAML, without secrets."""
    text = "" if fleet.config is None else dump(fleet.config)
    return Reply(text.encode(), "application/yaml; charset=utf-8")
