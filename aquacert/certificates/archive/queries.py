"""What may be asked about a certificate's documents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import aliased

from aquacert.certificates.models import Certificate, DocumentCopy, DocumentLevel
from aquacert.certificates.rules.levels import LEVEL_NAMES, PdfLevel
from aquacert.certificates.rules.media import PDF
from aquacert.kernel.errors import NotFound
from aquacert.kernel.files import StoredFile
from aquacert.kernel.work import Look
from aquacert.trust.timestamps import Authority, read_trust

BATCH = 100
MOST_COPIES = 10**9


@dataclass(frozen=True)
class LevelLine:
    """The newest revision of a certificate's PDF and what validation found of it."""

    level: PdfLevel
    revision: int
    size: int
    """bytes"""
    sha256: str
    asserted_at: datetime
    next_due_at: datetime

    @property
    def name(self) -> str:
        """The level in words."""
        return LEVEL_NAMES[self.level]


@dataclass(frozen=True)
class CopyLine:
    """One copy that was printed."""

    ordinal: int
    because: str
    made_at: datetime


def authority(look: Look) -> Authority | None:
    """Return whom this installation asks for timestamps, or None when none is set.

    Raise `Misconfigured` when the file with the authorities' certificates does not read.
    """
    settings = look.settings
    if not settings.tsa_url or settings.tsa_trust is None:
        return None
    roots, others, crls = read_trust(settings.tsa_trust)
    urls = tuple(url for url in (settings.tsa_url, settings.tsa_second_url) if url)
    return Authority(urls, roots, others, crls)


def level_of(look: Look, certificate_id: UUID) -> LevelLine | None:
    """Return how far a visible certificate's PDF can be proven; None while it is being made."""
    look.get(Certificate, certificate_id)
    row = newest(look, certificate_id)
    if row is None:
        return None
    return LevelLine(
        level=PdfLevel(row.level),
        revision=row.revision,
        size=row.size,
        sha256=row.sha256,
        asserted_at=row.asserted_at,
        next_due_at=row.next_due_at,
    )


def newest(look: Look, certificate_id: UUID) -> DocumentLevel | None:
    """Return the row of the newest revision, whoever asks."""
    return look.one(
        select(DocumentLevel)
        .where(DocumentLevel.certificate_id == certificate_id)
        .order_by(DocumentLevel.revision.desc())
    )


def copies_of(look: Look, certificate_id: UUID) -> list[CopyLine]:
    """Return the copies printed of a visible certificate, first one first."""
    look.get(Certificate, certificate_id)
    rows = look.scalars(
        select(DocumentCopy)
        .where(DocumentCopy.certificate_id == certificate_id)
        .order_by(DocumentCopy.ordinal)
    )
    return [CopyLine(row.ordinal, row.because, row.made_at) for row in rows]


def copy_file(look: Look, certificate_id: UUID, ordinal: int) -> bytes:
    """Return the PDF of one copy of a visible certificate, or raise `NotFound`."""
    look.get(Certificate, certificate_id)
    if ordinal > MOST_COPIES:  # addresses are typed: no database counts so far
        raise NotFound
    row = look.one(
        select(DocumentCopy).where(
            DocumentCopy.certificate_id == certificate_id, DocumentCopy.ordinal == ordinal
        )
    )
    files = look.files_of(row) if row is not None else []
    if not files:
        raise NotFound
    return look.read_file(files[-1])


def counts(look: Look) -> dict[PdfLevel, int]:
    """Return how many certificates stand at which level."""
    rows = look.session.execute(
        select(DocumentLevel.level, func.count()).where(_is_newest()).group_by(DocumentLevel.level)
    )
    return {PdfLevel(level): count for level, count in rows}


def due(
    look: Look,
    levels: Sequence[PdfLevel] = tuple(PdfLevel),
    after: UUID | None = None,
    most: int = BATCH,
) -> list[UUID]:
    """Return certificates whose PDF at one of `levels` needs something now, by id after `after`."""
    statement = (
        select(DocumentLevel.certificate_id)
        .where(
            _is_newest(),
            DocumentLevel.level.in_([level.value for level in levels]),
            DocumentLevel.next_due_at <= look.now,
        )
        .order_by(DocumentLevel.certificate_id)
        .limit(most)
    )
    if after is not None:
        statement = statement.where(DocumentLevel.certificate_id > after)
    return look.scalars(statement)


def waiting(look: Look) -> int:
    """Return how many documents need something now."""
    found = select(func.count()).where(_is_newest(), DocumentLevel.next_due_at <= look.now)
    return (look.session.scalar(found) or 0) + len(unjudged(look))


def unjudged(look: Look, most: int = BATCH) -> list[UUID]:
    """Return certificates whose PDF was made before levels were kept."""
    judged = select(DocumentLevel.id).where(DocumentLevel.certificate_id == Certificate.id)
    made = select(StoredFile.id).where(
        StoredFile.owner_kind == Certificate.__tablename__,
        StoredFile.owner_id == Certificate.id,
        StoredFile.media_type == PDF,
    )
    return look.scalars(
        select(Certificate.id)
        .where(made.exists(), ~judged.exists())
        .order_by(Certificate.id)
        .limit(most)
    )


def _is_newest() -> ColumnElement[bool]:
    later = aliased(DocumentLevel)
    found = select(later.id).where(
        later.certificate_id == DocumentLevel.certificate_id,
        later.revision > DocumentLevel.revision,
    )
    return ~found.exists()
