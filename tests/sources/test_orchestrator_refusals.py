"""The commands of the orchestrator where there is no orchestrator, and where its module fails."""

import errno
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from ceph_exporter.deadline import Deadline
from ceph_exporter.sources import Credentials, ErrorKind, SourceError, rados
from ceph_exporter.sources.rados_process import Reply
from ceph_exporter.sources.reasons import brief
from tests.sources.fakes import Restful, as_json
from tests.sources.faulty import Reply as HttpReply
from tests.sources.faulty import Request
from tests.sources.via_restful import fetched

ORCH = "orch ps"
VERSION = b'{"version": "ceph version 20.2.4 (abc) tentacle (stable)"}'
# As 20.2.4 answers, shortened.
TRACEBACK = """Traceback (most recent call last):
  File "/usr/share/ceph/mgr/mgr_module.py", line 1834, in _handle_command
    return self.handle_command(inbuf, cmd)
FileNotFoundError: [Errno 2] No such file or directory: '/tmp'
"""
ANSWERS = [
    pytest.param(
        errno.ENOENT,
        "No orchestrator configured (try `ceph orch set backend`)",
        ErrorKind.UNSUPPORTED,
        id="none",
    ),
    pytest.param(errno.ENOENT, "Module not found", ErrorKind.UNSUPPORTED, id="disabled"),
    pytest.param(errno.EINVAL, TRACEBACK, ErrorKind.FAILED, id="failing"),
]


def over_rados(folder: Path, code: int, text: str) -> SourceError | None:
    """Return the error over librados, without its child process."""
    conf, keyring = folder / "ceph.conf", folder / "keyring"
    conf.touch()
    keyring.touch()

    class Scripted:
        def __init__(self, *_: object) -> None:
            """Do nothing: no process is started."""

        def ask(self, request: dict[str, Any], _: Deadline) -> Reply:
            prefix = request.get("command", {}).get("prefix")
            return Reply(code, text, b"") if prefix == ORCH else Reply(0, "", VERSION)

        def close(self) -> None:
            """Do nothing: no process runs."""

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rados, "Process", Scripted)
        user = Credentials("prom", keyring=str(keyring))
        with closing(rados.Rados(str(conf), user, Deadline(60), [sys.executable])) as source:
            (answer,) = source.fetch((ORCH,), Deadline(60))
    return answer.error


def over_restful(credentials: Credentials, text: str) -> SourceError | None:
    """Return the error over restful, which does not report the code."""

    def special(request: Request) -> HttpReply | None:
        if request.method != "POST":
            return None
        row = {"command": "orch ps format=json", "outb": "", "outs": text}
        return as_json({"id": "7", "is_finished": True, "failed": [row]})

    return fetched(Restful(special=special), credentials, (ORCH,))[ORCH].error


@pytest.mark.parametrize(("code", "text", "kind"), ANSWERS)
def test_only_a_failing_orchestrator_is_a_failure(
    tmp_path: Path, credentials: Credentials, code: int, text: str, kind: ErrorKind
) -> None:
    """Without one the document does not exist; a traceback is reduced to its last line."""
    for error in (over_rados(tmp_path, code, text), over_restful(credentials, text)):
        assert error is not None
        assert error.kind is kind
        assert "Traceback" not in str(error)
        assert str(error) == f"Ceph refused the command 'orch ps': {brief(text)}"


def test_another_file_that_is_missing_is_a_failure(tmp_path: Path) -> None:
    """ENOENT alone does not mean that there is no orchestrator."""
    error = over_rados(tmp_path, errno.ENOENT, "no such pool")
    assert error is not None
    assert error.kind is ErrorKind.FAILED


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("  access\n denied ", "access denied"),
        (TRACEBACK, "FileNotFoundError: [Errno 2] No such file or directory: '/tmp'"),
        ("", ""),
        ("x" * 500, "x" * 200),
    ],
)
def test_texts_of_ceph_are_one_line(text: str, line: str) -> None:
    """A text has no line breaks and at most 200 characters."""
    assert brief(text) == line
