"""Recorded documents: written without secrets, read for any API."""

import json
import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ceph_exporter import facts
from ceph_exporter.deadline import Deadline
from ceph_exporter.sources import (
    Answer,
    Credentials,
    ErrorKind,
    SourceError,
    Tls,
    connect,
    recording,
)

ALL = ("health detail", "status", "quorum_status", "time-sync-status", "version")


def read(directory: Path, wanted: tuple[str, ...] = ALL) -> list[Answer]:
    """Read documents from a directory through `connect`."""
    source = connect("recording", str(directory), Tls(), Credentials(), Deadline(30))
    assert (source.api, source.url) == ("recording", str(directory))
    answers = list(source.fetch(wanted, Deadline(0)))
    source.close()
    return answers


@pytest.mark.parametrize(
    ("wire", "name"),
    [
        ("health detail", "health_detail.json"),
        ("mon dump", "mon_dump.json"),
        ("dashboard/monitor", "dashboard/monitor.json"),
        ("dashboard/health/minimal", "dashboard/health_minimal.json"),
    ],
)
def test_a_file_is_named_after_the_answer(tmp_path: Path, wire: str, name: str) -> None:
    """Spaces become underscores; the dashboard's endpoints have their own directory."""
    directory = tmp_path / "new" / "folder"
    file = recording.write(directory, Answer((), wire, 0.1, b'{"a": nan}'))
    assert file == directory / name
    assert file.read_bytes() == b'{"a": nan}'  # as Ceph wrote it, valid or not


def test_what_was_written_is_read_back(tmp_path: Path) -> None:
    """Each document is read under its own name, with the recorded bytes."""
    for document in ALL:
        recording.write(tmp_path, Answer((document,), document, 0.1, document.encode()))
    answers = read(tmp_path)
    assert [(one.documents, one.wire_format, one.body, one.error) for one in answers] == [
        ((name,), name, name.encode(), None) for name in ALL
    ]


def test_the_answer_of_another_api_is_used(tmp_path: Path) -> None:
    """`mon dump` and the dashboard's endpoints contain documents under another name."""
    for wire in ("mon dump", "dashboard/health/minimal", "dashboard/summary"):
        recording.write(tmp_path, Answer((), wire, 0.1, wire.encode()))
    wires = {one.documents[0]: one.wire_format for one in read(tmp_path) if not one.error}
    assert wires == {
        "health detail": "dashboard/health/minimal",
        "status": "dashboard/health/minimal",
        "quorum_status": "mon dump",
        "version": "dashboard/summary",
    }


def test_a_missing_file_is_an_unsupported_document(tmp_path: Path) -> None:
    """A document that was not recorded is unsupported, and the error names the missing file."""
    (answer,) = read(tmp_path, ("version",))
    assert answer.error is not None
    assert answer.error.kind is ErrorKind.UNSUPPORTED
    assert str(answer.error) == f"not recorded: {tmp_path}/version.json does not exist"


def test_a_missing_directory_is_reported_at_once(tmp_path: Path) -> None:
    """A directory that does not exist is a failure of the source."""
    with pytest.raises(SourceError, match=f"{tmp_path}/none: no such directory") as caught:
        read(tmp_path / "none")
    assert caught.value.kind is ErrorKind.UNREACHABLE


def test_an_unreadable_file_only_costs_its_document(tmp_path: Path) -> None:
    """A file that cannot be read does not affect the other files."""
    (tmp_path / "status.json").mkdir()
    recording.write(tmp_path, Answer((), "version", 0.1, b"{}"))
    status, version = read(tmp_path, ("status", "version"))
    assert status.error is not None
    assert status.error.kind is ErrorKind.FAILED
    assert str(status.error) == f"{tmp_path}/status.json: Is a directory"
    assert version.body == b"{}"


WORDS = ("password", "passwd", "secret", "token", "keyring", "access_key", "private_key")
TEXT = st.text(st.characters(codec="utf-8", exclude_characters='"'), max_size=8)
KEYS = st.builds(
    lambda before, word, after, upper: before + (word.upper() if upper else word) + after,
    TEXT.filter(lambda text: "\\" not in text),
    st.sampled_from(WORDS),
    TEXT.filter(lambda text: "\\" not in text),
    st.booleans(),
)
HARMLESS = st.recursive(
    st.none() | st.booleans() | st.integers(0, 999) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc"), inner, max_size=3),
    max_leaves=5,
)
MARK = "S3CR3T"
VALUES = (
    st.builds(lambda a, b: a + MARK + b, st.text(max_size=9), st.text(max_size=9))
    | st.lists(st.builds(lambda a: a + MARK, st.text('"\\]}[{ab')), min_size=1, max_size=3)
    | st.integers(10**12, 10**13).map(lambda n: -n)
)


@given(KEYS, VALUES, HARMLESS, st.sampled_from([(True, None), (False, None), (False, 4)]))
def test_a_secret_never_survives(
    key: str, value: object, other: object, style: tuple[bool, int | None]
) -> None:
    """The value of a key that sounds like a secret is masked; other values are unchanged."""
    tree = {"a": other, "b": [{"c": 1, key: value, "d": other}], "e": 2}
    body = json.dumps(tree, ensure_ascii=style[0], indent=style[1])
    with tempfile.TemporaryDirectory() as directory:
        answer = Answer((), "status", 0.1, body.encode("utf-8", "surrogatepass"))
        written = recording.write(Path(directory), answer).read_bytes()
    assert MARK.encode() not in written
    tree["b"] = [{"c": 1, key: "***", "d": other}]
    assert json.loads(written) == tree


def test_a_document_without_secrets_is_written_as_it_is(tmp_path: Path) -> None:
    """Words like `token` in a value or a message are not secrets."""
    body = b'{"message": "the token expired", "list": ["secret", "password"], "key": "x"}'
    file = recording.write(tmp_path, Answer((), "status", 0.1, body))
    assert file.read_bytes() == body


NAMES = (
    "../x",
    "/abs",
    "a/b",
    "..",
    ".",
    ".hidden",
    "a\0b",
    "a\nb",
    "x" * 300,
    "größe",
    "a b",
    "%2E",
)


@given(st.text(st.characters(codec=None), min_size=1) | st.sampled_from(NAMES))
def test_a_cluster_has_one_folder_inside(name: str) -> None:
    """Whatever a cluster is called, its folder is a single one that the file system accepts."""
    folder = recording.folder_of(name)
    assert "/" not in folder
    assert folder not in (".", "..", "")
    assert folder.isprintable()
    assert len(folder.encode()) < 255
    assert (folder == name) == (recording.folder_of(folder) == folder == name)


def test_clusters_do_not_share_a_folder() -> None:
    """Different names have different folders; an ordinary name is its own."""
    names = {*NAMES, "y" * 300, "x" * 301, "%2E%2E", "a%2Fb"}
    assert len({recording.folder_of(name) for name in names}) == len(names)
    for name in ("prod", "ceph-1.example_x", "größe", "a b"):
        assert recording.folder_of(name) == name


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_written_outside(tmp_path: Path, name: str) -> None:
    """A recording of a cluster with a hostile name stays in its directory and can be read."""
    directory = tmp_path / "dir"
    file = recording.write(directory, Answer((), "status", 0.1, b"{}"), recording.folder_of(name))
    assert [path.name for path in tmp_path.iterdir()] == ["dir"]
    assert file.parent.parent == directory
    assert read(file.parent, ("status",))[0].body == b"{}"


def test_no_symbolic_link_is_followed(tmp_path: Path) -> None:
    """A link in place of a file, a folder or the directory itself is an error that names it."""
    (tmp_path / "target").mkdir()
    victim = tmp_path / "target" / "status.json"
    victim.write_text("precious")
    directory = tmp_path / "dir"
    directory.mkdir()
    (directory / "status.json").symlink_to(victim)
    (directory / "dashboard").symlink_to(tmp_path / "target")
    (tmp_path / "link").symlink_to(tmp_path / "target")
    (directory / "gone.json").symlink_to(tmp_path / "nothing")
    for place, wire in (
        (directory, "status"),
        (directory, "gone"),
        (directory, "dashboard/status"),
        (tmp_path / "link", "status"),
    ):
        with pytest.raises(OSError, match="a symbolic link, which is not followed") as caught:
            recording.write(place, Answer((), wire, 0.1, b"{}"))
        assert str(caught.value.filename).startswith(str(place))
    assert victim.read_text() == "precious"
    assert [path.name for path in (tmp_path / "target").iterdir()] == ["status.json"]
    assert not (tmp_path / "nothing").exists()


def test_what_is_there_is_replaced(tmp_path: Path) -> None:
    """A file with another name elsewhere (a hard link) keeps its content; a pipe stops nobody."""
    victim = tmp_path / "victim"
    victim.write_text("precious")
    directory = tmp_path / "dir"
    directory.mkdir()
    (directory / "status.json").hardlink_to(victim)
    os.mkfifo(directory / "version.json")
    for wire in ("status", "version"):
        assert recording.write(directory, Answer((), wire, 0.1, b"{}")).read_bytes() == b"{}"
    assert victim.read_text() == "precious"
    assert sorted(path.name for path in directory.iterdir()) == ["status.json", "version.json"]


def test_a_full_disk_leaves_no_half_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If a file cannot be written, the old one stays and the new one is removed."""
    recording.write(tmp_path, Answer((), "status", 0.1, b"old"))

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "rename", full)
    with pytest.raises(OSError, match="No space left on device") as caught:
        recording.write(tmp_path, Answer((), "status", 0.1, b"new"))
    assert caught.value.filename == str(tmp_path / "status.json")
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"old"]


SPEC = {
    "api_password": "hidden-1",
    "rgw_frontend_ssl_certificate": "hidden-2",
    "snmp": {"community": "hidden-3"},
}
ROWS = {
    "orch ps": {
        "daemon_type": "osd",
        "daemon_id": "3",
        "status": 1,
        "extra_container_args": ["-e", "PASSWORD=hidden-4"],
        "events": [{"message": "hidden-5"}],
    },
    "orch ls": {
        "service_name": "iscsi.a",
        "unmanaged": True,
        "spec": SPEC,
        "custom_configs": [{"content": "hidden-6"}],
        "status": {"size": 2, "running": 1, "virtual_ip": "hidden-7"},
        "events": [{"message": "hidden-8"}],
    },
    "orch host ls": {
        "hostname": "h1",
        "labels": ["mon"],
        "status": "",
        "addr": "hidden-9",
        "oob": {"username": "hidden-10", "password": "hidden-11"},
    },
}
SAME = {
    "dashboard/daemon": "orch ps",
    "dashboard/service": "orch ls",
    "dashboard/host?sources=orchestrator": "orch host ls",
}


@pytest.mark.parametrize("wire", [*ROWS, *SAME])
def test_specifications_of_the_orchestrator_are_not_recorded(tmp_path: Path, wire: str) -> None:
    """Of the orchestrator's answers only what the exporter reads is written, and it decodes."""
    body = json.dumps([ROWS[SAME.get(wire, wire)], "hidden-12", ["hidden-13"]]).encode()
    file = recording.write(tmp_path, Answer((), wire, 0.1, body))
    assert b"hidden" not in file.read_bytes()
    assert facts.decode(wire, file.read_bytes()) == facts.decode(wire, body)


@given(
    st.recursive(
        st.none() | st.integers(),
        lambda inner: (
            st.dictionaries(
                st.sampled_from(["status", "labels", "service_name", "size", "spec"]), inner
            )
            | st.lists(inner)
        ),
        max_leaves=8,
    )
)
def test_no_form_of_a_service_is_recorded_with_its_specification(value: object) -> None:
    """Whatever the answer looks like, no object below the fields in use is written."""

    def hide(node: object) -> object:
        """Put a secret into each object."""
        if isinstance(node, dict):
            return {"x": "hidden"} | {key: hide(inner) for key, inner in node.items()}
        return [hide(inner) for inner in node] if isinstance(node, list) else node

    with tempfile.TemporaryDirectory() as folder:
        body = json.dumps(hide(value)).encode()
        file = recording.write(Path(folder), Answer((), "orch ls", 0.1, body))
        assert b"hidden" not in file.read_bytes()
        json.loads(file.read_bytes())


def test_the_audit_log_is_not_recorded(tmp_path: Path) -> None:
    """It contains whole commands, and secrets in them; of the cluster log, what is read remains."""
    line = {"stamp": "s", "priority": "[INF]", "message": "osd.1 boot", "name": "mon.a"}
    audit = {**line, "message": 'cmd=[{"prefix": "config-key set", "val": "S3CRET"}]'}
    body = json.dumps({"clog": [line], "audit_log": [audit]}).encode()
    file = recording.write(tmp_path, Answer(("log last",), "dashboard/logs/all", 0.1, body))
    text = file.read_bytes()
    assert b"S3CRET" not in text
    assert facts.decode("dashboard/logs/all", text) == facts.decode("dashboard/logs/all", body)
    broken = recording.write(tmp_path, Answer((), "dashboard/logs/all", 0.1, b"S3CRET"))
    assert b"S3CRET" not in broken.read_bytes()
