"""The command serve: listen, poll, reload, tell systemd, until SIGTERM or SIGINT."""

import ctypes
import gc
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, suppress
from queue import Empty, SimpleQueue
from typing import Any

from ceph_exporter import __version__
from ceph_exporter.config import Config
from ceph_exporter.config.strict_yaml import ConfigError
from ceph_exporter.log import fields, log
from ceph_exporter.polling.fleet import Fleet
from ceph_exporter.web import control, discovery, listen, metrics, process, status
from ceph_exporter.web.connection import Handler
from ceph_exporter.web.pages import Pages
from ceph_exporter.web.security import OPEN, Watched
from ceph_exporter.web.server import Server, router
from ceph_exporter.web.systemd import Notifier

_M_ARENA_MAX = -8  # of malloc.h
_SWITCH = 0.001
"""Seconds until a poll has to make room for a scrape. With Python's own 5 ms a scrape that has to
wait a few times while it is answered took half as long again (p99, 10,000 OSDs)."""
_TICK = 1.0
"""Seconds between two looks at the pollers on behalf of systemd."""


class Reload:
    """Takes a new configuration over, or keeps the old one and says why; one at a time."""

    def __init__(
        self,
        load: Callable[[], Config],
        fleet: Fleet,
        check_web: Callable[[], object],
        notifier: Notifier,
    ) -> None:
        self._load, self._fleet, self._check_web = load, fleet, check_web
        self._notifier = notifier
        self._lock = threading.Lock()
        self._successful = False
        self._when: float | None = None

    def told(self) -> Iterator[process.Single]:
        """Tell how it went the last time, and when it last went well."""
        yield process.RELOADED, self._successful
        yield process.RELOAD_TIME, self._when

    def use(self, config: Config) -> list[str]:
        """Take a configuration over that has been checked."""
        begun = self._fleet.use(config)
        self._successful, self._when = True, time.time()
        return begun

    def __call__(self) -> str:
        """Reload; give the error, or nothing."""
        with self._lock:
            self._notifier.reloading()
            try:
                config = self._load()
                self._check_web()
            except ConfigError as error:
                self._successful = False
                line = fields(error=error)
                log.error("reload refused; the running configuration stays", extra=line)
                return str(error)
            else:
                begun = ",".join(name or "cluster" for name in self.use(config))
                log.info("configuration reloaded", extra=fields(changed=begun or "none"))
                return ""
            finally:
                self._notifier.ready(self._fleet.summary())


def serve(load: Callable[[], Config], values: Mapping[str, Any], config: Config) -> int:
    """Serve until SIGTERM or SIGINT; raises ConfigError when it cannot listen.

    load: makes the configuration anew for a reload; values: the flags.
    """
    use_one_arena()
    sys.setswitchinterval(_SWITCH)
    signals: SimpleQueue[int] = SimpleQueue()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda got, _: signals.put(got))
    notifier, pages = Notifier(os.environ), Pages(values["web.series-limit"])
    fleet = Fleet(pages.prepare)
    watched = Watched(values["web.config.file"]) if values["web.config.file"] else None
    check_web = watched.check if watched else lambda: None
    reload = Reload(load, fleet, check_web, notifier)
    answer = _answer(fleet, pages, reload, values["web.telemetry-path"])
    with ExitStack() as stack:
        listeners = _listeners(values)
        server = Server(listeners, answer, watched or (lambda: OPEN))
        stack.callback(server.close)
        # What was imported stays; to look through it takes most of each full collection (of 10,000
        # OSDs 30 of 40 ms), for which every scrape would have to wait.
        gc.freeze()
        reload.use(config)
        stack.callback(fleet.stop)
        server.start()
        for listener in listeners:
            where = listener.getsockname()
            log.info("listening", extra=fields(address=where[0], port=where[1], tls=_tls(watched)))
        about = fields(version=__version__, clusters=len(config.clusters))
        log.info("ceph_exporter started", extra=about)
        notifier.ready(fleet.summary())
        _run(signals, fleet, reload, notifier)
        notifier.stopping()
    return 0


def use_one_arena() -> None:
    """Keep glibc from giving each thread an arena of its own; only before there are threads.

    What a poll leaves free in one arena is of no use in another: the process grew by 5 % in twenty
    minutes of outages, and with one arena by 0.5 % in an hour. Python has one lock for all of its
    threads, so they seldom wait for one another here. No other libc has the function.
    """
    with suppress(AttributeError):
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 1)


def _tls(watched: Watched | None) -> str:
    return "on" if watched and watched().context else "off"


def _run(
    signals: "SimpleQueue[int]", fleet: Fleet, reload: Callable[[], str], notifier: Notifier
) -> None:
    while True:
        try:
            number = signals.get(timeout=_TICK)
        except Empty:
            # The watchdog is fed while polls go on, not while this loop does.
            if hung := fleet.hung():
                log.error("polls make no progress", extra=fields(clusters=",".join(hung)))
            else:
                notifier.alive()
            notifier.status(fleet.summary())
            continue
        if number == signal.SIGHUP:
            reload()
            continue
        log.info("ending", extra=fields(signal=signal.Signals(number).name))
        return


def _listeners(values: Mapping[str, Any]) -> list[Any]:
    if values["web.systemd-socket"]:
        return list(listen.inherited(os.environ))
    return list(listen.listen(values["web.listen-address"]))


def _answer(fleet: Fleet, ready: Pages, reload: Reload, metrics_path: str) -> Handler:
    pages = {
        "/": lambda request: status.page(fleet.pollers, metrics_path, request),
        "/-/healthy": control.healthy,
        "/-/ready": lambda _: control.ready(fleet),
        "/config": lambda _: control.config(fleet),
        discovery.PATH: lambda request: discovery.probe(fleet.pollers, ready, request),
        "/sd": lambda request: discovery.targets(fleet.pollers, request),
        metrics_path: lambda request: metrics.page(
            fleet.pollers, process.lines(reload.told()), ready, request
        ),
    }
    return router(pages, {"/-/reload": lambda _: control.reload(reload)})
