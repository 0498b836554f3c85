"""The document `mon store`: the monitors' data folders on this host, which no API tells from 12 on.

Up to 11 each monitor told the cluster of its disk and store (mon/DataHealthService.cc, which is
gone in 12). The figures are made here as there: the file system by statfs, and the files of
`store.db` by the ending of their names (RocksDBStore::get_estimated_size, 0.72 to 20).
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
"""Seconds that the file systems have to answer."""

# Ceph's $cluster-$id and cephadm's mon.$id below the cluster's fsid.
_NAME = re.compile(r"(?:mon\.|[^.-]+-)(.+)")
_FSID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class MonStore:
    """Reads the monitors' folders that fit the patterns; gives no document without patterns.

    A file system that hangs costs its thread, of which there is never a second one.
    """

    def __init__(self, patterns: tuple[str, ...]) -> None:
        self.documents = frozenset({DOCUMENT} if patterns else ())
        self._patterns = patterns
        self._reading: Future[bytes] | None = None

    def fetch(self, wanted: Collection[str]) -> Iterator[Answer]:
        """Give the document, or why there is none, if it is wanted."""
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
            text = (
                f"{', '.join(self._patterns)}: the file system does not answer; is its disk dead?"
            )
            raise SourceError(ErrorKind.FAILED, text) from None


def _answer(patterns: tuple[str, ...], future: Future[bytes]) -> None:
    try:
        future.set_result(read(patterns))
    except Exception as error:  # noqa: BLE001 - it is raised where the result is waited for
        future.set_exception(error)


def read(patterns: tuple[str, ...]) -> bytes:
    """Give the stores as JSON, sizes in bytes; raises SourceError when none can be read."""
    unreadable: list[OSError] = []
    folders = [
        folder
        for pattern in patterns
        for folder in _expand(Path("/"), Path(pattern).parts[1:], unreadable)
        if _NAME.fullmatch(folder.name)
    ]
    try:
        stores = [store for folder in dict.fromkeys(folders) if (store := _store(folder))]
    except OSError as error:
        raise _denied(error) from None
    if not stores and unreadable:
        raise _denied(unreadable[0])
    if not stores:
        raise SourceError(
            ErrorKind.FAILED,
            f"no monitor's folder with a store.db fits {', '.join(patterns)}; does a monitor run "
            "on this host? check --cluster.mon-data",
        )
    return msgspec.json.encode({"stores": stores})


def _expand(folder: Path, parts: tuple[str, ...], unreadable: list[OSError]) -> Iterator[Path]:
    """Yield what fits a pattern below a folder; unlike `glob`, note what may not be read."""
    if not parts:
        yield folder
        return
    names = [parts[0]]
    if has_magic(parts[0]):
        try:
            found = sorted(path.name for path in folder.iterdir())
        except NotADirectoryError:
            return
        except OSError as error:
            unreadable.append(error)
            return
        names = [name for name in found if fnmatchcase(name, parts[0])]
    for name in names:
        yield from _expand(folder / name, parts[1:], unreadable)


def _store(folder: Path) -> dict[str, str | int] | None:
    """Measure one monitor's folder; None if it has no store. Raises OSError."""
    sizes = dict.fromkeys(("sst", "log", "misc"), 0)
    try:
        files = list((folder / "store.db").iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return None
    for file in files:
        try:
            size = file.stat().st_size
        except FileNotFoundError:
            continue  # the monitor has just compacted its store
        ending = file.name.rpartition(".")[2] if "." in file.name else ""
        sizes[ending if ending in ("sst", "log") else "misc"] += size
    disk = os.statvfs(folder)
    fsid = _FSID.fullmatch(folder.parent.name)
    match = _NAME.fullmatch(folder.name)
    return {
        "name": match[1] if match else folder.name,
        "fsid": fsid[0] if fsid else "",
        "total": disk.f_blocks * disk.f_frsize,
        "used": (disk.f_blocks - disk.f_bfree) * disk.f_frsize,
        "avail": disk.f_bavail * disk.f_frsize,
        **sizes,
    }


def _denied(error: OSError) -> SourceError:
    hint = (
        "; run the exporter as the folder's owner (ceph) or with CAP_DAC_READ_SEARCH"
        if isinstance(error, PermissionError)
        else ""
    )
    return SourceError(ErrorKind.FAILED, f"cannot read {error.filename}: {error.strerror}{hint}")
