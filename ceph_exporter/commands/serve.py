"""The command `serve`: listen, poll, reload and notify systemd until SIGTERM or SIGINT."""

import ctypes
import gc
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from queue import Empty, SimpleQueue

from prometheus_client import disable_created_metrics

from ceph_exporter import __version__, own_metrics
from ceph_exporter.config import Config, ConfigError, Web
from ceph_exporter.log import fields, log
from ceph_exporter.polling.fleet import Fleet
from ceph_exporter.web import control, discovery, listen, metrics, status
from ceph_exporter.web.connection import Handler
from ceph_exporter.web.own import OwnMetrics, counter
from ceph_exporter.web.pages import Pages
from ceph_exporter.web.security import OPEN, Watched
from ceph_exporter.web.server import Server, router
from ceph_exporter.web.systemd import Notifier

_M_ARENA_MAX = -8  # from malloc.h
_SWITCH = 0.001
"""Seconds after which the thread of a poll lets the thread of a scrape run. One scrape may have to
wait several times: with Python's default of 5 ms, scrapes took 50 % longer (99th percentile, 10,000
OSDs)."""
_TICK = 1.0
"""Seconds between two checks for hung pollers; systemd is notified if a check finds none."""


class Reload:
    """Reloads the configuration, one reload at a time.

    If the new configuration is invalid, the old one stays in use and the error is logged.
    """

    def __init__(
        self,
        load: Callable[[], Config],
        fleet: Fleet,
        web: Watched | None,
        notifier: Notifier,
    ) -> None:
        self._load, self._fleet, self._web = load, fleet, web
        self._notifier = notifier
        self._lock = threading.Lock()
        self._successful = False
        self._when = 0.0
        own_metrics.reloaded.set_function(lambda: self.state()[0])
        own_metrics.reload_time.set_function(lambda: self.state()[1])

    def state(self) -> tuple[bool, float]:
        """Return whether the last reload succeeded, and the time of the last successful one.

        Every request reads the web configuration again. If that configuration was rejected, the
        reload counts as failed.
        """
        return self._successful and not (self._web and self._web.rejected), self._when

    def use(self, config: Config) -> list[str]:
        """Switch to a valid configuration; return the names of the clusters with a new poller."""
        # Before a new poller counts its first requests. A single cluster has no label.
        own_metrics.use_clusters(config.clusters if len(config.clusters) > 1 else [""])
        changed = self._fleet.use(config)
        self._successful, self._when = True, time.time()
        return changed

    def __call__(self) -> str:
        """Reload the configuration; return the error, or "" if it succeeded."""
        with self._lock:
            self._notifier.reloading()
            try:
                config = self._load()
                if self._web:
                    self._web.check()
            except ConfigError as error:
                self._successful = False
                line = fields(error=error)
                log.error("reload refused, running configuration kept", extra=line)
                return str(error)
            else:
                changed = ",".join(name or "cluster" for name in self.use(config))
                log.info("configuration reloaded", extra=fields(changed=changed or "none"))
                return ""
            finally:
                self._notifier.ready(self._fleet.summary())


def serve(load: Callable[[], Config], web: Web, config: Config) -> int:
    """Serve until SIGTERM or SIGINT; raise ConfigError if it cannot listen.

    load: reads the configuration again, for a reload; config: the initial configuration.
    """
    use_one_arena()
    sys.setswitchinterval(_SWITCH)
    signals: SimpleQueue[int] = SimpleQueue()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda received, _: signals.put(received))
    notifier, pages = Notifier(os.environ), Pages(web.series_limit)
    fleet = Fleet(pages.prepare)
    watched = Watched(web.config_file) if web.config_file else None
    reload = Reload(load, fleet, watched, notifier)
    disable_created_metrics()  # type: ignore[no-untyped-call]
    own = OwnMetrics(reload.state)
    answer = _handler(fleet, pages, reload, own, web.telemetry_path)
    with ExitStack() as stack:
        listeners = _listeners(web)
        count = counter((web.telemetry_path, discovery.PATH))
        server = Server(listeners, answer, watched or (lambda: OPEN), count)
        stack.callback(server.close)
        # Imported objects are never garbage. Scanning them takes most of the time of each full
        # collection (30 of 40 ms with 10,000 OSDs), and meanwhile every scrape has to wait.
        gc.freeze()
        reload.use(config)
        stack.callback(fleet.stop)
        server.start()
        for listener in listeners:
            about = fields(**listen.place(listener), tls=_tls(watched))
            log.info("listening", extra=about)
        about = fields(version=__version__, clusters=len(config.clusters))
        log.info("ceph_exporter started", extra=about)
        notifier.ready(fleet.summary())
        _run(signals, fleet, reload, notifier, own)
        notifier.stopping()
    return 0


def use_one_arena() -> None:
    """Make all threads share one malloc arena of glibc; call this before starting threads.

    Memory that is freed in one arena cannot be reused in another. With several arenas, the process
    grew by 5 % in twenty minutes of outages; with one arena, it grew by 0.5 % in an hour. Because
    of Python's global lock, threads seldom wait for the arena. With a C library that has no
    `mallopt`, this does nothing.
    """
    with suppress(AttributeError):
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 1)


def _tls(watched: Watched | None) -> str:
    return "on" if watched and watched().context else "off"


def _run(
    signals: "SimpleQueue[int]",
    fleet: Fleet,
    reload: Callable[[], str],
    notifier: Notifier,
    own: OwnMetrics,
) -> None:
    while True:
        own.refresh()
        try:
            number = signals.get(timeout=_TICK)
        except Empty:
            # While polls hang, no keep-alive is sent, so systemd's watchdog restarts the exporter.
            if hung := fleet.hung():
                log.error("polls hung", extra=fields(clusters=",".join(hung)))
            else:
                notifier.alive()
            notifier.status(fleet.summary())
            continue
        if number == signal.SIGHUP:
            reload()
            continue
        log.info("stopping", extra=fields(signal=signal.Signals(number).name))
        return


def _listeners(web: Web) -> list[socket.socket]:
    if web.systemd_socket:
        return list(listen.inherited(os.environ))
    return list(listen.listen(web.listen_address))


def _handler(fleet: Fleet, ready: Pages, reload: Reload, own: OwnMetrics, path: str) -> Handler:
    """Return the handler of all pages. path: that of the metrics."""
    pages = {
        "/": lambda request: status.page(fleet.pollers, path, request),
        "/-/healthy": control.healthy,
        "/-/ready": lambda _: control.ready(fleet),
        "/config": lambda _: control.config(fleet),
        discovery.PATH: lambda request: discovery.probe(fleet.pollers, ready, request),
        "/sd": lambda request: discovery.targets(fleet.pollers, request),
        path: lambda request: metrics.page(fleet.pollers, own, ready, request),
    }
    return router(pages, {"/-/reload": lambda _: control.reload(reload)})
