"""Measure `log`: appending to a public log of a million leaves, durably, in batches of 256.

Ours is the product's own road: 256 leaves written in one transaction with both counters, then
published: tiles and bundle on the disk, checkpoint signed, its row committed, its file renamed.
Only then the batch counts. The floor is the target itself, 1,000 leaves a second, so the ratio is
leaves a second by the thousand; what the bare disk gives (append and fsync the same bytes) and the
size and time of a proof are in the notes. The million leaves before are made directly.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import sqlite3
import tempfile
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from time import perf_counter
from uuid import UUID

NAME = "log"
GOAL = 1.0
BETTER = "higher"
PAIRS = 7
TARGET = 1000.0
"""Leaves a second."""
LEAVES, BATCH, BATCHES = 1_000_000, 256, 4
AT = datetime(2026, 5, 11, 9, 6, tzinfo=UTC)
ROWS = (
    "INSERT INTO log_leaves (position, certificate_id, act, at, entry, hash) VALUES (?,?,?,?,?,?)"
)


class Prepared:
    """An installation whose log holds a million leaves, published."""

    def __init__(self) -> None:
        from aquacert.app import open_house
        from aquacert.kernel.clock import FixedClock
        from aquacert.kernel.schema import upgrade
        from aquacert.kernel.settings import Settings

        self.holder = tempfile.TemporaryDirectory(prefix="bench-log-")
        folder = Path(self.holder.name)
        settings = Settings(data_dir=folder, public_url="https://cert.example", is_demo=True)
        upgrade(settings.db_url)
        self.house = open_house(settings, FixedClock(AT))
        self.begin(folder / "aquacert.db")
        self.rates: list[float] = []
        self.bare: list[float] = []

    def begin(self, database: Path) -> None:
        """Write the first million: rows past the program, tiles straight from the hashes."""
        from aquacert.certificates.log.queries import folder_of, origin_of
        from aquacert.trust import merkle
        from aquacert.trust.tlog import TILE, Checkpoint

        entries = _entries(LEAVES)
        hashes = [hashlib.sha256(b"\0" + entry).digest() for entry in entries]
        at = AT.strftime("%Y-%m-%d %H:%M:%S.%f")
        with closing(sqlite3.connect(database, isolation_level=None)) as raw:
            raw.execute("PRAGMA synchronous = OFF")
            raw.execute("BEGIN")
            raw.executemany(
                ROWS,
                (
                    (place, f"{place:032x}", "issue", at, entries[place], hashes[place])
                    for place in range(LEAVES)
                ),
            )
            raw.execute(f"UPDATE certificate_counters SET value = {LEAVES}")
            raw.execute("COMMIT")
        folder = folder_of(self.house.settings)
        level, row = 0, hashes
        while row:
            parts = [row[first : first + TILE] for first in range(0, len(row), TILE)]
            _write_tiles(folder.folder, level, parts)
            row = [merkle.root_of(part) for part in parts if len(part) == TILE]
            level += 1
        _write_bundles(folder.folder, entries)
        signer = self.house.keys.notes.signer(origin_of(self.house.settings))
        root = merkle.root(folder.reader(LEAVES), LEAVES)
        note = bytes(Checkpoint(signer.key.name, LEAVES, root).signed(signer))
        with closing(sqlite3.connect(database)) as raw, raw:
            raw.execute(
                "INSERT INTO log_checkpoints (size, root, note, signed_at) VALUES (?,?,?,?)",
                (LEAVES, root, note, at),
            )
        folder.set_head(note)


class _Kept:
    ready: Prepared | None = None


def prepare(full: bool) -> None:
    """Make the million leaves; the full size is the same."""
    del full
    _Kept.ready = Prepared()


def floor() -> float:
    """Return the target, and time the bare disk for the notes."""
    ready = _ready()
    data = secrets.token_bytes(BATCH * (2 + 69 + 32))
    begins = perf_counter()
    handle = os.open(Path(ready.holder.name) / "bare", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    try:
        for _ in range(BATCHES):
            os.write(handle, data)
            os.fsync(handle)
    finally:
        os.close(handle)
    ready.bare.append(BATCH * BATCHES / (perf_counter() - begins))
    return TARGET


def ours() -> float:
    """Append and publish batches of 256; return leaves a second."""
    from aquacert.certificates.log.commands import Subject, append_many, publish
    from aquacert.certificates.rules.states import Act
    from aquacert.kernel.scope import SYSTEM

    ready = _ready()
    database, keys = ready.house.database, ready.house.keys
    subjects = [
        Subject(UUID(int=secrets.randbits(128)), "BENCHLOG", "3200000001", b"payload %d" % place)
        for place in range(BATCH)
    ]
    begins = perf_counter()
    for _ in range(BATCHES):
        with database.work(SYSTEM) as w:
            append_many(w, subjects, Act.ISSUE)
        publish(database, keys)
    rate = BATCH * BATCHES / (perf_counter() - begins)
    ready.rates.append(rate)
    return rate


def notes() -> list[str]:
    """Say what the disk alone gives, and what a proof weighs and costs at this size."""
    from aquacert.certificates.log.queries import newest, proof_of
    from aquacert.kernel.scope import SYSTEM

    ready = _ready()
    sizes, seconds = [], []
    with ready.house.database.look(SYSTEM) as look:
        head = newest(look)
        for place in (0, 255, 256, 65_535, 500_001, 999_999):
            begins = perf_counter()
            proof = proof_of(look, UUID(int=place))
            seconds.append(perf_counter() - begins)
            sizes.append(len(proof or b""))
    return [
        f"{median(ready.rates):.0f} leaves/s at {head.size if head else 0} leaves",
        f"the bare disk appends and syncs {median(ready.bare):.0f} leaves/s of the same bytes",
        f"a proof is {max(sizes)} bytes at most ({min(sizes)} at least; limit 1200)",
        f"a proof takes {median(seconds) * 1000:.1f} ms",
    ]


def close() -> None:
    """Take the installation away."""
    if _Kept.ready is not None:
        _Kept.ready.house.database.close()
        _Kept.ready.holder.cleanup()
        _Kept.ready = None


def _ready() -> Prepared:
    if _Kept.ready is None:
        prepare(False)
    assert _Kept.ready is not None
    return _Kept.ready


def _entries(count: int) -> list[bytes]:
    """Return entries as the product writes them, with a mark of their own in each."""
    from aquacert.trust.logentry import Entry

    mark = b"\xaa" * 16
    whole = Entry(320000, mark, b"d" * 32, "issue", int(AT.timestamp())).encode()
    before, after = whole.split(mark)
    return [before + place.to_bytes(16, "big") + after for place in range(count)]


def _write_tiles(folder: Path, level: int, parts: list[list[bytes]]) -> None:
    from aquacert.trust.tlog import TilePath

    for number, part in enumerate(parts):
        _write(folder / str(TilePath(level, number, len(part))), b"".join(part))


def _write_bundles(folder: Path, entries: list[bytes]) -> None:
    from aquacert.trust.tlog import TILE, TilePath, bundle_of

    for first in range(0, len(entries), TILE):
        part = entries[first : first + TILE]
        _write(folder / str(TilePath(None, first // TILE, len(part))), bundle_of(part))


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
