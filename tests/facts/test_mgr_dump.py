"""The document `mgr dump`: the active mgr, the standbys, the modules."""

import json
from typing import Any

import pytest

from ceph_exporter import facts
from ceph_exporter.facts.mgr_dump import MgrDump, Module


def decode(**answer: Any) -> MgrDump:  # noqa: ANN401 - any JSON
    """Decode an answer."""
    (fact,) = facts.decode("mgr dump", json.dumps(answer).encode())
    assert isinstance(fact, MgrDump)
    return fact


def test_mgrs() -> None:
    """One mgr is active, the others are standbys."""
    decoded = decode(
        epoch=9,
        active_name="x",
        available=True,
        standbys=[{"gid": 14, "name": "y", "available_modules": []}, {"gid": 15, "name": "z"}],
    )
    assert decoded == MgrDump(active="x", available=True, standbys=("y", "z"), modules=())


def test_no_mgr() -> None:
    """Without an active mgr its name is empty."""
    decoded = decode(active_gid=0, active_name="", available=False, standbys=[])
    assert decoded == MgrDump(active="", available=False, standbys=(), modules=())


def test_modules() -> None:
    """An available module is enabled, always on or neither, and may be unable to run."""
    decoded = decode(
        modules=["dashboard", "k8sevents"],
        available_modules=[
            {"name": "balancer", "can_run": True, "error_string": ""},
            {"name": "dashboard", "can_run": True, "error_string": ""},
            {"name": "k8sevents", "can_run": False, "error_string": "No module named kubernetes"},
            {"name": "zabbix", "can_run": True, "error_string": ""},
        ],
        always_on_modules={"nautilus": ["balancer"]},
    )
    assert decoded.modules == (
        Module("balancer", can_run=True, always_on=True),
        Module("dashboard", can_run=True, enabled=True),
        Module("k8sevents", can_run=False, enabled=True),
        Module("zabbix", can_run=True),
    )


def test_always_on_in_the_newest_release() -> None:
    """If there are lists of several releases, the one of the newest release counts."""
    decoded = decode(
        available_modules=[{"name": "restful"}, {"name": "status"}],
        always_on_modules={"reef": ["status"], "octopus": ["restful", "status"]},
    )
    assert [(row.name, row.always_on) for row in decoded.modules] == [
        ("restful", False),
        ("status", True),
    ]


def test_modules_of_luminous() -> None:
    """12 lists only names: `can_run` is None."""
    decoded = decode(modules=["restful"], available_modules=["influx", "restful"])
    assert decoded.modules == (Module("influx"), Module("restful", enabled=True))
    assert [row.can_run for row in decoded.modules] == [None, None]


def test_another_document() -> None:
    """A standby without a name is dropped, and so is a state that is neither true nor false."""
    dump = decode(available="soon", standbys=[{"gid": 14}, {"name": "y"}])
    assert (dump.available, dump.standbys) == (None, ("y",))


BALANCER_TO_STATUS = [{"name": name} for name in ("balancer", "crash", "progress", "status")]
ALWAYS_ON = {"tentacle": ["balancer", "crash", "progress", "status"]}


def forced(text: str, wire_format: str = "mgr dump") -> dict[str, int | None]:
    """Return the states of four modules that are always on, with modules disabled by force."""
    mgr_map = {"available_modules": BALANCER_TO_STATUS, "always_on_modules": ALWAYS_ON}
    body = json.dumps(mgr_map)[:-1] + f', "force_disabled_modules": {text}}}'
    if wire_format == "dashboard/health/full":
        body = f'{{"health": {{"status": "HEALTH_OK"}}, "mgr_map": {body}}}'
    (dump,) = [
        fact for fact in facts.decode(wire_format, body.encode()) if isinstance(fact, MgrDump)
    ]
    return {row.name: 2 if row.always_on else row.enabled for row in dump.modules}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ('{"module": "crash", "module" : "status"}', ["crash", "status"]),
        ('{\n"module":\n"progress"}', ["progress"]),
        ('["crash", "status"]', ["crash", "status"]),
        ("{}", []),
        ("null", []),
    ],
)
def test_disabled_by_force(text: str, names: list[str]) -> None:
    """Modules that are disabled by force are 0; all their keys are `module`."""
    expected = dict.fromkeys(ALWAYS_ON["tentacle"], 2) | dict.fromkeys(names, 0)
    assert forced(text) == expected


def test_disabled_by_force_in_the_dashboard() -> None:
    """Python keeps the last of equal keys, so what is sorted before that one is unknown."""
    assert forced('{"module": "progress"}', "dashboard/health/full") == {
        "balancer": None,
        "crash": None,
        "progress": 0,
        "status": 2,
    }
    assert forced("{}", "dashboard/health/full")["status"] == 2
