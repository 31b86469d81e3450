"""Write a file of the key folder whole or not at all, so that other processes see the change."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LOCK = ".lock"


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold `folder` against other writers, so that what was read is what is changed."""
    handle = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def write_whole(path: Path, data: bytes) -> None:
    """Write `data` to `path`, for this account only (0600 in a folder of 0700), on the disk.

    Processes notice by the folder's time of change. Two changes within one tick of the file
    system's clock would look like one, so the time is made to grow each time.
    """
    folder = path.parent
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    before = folder.stat().st_mtime_ns
    fresh = folder / f".{path.name}.{os.getpid()}.new"
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
    after = folder.stat()
    if after.st_mtime_ns <= before:
        os.utime(folder, ns=(after.st_atime_ns, before + 1))
