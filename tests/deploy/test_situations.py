"""The notifications that a person receives: rules in promtool, routes in a real Alertmanager."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import yaml

from testbed import alertmanager
from testbed.alertmanager import Alertmanager, Receiver
from testbed.process import free_port
from testbed.waiting import wait_until
from tests.deploy.rules import ROOT
from tests.deploy.run import cluster, firing, needs_promtool, once
from tests.deploy.situations import DAYS, HOURS, Situation

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

pytestmark = [
    needs_promtool,
    pytest.mark.skipif(bool(alertmanager.available()), reason="Alertmanager is not installed"),
]

Alerts = list[dict[str, str]]
Heard = dict[tuple[str, str], Counter[str]]

ALERTMANAGER = ROOT / "deploy" / "alertmanager" / "alertmanager.yml"
SITUATIONS = HOURS | DAYS


def stages(
    situations: dict[str, Situation], times: Iterable[str], interval: str, folder: Path
) -> list[Alerts]:
    """Return the alerts that fire at each time."""
    series: dict[str, str] = {}
    for name, situation in situations.items():
        series |= cluster(name, situation.series)
        if situation.second:
            series |= cluster(name, situation.second, instance="b:9128")
    return list(firing(folder, series, times, interval).values())


class Operator:
    """Hands alerts to an Alertmanager as Prometheus does, and counts what it sends."""

    def __init__(self, manager: Alertmanager, receiver: Receiver) -> None:
        self._url = f"http://{manager.target}/api/v2/alerts"
        self._receiver = receiver
        self._previous: dict[tuple[tuple[str, str], ...], dict[str, str]] = {}
        self.heard: Heard = {}

    def stage(self, number: int, alerts: Alerts) -> None:
        """Send the alerts that fire now, and those that no longer do, and count notifications."""
        now = dt.datetime.now(dt.UTC)
        current = {tuple(sorted(alert.items())): alert for alert in alerts}
        gone = [alert for key, alert in self._previous.items() if key not in current]
        before = len(self._receiver.messages)
        self._send([*current.values()], now + dt.timedelta(hours=1))
        self._send(gone, now)
        self._previous = current
        # All groups wait equally long, so what this one announces has been sent when it arrives.
        last = f"Stage{number}"
        self._send([{"alertname": last}], now + dt.timedelta(hours=1))
        wait_until(
            lambda: any(message.alert == last for message in self._receiver.messages), last, 30
        )
        new = self._receiver.messages[before:]
        sent = {
            (message.labels.get("cluster", ""), message.receiver, message.alert)
            for message in new
            if message.status == "firing" and not message.alert.startswith("Stage")
        }
        for name, receiver, alert in sent:
            self.heard.setdefault((name, receiver), Counter())[alert] += 1

    def _send(self, alerts: Alerts, ends: dt.datetime) -> None:
        body: list[dict[str, Any]] = [
            {
                "labels": {key: value for key, value in alert.items() if key != "alertstate"},
                "endsAt": ends.isoformat(),
            }
            for alert in alerts
        ]
        if body:
            httpx.post(self._url, json=body, trust_env=False).raise_for_status()


def listen(folder: Path) -> list[tuple[str, str, str, int]]:
    """Return how many notifications each receiver gets: cluster, receiver, alert, number."""
    minutes = (f"{n}m" for n in (10, 18, 26, 36, 48, 62, 76))
    hours = (f"{n}h" for n in (22, 25, 27, 28, 29, 30, 32, 34, 36, 38, 40, 42, 45, 48, 52, 60, 70))
    all_stages = stages(HOURS, minutes, "2m", folder) + stages(DAYS, hours, "10m", folder)
    configuration: dict[str, Any] = yaml.safe_load(ALERTMANAGER.read_text(encoding="utf-8"))
    configuration["route"] |= {"group_wait": "500ms", "group_interval": "500ms"}
    with Receiver() as receiver:
        text = yaml.safe_dump(configuration).replace("http://localhost:9099", receiver.url)
        with Alertmanager(folder, port=free_port(), configuration=text) as manager:
            operator = Operator(manager, receiver)
            # A stage like the one before tells nothing new.
            for number, alerts in enumerate(all_stages):
                if number == 0 or alerts != all_stages[number - 1]:
                    operator.stage(number, alerts)
    return [
        (name, to, alert, number)
        for (name, to), alerts in operator.heard.items()
        for alert, number in alerts.items()
    ]


@pytest.fixture(scope="module")
def heard(tmp_path_factory: pytest.TempPathFactory) -> Heard:
    """Return how many notifications about each alert each receiver gets, by cluster."""
    result: Heard = {}
    for name, to, alert, number in once(tmp_path_factory, "situations", listen):
        result.setdefault((name, to), Counter())[alert] = number
    return result


@pytest.mark.parametrize("name", SITUATIONS)
def test_the_notifications_of_a_situation(name: str, heard: Heard) -> None:
    """The person on call and the tickets get exactly these notifications, once each."""
    situation = SITUATIONS[name]
    got = {receiver: heard.get((name, receiver), Counter()) for receiver in ("on-call", "tickets")}
    assert got == {"on-call": Counter(situation.pages), "tickets": Counter(situation.tickets)}


def test_a_situation_notifies_only_about_itself(heard: Heard) -> None:
    """No notification is about another cluster; `up` of an exporter has the cluster of its job."""
    assert {name for name, _ in heard} <= set(SITUATIONS)


@pytest.mark.parametrize("name", SITUATIONS)
def test_the_documentation_has_the_numbers(name: str) -> None:
    """docs/alerts.md has a row with the numbers of pages and tickets of each situation."""
    situation = SITUATIONS[name]
    text = (ROOT / "docs" / "alerts.md").read_text(encoding="utf-8")
    row = f"| {name} | {len(situation.pages)} | {len(situation.tickets)} |"
    assert row in text
