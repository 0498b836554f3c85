"""The configuration file: what is accepted, and how what is not is refused."""

import re
from pathlib import Path

import pytest

from ceph_exporter.collectors import COLLECTORS
from ceph_exporter.config import Cluster, Config, Poll, dump, file, load
from ceph_exporter.config.strict_yaml import ConfigError
from ceph_exporter.config.units import Duration, Share, Size
from ceph_exporter.polling.collecting import enabled

DEFAULTS = {name for name, collector in COLLECTORS.items() if collector.default}
GOOD = """\
poll: {interval: 30s, timeout: 20s, stale_after: 1m30s}
collectors: {cluster: false}
clusters:
  prod:
    api: dashboard
    urls: [https://mgr1.example:8443, https://mgr2.example:8443]
    username: prom
    password_file: /etc/ceph_exporter/prod.password
    tls: {insecure_skip_verify: true}
    collectors: {cluster: true, monitors: false}
  old:
    urls: [http://mon1:5000]
"""


def read(tmp_path: Path, text: str) -> Config:
    """Load a configuration from a file with this text."""
    path = tmp_path / "ceph_exporter.yml"
    path.write_text(text)
    return load(str(path), COLLECTORS, {}, Poll())


def test_a_whole_file_is_read(tmp_path: Path) -> None:
    """Every key that the file may have arrives in the struct tree."""
    config = read(tmp_path, GOOD)
    assert config.poll == Poll(Duration(30), Duration(20), Duration(90))
    prod = config.clusters["prod"]
    assert prod.api == "dashboard"
    assert prod.urls == ("https://mgr1.example:8443", "https://mgr2.example:8443")
    assert (prod.username, prod.password_file) == ("prom", "/etc/ceph_exporter/prod.password")
    assert prod.tls.insecure_skip_verify
    assert config.clusters["old"].api == "auto"


def test_collectors_of_a_cluster_override_those_of_all(tmp_path: Path) -> None:
    """The file's collectors override the flags', a cluster's those of the file."""
    config = read(tmp_path, GOOD)
    assert set(enabled(config, config.clusters["prod"])) == DEFAULTS - {"monitors"}
    assert set(enabled(config, config.clusters["old"])) == DEFAULTS - {"cluster"}


def test_the_flags_give_what_the_file_leaves_out(tmp_path: Path) -> None:
    """Polling and collectors set by flags hold unless the file says otherwise."""
    path = tmp_path / "c.yml"
    path.write_text("clusters: {a: {urls: ['http://a']}}\npoll: {timeout: 5s}\n")
    flags = Poll(Duration(20), Duration(7), Duration(40))
    config = load(str(path), COLLECTORS, {"health": False}, flags)
    assert config.poll == Poll(Duration(20), Duration(5), Duration(40))
    assert "health" not in enabled(config, config.clusters["a"])


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("15s", 15), ("1m30s", 90), ("500ms", 0.5), ("1h", 3600), ("2d", 172800)],
)
def test_durations_are_written_as_prometheus_writes_them(text: str, seconds: float) -> None:
    """A duration is one or more numbers with units."""
    assert Duration.parse(text) == seconds


CLUSTER = "clusters: {a: {urls: ['http://a'], %s}}"

BAD = [
    ("", "clusters: expected a mapping"),
    ("[]", "clusters: expected a mapping"),
    ("clusters: {}", "clusters: expected at least one cluster"),
    ("clusters: {1: {urls: ['http://a']}}", "clusters: expected a text as a cluster's name, got 1"),
    ("clusters: {a: {}}", "clusters.a.urls: expected at least one URL"),
    ("clusters: {a: 5}", "clusters.a: expected `object`, got `int`"),
    ("clusters: {a: {urls: 'http://a'}}", "clusters.a.urls: expected `array`, got `str`"),
    ("clusters: {prod: {urls: [5]}}", "clusters.prod.urls[0]: expected `str`, got `int`"),
    ("clusters: {a: {urls: [mgr:8443]}}", "clusters.a.urls[0]: expected http://HOST:PORT"),
    ("clusters: {a: {urls: ['http://a', 'ftp://b']}}", "clusters.a.urls[1]: expected http://"),
    ("clusters: {a: {urls: ['http://a:0']}}", "clusters.a.urls[0]: expected http://"),
    ("clusters: {a: {urls: ['http://a:99999']}}", "clusters.a.urls[0]: expected http://"),
    ("clusters: {a: {urls: ['http://']}}", "clusters.a.urls[0]: expected http://"),
    ("clusters: {a: {urls: ['http://a/?x=1']}}", "clusters.a.urls[0]: expected a URL without ?"),
    ("clusters: {a: {urls: ['http://u:pw@a']}}", "expected a URL without user and password"),
    (CLUSTER % "api: rest", "clusters.a.api: invalid enum value 'rest'"),
    (CLUSTER % "api: restful", "clusters.a.username: expected the name of a user"),
    (CLUSTER % "username: x", "clusters.a.password_file: expected the file with x's secret"),
    (CLUSTER % "tls: {ca_file: /no/such}", "clusters.a.tls.ca_file: no such file: /no/such"),
    (CLUSTER % "tls: {ca: x}", "clusters.a.tls: object contains unknown field `ca`"),
    (CLUSTER % "url: x", "clusters.a: object contains unknown field `url`"),
    (CLUSTER % "collectors: {x: true}", "clusters.a.collectors.x: no such collector; there are"),
    (CLUSTER % "collectors: {health: 5}", "clusters.a.collectors[...]: expected `bool`"),
    ("clusters: {a: {urls: ['http://a']}}\ncollectors: {x: true}", "collectors.x: no such coll"),
    ("clusters: {a: {urls: ['http://a']}}\nextra: 1", "extra: unknown key; expected clusters,"),
    ("clusters: {a: {urls: ['http://a']}}\npoll: 5", "poll: expected a mapping"),
    (
        "clusters: {a: {urls: ['http://a']}}\npoll: {interval: 15}",
        "poll.interval: expected a duration such as 15s or 1m30s, got 15",
    ),
    (
        "clusters: {a: {urls: ['http://a']}}\npoll: {interval: 0s}",
        "poll.interval: expected a duration above 0",
    ),
    (
        "clusters: {a: {urls: ['http://a']}}\npoll: {stale_after: 1s}",
        "poll: stale_after must not be shorter than interval",
    ),
    (CLUSTER % "mon_data: [/a/*, mon]", "clusters.a.mon_data[1]: expected a path that begins with"),
    ("clusters: {a: {api: rados}}", "clusters.a.username: expected the name of a user"),
    (CLUSTER % "api: rados, username: x", "clusters.a.urls: expected none; ceph_conf names"),
    (CLUSTER % "keyring: /k", "clusters.a.keyring: expected none; only the API rados uses it"),
    (
        "clusters: {a: {api: rados, username: x, password_file: /p}}",
        "clusters.a.password_file: expected none; the user's key is in keyring",
    ),
    ("clusters: [", "not YAML: "),
]


@pytest.mark.parametrize(("text", "error"), BAD)
def test_a_bad_file_is_refused_with_the_path_in_it(tmp_path: Path, text: str, error: str) -> None:
    """The error is one line with the file, the path inside and what was expected."""
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, text)
    said = str(caught.value)
    assert said.startswith(f"{tmp_path / 'ceph_exporter.yml'}: {error}") or error in said
    assert "\n" not in said
    assert "pw" not in said.removeprefix(str(tmp_path))


def test_a_cluster_over_rados_has_no_url(tmp_path: Path) -> None:
    """A ceph.conf and a keyring stand in place of URL and password; the first has a default."""
    text = "clusters: {a: {api: rados, username: x, keyring: /k, ceph_conf: /c}, b: %s}"
    found = read(tmp_path, text % "{api: rados, username: x}").clusters
    assert (found["a"].keyring, found["a"].addresses) == ("/k", ("/c",))
    assert (found["b"].keyring, found["b"].addresses) == ("", ("/etc/ceph/ceph.conf",))


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    """A file that cannot be read is named with the reason."""
    with pytest.raises(ConfigError, match=r"none\.yml: No such file or directory"):
        load(str(tmp_path / "none.yml"), COLLECTORS, {}, Poll())


def test_a_recording_is_a_folder_and_no_url(tmp_path: Path) -> None:
    """With api recording the URL may be any path."""
    config = read(tmp_path, "clusters: {a: {api: recording, urls: [some/folder]}}")
    assert config.clusters["a"].urls == ("some/folder",)


def test_a_configuration_is_shown_so_that_it_can_be_read_again(tmp_path: Path) -> None:
    """What is shown is YAML that gives the same configuration; names of files are no secrets."""
    config = read(tmp_path, GOOD)
    shown = dump(config)
    assert "interval: 30s" in shown
    assert "password_file: /etc/ceph_exporter/prod.password" in shown
    assert read(tmp_path, shown) == config


def test_durations_are_shown_as_they_are_written() -> None:
    """Whole seconds and parts of a second are read back as the same duration."""
    for text in ("15s", "90s", "500ms", "1500ms"):
        assert str(Duration.parse(text)) == text


def test_no_secret_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """Should a setting ever hold a secret, it is not shown."""
    cluster = Cluster(urls=("http://a",), username="hunter2")
    monkeypatch.setattr(file, "_SECRET", re.compile("username"))
    shown = dump(Config({"": cluster}))
    assert "hunter2" not in shown
    assert "username: <secret>" in shown
    assert "clusters:\n  cluster:" in shown


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (
            "clusters: {a: &x {urls: [b]}, a: *x}",
            "not YAML: duplicate key a (line 1, column",
        ),
        ("password: hunter2: x", "not YAML: mapping values are not allowed here (line 1, column"),
        ("? [a]\n: b", "not YAML: it cannot be read"),
        ("a: !!timestamp x", "not YAML: it cannot be read"),
    ],
)
def test_yaml_that_cannot_be_read_is_said_without_its_text(
    tmp_path: Path, text: str, error: str
) -> None:
    """The place is named, what stands there is not: it may be a secret."""
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, text)
    assert error in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_merge_keys_are_understood(tmp_path: Path) -> None:
    """Settings that clusters share may be written once."""
    text = (
        "clusters:\n  a: &a {urls: ['http://a'], username: u, password_file: f}\n  b:\n    <<: *a\n"
    )
    config = read(tmp_path, text + "    urls: ['http://b']\n")
    assert config.clusters["b"].username == "u"
    assert config.clusters["b"].urls == ("http://b",)


@pytest.mark.parametrize(
    ("text", "size"), [("64MiB", 64 << 20), ("1GiB", 1 << 30), ("1025MiB", 1025 << 20)]
)
def test_sizes(text: str, size: int) -> None:
    """A size is a number of MiB or GiB, and is written as it is read."""
    assert Size.parse(text) == size
    assert str(Size.parse(text)) == text


@pytest.mark.parametrize("value", ["64", "0MiB", "64MB", "-1GiB", "1.5GiB", 64, None, ""])
def test_what_is_no_size(value: object) -> None:
    """Anything else says what was expected."""
    with pytest.raises(ValueError, match="expected a size such as 512MiB or 1GiB, got"):
        Size.parse(value)


@pytest.mark.parametrize(("text", "share"), [("3%", 0.03), ("0.5%", 0.005), ("100%", 1.0)])
def test_shares(text: str, share: float) -> None:
    """A share is a percentage, and is written as it is read."""
    assert Share.parse(text) == share
    assert str(Share.parse(text)) == text


@pytest.mark.parametrize("value", ["3", "0%", "101%", "-1%", "1e1%", "nan%", 3, 0.03, None, ""])
def test_what_is_no_share(value: object) -> None:
    """Anything else says what was expected."""
    with pytest.raises(ValueError, match=r"expected a share such as 3% or 0\.5%, got"):
        Share.parse(value)
