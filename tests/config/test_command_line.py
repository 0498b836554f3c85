"""The command line and the environment: what they set, and how what is wrong is refused."""

from pathlib import Path

import pytest
import trustme

from ceph_exporter import __version__
from ceph_exporter.collectors import COLLECTORS
from ceph_exporter.config import Config, Log, Poll, Web
from ceph_exporter.config.command_line import ClusterFlags, PollFlags, fail, parse
from ceph_exporter.config.flags import table
from ceph_exporter.config.parser import parser
from ceph_exporter.config.strict_yaml import ConfigError
from ceph_exporter.config.units import Duration
from ceph_exporter.polling.collecting import enabled

FLAGS = table(COLLECTORS)
URL = "--cluster.url=http://mon1:5000"


def config(*arguments: str, **environment: str) -> Config:
    """Parse arguments and environment to a configuration."""
    return parse(arguments, environment, COLLECTORS).config(COLLECTORS)


def test_one_url_is_enough() -> None:
    """A bare URL makes one cluster without a name, polled every 15 s, with default collectors."""
    found = config(URL)
    assert found.clusters[""].urls == ("http://mon1:5000",)
    assert found.clusters[""].api == "auto"
    assert found.poll.interval == Duration(15)
    default = tuple(name for name, collector in COLLECTORS.items() if collector.default)
    assert enabled(found, found.clusters[""]) == default


def test_every_flag_of_a_cluster_arrives(tmp_path_factory: pytest.TempPathFactory) -> None:
    """The flags of a cluster arrive in its settings; the URL may be repeated."""
    ca_file = tmp_path_factory.mktemp("ca") / "ca.pem"
    trustme.CA().cert_pem.write_to_path(str(ca_file))
    found = config(
        "--cluster.url=https://a:8443",
        "--cluster.url=https://b:8443",
        "--cluster.api=dashboard",
        "--cluster.username=prom",
        "--cluster.password-file=/secret",
        f"--cluster.ca-file={ca_file}",
        "--cluster.insecure-skip-verify",
        "--cluster.mon-data=/var/lib/ceph/mon/*",
    ).clusters[""]
    assert found.urls == ("https://a:8443", "https://b:8443")
    assert (found.api, found.username, found.password_file) == ("dashboard", "prom", "/secret")
    assert found.mon_data == ("/var/lib/ceph/mon/*",)
    assert (found.tls.ca_file, found.tls.insecure_skip_verify) == (str(ca_file), True)


def test_rados_is_named_by_its_files() -> None:
    """With librados a cluster needs no URL, but a user."""
    files = "--cluster.ceph-conf=/c", "--cluster.keyring=/k"
    found = config("--cluster.api=rados", "--cluster.username=prom", *files).clusters[""]
    assert (found.api, found.addresses, found.keyring) == ("rados", ("/c",), "/k")


def test_collectors_are_switched_by_name() -> None:
    """A collector is switched off by --no-collector.X, on alone with disable-defaults."""
    off = config(URL, "--no-collector.health")
    assert "health" not in enabled(off, off.clusters[""])
    alone = config(URL, "--collector.disable-defaults", "--collector.health")
    assert enabled(alone, alone.clusters[""]) == ("health",)


def test_commands_stand_before_or_after_flags() -> None:
    """The command and its folder are found wherever they stand."""
    for arguments in (["record", "DIR", URL], [URL, "record", "DIR"]):
        options = parse(arguments, {}, COLLECTORS)
        assert (options.command, options.folder) == ("record", "DIR")
    assert parse([URL], {}, COLLECTORS).command == "serve"


def test_the_environment_sets_what_no_flag_sets() -> None:
    """Each flag has a variable; the flag wins over it; lists are separated by commas."""
    found = config(
        "--poll.timeout=5s",
        CEPH_EXPORTER_CLUSTER_URL="http://a:1, http://b:2",
        CEPH_EXPORTER_CLUSTER_INSECURE_SKIP_VERIFY="true",
        CEPH_EXPORTER_POLL_TIMEOUT="7s",
        CEPH_EXPORTER_POLL_INTERVAL="20s",
        CEPH_EXPORTER_CLUSTER_API="rest-api",
        CEPH_EXPORTER_COLLECTOR_HEALTH="0",
    )
    assert found.clusters[""].urls == ("http://a:1", "http://b:2")
    assert found.clusters[""].tls.insecure_skip_verify
    assert found.clusters[""].api == "rest-api"
    assert (found.poll.timeout, found.poll.interval) == (Duration(5), Duration(20))
    assert "health" not in enabled(found, found.clusters[""])


BAD = [
    (["--no-such"], {}, "unrecognized arguments: --no-such"),
    (["--cluster.password=hunter2"], {}, "unrecognized arguments: --cluster.password; did"),
    (["--poll.interval=15"], {}, "argument --poll.interval: expected a duration such as 15s"),
    (["--cluster.api=x"], {}, "argument --cluster.api: invalid choice: 'x'"),
    (["--cluster.ur=http://a"], {}, "unrecognized arguments: --cluster.ur; did you mean"),
    (["sing"], {}, "argument COMMAND: invalid choice: 'sing'"),
    (["record"], {}, "record: expected DIR"),
    (["once", "DIR"], {}, "unexpected 'DIR'"),
    (["once", "--nagios"], {}, "--nagios: can be used only with the command check"),
    ([], {"CEPH_EXPORTER_POLL_INTERVAL": "x"}, "environment variable CEPH_EXPORTER_POLL_INTERVAL"),
    ([], {"CEPH_EXPORTER_DEMO": "x"}, "CEPH_EXPORTER_DEMO: expected true or false, got 'x'"),
    ([], {"CEPH_EXPORTER_LOG_LEVEL": "x"}, "CEPH_EXPORTER_LOG_LEVEL: expected one of debug, info"),
]


@pytest.mark.parametrize(("arguments", "environment", "error"), BAD)
def test_bad_usage_is_one_line_and_exit_2(
    arguments: list[str],
    environment: dict[str, str],
    error: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Bad usage ends with exit code 2 and one line that names the flag or the variable."""
    with pytest.raises(SystemExit) as caught:
        parse(arguments, environment, COLLECTORS)
    said = capsys.readouterr().err
    assert caught.value.code == 2
    assert error in said
    assert said.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ([], "--cluster.url: expected the URL of Ceph's API"),
        (["--cluster.url=mon1"], "--cluster.url: expected http://HOST:PORT"),
        ([URL, "--cluster.api=restful"], "--cluster.username: expected the name of a user"),
        ([URL, "--cluster.username=x"], "--cluster.password-file: expected the file"),
        ([URL, "--cluster.ca-file=/no/such"], "--cluster.ca-file: no such file"),
        ([URL, "--cluster.mon-data=mon"], "--cluster.mon-data: expected a path that begins with /"),
        (["--cluster.api=rados"], "--cluster.username: expected the name of a user"),
        ([URL, "--config.file=x.yml"], "--cluster.url: cannot be combined with --config.file"),
        (["--config.file=/no/such.yml"], "/no/such.yml: No such file or directory"),
        ([URL, "--poll.interval=2m"], "--poll.stale-after: expected no less than --poll.interval"),
    ],
)
def test_a_configuration_that_cannot_work_names_the_flag(arguments: list[str], error: str) -> None:
    """What flags set wrong is named as the flag."""
    with pytest.raises(ConfigError) as caught:
        config(*arguments)
    assert error in str(caught.value)


def test_help_names_every_flag_and_its_default() -> None:
    """--help lists every flag of the table."""
    text = " ".join(parser(FLAGS, fail).format_help().split())
    for flag in FLAGS:
        assert f"--{flag.name}" in text
    assert "(default: 15s)" in text
    assert "CEPH_EXPORTER_CLUSTER_URL" in text


def test_version_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    """--version prints the program's name and version."""
    with pytest.raises(SystemExit) as caught:
        parse(["--version"], {}, COLLECTORS)
    assert caught.value.code == 0
    assert capsys.readouterr().out == f"ceph_exporter {__version__}\n"


def test_every_flag_sets_a_field_and_every_field_has_a_flag() -> None:
    """The structs of the command line and the table of flags agree, so none can be forgotten."""
    structs = {"cluster": ClusterFlags, "poll": PollFlags, "web": Web, "log": Log}
    for section, struct in structs.items():
        fields = {flag.field for flag in FLAGS if flag.section == section}
        assert fields == set(struct.__struct_fields__)
    outside = {flag.name for flag in FLAGS if flag.section not in {*structs, "collector"}}
    assert outside == {"config.file", "config.check", "demo", "nagios"}


def test_defaults_are_those_of_the_structs() -> None:
    """What no flag sets has the default of the configuration's own struct."""
    line = parse([URL], {}, COLLECTORS)
    assert (line.web, line.log) == (Web(), Log())
    assert line.config(COLLECTORS).poll == Poll()
    assert line.poll.interval == Duration(15)


def test_the_options_of_a_collector_are_flags_beside_a_file(tmp_path: Path) -> None:
    """A flag sets an option of a collector for each cluster of a file that does not set it."""
    file = tmp_path / "c.yml"
    file.write_text(
        "clusters:\n"
        "  a: {urls: ['http://a']}\n"
        "  b: {urls: ['http://b'], perf_counters: {limit: 5}}\n"
    )
    flags = ("--collector.perf_counters.limit=7", "--collector.perf_counters.include=ceph_osd_.*")
    clusters = config(f"--config.file={file}", *flags).clusters
    options = COLLECTORS["perf_counters"].options
    assert options
    assert clusters["a"].options["perf_counters"] == options(limit=7, include="ceph_osd_.*")
    assert clusters["b"].options["perf_counters"] == options(limit=5, include="ceph_osd_.*")


def test_a_bad_option_of_a_collector_beside_a_file(tmp_path: Path) -> None:
    """It is refused with the name of the flag, as without a file."""
    file = tmp_path / "c.yml"
    file.write_text("clusters: {a: {urls: ['http://a']}}")
    with pytest.raises(ConfigError, match=r"^--collector\.perf_counters\.include: expected"):
        config(f"--config.file={file}", "--collector.perf_counters.include=(")


def test_an_option_of_a_file_that_is_no_section(tmp_path: Path) -> None:
    """It is refused with its path, whatever the flags say."""
    file = tmp_path / "c.yml"
    file.write_text("clusters: {a: {urls: ['http://a'], perf_counters: 7}}")
    with pytest.raises(ConfigError, match=r"clusters\.a\.perf_counters: expected"):
        config(f"--config.file={file}")


def test_the_options_of_a_collector_are_flags() -> None:
    """Each field of a collector's options is a flag with a help text, wherever it is declared."""
    flag = "--collector.perf_counters.limit"
    options = config(URL, f"{flag}=7").clusters[""].options["perf_counters"]
    assert options == COLLECTORS["perf_counters"].options(limit=7)  # type: ignore[misc]
    declared = {
        f"collector.{name}.{field}"
        for name, spec in COLLECTORS.items()
        if spec.options
        for field in spec.options.__struct_fields__
    }
    assert declared == {flag.name for flag in FLAGS if flag.name.count(".") == 2} - {
        "web.config.file"
    }
    assert all(flag.help for flag in FLAGS)
    with pytest.raises(ConfigError, match=r"--collector\.perf_counters\.include: expected"):
        config(URL, "--collector.perf_counters.include=(")
