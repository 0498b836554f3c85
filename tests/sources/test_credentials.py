"""A user's secret: read when it is needed, never shown, never sent again once refused."""

from base64 import b64decode
from pathlib import Path

import pytest

from ceph_exporter.sources import Credentials, ErrorKind, SourceError


def refused(credentials: Credentials) -> str:
    """Ask for a secret that is not given; give the reason."""
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
    """The header is that of RFC 7617 in UTF-8; white space around the secret is not part of it."""
    file = tmp_path / "password"
    file.write_text("  sécret with space \r\n", encoding="utf-8")
    credentials = Credentials("prom", str(file))
    assert credentials
    scheme, _, pair = credentials.basic()["Authorization"].partition(" ")
    assert scheme == "Basic"
    assert b64decode(pair).decode() == "prom:sécret with space"


def test_a_secret_is_read_at_every_use(tmp_path: Path) -> None:
    """A file that appears later, or changes, is taken up without a restart."""
    file = tmp_path / "password"
    credentials = Credentials("prom", str(file))
    assert refused(credentials) == (
        f"cannot read the password file {file}: No such file or directory"
    )
    file.write_text("one")
    assert credentials.secret() == "one"
    file.write_text("two")
    assert credentials.secret() == "two"


def test_a_file_that_holds_no_text_says_so(tmp_path: Path) -> None:
    """Bytes that are no UTF-8 are an error with a reason, not a traceback, and are not shown."""
    file = tmp_path / "password"
    file.write_bytes(b"abc\xff\xfe")
    assert refused(Credentials("prom", str(file))) == (
        f"cannot read the password file {file}: not a text file"
    )


def test_a_folder_is_no_password_file(tmp_path: Path) -> None:
    """What cannot be read is named with the system's reason."""
    assert refused(Credentials("prom", str(tmp_path))).endswith(": Is a directory")


def test_an_empty_file_is_no_password(tmp_path: Path) -> None:
    """A file that is being written is not tried, as each refusal counts."""
    file = tmp_path / "password"
    file.write_text("\n")
    assert (
        refused(Credentials("prom", str(file)))
        == f"the password file {file} is empty; write the password"
    )


def test_a_user_without_a_file_names_the_flag() -> None:
    """A user whose secret is nowhere gets the flag that is missing."""
    assert refused(Credentials("prom")) == "no password; set --cluster.password-file"


def test_a_refused_secret_is_not_given_until_the_file_changes(tmp_path: Path) -> None:
    """Ten refusals disable a dashboard's user, so one is remembered; its text is not shown."""
    file = tmp_path / "password"
    file.write_text("s3cret\n")
    credentials = Credentials("prom", str(file))
    credentials.refuse(credentials.secret(), "")
    reason = refused(credentials)
    assert "was refused for user prom; it is not sent again until that file changes" in reason
    assert "ceph dashboard ac-user-enable prom" in reason
    assert "s3cret" not in reason
    file.write_text("s3cret")  # another line end is the same secret
    assert refused(credentials) == reason
    file.write_text("better")
    assert credentials.secret() == "better"


def test_a_refusal_is_that_of_one_url(tmp_path: Path) -> None:
    """The dashboard of another cluster refuses the secret; the right one still gets it."""
    file = tmp_path / "password"
    file.write_text("s3cret")
    credentials = Credentials("prom", str(file))
    credentials.refuse(credentials.secret("http://other"), "http://other")
    with pytest.raises(SourceError, match="was refused"):
        credentials.secret("http://other")
    assert credentials.secret("http://own") == "s3cret"


def test_a_secret_is_in_no_representation(credentials: Credentials) -> None:
    """An object that lands in a log line or a traceback does not show what it read."""
    assert "hush-hush" in credentials.secret()
    assert "hush-hush" not in repr(credentials)
    assert "hush-hush" not in str(vars(credentials))
