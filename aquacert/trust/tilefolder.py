"""A public log as files in one folder: written whole, on the disk before they are named, kept.

A full tile or bundle never changes. Of a partial one only the widest is kept: a narrower one is
its beginning, and is cut from it when asked. A process killed at any point leaves at worst files
that no checkpoint speaks of yet; the next one writes the same bytes again.
"""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from aquacert.kernel.errors import Unavailable
from aquacert.trust import merkle
from aquacert.trust.errors import Refused, Why
from aquacert.trust.merkle import HASH_BYTES
from aquacert.trust.tlog import TilePath, bundle_of, reader_over, split_bundle

CHECKPOINT = "checkpoint"
LOCK = ".lock"
SYNC_ALL = 16
"""From so many files on, one sync of the file system costs less than one for each file."""


class TileFolder:
    """The published part of a log on this machine."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the folder against every other writer, of this process or another."""
        self.folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(self.folder / LOCK, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def head(self) -> bytes | None:
        """Return the published checkpoint, or None when nothing was published yet."""
        try:
            return (self.folder / CHECKPOINT).read_bytes()
        except FileNotFoundError:
            return None

    def set_head(self, note: bytes) -> None:
        """Publish a checkpoint: from now on everybody may ask for its tiles."""
        self._write([(self.folder / CHECKPOINT, note)])

    def read(self, path: TilePath) -> bytes | None:
        """Return exactly what `path` names, cut from a wider one if need be; None when absent."""
        file = self._widest(path)
        if file is None:
            return None
        try:
            data = file.read_bytes()
        except FileNotFoundError:  # a wider one has just taken its place
            again = self._widest(path)
            if again is None:
                return None
            data = again.read_bytes()
        return _cut(path, data)

    def fetch(self, level: int, number: int, width: int) -> bytes:
        """Return the first `width` hashes of a tile; raise `Refused` when they are not there."""
        path = TilePath(level, number, width)
        data = self.read(path)
        if data is None:
            raise Refused(Why.BAD_PROOF, f"{path} is missing")
        return data

    def reader(self, size: int, pending: Mapping[TilePath, bytes] | None = None) -> merkle.Reader:
        """Return a reader of the log at `size`; tiles of `pending` stand before those on disk."""
        fresh = {(path.level, path.number): data for path, data in (pending or {}).items()}

        def fetch(level: int, number: int, width: int) -> bytes:
            found = fresh.get((level, number))
            if found is None:
                return self.fetch(level, number, width)
            return found[: width * HASH_BYTES]

        return reader_over(fetch, size)

    def put(self, tiles: Mapping[TilePath, bytes]) -> None:
        """Write tiles durably; a full one that is there already must be the same.

        Raises `Refused` (CHANGED) when it is not, and `Unavailable` when the disk refuses.
        """
        fresh: list[tuple[Path, bytes]] = []
        for path, data in tiles.items():
            target = self._file(path)
            if not target.exists():
                fresh.append((target, data))
            elif target.read_bytes() != data:
                raise Refused(Why.CHANGED, f"{path} on the disk is another")
        self._write(fresh)

    def prune(self, tiles: Mapping[TilePath, bytes]) -> None:
        """Take away partial files narrower than the ones in `tiles`, which say the same."""
        for path in tiles:
            for width, file in self._partials(path):
                if path.is_full or width < path.width:
                    file.unlink(missing_ok=True)

    def _widest(self, path: TilePath) -> Path | None:
        full = self._file(TilePath(path.level, path.number))
        if full.is_file():
            return full
        fit = [one for one in self._partials(path) if one[0] >= path.width]
        return min(fit)[1] if fit else None

    def _partials(self, path: TilePath) -> list[tuple[int, Path]]:
        folder = self._file(TilePath(path.level, path.number, 1)).parent
        try:
            files = list(folder.iterdir())
        except FileNotFoundError:
            return []
        return [(int(file.name), file) for file in files if file.name.isdecimal()]

    def _file(self, path: TilePath) -> Path:
        return self.folder / str(path)

    def _write(self, files: list[tuple[Path, bytes]]) -> None:
        """Write under other names, bring that to the disk, then give the names and keep those."""
        waiting: list[tuple[Path, Path]] = []
        in_bulk = len(files) >= SYNC_ALL
        try:
            for target, data in files:
                target.parent.mkdir(parents=True, exist_ok=True)
                waiting.append((_written(self.folder, data, sync=not in_bulk), target))
            if in_bulk:
                os.sync()
            for temporary, target in waiting:
                temporary.replace(target)
            for folder in {target.parent for _, target in waiting}:
                _sync_folder(folder)
        except OSError as error:
            for temporary, _ in waiting:
                temporary.unlink(missing_ok=True)
            raise Unavailable("日志文件没能写到磁盘，稍后再试。", detail=repr(error)) from error


def _written(folder: Path, data: bytes, *, sync: bool) -> Path:
    """Return a new file with these bytes, on the disk when `sync`; none stays when that fails."""
    handle, name = tempfile.mkstemp(dir=folder, prefix=".new-")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fchmod(file.fileno(), 0o644)
            if sync:
                os.fsync(file.fileno())
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return temporary


def _cut(path: TilePath, data: bytes) -> bytes | None:
    """Return the first `path.width` hashes or entries of a file; None when it holds fewer."""
    if path.level is None:
        entries = split_bundle(data)[: path.width]
        return bundle_of(entries) if len(entries) == path.width else None
    cut = data[: path.width * HASH_BYTES]
    return cut if len(cut) == path.width * HASH_BYTES else None


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
