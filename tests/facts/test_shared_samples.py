"""Answers of other people's clusters, which are not part of the repository."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from ceph_exporter import facts
from ceph_exporter.facts import DecodeError, Decoder, Fact, Facts
from ceph_exporter.sources.http import Response
from ceph_exporter.sources.recording import file_of
from ceph_exporter.sources.rest_api import output
from tests.golden.eras import page
from tests.golden.eras import samples as sample_lines
from tests.golden.parsers import parse_text

SAMPLES = Path(__file__).parents[2] / "../shared/samples"

# The first samples, with the documents that were supported then.
LEAST = 89

# Files that are not named after their document.
WIRES = {
    "v0.67-dumpling/rest_health": "health detail",
    "v0.67-dumpling/rest_status": "status",
    "v0.72-emperor/rest_health": "health detail",
    "v0.80-firefly/rest_health_detail": "health detail",
    "v12-14-telegraf/status": "status",
    "v12-luminous/health_detail_default_compat": "health detail",
    "v12-luminous/health_ok_default_compat": "health detail",
    "v12-luminous/time_sync_status": "time-sync-status",
    "v12-luminous/time_sync_status_one_mon": "time-sync-status",
    "v14-nautilus/health_detail": "health detail",
    "v14-nautilus/time_sync_status": "time-sync-status",
    "v15-octopus/health_detail": "health detail",
    "v15plus-telegraf/status": "status",
    "v18-reef/status_zabbix_recorded": "status",
    "v20-tentacle/status": "status",
    "rook/status_1": "status",
    "rook/status_2": "status",
    "rook/mon_1": "mon dump",
    "restful/post_request_wait_ok": "time-sync-status",
    "v16.2.15/dashboard_api_health_minimal": "dashboard/health/minimal",
    "v16.2.15/dashboard_api_monitor": "dashboard/monitor",
    "v17.2.7/dashboard_dashboard_contract": "dashboard/health/minimal",
    "v18.2.8/dashboard_dashboard_contract": "dashboard/health/minimal",
    "v19.2.5/dashboard_dashboard_contract": "dashboard/health/minimal",
    "v20.2.2/dashboard_dashboard_contract": "dashboard/health/minimal",
}
# Assembled by the exporter from several answers, of which the samples have only the first.
ASSEMBLED = ("dashboard/cephfs",)


class Finished(msgspec.Struct):
    """A finished command of the module restful."""

    outb: str


class Request(msgspec.Struct):
    """The module restful's envelope."""

    finished: list[Finished]


@pytest.fixture(scope="module")
def samples() -> Path:
    """Return the directory of samples; skip without it."""
    if not SAMPLES.is_dir():
        pytest.skip("no directory ../shared/samples beside the repository")
    return SAMPLES


def answers(samples: Path) -> Iterator[tuple[Path, str]]:
    """Yield each file whose document is supported, with the name of its wire format."""
    for folder in sorted(samples.glob("real-*")):
        for wire_format in facts.wire_formats():
            if (file := file_of(folder, wire_format)).exists() and wire_format not in ASSEMBLED:
                yield file, wire_format
    for name, wire_format in WIRES.items():
        yield samples / f"{name}.json", wire_format


def unwrapped(file: Path) -> bytes:
    """Return the document in a file, without the envelope of its API."""
    body = file.read_bytes()
    if file.name.startswith("rest_"):
        return output(Response(200, {}, body))
    if file.parent.name == "restful":
        return msgspec.json.decode(body, type=Request).finished[0].outb.encode()
    if file.stem == "dashboard_dashboard_contract":
        return bytes(msgspec.json.decode(body, type=dict[str, msgspec.Raw])["health_minimal"])
    return body


def facts_of(fact: tuple[Fact, ...]) -> Facts:
    """Return the facts of one answer."""
    return Facts.of(*fact)


def test_each_sample_decodes(samples: Path) -> None:
    """Each answer of a supported document is decoded, and its page can be parsed."""
    failures = {}
    for file, wire_format in answers(samples):
        try:
            text = page(facts_of(facts.decode(wire_format, unwrapped(file)))).decode()
        except DecodeError as error:
            failures[str(file.relative_to(samples))] = str(error)
        else:
            shown = sum(len(family.samples) for family in parse_text(text))
            assert shown == len(sample_lines(text)), file
    assert failures == {}


def test_none_is_missing(samples: Path) -> None:
    """There are at least as many answers as before, so that none is skipped by mistake."""
    files = {file for file, _ in answers(samples) if file.exists()}
    assert len(files) >= LEAST
    assert files >= {samples / f"{name}.json" for name in WIRES}


@pytest.mark.parametrize("name", ["v10-jewel/osd_df_nan", "v18-reef/osd_dump_pool_inf"])
def test_invalid_json_is_repaired(samples: Path, name: str) -> None:
    """Bare nan and inf, which are not JSON, become null, and nothing else changes."""
    body = (samples / f"{name}.json").read_bytes()
    with pytest.raises(msgspec.DecodeError):
        msgspec.json.decode(body)
    raw: Decoder[msgspec.Raw] = Decoder(msgspec.Raw)
    repaired = bytes(raw(body))
    assert b"null" in repaired
    assert msgspec.json.decode(repaired)
    assert len(repaired.replace(b"null", b"").strip()) < len(body)


@pytest.mark.parametrize(
    ("metric", "monitor", "value"),
    [
        ("ceph_monitor_latency_seconds", "01", 0.00183),
        ("ceph_monitor_clock_skew_seconds", "02", -0.001546),
        ("ceph_monitor_avail_bytes", "03", 18567393280),
        ("ceph_monitor_store_sst_bytes", "03", 13870918),
    ],
)
def test_answer_of_2013(samples: Path, metric: str, monitor: str, value: float) -> None:
    """The answer of the project's first cluster has skew, latency, disk and store."""
    body = unwrapped(samples / "v0.72-emperor/rest_health.json")
    shown: Any = {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in parse_text(page(facts_of(facts.decode("health detail", body))).decode())
        for sample in family.samples
    }
    labels = (("ceph_daemon", f"mon.{monitor}"), ("monitor", monitor))
    assert shown[metric, labels] == value
