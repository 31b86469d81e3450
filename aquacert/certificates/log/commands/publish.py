"""Publishing: new leaves become tiles on the disk, and a checkpoint is signed over them.

The order is fixed: tiles, then the checkpoint's row, then the checkpoint's file. So whatever the
file says is in the table too, unless the table went back in time: then nothing is published any
more, loudly, until a person has decided. The log never signs what contradicts what it signed.
"""

from __future__ import annotations

from uuid import UUID

import structlog
from sqlalchemy import insert, select

from aquacert.certificates.log.queries.news import MOST, leaf_rows, size
from aquacert.certificates.log.queries.proofs import (
    cosignatures,
    folder_of,
    newest,
    origin_of,
    proof_of,
)
from aquacert.certificates.models import LogCheckpoint
from aquacert.kernel.errors import Unavailable
from aquacert.kernel.scope import SYSTEM
from aquacert.kernel.work import Database, Look, Work
from aquacert.trust import merkle
from aquacert.trust.errors import Refused
from aquacert.trust.keys import KeyRing
from aquacert.trust.notes import Note, NoteKey, signatures_of
from aquacert.trust.tilefolder import TileFolder
from aquacert.trust.tlog import TILE, Checkpoint, TilePath, bundle_of, open_checkpoint, split_tile

log = structlog.get_logger("log")
MOST_AT_ONCE = TILE * TILE
"""Leaves published under one checkpoint, so that a long absence does not fill the memory."""
WENT_BACK = (
    "登记库比已经公布的日志旧（已公布 {published} 条，库里有 {there} 条），可能恢复了旧备份。"
    "日志已停止公布，以免前后不一；请按 docs/log.md 处理。"
)
CONTRADICTS = "登记库里的日志与已经公布的不符，日志已停止公布。请运行 aquacert check --log。"
Tiles = dict[TilePath, bytes]


def publish(database: Database, keys: KeyRing) -> int:
    """Publish every leaf there is; return how many are published. Cheap when nothing is new.

    Raises `Unavailable`, naming the reason, when the table contradicts what was published: a
    backup was restored, or somebody changed a leaf; and when the disk refuses.
    """
    signer = keys.notes.signer(origin_of(database.settings))
    folder = folder_of(database.settings)
    with folder.held():
        while True:
            known = _known(folder, signer.key)
            with database.look(SYSTEM) as look:
                there = size(look)
                _must_continue(look, known, there)
                if there == known.size:
                    _add_witnesses(look, folder, known)
                    return there
                upto = min(there, known.size + MOST_AT_ONCE)
                tiles = _grown(look, folder, known.size, upto)
                head = newest(look)
            checkpoint = Checkpoint(
                signer.key.name, upto, merkle.root(folder.reader(upto, tiles), upto)
            )
            _must_agree(folder, tiles, known, upto)
            if head is not None and head.size <= upto:
                signed = Checkpoint(signer.key.name, head.size, head.root)
                _must_agree(folder, tiles, signed, upto)
            _put(folder, tiles)
            note = bytes(checkpoint.signed(signer))
            with database.work(SYSTEM) as w:
                _keep(w, checkpoint, note)
            folder.set_head(note)
            folder.prune(tiles)


def prove(database: Database, keys: KeyRing, certificate_id: UUID) -> bytes | None:
    """Publish what is new and return the certificate's `.tlog-proof`; never raises.

    None, with an error in the machine's log, when the log cannot speak now: whoever renders a
    document goes on without the proof, and the page offers it later.
    """
    try:
        publish(database, keys)
        with database.look(SYSTEM) as look:
            return proof_of(look, certificate_id)
    except (Unavailable, Refused, OSError):
        log.exception("no proof of issue now", certificate=str(certificate_id))
        return None


def _known(folder: TileFolder, key: NoteKey) -> Checkpoint:
    """Return the published checkpoint, verified; size 0 when nothing was published."""
    data = folder.head()
    if data is None:
        return Checkpoint(key.name, 0, merkle.EMPTY_ROOT)
    try:
        return open_checkpoint(data, key)[0]
    except Refused as refused:
        raise Unavailable(
            "已公布的检查点不是这把密钥签的，日志已停止公布。", detail=refused.detail
        ) from None


def _add_witnesses(look: Look, folder: TileFolder, known: Checkpoint) -> None:
    """Serve the witnesses' lines with the checkpoint, once they have come."""
    head, lines = folder.head(), cosignatures(look, known.size)
    if head is None or not lines:
        return
    note = bytes(Note.read(head).extended(*signatures_of(lines)))
    if note != head:
        folder.set_head(note)


def _must_continue(look: Look, known: Checkpoint, there: int) -> None:
    """Raise `Unavailable` unless the table holds everything that was published and signed."""
    head = newest(look)
    signed = max(known.size, 0 if head is None else head.size)
    if known.size:
        row = look.session.get(LogCheckpoint, known.size)
        if row is None:
            raise Unavailable(WENT_BACK.format(published=known.size, there=there))
        if row.root != known.root:
            raise Unavailable(CONTRADICTS)
    if there < signed:
        raise Unavailable(WENT_BACK.format(published=signed, there=there))


def _must_agree(folder: TileFolder, tiles: Tiles, earlier: Checkpoint, upto: int) -> None:
    """Raise `Unavailable` unless the tree about to be signed continues the earlier checkpoint."""
    if not 0 < earlier.size <= upto:
        return
    try:
        found = merkle.root(folder.reader(earlier.size, tiles), earlier.size)
    except Refused as refused:
        raise Unavailable(CONTRADICTS, detail=refused.detail) from None
    if found != earlier.root:
        raise Unavailable(CONTRADICTS, detail=f"the root at {earlier.size}")


def _grown(look: Look, folder: TileFolder, known: int, upto: int) -> Tiles:
    """Return every tile and bundle that `upto` leaves have and `known` leaves had not."""
    start = known - known % TILE
    entries, hashes = _leaves(look, start, upto)
    tiles: Tiles = {}
    for at in range(0, len(entries), TILE):
        number, bundle = (start + at) // TILE, entries[at : at + TILE]
        tiles[TilePath(None, number, len(bundle))] = bundle_of(bundle)
    level, first, row = 0, start, hashes
    while row:
        before = split_tile(_before(folder, level, first)) if first % TILE else []
        number, row = first // TILE, [*before, *row]
        above = []
        for at in range(0, len(row), TILE):
            part = row[at : at + TILE]
            tiles[TilePath(level, number + at // TILE, len(part))] = b"".join(part)
            if len(part) == TILE:
                above.append(merkle.root_of(part))
        level, first, row = level + 1, number, above
    return tiles


def _before(folder: TileFolder, level: int, first: int) -> bytes:
    try:
        return folder.fetch(level, first // TILE, first % TILE)
    except Refused as refused:
        raise Unavailable(
            "已公布的日志文件缺了或坏了，日志已停止公布。", detail=refused.detail
        ) from None


def _leaves(look: Look, start: int, upto: int) -> tuple[list[bytes], list[bytes]]:
    """Return entries and hashes of leaves `start` … `upto` − 1; raise when the table has holes."""
    entries: list[bytes] = []
    hashes: list[bytes] = []
    while start + len(entries) < upto:
        first = start + len(entries)
        rows = leaf_rows(look, first, min(MOST, upto - first))
        for place, row in enumerate(rows, first):
            if row.position != place or row.hash != merkle.leaf_hash(row.entry):
                raise Unavailable(CONTRADICTS, detail=f"leaf {place}")
            entries.append(row.entry)
            hashes.append(row.hash)
        if not rows:
            raise Unavailable(CONTRADICTS, detail=f"leaf {first}")
    return entries, hashes


def _put(folder: TileFolder, tiles: Tiles) -> None:
    try:
        folder.put(tiles)
    except Refused as refused:
        raise Unavailable(CONTRADICTS, detail=refused.detail) from None


def _keep(w: Work, checkpoint: Checkpoint, note: bytes) -> None:
    """Write the checkpoint's row; another machine may have signed the same a moment ago."""
    there = w.session.scalar(
        select(LogCheckpoint.root).where(LogCheckpoint.size == checkpoint.size)
    )
    if there is None:
        row = {"size": checkpoint.size, "root": checkpoint.root, "note": note, "signed_at": w.now}
        w.session.execute(insert(LogCheckpoint), row)
    elif there != checkpoint.root:
        raise Unavailable(CONTRADICTS, detail=f"two roots at {checkpoint.size}")
