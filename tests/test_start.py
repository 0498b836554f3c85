"""The order in which things come up does not matter: Ceph, DNS, the password."""

import socket
from pathlib import Path

import pytest

from ceph_exporter.config import Cluster, Config
from ceph_exporter.polling.poller import Poller
from ceph_exporter.sources import resolve
from testbed.running import running
from testbed.waiting import until
from tests.sources import fakes
from tests.sources.faulty import answering, serve


def test_ceph_and_its_password_may_come_later(tmp_path: Path) -> None:
    """Started first of all, the exporter says ceph_up 0 until Ceph and a right password are there.

    The log has a line for each kind of failure on the way.
    """
    secret = tmp_path / "password"
    fake = fakes.Dashboard()
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))  # and does not listen: connections are refused
        flags = [
            f"--cluster.url=http://127.0.0.1:{bound.getsockname()[1]}",
            "--cluster.username=prom",
            f"--cluster.password-file={secret}",
            "--poll.interval=50ms",
            "--poll.stale-after=1s",
            "--poll.ceph-share=100%",
        ]
        with running(tmp_path, *flags) as exporter:
            until(lambda: exporter.metric("ceph_up") == "0", "poll in vain")
            assert "connection refused" in exporter.said()
            with serve(answering(fake), bound=bound.dup()):
                until(lambda: "cannot read the password file" in exporter.said(), "second line")
                secret.write_text("wrong")
                until(lambda: fake.logins == 1, "login with a wrong password")
                assert exporter.metric("ceph_up") == "0"
                secret.write_text(fakes.SECRET)
                until(lambda: exporter.metric("ceph_up") == "1", "poll")
            log = exporter.said()
    assert fake.logins == 2
    assert log.count("cluster unreachable") <= 3  # and one when the server of this test ended
    assert log.count("cluster reachable again") == 1


def test_dns_may_come_later(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that is not known yet is looked up again at each poll."""
    known: list[str] = []

    def look_up(host: str, *_: object, **__: object) -> list[object]:
        if host not in known:
            raise socket.gaierror(-3, "Temporary failure in name resolution")
        return [(0, 0, 0, "", ("127.0.0.1", 0))]

    monkeypatch.setattr(resolve, "getaddrinfo", look_up)
    with serve(answering(fakes.Restful())) as server:
        cluster = Cluster(urls=(f"http://ceph.example:{server.port}",), username="prom")
        poller = Poller("", cluster, Config({"": cluster}))
        for _ in range(2):
            assert "unknown host name; check the URL and DNS" in poller.poll().report.error
        known.append("ceph.example")
        # There is no password here, but there is somebody to ask for one.
        assert "no password" in poller.poll().report.error
        poller.close()
