"""The collector of the daemons' own counters."""

import msgspec
import pytest

from ceph_exporter import exposition
from ceph_exporter.collectors.perf_counters import CUT, Options, collect, name_of
from ceph_exporter.facts import Facts
from ceph_exporter.facts.orchestrator import Gateway, Gateways
from ceph_exporter.facts.perf_counters import Counter, PerfCounters
from ceph_exporter.facts.service_dump import Service, ServiceDump

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


def test_gateways_of_an_orchestrator() -> None:
    """The counters of a gateway have the instance id of its metadata; of others, the number."""
    counters = PerfCounters(
        {"rgw.4127": {"rgw.req": Counter(TOTAL, 5)}, "rgw.4130": {"rgw.req": Counter(TOTAL, 6)}}
    )
    dump = ServiceDump((Service("rgw", "4127", "s3.h3.kzwqdx", "h3", ""),))
    gateways = Gateways((Gateway("s3.h3.kzwqdx", "h3", "18.2.7"),))
    lines = exposition.lines(collect(Facts.of(counters, dump, gateways)))
    text = b"".join(text for metric, text in lines.items() if metric != CUT).decode()
    assert text.splitlines() == [
        'ceph_rgw_req{instance_id="kzwqdx"} 5',
        'ceph_rgw_req{instance_id="4130"} 6',
    ]
