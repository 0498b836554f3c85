"""The collector of the daemons' own counters."""

import msgspec
import pytest

from ceph_exporter import exposition
from ceph_exporter.collectors._perf_names import name_of
from ceph_exporter.collectors.perf_counters import CUT, Options, collect
from ceph_exporter.facts import Facts
from ceph_exporter.facts.orchestrator import Daemon, Daemons
from ceph_exporter.facts.perf_counters import Counter, PerfCounters
from ceph_exporter.facts.service_dump import Service, ServiceDump
from tests.simulator.pages import facts_of, simulated

GAUGE, TIME, SPAN, MEAN, TOTAL, HISTOGRAM = 2, 1, 5, 6, 10, 26


def page(daemons: dict[str, dict[str, Counter]]) -> list[str]:
    """Return the sample lines."""
    lines = exposition.lines(collect(Facts.of(PerfCounters(daemons))))
    return b"".join(text for metric, text in lines.items() if metric != CUT).decode().splitlines()


def families(daemons: dict[str, dict[str, Counter]]) -> list[tuple[str, str, str]]:
    """List the families: name, type and help."""
    metrics = [metric for metric, _ in collect(Facts.of(PerfCounters(daemons))) if metric != CUT]
    return [(metric.name, metric.type, metric.help) for metric in metrics]


def test_no_facts_no_families() -> None:
    """Without the document there are no families."""
    assert list(collect(Facts())) == []


@pytest.mark.parametrize(
    ("counter", "lines"),
    [
        pytest.param(Counter(GAUGE, 73), ['x{ceph_daemon="osd.0"} 73'], id="gauge"),
        pytest.param(Counter(TOTAL, 0), ['x{ceph_daemon="osd.0"} 0'], id="counter"),
        pytest.param(Counter(TIME, 5e8), ['x{ceph_daemon="osd.0"} 0.5'], id="nanoseconds"),
        pytest.param(Counter(TIME), [], id="time without a value"),
        pytest.param(
            Counter(SPAN, 2_500_000_000, 3),
            ['x_sum{ceph_daemon="osd.0"} 2.5', 'x_count{ceph_daemon="osd.0"} 3'],
            id="times",
        ),
        pytest.param(
            Counter(MEAN, 40, 8),
            ['x_sum{ceph_daemon="osd.0"} 40', 'x_count{ceph_daemon="osd.0"} 8'],
            id="numbers",
        ),
        pytest.param(Counter(HISTOGRAM, 1), [], id="histogram"),
    ],
)
def test_values(counter: Counter, lines: list[str]) -> None:
    """Times are in seconds, a mean is a sum and a count, and a histogram has no value at all."""
    assert page({"osd.0": {"osd.x": counter}}) == [f"ceph_osd_{line}" for line in lines]


def test_types() -> None:
    """The type says whether a value only grows; the help is Ceph's description, or the path."""
    counters = {
        "osd.numpg": Counter(GAUGE, 1, description="PGs"),
        "osd.op": Counter(TOTAL, 1, description="Client operations"),
        "osd.op_latency": Counter(SPAN, 1, 1, "Latency"),
        "osd.bare": Counter(GAUGE, 1),
        "osd.bare_latency": Counter(SPAN, 1, 1),
    }
    assert families({"osd.0": counters}) == [
        ("ceph_osd_numpg", "gauge", "PGs"),
        ("ceph_osd_op", "counter", "Client operations"),
        ("ceph_osd_op_latency_sum", "counter", "Latency Total"),
        ("ceph_osd_op_latency_count", "counter", "Latency Count"),
        ("ceph_osd_bare", "gauge", "osd.bare"),
        ("ceph_osd_bare_latency_sum", "counter", "osd.bare_latency Total"),
        ("ceph_osd_bare_latency_count", "counter", "osd.bare_latency Count"),
    ]


def test_daemons() -> None:
    """The samples of all daemons that have a counter are one family; a gateway is an instance."""
    assert page(
        {
            "osd.0": {"objecter.op": Counter(TOTAL, 1), "osd.op": Counter(TOTAL, 2)},
            "rgw.4127": {"objecter.op": Counter(TOTAL, 3)},
            "mds.m.x": {"objecter.op": Counter(TOTAL, 4)},
        }
    ) == [
        'ceph_objecter_op{ceph_daemon="osd.0"} 1',
        'ceph_objecter_op{instance_id="4127"} 3',
        'ceph_objecter_op{ceph_daemon="mds.m.x"} 4',
        'ceph_osd_op{ceph_daemon="osd.0"} 2',
    ]


def test_two_releases() -> None:
    """Where daemons describe a counter in two ways the family is one, as the first one says."""
    old, new = Counter(TOTAL, 1, description="Ops"), Counter(GAUGE, 2, description="Operations")
    daemons = {"osd.0": {"osd.op": old}, "osd.1": {"osd.op": new}}
    assert families(daemons) == [("ceph_osd_op", "counter", "Ops")]
    assert page(daemons) == [
        'ceph_osd_op{ceph_daemon="osd.0"} 1',
        'ceph_osd_op{ceph_daemon="osd.1"} 2',
    ]


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("osd.op_r", "ceph_osd_op_r"),
        ("mds_log.ev/ex", "ceph_mds_log_ev_ex"),
        ("rgw.a b::c", "ceph_rgw_a_b_c"),
        ("prioritycache:full.pri0_bytes", "ceph_prioritycache:full_pri0_bytes"),
        ("throttle-msgr.val", "ceph_throttle_msgr_val"),
        ("osd.+", "ceph_osd__plus"),
        ("osd.a+b", "ceph_osd_a_plusb"),
        ("osd.a-b-", "ceph_osd_a_b_minus"),
        ("osd.größe", ""),
        ("osd.{x}", ""),
    ],
)
def test_names(path: str, name: str) -> None:
    """Names are those of the mgr module and of Ceph's exporter, or none where there can be none."""
    assert name_of(path) == name


def test_a_counter_that_has_no_name() -> None:
    """A counter that Prometheus would not take is left out, and the page is not lost."""
    counters = {"osd.{x}": Counter(TOTAL, 1), "osd.op": Counter(TOTAL, 2)}
    assert page({"osd.0": counters}) == ['ceph_osd_op{ceph_daemon="osd.0"} 2']


COUNTERS = {f"osd.op_{kind}": Counter(TOTAL, 1) for kind in ("r", "w", "rw")}


def shown(options: Options) -> tuple[list[str], list[str]]:
    """List the sample lines that options leave, and that of the number that is cut."""
    lines = exposition.lines(collect(Facts.of(PerfCounters({"osd.0": COUNTERS})), options))
    cut = lines.pop(CUT).decode().splitlines()
    return b"".join(lines.values()).decode().splitlines(), cut


def test_patterns_choose_counters_by_whole_names() -> None:
    """Only names that fit `include` and do not fit `exclude` are shown; the rest is not cut."""
    lines, cut = shown(Options(include="ceph_osd_op_.*", exclude="ceph_osd_op_r"))
    assert [line.partition("{")[0] for line in lines] == ["ceph_osd_op_w", "ceph_osd_op_rw"]
    assert cut == ["ceph_exporter_perf_counters_cut 0"]


def test_a_limit_cuts_and_says_so() -> None:
    """Beyond the limit series are left out and counted, so that no page takes Prometheus down."""
    lines, cut = shown(Options(limit=1))
    assert len(lines) == 1
    assert cut == ["ceph_exporter_perf_counters_cut 2"]


@pytest.mark.parametrize("field", ["include", "exclude"])
def test_a_bad_pattern_is_refused(field: str) -> None:
    """The error names the option."""
    with pytest.raises(ValueError, match=f"{field}: expected a regular expression"):
        msgspec.convert({field: "("}, Options)


@pytest.mark.parametrize(
    ("daemon", "path", "line"),
    [
        (
            "rbd-mirror.7",
            "rbd_mirror_image_ssd/db.1.replay",
            'rbd_mirror_image_replay{ceph_daemon="rbd-mirror.7",pool="ssd",namespace="",image="db.1"}',
        ),
        (
            "rbd-mirror.7",
            "rbd_mirror_image_s/n s/i-0xf.x",
            'rbd_mirror_image_x{ceph_daemon="rbd-mirror.7",pool="s",namespace="n s",image="i-0xf"}',
        ),
        (
            "rbd-mirror.7",
            "rbd_mirror_ssd/db.replay",  # 14
            'rbd_mirror_image_replay{ceph_daemon="rbd-mirror.7",pool="ssd",namespace="",image="db"}',
        ),
        (
            "rbd-mirror.7",
            "rbd_mirror_snapshot_image_ssd/db.sync_bytes",
            'rbd_mirror_snapshot_image_sync_bytes{ceph_daemon="rbd-mirror.7",pool="ssd",namespace="",image="db"}',
        ),
        (
            "rbd-mirror.7",
            "rbd_mirror.replay",
            'rbd_mirror_replay{ceph_daemon="rbd-mirror.7"}',
        ),
        (
            "rgw.7001",
            "data-sync-from-ap.south-2.poll_errors",
            'data_sync_from_zone_poll_errors{instance_id="7001",source_zone="ap.south-2"}',
        ),
        (
            "tcmu-runner.n1:ssd/db",
            "librbd-10a2b3-ssd-db.wr_bytes",
            'librbd_wr_bytes{ceph_daemon="tcmu-runner.n1:ssd/db",image_id="10a2b3",image="ssd-db"}',
        ),
        (
            "mds.a",
            "mds_client_metrics-shared.cap_hits",
            'mds_client_metrics_cap_hits{ceph_daemon="mds.a",fs_name="shared"}',
        ),
        (
            "mds.a",
            "mds_client_metrics\0fs_name\0shared\0id\x0042\0.num_clients",
            'mds_client_metrics_num_clients{ceph_daemon="mds.a",fs_name="shared",id="42"}',
        ),
        (
            "mds.a",
            "mds_client_metrics-shared\0client\0client.7\0fs_name\0other\0ceph_daemon\0x.cap_hits",
            'mds_client_metrics_cap_hits{ceph_daemon="mds.a",fs_name="shared",client="client.7"}',
        ),
        ("rgw.7001", "objecter-0x5590d2c40000.op_r", 'objecter_op_r{instance_id="7001"}'),
        (
            "rgw.7001",
            "throttle-msgr_dispatch_throttler-radosclient-0x5590.val",
            'throttle_msgr_dispatch_throttler_radosclient_val{instance_id="7001"}',
        ),
        (
            "osd.0",
            "AsyncMessenger::Worker-1.msgr_send_bytes",
            'AsyncMessenger_Worker_1_msgr_send_bytes{ceph_daemon="osd.0"}',
        ),
        (
            "osd.0",
            "bluestore-pricache:data.pri0_bytes",
            'bluestore_pricache:data_pri0_bytes{ceph_daemon="osd.0"}',
        ),
        ("osd.0", "blk-kernel-device-db.discard_op", None),
        ("osd.0", "alone", 'alone{ceph_daemon="osd.0"}'),
    ],
)
def test_entities_are_labels(daemon: str, path: str, line: str | None) -> None:
    """Images, zones and file systems are labels as in the mgr module; addresses are left out."""
    line = line or 'blk_kernel_device_discard_op{ceph_daemon="osd.0",device="db"}'
    assert page({daemon: {path: Counter(TOTAL, 3)}}) == [f"ceph_{line} 3"]


def test_means_of_entities() -> None:
    """A mean of an image is a sum and a count under the same labels."""
    counters = {"rbd_mirror_image_p/i.replay_latency": Counter(SPAN, 2_000_000_000, 4)}
    labels = '{ceph_daemon="rbd-mirror.1",pool="p",namespace="",image="i"}'
    assert page({"rbd-mirror.1": counters}) == [
        f"ceph_rbd_mirror_image_replay_latency_sum{labels} 2",
        f"ceph_rbd_mirror_image_replay_latency_count{labels} 4",
    ]


@pytest.mark.parametrize("backwards", [False, True])
def test_paths_with_the_same_name(*, backwards: bool) -> None:
    """Every path has a series of its own, and the order of the answer does not matter."""
    counters = {
        "objecter.op": Counter(TOTAL, 1),
        "objecter-0x55a0.op": Counter(TOTAL, 2),
        "objecter-0x55b0.op": Counter(TOTAL, 3),
        "a-b.c": Counter(TOTAL, 4),
        "a_b.c": Counter(TOTAL, 5),
    }
    rows = list(counters.items())
    lines = page({"mds.a": dict(rows[::-1] if backwards else rows)})
    assert sorted(lines) == [
        'ceph_a_b_c{ceph_daemon="mds.a",copy="2"} 5',
        'ceph_a_b_c{ceph_daemon="mds.a"} 4',
        'ceph_objecter_op{ceph_daemon="mds.a",copy="2"} 2',
        'ceph_objecter_op{ceph_daemon="mds.a",copy="3"} 3',
        'ceph_objecter_op{ceph_daemon="mds.a"} 1',
    ]


@pytest.mark.parametrize("value", [-1, 2**63, 2**64 - 7])
@pytest.mark.parametrize("type_", [GAUGE, TOTAL, TIME])
def test_impossible_values(type_: int, value: int) -> None:
    """A counter that went below zero is absent; of a mean, each part by itself."""
    assert page({"osd.0": {"osd.x": Counter(type_, value)}}) == []
    mean = {"osd.x": Counter(MEAN, 5, value)}
    assert page({"osd.0": mean}) == ['ceph_osd_x_sum{ceph_daemon="osd.0"} 5']


def test_the_limit_is_enough_for_hundreds_of_osds() -> None:
    """An OSD with BlueStore has 338 series."""
    assert Options().limit // 338 >= 590


def test_gateways_of_an_orchestrator() -> None:
    """The counters of a gateway have the instance id of its metadata; of others, the number."""
    counters = PerfCounters(
        {"rgw.4127": {"rgw.req": Counter(TOTAL, 5)}, "rgw.4130": {"rgw.req": Counter(TOTAL, 6)}}
    )
    dump = ServiceDump((Service("rgw", "4127", "s3.h3.kzwqdx", "h3", ""),))
    gateways = Daemons((Daemon("rgw", "s3.h3.kzwqdx", "h3", "18.2.7"),))
    lines = exposition.lines(collect(Facts.of(counters, dump, gateways)))
    text = b"".join(text for metric, text in lines.items() if metric != CUT).decode()
    assert text.splitlines() == [
        'ceph_rgw_req{instance_id="kzwqdx"} 5',
        'ceph_rgw_req{instance_id="4130"} 6',
    ]


def preset_names(*paths: str, include: str = ".*", exclude: str = "") -> set[str]:
    """Return the names of the metrics of an OSD with these counters under the preset bluestore."""
    counters = PerfCounters({"osd.0": {path: Counter(SPAN, 1, 1) for path in paths}})
    chosen = Options(include, exclude, preset="bluestore")
    return {metric.name for metric, _ in collect(Facts.of(counters), chosen) if metric != CUT}


def test_a_preset() -> None:
    """A preset is a short list of names; the patterns narrow it."""
    paths = ("osd.op_r_latency", "osd.op_rw_latency", "bluestore.commit_lat")
    names = {"ceph_osd_op_r_latency_sum", "ceph_osd_op_r_latency_count"}
    commit = {"ceph_bluestore_commit_lat_sum", "ceph_bluestore_commit_lat_count"}
    assert preset_names(*paths) == names | commit
    assert preset_names(*paths, exclude="ceph_bluestore_.*") == names
    assert preset_names(*paths, include="ceph_bluestore_.*_sum") == {
        "ceph_bluestore_commit_lat_sum"
    }


def test_the_price_of_the_preset() -> None:
    """A simulated OSD with BlueStore of Ceph 18 has 18 series under the preset."""
    counters = facts_of(simulated(), "restful").get(PerfCounters)
    assert counters
    families = list(collect(Facts.of(counters), Options(preset="bluestore")))
    blocks = [dict(samples) for metric, samples in families if metric != CUT]  # type: ignore[arg-type]
    assert sum('ceph_daemon="osd.0"' in rows for rows in blocks) == 18
    assert all('ceph_daemon="mon.a"' not in rows for rows in blocks)


def test_an_unknown_preset() -> None:
    """It is refused with the names of those that exist."""
    with pytest.raises(
        ValueError, match=r"^preset: expected the name of a preset; there is bluestore$"
    ):
        Options(preset="bluefs")
