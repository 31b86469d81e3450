"""What was published: the newest checkpoint, and proofs made from the tiles under it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy import select

from aquacert.certificates.models import Certificate, Leaf, LogCheckpoint, LogCosignature
from aquacert.certificates.rules.states import Act
from aquacert.kernel.errors import NotFound
from aquacert.kernel.settings import Settings
from aquacert.kernel.work import Look
from aquacert.trust import merkle
from aquacert.trust.errors import Refused
from aquacert.trust.logentry import Entry
from aquacert.trust.notes import Note
from aquacert.trust.tilefolder import TileFolder
from aquacert.trust.tlog import Checkpoint, Proof

log = structlog.get_logger("log")
FOLDER, ADDRESS = "log", "/trust/log"


@dataclass(frozen=True)
class Head:
    """A checkpoint as the table keeps it: how many leaves, their root, when it was signed."""

    size: int
    root: bytes
    signed_at: datetime
    note: bytes


def folder_of(settings: Settings) -> TileFolder:
    """Return where this machine keeps the published log."""
    return TileFolder(settings.data_dir / FOLDER)


def origin_of(settings: Settings) -> str:
    """Return the name of a log that begins now: its public address without the scheme."""
    return settings.public_url.partition("://")[2] + ADDRESS


def newest(look: Look) -> Head | None:
    """Return the newest signed checkpoint, or None before the first."""
    row = look.session.scalar(select(LogCheckpoint).order_by(LogCheckpoint.size.desc()).limit(1))
    return None if row is None else Head(row.size, row.root, row.signed_at, row.note)


def published(folder: TileFolder) -> Checkpoint | None:
    """Return what the published file says, unverified: it is our own and under our own key."""
    data = folder.head()
    return None if data is None else Checkpoint.read(Note.read(data).text)


def proof_of(look: Look, certificate_id: UUID) -> bytes | None:
    """Return the `.tlog-proof` of a certificate's issue under the published checkpoint.

    None while no checkpoint covers it. Files that do not lead to their own checkpoint give None
    too and an error in the log of the machine: a false proof is never handed out.
    """
    found = look.session.execute(
        select(Leaf.position, Leaf.entry)
        .where(Leaf.certificate_id == certificate_id, Leaf.act == Act.ISSUE.value)
        .order_by(Leaf.position)
        .limit(1)
    ).first()
    folder = folder_of(look.settings)
    note = folder.head()
    if found is None or note is None:
        return None
    checkpoint = Checkpoint.read(Note.read(note).text)
    if found.position >= checkpoint.size:
        return None
    entry = Entry.decode(bytes(found.entry))
    try:
        path = merkle.inclusion(folder.reader(checkpoint.size), found.position, checkpoint.size)
        merkle.verify_inclusion(
            merkle.leaf_hash(entry.encode()),
            found.position,
            checkpoint.size,
            path,
            checkpoint.root,
        )
    except Refused as refused:
        log.exception("no proof from the published files", why=refused.reason, at=found.position)
        return None
    return bytes(Proof(found.position, tuple(path), note, entry.extra()))


def proof_of_page(look: Look, public_id: str) -> bytes | None:
    """Return the `.tlog-proof` of the certificate behind a page id, whoever asks."""
    found = look.session.scalar(select(Certificate.id).where(Certificate.public_id == public_id))
    return None if found is None else proof_of(look, found)


def consistency_of(folder: TileFolder, size1: int, size2: int) -> list[bytes]:
    """Return the proof that the published log at `size2` continues itself at `size1`.

    Raises `NotFound` unless 1 ≤ size1 ≤ size2 ≤ what is published.
    """
    head = published(folder)
    if head is None or not 0 < size1 <= size2 <= head.size:
        raise NotFound("日志没有公布到这个大小。请先看最新的检查点。")
    return merkle.consistency(folder.reader(size2), size1, size2)


def root_at(folder: TileFolder, size: int) -> bytes:
    """Return the root of the published log at a size that is published."""
    return merkle.root(folder.reader(size), size)


def witnesses(look: Look, size: int) -> list[tuple[str, datetime]]:
    """Return (name, when) of every witness that cosigned the checkpoint of this size."""
    rows = look.scalars(
        select(LogCosignature).where(LogCosignature.size == size).order_by(LogCosignature.witness)
    )
    return [(row.witness.partition("+")[0], row.cosigned_at) for row in rows]


def cosignatures(look: Look, size: int) -> list[str]:
    """Return the witnesses' lines under the checkpoint of this size, as they came."""
    return look.scalars(
        select(LogCosignature.line)
        .where(LogCosignature.size == size)
        .order_by(LogCosignature.witness)
    )
