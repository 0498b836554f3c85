"""A refused value that may hold a secret is in no error."""

from pathlib import Path

import pytest

from ceph_exporter.config.strict_yaml import ConfigError
from tests.config.refusing import URL, read_file, refused

SECRET = "hunter2"  # noqa: S105 - of a test
URLS = [
    f"http://admin:{SECRET}@host:8443",
    f"admin:{SECRET}@host:8443",
    f"ftp://admin:{SECRET}@host",
    f"http://admin:{SECRET}",
    f"http://admin:{SECRET}/x@host",
    f"http://host/?token={SECRET}",
    f"http://host:8443/#{SECRET}",
    f"http://admin:a {SECRET}@host",
    f"http://a,http://admin:{SECRET}@host",
]


@pytest.mark.parametrize("url", URLS)
@pytest.mark.parametrize(
    "flag",
    [
        *("cluster.url", "cluster.urls", "cluster.api", "cluster.ca-file", "config.file"),
        *("web.config.file", "web.listen-address", "web.telemetry-path", "poll.interval"),
        *("poll.body-limit", "poll.series-limit", "log.level", "cluster.mon-data", "demo"),
    ],
)
def test_a_refused_url_is_in_no_error(
    flag: str, url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Wherever a URL with a secret is given, the error does not repeat the secret."""
    urls = () if flag in ("cluster.url", "config.file") else (URL,)
    assert SECRET not in refused(capsys, "--config.check", *urls, f"--{flag}={url}")


@pytest.mark.parametrize("url", URLS)
def test_a_refused_url_elsewhere_is_in_no_error(
    url: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The same holds for arguments, variables, recordings and files."""
    assert SECRET not in refused(capsys, url)
    assert SECRET not in refused(capsys, "once", url)
    assert SECRET not in refused(capsys, "--cluster.api", url)
    assert SECRET not in refused(capsys, "--cluster.api=recording", "--cluster.url=x\0" + url)
    for name in ("CLUSTER_URL", "CLUSTER_API", "POLL_INTERVAL", "DEMO"):
        monkeypatch.setenv(f"CEPH_EXPORTER_{name}", url)
        assert SECRET not in refused(capsys, "--config.check")
        monkeypatch.delenv(f"CEPH_EXPORTER_{name}")
    for text in (f"urls: ['{url}']", f"urls: [a], api: '{url}'", f"tls: {{ca_file: '{url}'}}"):
        with pytest.raises(ConfigError) as caught:
            read_file(tmp_path, f"clusters: {{a: {{{text}}}}}")
        assert SECRET not in str(caught.value)
