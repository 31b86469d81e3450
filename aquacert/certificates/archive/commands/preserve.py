"""Completing and preserving documents: timestamps that did not come, proofs that must last.

Every step reads, asks and judges with no transaction open, and then keeps the new revision in one.
Two workers at once are harmless: the second finds the first's revision and drops its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

import structlog

from aquacert.certificates.archive import queries
from aquacert.certificates.archive.commands.judge import Judged, judge, keep_level
from aquacert.certificates.models import Certificate
from aquacert.certificates.rules.levels import PdfLevel
from aquacert.certificates.rules.media import PDF
from aquacert.kernel.audit import Fact
from aquacert.kernel.errors import AquaCertError
from aquacert.kernel.files import StoredFile
from aquacert.kernel.scope import SYSTEM
from aquacert.kernel.work import Database, Look
from aquacert.trust.crl import ring_crls
from aquacert.trust.keys import KeyRing
from aquacert.trust.pdf import add_timestamp, preserve
from aquacert.trust.timestamps import Authority, NotStamped

NOT_REACHED = "level-not-reached"
ORDER = {level: place for place, level in enumerate(PdfLevel)}
log = structlog.get_logger("archive")
Step = Callable[[bytes, Authority, datetime], bytes]


@dataclass(frozen=True)
class DocumentExtended(Fact):
    """A revision was appended to a certificate's PDF: a timestamp, or proofs with a timestamp."""

    tag: ClassVar[str] = "certificates:documents:extend"
    title: ClassVar[str] = "文书补充时间戳或验证数据"
    number: str
    level: str
    revision: int
    pdf: str
    """SHA-256 of the new revision, hex."""


@dataclass(frozen=True)
class DocumentJudged(Fact):
    """The level of a PDF made before levels were kept was found."""

    tag: ClassVar[str] = "certificates:documents:judge"
    title: ClassVar[str] = "认定文书签名级别"
    number: str
    level: str


@dataclass(frozen=True)
class Done:
    """What one document came to."""

    certificate_id: UUID
    level: PdfLevel | None
    """None when it stayed as it was"""
    error: str = ""


def complete(database: Database, keys: KeyRing) -> list[Done]:
    """Add the timestamp that did not come while signing (B-B to B-T): every ten minutes."""
    return list(_work_through(database, keys, (PdfLevel.B_B,), add_timestamp, PdfLevel.B_T))


def preserve_due(database: Database, keys: KeyRing) -> Iterator[Done]:
    """Bring documents to B-LTA and renew those whose last timestamp is about to end: each night.

    Yields one result per document. Nothing is done where no timestamp authority is set.
    """
    for certificate_id in _unjudged(database):
        yield _judge_old(database, keys, certificate_id)

    def step(pdf: bytes, authority: Authority, now: datetime) -> bytes:
        lists = ring_crls(keys, now)
        return preserve(pdf, authority, roots=keys.roots(), crls=lists, at=now)

    yield from _work_through(database, keys, tuple(PdfLevel), step, PdfLevel.B_LTA)


def _work_through(
    database: Database, keys: KeyRing, levels: Sequence[PdfLevel], step: Step, wanted: PdfLevel
) -> Iterator[Done]:
    """Take the documents due at `levels` one after another; stop when no authority answers."""
    after: UUID | None = None
    while True:
        with database.look(SYSTEM) as look:
            authority = queries.authority(look)
            ids = queries.due(look, levels, after) if authority else []
        if authority is None or not ids:
            return
        for certificate_id in ids:
            after = certificate_id
            done = _extend(database, keys, authority, certificate_id, step, wanted)
            yield done
            if done.error == NotStamped.__name__:
                return


def _extend(
    database: Database,
    keys: KeyRing,
    authority: Authority,
    certificate_id: UUID,
    step: Step,
    wanted: PdfLevel,
) -> Done:
    with database.look(SYSTEM) as look:
        row = look.get(Certificate, certificate_id)
        before = queries.newest(look, certificate_id)
        old = look.read_file(_pdf(look, row))
        now = look.now
    revision = before.revision if before else 0
    try:
        fresh = step(old, authority, now)
        found = judge(fresh, keys, authority, now)
    except (AquaCertError, OSError, ValueError) as error:
        log.warning("document not extended", number=row.number, error=repr(error)[:300])
        return Done(certificate_id, None, type(error).__name__)
    if not fresh.startswith(old):
        raise AssertionError("a revision must begin with the bytes before it")
    if ORDER[found.level] < ORDER[wanted]:
        # Kept, it would be made again every night, and the file would grow without end.
        log.warning("level not reached", number=row.number, level=found.level, wanted=wanted)
        return Done(certificate_id, None, NOT_REACHED)
    return _keep(database, certificate_id, revision, fresh, found)


def _keep(
    database: Database, certificate_id: UUID, revision: int, pdf: bytes, found: Judged
) -> Done:
    with database.work(SYSTEM) as w:
        row = w.get_for_change(Certificate, certificate_id)
        now_newest = queries.newest(w, certificate_id)
        if (now_newest.revision if now_newest else 0) != revision:
            return Done(certificate_id, None)
        stored = w.attach(row, pdf, f"{row.number}.pdf", PDF)
        level = keep_level(w, row, stored, found)
        fact = DocumentExtended(row.number, level.level, level.revision, stored.sha256)
        w.record(fact, on=row, county=row.county)
    return Done(certificate_id, found.level)


def _judge_old(database: Database, keys: KeyRing, certificate_id: UUID) -> Done:
    with database.look(SYSTEM) as look:
        row = look.get(Certificate, certificate_id)
        file = _pdf(look, row)
        pdf, now, authority = look.read_file(file), look.now, queries.authority(look)
    try:
        found = judge(pdf, keys, authority, now)
    except AquaCertError as error:
        log.warning("document not judged", number=row.number, error=repr(error)[:300])
        return Done(certificate_id, None, type(error).__name__)
    with database.work(SYSTEM) as w:
        fresh = w.get_for_change(Certificate, certificate_id)
        if queries.newest(w, certificate_id) is None:
            keep_level(w, fresh, file, found)
            w.record(DocumentJudged(row.number, found.level), on=fresh, county=row.county)
    return Done(certificate_id, found.level)


def _unjudged(database: Database) -> list[UUID]:
    with database.look(SYSTEM) as look:
        return queries.unjudged(look)


def _pdf(look: Look, row: Certificate) -> StoredFile:
    return [file for file in look.files_of(row) if file.media_type == PDF][-1]
