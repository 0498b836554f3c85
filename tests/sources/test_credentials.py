"""A user's secret: read when needed, never shown, not sent again once refused."""

from base64 import b64decode
from pathlib import Path

import pytest

from ceph_exporter.sources import Credentials, ErrorKind, SourceError


def refused(credentials: Credentials) -> str:
    """Request a secret that is unavailable; return the reason."""
    with pytest.raises(SourceError) as caught:
        credentials.secret()
    assert caught.value.kind is ErrorKind.REFUSED
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_without_a_user_there_is_no_header() -> None:
    """No user, no authentication: ceph-rest-api itself has none."""
    assert not Credentials()
    assert Credentials().basic() == {}


def test_basic_authentication_holds_name_and_secret(tmp_path: Path) -> None:
    """The header follows RFC 7617 in UTF-8; white space around the secret is removed."""
    file = tmp_path / "password"
    file.write_text("  sécret with space \r\n", encoding="utf-8")
    credentials = Credentials("prom", str(file))
    assert credentials
    scheme, _, pair = credentials.basic()["Authorization"].partition(" ")
    assert scheme == "Basic"
    assert b64decode(pair).decode() == "prom:sécret with space"


def test_a_secret_is_read_at_every_use(tmp_path: Path) -> None:
    """A file that appears later, or changes, takes effect without a restart."""
    file = tmp_path / "password"
    credentials = Credentials("prom", str(file))
    assert refused(credentials) == (
        f"cannot read the password file {file}: No such file or directory"
    )
    file.write_text("one")
    assert credentials.secret() == "one"
    file.write_text("two")
    assert credentials.secret() == "two"


def test_a_file_that_is_not_text_is_an_error(tmp_path: Path) -> None:
    """Bytes that are not UTF-8 are an error with a reason, not a traceback, and are not shown."""
    file = tmp_path / "password"
    file.write_bytes(b"abc\xff\xfe")
    assert refused(Credentials("prom", str(file))) == (
        f"cannot read the password file {file}: not a text file"
    )


def test_a_directory_is_not_a_password_file(tmp_path: Path) -> None:
    """A path that cannot be read is reported with the system's reason."""
    assert refused(Credentials("prom", str(tmp_path))).endswith(": Is a directory")


def test_an_empty_file_is_not_a_password(tmp_path: Path) -> None:
    """A file that is being written is not used, because each refusal counts."""
    file = tmp_path / "password"
    file.write_text("\n")
    assert (
        refused(Credentials("prom", str(file)))
        == f"the password file {file} is empty; write the password"
    )


def test_a_user_without_a_file_names_the_flag() -> None:
    """For a user without a secret, the error names the missing flag."""
    assert refused(Credentials("prom")) == "no password; set --cluster.password-file"


def test_a_refused_secret_is_unavailable_until_the_file_changes(tmp_path: Path) -> None:
    """Ten refusals disable a user of the dashboard, so one is remembered; no secret is shown."""
    file = tmp_path / "password"
    file.write_text("s3cret\n")
    credentials = Credentials("prom", str(file))
    credentials.refuse(credentials.secret(), "")
    reason = refused(credentials)
    assert "was refused for user prom; it is not sent again until that file changes" in reason
    assert "ceph dashboard ac-user-enable prom" in reason
    assert "s3cret" not in reason
    file.write_text("s3cret")  # another line ending does not change the secret
    assert refused(credentials) == reason
    file.write_text("better")
    assert credentials.secret() == "better"


def test_a_refusal_only_affects_one_url(tmp_path: Path) -> None:
    """If the dashboard of another cluster refuses the secret, the right one still gets it."""
    file = tmp_path / "password"
    file.write_text("s3cret")
    credentials = Credentials("prom", str(file))
    credentials.refuse(credentials.secret("http://other"), "http://other")
    with pytest.raises(SourceError, match="was refused"):
        credentials.secret("http://other")
    assert credentials.secret("http://own") == "s3cret"


def test_a_secret_is_in_no_representation(credentials: Credentials) -> None:
    """An object in a log line or a traceback does not show the secret."""
    assert "hush-hush" in credentials.secret()
    assert "hush-hush" not in repr(credentials)
    assert "hush-hush" not in str(vars(credentials))
