"""The settings of RGW's own API, by flags and in a file."""

from pathlib import Path

import pytest

from ceph_exporter.collectors import COLLECTORS
from ceph_exporter.collectors.rgw_buckets import Options
from ceph_exporter.config import ConfigError, RgwConfig, dump
from ceph_exporter.config.command_line import parse
from tests.config.refusing import URL, read_file, refused

RGW = "--cluster.rgw-url=http://rgw1:8080"
ACCESS, SECRET = "--cluster.rgw-access-key-file=/a", "--cluster.rgw-secret-key-file=/s"


def test_flags() -> None:
    """Several gateways have one user."""
    other = "--cluster.rgw-url=https://rgw2"
    line = parse([URL, RGW, other, ACCESS, SECRET], {}, COLLECTORS)
    (cluster,) = line.config(COLLECTORS).clusters.values()
    assert cluster.rgw == RgwConfig(("http://rgw1:8080", "https://rgw2"), "/a", "/s")


def test_a_file(tmp_path: Path) -> None:
    """Each cluster has its own gateways; the collector of buckets has a section as well."""
    config = read_file(
        tmp_path,
        "clusters: {a: {urls: [http://a], rgw: {urls: [http://r], access_key_file: /a, "
        "secret_key_file: /s}, rgw_buckets: {include: 'x*', limit: 5}}, b: {urls: [http://b]}}",
    )
    assert config.clusters["a"].rgw == RgwConfig(("http://r",), "/a", "/s")
    assert config.clusters["a"].options["rgw_buckets"] == Options(include="x*", limit=5)
    assert config.clusters["b"].rgw == RgwConfig()
    assert read_file(tmp_path, dump(config)) == config


@pytest.mark.parametrize(
    ("flags", "error"),
    [
        (
            [RGW, ACCESS],
            "--cluster.rgw-secret-key-file: expected the file with the key of RGW's user",
        ),
        (
            [RGW, SECRET],
            "--cluster.rgw-access-key-file: expected the file with the key of RGW's user",
        ),
        ([ACCESS], "--cluster.rgw-url: expected the URL of RGW, as there are keys for it"),
        (
            ["--cluster.rgw-url=rgw1:8080", ACCESS, SECRET],
            "--cluster.rgw-url: expected http://HOST:PORT or https://HOST:PORT",
        ),
        (
            ["--cluster.rgw-url=http://key:hush@rgw1", ACCESS, SECRET],
            "--cluster.rgw-url: expected a URL without user and password; see username",
        ),
        (
            [RGW, ACCESS, "--cluster.rgw-secret-key-file=https://hush"],
            "--cluster.rgw-secret-key-file: expected the name of a file, not a URL",
        ),
    ],
)
def test_settings_that_cannot_work(
    flags: list[str], error: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The error names the flag and does not repeat a secret."""
    assert refused(capsys, "--config.check", URL, *flags) == f"ceph_exporter: error: {error}\n"


def test_settings_in_a_file_that_cannot_work(tmp_path: Path) -> None:
    """The error has the path in the file."""
    with pytest.raises(ConfigError, match=r"clusters\.a\.rgw\.access_key_file: expected the file"):
        read_file(tmp_path, "clusters: {a: {urls: [http://a], rgw: {urls: [http://r]}}}")
    with pytest.raises(ConfigError, match=r"clusters\.a\.rgw\.secret_key_file: expected the name"):
        read_file(
            tmp_path,
            "clusters: {a: {urls: [http://a], rgw: {urls: [http://r], access_key_file: a, "
            "secret_key_file: 'http://x'}}}",
        )
