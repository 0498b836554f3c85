"""A folder of recorded documents: read as a source, and written for a bug report.

Each answer is one file, named after its wire_format: `health detail` is `health_detail.json`,
`dashboard/health/minimal` is `dashboard/health_minimal.json`.
"""

import re
import time
from collections.abc import Collection, Iterator
from pathlib import Path

from ceph_exporter.deadline import Deadline, elapsed
from ceph_exporter.facts.registry import COMMANDS, wire_format_of
from ceph_exporter.sources import dashboard, mon_store, restful
from ceph_exporter.sources.base import Answer, ErrorKind, SourceError

_SECRET = re.compile(
    rb'("[^"]*(?:password|passwd|secret|token|keyring|access_key|private_key)[^"]*"\s*:\s*)'
    rb'(?:"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|\[(?:"(?:[^"\\]|\\.)*"|[^][{}"])*\])',
    re.IGNORECASE,
)

_SIGNS = re.compile(r"[/?=&]")


def file_of(folder: Path, wire_format: str) -> Path:
    """Give the file that holds the answer called `wire_format`."""
    api, slash, endpoint = wire_format.partition("/")
    name = f"{api}/{_SIGNS.sub('_', endpoint)}" if slash else wire_format.replace(" ", "_")
    return folder / f"{name}.json"


def write(folder: Path, answer: Answer) -> Path:
    """Write an answer, without the values of keys that sound like secrets; give its file."""
    file = file_of(folder, answer.wire_format)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(_SECRET.sub(rb'\1"***"', answer.body))
    return file


def _wires() -> dict[str, list[str]]:
    wires = {
        document: [wire_format_of(document, command) for command in commands]
        for document, commands in COMMANDS.items()
    }
    wires[mon_store.DOCUMENT] = [mon_store.DOCUMENT]
    for api, endpoints in (("dashboard", dashboard.ENDPOINTS), ("restful", restful.ENDPOINTS)):
        for endpoint, documents in endpoints.items():
            for document in documents:
                wires.setdefault(document, []).append(f"{api}/{endpoint}")
    return wires


_DECODERS = _wires()


class Recording:
    """Documents from a folder, whichever API they were recorded from."""

    api = "recording"
    documents = frozenset(_DECODERS)

    def __init__(self, folder: Path) -> None:
        self.url = str(folder)
        self._folder = folder
        if not folder.is_dir():
            raise SourceError(ErrorKind.UNREACHABLE, f"{folder}: no such folder")

    def fetch(self, wanted: Collection[str], deadline: Deadline) -> Iterator[Answer]:
        """Read the file of each document; a document without a file is unsupported."""
        del deadline  # a local file has none
        for document in wanted:
            yield self._document(document)

    def close(self) -> None:
        """Hold nothing open."""

    def _document(self, document: str) -> Answer:
        start = time.monotonic()
        names = _DECODERS[document]
        wire_format = next((name for name in names if file_of(self._folder, name).exists()), None)
        if wire_format is None:
            file = file_of(self._folder, names[0])
            error = SourceError(ErrorKind.UNSUPPORTED, f"not recorded: {file} does not exist")
            return Answer((document,), names[0], elapsed(start), error=error)
        try:
            body = file_of(self._folder, wire_format).read_bytes()
        except OSError as failure:
            error = SourceError(ErrorKind.FAILED, f"{failure.filename}: {failure.strerror}")
            return Answer((document,), wire_format, elapsed(start), error=error)
        return Answer((document,), wire_format, elapsed(start), body)
