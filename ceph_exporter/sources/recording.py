"""A directory of recorded documents: a source, and the attachment of a bug report.

Each answer is one file, named after its wire format: `health detail` is `health_detail.json`,
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

_SPECIAL = re.compile(r"[/?=&]")


def file_of(directory: Path, wire_format: str) -> Path:
    """Return the file of the answer called `wire_format`."""
    api, slash, endpoint = wire_format.partition("/")
    name = f"{api}/{_SPECIAL.sub('_', endpoint)}" if slash else wire_format.replace(" ", "_")
    return directory / f"{name}.json"


def write(directory: Path, answer: Answer) -> Path:
    """Write an answer and return its file; values of keys that sound like secrets are masked."""
    file = file_of(directory, answer.wire_format)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(_SECRET.sub(rb'\1"***"', answer.body))
    return file


def _formats_by_document() -> dict[str, list[str]]:
    formats = {
        document: [wire_format_of(document, command) for command in commands]
        for document, commands in COMMANDS.items()
    }
    formats[mon_store.DOCUMENT] = [mon_store.DOCUMENT]
    tables = (
        ("dashboard", dashboard.ENDPOINTS),
        ("dashboard", {"health/snapshot": dashboard.FALLBACKS["health/snapshot"]}),
        ("restful", restful.ENDPOINTS),
    )
    for api, endpoints in tables:
        for endpoint, documents in endpoints.items():
            for document in documents:
                formats.setdefault(document, []).append(f"{api}/{endpoint}")
    return formats


_FORMATS = _formats_by_document()


class Recording:
    """Documents from a directory, recorded over any API."""

    api = "recording"
    documents = frozenset(_FORMATS)

    def __init__(self, directory: Path) -> None:
        self.url = str(directory)
        self._directory = directory
        if not directory.is_dir():
            raise SourceError(ErrorKind.UNREACHABLE, f"{directory}: no such directory")

    def fetch(self, wanted: Collection[str], deadline: Deadline) -> Iterator[Answer]:
        """Read the file of each document; a document without a file is unsupported."""
        del deadline  # local files need none
        for document in wanted:
            yield self._document(document)

    def close(self) -> None:
        """Do nothing: no file stays open."""

    def _document(self, document: str) -> Answer:
        start = time.monotonic()
        names = _FORMATS[document]
        wire_format = next((name for name in names if file_of(self._directory, name).exists()), "")
        if not wire_format:
            file = file_of(self._directory, names[0])
            error = SourceError(ErrorKind.UNSUPPORTED, f"not recorded: {file} does not exist")
            return Answer((document,), names[0], elapsed(start), error=error)
        try:
            body = file_of(self._directory, wire_format).read_bytes()
        except OSError as failure:
            error = SourceError(ErrorKind.FAILED, f"{failure.filename}: {failure.strerror}")
            return Answer((document,), wire_format, elapsed(start), error=error)
        return Answer((document,), wire_format, elapsed(start), body)
