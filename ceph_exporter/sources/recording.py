"""A directory of recorded answers, to be read as a source or attached to a bug report.

Each answer is one file, named after its wire format: `health detail` is `health_detail.json`,
`dashboard/health/minimal` is `dashboard/health_minimal.json`.
"""

import errno
import hashlib
import os
import re
import stat
import time
from collections.abc import Collection, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from urllib.parse import quote

from ceph_exporter.deadline import Deadline, elapsed
from ceph_exporter.facts.public import public
from ceph_exporter.facts.registry import COMMANDS, wire_format_of
from ceph_exporter.sources import (
    dashboard,
    dashboard_cephfs,
    dashboard_rbd,
    dashboard_rgw,
    mon_store,
    restful,
)
from ceph_exporter.sources.base import Answer, ErrorKind, SourceError
from ceph_exporter.sources.rgw_admin import FORMATS as RGW_FORMATS

_SECRET = re.compile(
    # A key that contains any of these words is masked. (?>) stops the search from trying others.
    rb'("(?>[^"]*?(?:password|passwd|secret|token|keyring|access_key|private_key))[^"]*"\s*:\s*)'
    rb'(?:"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|\[(?:"(?:[^"\\]|\\.)*"|[^][{}"])*\])',
    re.IGNORECASE,
)

_SPECIAL = re.compile(r"[/?=&]")
_NAME_LIMIT = 200
"""Maximum length of a folder's name in bytes; Linux allows 255."""


def file_of(directory: Path, wire_format: str) -> Path:
    """Return the file of the answer in this wire format."""
    api, slash, endpoint = wire_format.partition("/")
    name = f"{api}/{_SPECIAL.sub('_', endpoint)}" if slash else wire_format.replace(" ", "_")
    return directory / f"{name}.json"


def folder_of(cluster: str) -> str:
    """Return the name of the folder for a cluster; no two clusters have the same folder.

    All characters other than letters, digits and `-._ ` are percent-encoded. The result is empty
    for the empty name, which belongs to a cluster that is configured by flags and has no folder.
    """
    name = "".join(
        letter if letter.isalnum() and letter.isprintable() else _encoded(letter)
        for letter in cluster
    )
    if name.startswith("."):
        name = f"%2E{name[1:]}"
    if len(os.fsencode(name)) > _NAME_LIMIT:
        digest = hashlib.sha256(cluster.encode("utf-8", "surrogatepass")).hexdigest()
        name = f"{name[: _NAME_LIMIT // 8]}%{digest}"
    return name


def _encoded(letter: str) -> str:
    return quote(letter, safe="-._ ", errors="surrogatepass")


def write(directory: Path, answer: Answer, below: str = "") -> Path:
    """Write an answer and return its file, without secrets.

    Values of keys that sound like secrets are masked. Of answers that contain specifications of
    services, only the fields that the exporter reads are written.

    below: a folder inside the directory. Raises OSError. Other users may be able to write to the
    directory. Therefore, no symbolic link is followed, not even if the directory is one, and an
    existing file is replaced by a new file instead of being overwritten.
    """
    file = file_of(directory / below, answer.wire_format)
    directory.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        shown = directory
        folder = _open_folder(str(directory), None, shown, stack)
        for step in file.relative_to(directory).parts[:-1]:
            shown /= step
            with suppress(FileExistsError):
                os.mkdir(step, dir_fd=folder)
            folder = _open_folder(step, folder, shown, stack)
        try:
            body = public(answer.wire_format, answer.body)
            _replace(folder, file.name, _SECRET.sub(rb'\1"***"', body))
        except OSError as error:
            raise OSError(error.errno, error.strerror, str(file)) from None
    return file


def _open_folder(name: str, inside: int | None, shown: Path, stack: ExitStack) -> int:
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        number = os.open(name, flags, dir_fd=inside)
    except OSError as error:
        why = error.strerror
        if shown.is_symlink():
            why = "a symbolic link, which is not followed"
        raise OSError(error.errno, why, str(shown)) from None
    stack.callback(os.close, number)
    return number


def _replace(folder: int, name: str, content: bytes) -> None:
    """Write a new file in an open folder and rename it, so that it replaces the old file."""
    with suppress(FileNotFoundError):
        if stat.S_ISLNK(os.lstat(name, dir_fd=folder).st_mode):
            raise OSError(errno.ELOOP, "a symbolic link, which is not followed")
    new = f".{name}.{os.getpid()}"
    with suppress(FileNotFoundError):
        os.unlink(new, dir_fd=folder)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        with os.fdopen(os.open(new, flags, 0o666, dir_fd=folder), "wb") as file:
            file.write(content)
        os.rename(new, name, src_dir_fd=folder, dst_dir_fd=folder)
    except BaseException:
        with suppress(OSError):
            os.unlink(new, dir_fd=folder)
        raise


def _formats_by_document() -> dict[str, list[str]]:
    formats = {
        document: [wire_format_of(document, command) for command in commands]
        for document, commands in COMMANDS.items()
    }
    formats[mon_store.DOCUMENT] = [mon_store.DOCUMENT]
    for document, wire_format in RGW_FORMATS.items():
        formats[document] = [wire_format]
    tables = (
        ("dashboard", dashboard.ENDPOINTS),
        ("dashboard", {"health/snapshot": dashboard.FALLBACKS["health/snapshot"]}),
        ("restful", restful.ENDPOINTS),
        ("dashboard", dashboard_rgw.ENDPOINTS),
        ("dashboard", dashboard_rbd.ENDPOINTS),
        ("dashboard", dashboard_cephfs.ENDPOINTS),
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
