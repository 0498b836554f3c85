"""The document `mon store`: the monitors' data directories on this host, which no API reports.

Up to Ceph 11, each monitor reports its disk and store to the cluster (mon/DataHealthService.cc,
removed in Ceph 12). This module calculates the figures in the same way. statfs returns the sizes of
the file system, and the sizes of the files in `store.db` are added up by their extension
(RocksDBStore::get_estimated_size, Ceph 0.72 to 20).
"""

import os
import re
import threading
import time
from collections.abc import Collection, Iterator
from concurrent.futures import Future
from fnmatch import fnmatchcase
from glob import has_magic
from pathlib import Path

import msgspec

from ceph_exporter.deadline import elapsed
from ceph_exporter.sources.base import Answer, ErrorKind, SourceError

DOCUMENT = "mon store"
PATIENCE = 2.0
"""How many seconds to wait for the file systems."""

# A data directory is named $cluster-$id by Ceph and mon.$id by cephadm. In the latter case, its
# parent directory has the cluster's fsid as its name.
_NAME = re.compile(r"(?:mon\.|[^.-]+-)(.+)")
_FSID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class MonStore:
    """The source of `mon store`: it reads the monitors' data directories that match the patterns.

    Without patterns, it offers no document. If a file system hangs, the background thread that
    reads it hangs too; no second thread is started before it ends.
    """

    def __init__(self, patterns: tuple[str, ...]) -> None:
        self.documents = frozenset({DOCUMENT} if patterns else ())
        self._patterns = patterns
        self._reading: Future[bytes] | None = None

    def fetch(self, wanted: Collection[str]) -> Iterator[Answer]:
        """Yield the document or its error, if it is wanted."""
        if self.documents.isdisjoint(wanted):
            return
        start = time.monotonic()
        try:
            body, error = self._read(), None
        except SourceError as failure:
            body, error = b"", failure
        yield Answer((DOCUMENT,), DOCUMENT, elapsed(start), body, error)

    def _read(self) -> bytes:
        wait = 0.0
        if self._reading is None or self._reading.done():
            self._reading, wait = Future(), PATIENCE
            target, arguments = _answer, (self._patterns, self._reading)
            threading.Thread(target=target, args=arguments, name=DOCUMENT, daemon=True).start()
        try:
            return self._reading.result(wait)
        except TimeoutError:
            raise SourceError(
                ErrorKind.FAILED,
                f"{', '.join(self._patterns)}: the file system does not answer; check its disk",
            ) from None


def _answer(patterns: tuple[str, ...], future: Future[bytes]) -> None:
    try:
        future.set_result(read(patterns))
    except Exception as error:  # noqa: BLE001 - raised in the thread that waits for the result
        future.set_exception(error)


def read(patterns: tuple[str, ...]) -> bytes:
    """Return the stores as JSON, sizes in bytes; raises SourceError if none can be read."""
    unreadable: list[OSError] = []
    directories = [
        directory
        for pattern in patterns
        for directory in _expand(Path("/"), Path(pattern).parts[1:], unreadable)
        if _NAME.fullmatch(directory.name)
    ]
    try:
        stores = [store for path in dict.fromkeys(directories) if (store := _store(path))]
    except OSError as error:
        raise _denied(error) from None
    if not stores and unreadable:
        raise _denied(unreadable[0])
    if not stores:
        raise SourceError(
            ErrorKind.FAILED,
            f"no monitor's data directory with a store.db matches {', '.join(patterns)}; check "
            "--cluster.mon-data, and that a monitor runs on this host",
        )
    return msgspec.json.encode({"stores": stores})


def _expand(directory: Path, parts: tuple[str, ...], unreadable: list[OSError]) -> Iterator[Path]:
    """Yield the directories below `directory` that match; collect errors in `unreadable`."""
    if not parts:
        yield directory
        return
    names = [parts[0]]
    if has_magic(parts[0]):
        try:
            entries = sorted(path.name for path in directory.iterdir())
        except NotADirectoryError:
            return
        except OSError as error:
            unreadable.append(error)
            return
        names = [name for name in entries if fnmatchcase(name, parts[0])]
    for name in names:
        yield from _expand(directory / name, parts[1:], unreadable)


def _store(directory: Path) -> dict[str, str | int] | None:
    """Return the figures of one data directory, None if it has no store; raises OSError."""
    sizes = dict.fromkeys(("sst", "log", "misc"), 0)
    try:
        files = list((directory / "store.db").iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return None
    for file in files:
        try:
            size = file.stat().st_size
        except FileNotFoundError:
            continue  # the monitor has just compacted its store
        extension = file.name.rpartition(".")[2] if "." in file.name else ""
        sizes[extension if extension in ("sst", "log") else "misc"] += size
    disk = os.statvfs(directory)
    fsid = _FSID.fullmatch(directory.parent.name)
    match = _NAME.fullmatch(directory.name)
    return {
        "name": match[1] if match else directory.name,
        "fsid": fsid[0] if fsid else "",
        "total": disk.f_blocks * disk.f_frsize,
        "used": (disk.f_blocks - disk.f_bfree) * disk.f_frsize,
        "avail": disk.f_bavail * disk.f_frsize,
        **sizes,
    }


def _denied(error: OSError) -> SourceError:
    hint = (
        "; run the exporter as the directory's owner (ceph) or with CAP_DAC_READ_SEARCH"
        if isinstance(error, PermissionError)
        else ""
    )
    return SourceError(ErrorKind.FAILED, f"cannot read {error.filename}: {error.strerror}{hint}")
