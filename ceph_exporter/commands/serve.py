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

_M_ARENA_MAX = -8  # of malloc.h
_SWITCH = 0.001
"""Seconds after which a poll yields to a scrape. A scrape may have to wait several times; with
Python's default of 5 ms it took half as long again (p99, 10,000 OSDs)."""
_TICK = 1.0
"""Seconds between two checks of the pollers on behalf of systemd."""


class Reload:
    """Switches to a new configuration, or keeps the old one and logs why; one at a time."""

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
        """Return whether the last reload succeeded, and the unix time of the last successful one.

        The web configuration is read again with every connection: it failed if that was rejected.
        """
        return self._successful and not (self._web and self._web.rejected), self._when

    def use(self, config: Config) -> list[str]:
        """Switch to a configuration that was validated; return the clusters whose poller is new."""
        changed = self._fleet.use(config)
        own_metrics.use_clusters(poller.label for poller in self._fleet.pollers)
        self._successful, self._when = True, time.time()
        return changed

    def __call__(self) -> str:
        """Reload; return the error, empty if there is none."""
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

    load: reads the configuration again for a reload; config: the one to start with.
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
        # What was imported is never garbage. Scanning it takes most of each full collection (30 of
        # 40 ms with 10,000 OSDs), during which every scrape has to wait.
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
    """Keep glibc from giving each thread a malloc arena of its own; call before starting threads.

    Memory that a poll frees in one arena cannot be used in another: the process grew by 5 % in
    twenty minutes of outages, with one arena by 0.5 % in an hour. Python has one lock for all
    threads, so they seldom contend for the arena. No other libc has the function.
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
            # The watchdog is to notice hung polls, not only a hung main loop.
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
