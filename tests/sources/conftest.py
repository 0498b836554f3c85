"""Fixtures of the tests of the sources."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from ceph_exporter.sources import Credentials
from tests.sources.authority import Authority
from tests.sources.failing import in_use
from tests.sources.faulty import until


@pytest.fixture(autouse=True)
def _nothing_left() -> Iterator[None]:
    """Fail a test that leaves a thread or a file descriptor behind."""
    threads, files = in_use()
    yield
    until(lambda: in_use()[0] <= threads and in_use()[1] <= files)
    assert in_use()[0] <= threads, "a thread was left behind"
    assert in_use()[1] <= files, "a file descriptor was left behind"


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Return a CA that no system trusts."""
    ca = trustme.CA()
    file = tmp_path_factory.mktemp("ca") / "ca.pem"
    ca.cert_pem.write_to_path(str(file))
    return Authority(ca, str(file))


@pytest.fixture
def credentials(tmp_path: Path) -> Credentials:
    """Return the user prom with the secret hush-hush in the file `password`."""
    file = tmp_path / "password"
    file.write_text("hush-hush\n")
    return Credentials("prom", str(file))
