"""Files of marks: lines beside the database, appended and on the disk before anything rests on them.

A restored backup has forgotten what came after it; these files have not. They are only ever
appended to, backups take them along, and a restore never shortens them (kernel.backup).
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from aquacert.kernel.errors import Unavailable

NEWLINE = b"\n"


def append_lines(path: Path, lines: Iterable[str]) -> None:
    """Append lines (ASCII) and wait until the disk has them; raise `Unavailable` when it refuses.

    A disk that filled up may have torn the last line: it is ended first, so that what is written
    now reads as itself.
    """
    data = "".join(f"{line}\n" for line in lines).encode("ascii")
    try:
        handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o640)
        try:
            size = os.fstat(handle).st_size
            if size and os.pread(handle, 1, size - 1) != NEWLINE:
                data = NEWLINE + data
            if os.write(handle, data) != len(data):
                raise OSError("the disk took only a part")
            os.fdatasync(handle)
        finally:
            os.close(handle)
    except OSError as error:
        raise Unavailable("磁盘暂时写不进去，请稍后再试。", detail=repr(error)) from error
