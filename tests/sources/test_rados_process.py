"""The child process of the source `rados`: none of its answers hangs or bloats the exporter."""

import io
import json
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from ceph_exporter.deadline import Deadline
from ceph_exporter.sources import rados_child
from ceph_exporter.sources.rados_process import Gone, Process


def scripted(directory: Path, text: str) -> str:
    """Write an interpreter that runs this shell script instead of the child; return its path."""
    file = directory / "python"
    file.write_text(f"#!/bin/sh\n{text}\n")
    file.chmod(0o755)
    return str(file)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("echo '{}'; exec sleep 600", "its reply is invalid"),
        ("exec cat /dev/zero", "its reply has no end of line"),
        ("""echo '{"errno":0,"text":"","size":2000000}'; exec sleep 600""", "larger than 1 MiB"),
        ("""echo '{"errno":0,"text":"","size":10}'; echo abc""", "exited unexpectedly"),
        ("exec <&-; exec sleep 600", "exited unexpectedly|no answer in time"),
    ],
)
def test_a_misbehaving_child_is_killed(tmp_path: Path, text: str, says: str) -> None:
    """A child whose answer is invalid, too large or too short is killed."""
    process = Process(scripted(tmp_path, text), 1024 * 1024)
    with pytest.raises(Gone, match=says):
        process.ask({"connect": {}}, Deadline(2 if "<&-" in text else 60))
    process.close()


def test_a_python_that_cannot_be_run(tmp_path: Path) -> None:
    """A file that is not a program is an error of one line."""
    with pytest.raises(Gone, match="Permission denied"):
        Process(str(tmp_path), 1)


def served(*requests: object) -> list[str]:
    """Run the child's loop on these requests in this process; return the lines of its output."""
    answers = io.BytesIO()
    lines = b"".join(json.dumps(request).encode() + b"\n" for request in requests)
    rados_child.serve(io.BytesIO(lines), answers)
    return answers.getvalue().decode().split("\n")


def test_the_child_answers_with_a_head_and_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Errors of librados and of Ceph are reported as numbers above zero."""

    def refused() -> None:
        raise OSError(13, "no")

    working = SimpleNamespace(
        connect=lambda: None,
        mon_command=lambda command, _: (0, command.encode(), ""),
        mgr_command=lambda _command, _body: (-22, b"", "what?"),
    )
    clusters = {"client.a": working, "client.b": SimpleNamespace(connect=refused)}
    module = SimpleNamespace(Rados=lambda name, **_: clusters[name])
    monkeypatch.setitem(sys.modules, "rados", module)

    def connect(name: str) -> object:
        return {"connect": {"conf": "", "name": name, "options": {}}}

    assert served(connect("client.a"), {"to": "mon", "command": {}, "limit": 2}) == [
        '{"errno": 0, "text": "", "size": 0}',
        '{"errno": 0, "text": "", "size": 2}',
        "{}",
    ]
    asked = served(
        connect("client.a"), {"to": "mgr", "command": {}, "limit": 2}, connect("client.b")
    )
    assert [json.loads(line)["errno"] for line in asked if line] == [0, 22, 13]
    large = served(connect("client.a"), {"to": "mon", "command": {}, "limit": 1})
    assert large[1:] == ['{"errno": 27, "text": "more than the limit", "size": 0}', ""]


def test_a_missing_module_is_distinguished_from_a_broken_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The next Python is tried only if the module is missing."""
    request = {"connect": {"conf": "", "name": "", "options": {}}}
    for error, text in (
        (ModuleNotFoundError("No module named 'rados'", name="rados"), rados_child.NO_MODULE),
        (ImportError("librados.so.2: cannot open shared object file"), "librados.so.2: cannot"),
    ):

        def fail(_name: str, error: ImportError = error) -> None:
            raise error

        monkeypatch.setattr(rados_child, "import_module", fail)
        assert json.loads(served(request)[0])["text"].startswith(text)
