"""Copies: a page set anew, marked 副本 with its count. The signed file is never touched."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import func, select

from aquacert.certificates.archive.commands.facts import verified_facts
from aquacert.certificates.documents.typesetting import Reprint, render_certificate
from aquacert.certificates.models import Certificate, DocumentCopy, Standing
from aquacert.certificates.rules.media import PDF
from aquacert.certificates.rules.states import Status
from aquacert.kernel.audit import Fact
from aquacert.kernel.errors import Conflict, Invalid, NotAllowed, NotAllowedNow
from aquacert.kernel.scope import Actor
from aquacert.kernel.work import Database, Look, Work
from aquacert.trust.keys import KeyRing

LONGEST_REASON = 200


@dataclass(frozen=True)
class CopyPrinted(Fact):
    """A copy of a certificate was printed."""

    tag: ClassVar[str] = "certificates:documents:copy"
    title: ClassVar[str] = "重印副本"
    number: str
    ordinal: int
    pdf: str
    """SHA-256 of the copy, hex."""


@dataclass(frozen=True)
class Drawn:
    """A copy set in type, not yet kept."""

    certificate_id: UUID
    ordinal: int
    at: datetime
    pdf: bytes


def draw_copy(database: Database, actor: Actor, keys: KeyRing, certificate_id: UUID) -> Drawn:
    """Set the next copy of a valid certificate.

    Raises `NotFound` out of scope, `NotAllowed` at the other end of the road, `NotAllowedNow` when
    the certificate is not valid: a copy says nothing of what became of it.
    """
    with database.look(actor) as look:
        row = _printable(look, certificate_id)
        ordinal, now = _last(look, certificate_id) + 1, look.now
    facts = verified_facts(database, keys, row)
    pdf = render_certificate(facts, row.record, row.cose, reprint=Reprint(ordinal, now))
    return Drawn(certificate_id, ordinal, now, pdf)


def keep_copy(w: Work, drawn: Drawn, because: str) -> int:
    """Keep a copy that was drawn and return its count, from 1.

    Raise `Invalid` without a reason, `NotFound` out of scope, and `Conflict` when somebody else
    printed one in the same moment.
    """
    because = because.strip()
    if not because or len(because) > LONGEST_REASON:
        raise Invalid("请写明重印的原因。", because="请写明重印的原因，200 字以内。")
    w.get_for_change(Certificate, drawn.certificate_id)
    row = _printable(w, drawn.certificate_id)
    if _last(w, row.id) + 1 != drawn.ordinal:
        raise Conflict("刚才有人重印了这张证明，请再试一次。")
    copy = w.add(
        DocumentCopy(
            id=w.new_id(),
            certificate_id=row.id,
            ordinal=drawn.ordinal,
            because=because,
            made_at=drawn.at,
            made_by_id=w.actor.person_id,
        )
    )
    stored = w.attach(copy, drawn.pdf, f"{row.number}-副本{drawn.ordinal}.pdf", PDF)
    fact = CopyPrinted(row.number, drawn.ordinal, stored.sha256)
    w.record(fact, on=row, county=row.county, reason=because)
    return drawn.ordinal


def _printable(look: Look, certificate_id: UUID) -> Certificate:
    row = look.get(Certificate, certificate_id)
    scope = look.actor.scope
    own = scope.everything or row.office_id in scope.organisation_ids
    if not own and row.county not in scope.divisions:
        raise NotAllowed("这张证书由启运地机构签发，副本由启运地机构打印。")
    standing = look.session.get(Standing, certificate_id)
    if standing is None or standing.status != Status.VALID.value:
        raise NotAllowedNow("这张证书现在不是有效状态，不能重印。")
    return row


def _last(look: Look, certificate_id: UUID) -> int:
    return (
        look.one(
            select(func.max(DocumentCopy.ordinal)).where(
                DocumentCopy.certificate_id == certificate_id
            )
        )
        or 0
    )
