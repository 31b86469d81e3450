"""A stranger's reading of a log: everything from its public files, nothing believed unchecked.

Needs no database and no secret, only the log's public key. `read_log` fetches the checkpoint, every
bundle and every tile, hashes the entries anew and compares; `continues` says whether the log still
holds what an older checkpoint, kept from an earlier visit, had signed.
"""

from __future__ import annotations

import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from aquacert.kernel.errors import Invalid, Unavailable
from aquacert.trust import merkle
from aquacert.trust.errors import Refused, Why
from aquacert.trust.logentry import Entry
from aquacert.trust.notes import Note, NoteKey
from aquacert.trust.tilefolder import CHECKPOINT, TileFolder
from aquacert.trust.tlog import (
    TILE,
    Checkpoint,
    TilePath,
    open_checkpoint,
    split_bundle,
    tiles_of,
)

LARGEST_FILE = 20 << 20
"""A bundle of 256 entries of 65,535 bytes is 17 MB; nothing of a log is larger."""
SECONDS = 30


class Source(Protocol):
    """Where a log's files are."""

    def __call__(self, name: str) -> bytes:
        """Return a file's bytes; raise `Unavailable` when it cannot be had."""
        ...


@dataclass(frozen=True)
class Reading:
    """A log that was read whole and found sound."""

    checkpoint: Checkpoint
    note: Note
    hashes: Sequence[bytes]
    events: Counter[str]


def folder_source(folder: Path) -> Source:
    """Return the source of a folder laid out like the log's address."""
    tiles = TileFolder(folder)

    def read(name: str) -> bytes:
        data: bytes | None = None
        if name.startswith("tile/"):
            data = tiles.read(TilePath.read(name))
        elif name == CHECKPOINT:
            data = tiles.head()
        elif (folder / name).is_file():
            data = (folder / name).read_bytes()
        if data is None:
            raise Unavailable(f"日志缺了一个文件：{name}")
        return data

    return read


def web_source(address: str) -> Source:
    """Return the source of a log's public address; raise `Invalid` unless it is http or https."""
    if not address.startswith(("https://", "http://")):
        raise Invalid("请给出日志的网址或者它的文件夹。")
    base = address.rstrip("/")

    def read(name: str) -> bytes:
        try:
            with urllib.request.urlopen(f"{base}/{name}", timeout=SECONDS) as answer:  # noqa: S310 (scheme judged above)
                data: bytes = answer.read(LARGEST_FILE + 1)
        except (urllib.error.URLError, TimeoutError, OSError) as error:
            raise Unavailable(f"日志的文件取不到：{name}", detail=repr(error)) from None
        if len(data) > LARGEST_FILE:
            raise Refused(Why.TOO_LARGE, name)
        return data

    return read


def read_log(read: Source, key: NoteKey) -> Reading:
    """Read a whole log and check it against its own checkpoint.

    Raises `Refused`: the checkpoint is not the log's, a bundle does not hash to its tile, a tile is
    not that of the entries, the root is another; `Unavailable`: a file is missing.
    """
    checkpoint, note = open_checkpoint(read(CHECKPOINT), key)
    hashes: list[bytes] = []
    events: Counter[str] = Counter()
    for path in tiles_of(checkpoint.size):
        if path.level is None:
            entries = split_bundle(read(str(path)))
            if len(entries) != path.width:
                raise Refused(Why.BAD_PROOF, f"{path} holds {len(entries)} entries")
            hashes += map(merkle.leaf_hash, entries)
            events.update(Entry.decode(entry).event for entry in entries)
    _compare_tiles(read, checkpoint.size, hashes)
    if merkle.root_of(hashes) != checkpoint.root:
        raise Refused(Why.BAD_PROOF, "the entries do not lead to the signed root")
    return Reading(checkpoint, note, hashes, events)


def continues(reading: Reading, earlier: bytes, key: NoteKey) -> Checkpoint:
    """Return the earlier checkpoint when the log as read continues it; raise `Refused` otherwise.

    A log that became shorter, or whose first leaves are others than those signed then, was
    rewritten: keep both checkpoints, for together they prove it.
    """
    before, _note = open_checkpoint(earlier, key)
    if before.size > len(reading.hashes):
        raise Refused(Why.OLD_VERSION, f"{before.size} leaves were signed before")
    if merkle.root_of(reading.hashes[: before.size]) != before.root:
        raise Refused(Why.BAD_PROOF, f"the first {before.size} leaves were rewritten")
    return before


def _compare_tiles(read: Source, size: int, hashes: list[bytes]) -> None:
    row = hashes
    for level in range(64):
        if not row:
            return
        for number, first in enumerate(range(0, len(row), TILE)):
            part = row[first : first + TILE]
            path = TilePath(level, number, len(part))
            if read(str(path)) != b"".join(part):
                raise Refused(Why.BAD_PROOF, f"{path} is not the tile of its entries")
        full = len(row) // TILE
        row = [merkle.root_of(row[at * TILE : at * TILE + TILE]) for at in range(full)]
    raise Refused(Why.BAD_PROOF, f"{size} leaves")
