"""What the public page needs of a certificate, whoever asks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, bindparam, select

from aquacert.certificates.models import Certificate, Standing
from aquacert.certificates.rules.media import PDF
from aquacert.kernel.db import table_of
from aquacert.kernel.files import StoredFile
from aquacert.kernel.quick import Quick
from aquacert.kernel.work import Look


@dataclass(frozen=True)
class PublicCertificate:
    """What the public page needs; what it shows it decodes from the signed bytes itself."""

    number: str
    kind: str
    record: bytes
    """Canonical CBOR of the whole record (trust.record)."""
    cose: bytes
    status: str
    """valid, suspended, void, replaced or recalled"""
    successor_public_id: str | None
    issued_at: datetime
    valid_until: datetime
    key_id: str
    pdf_ready: bool
    arrived_at: datetime | None
    certificate_id: UUID


def _public_page() -> Select[*tuple[Any, ...]]:
    """Return the one question behind every public page, in the order of PublicCertificate."""
    certificates, standings, files = table_of(Certificate), table_of(Standing), table_of(StoredFile)
    successor = certificates.alias("successor")
    has_pdf = (
        select(files.c.id)
        .where(
            files.c.owner_kind == certificates.name,
            files.c.owner_id == certificates.c.id,
            files.c.media_type == PDF,
        )
        .exists()
    )
    return (
        select(
            certificates.c.number,
            certificates.c.kind,
            certificates.c.record,
            certificates.c.cose,
            standings.c.status,
            successor.c.public_id,
            certificates.c.issued_at,
            certificates.c.valid_until,
            certificates.c.key_id,
            has_pdf,
            standings.c.arrived_at,
            certificates.c.id,
        )
        .join(standings, standings.c.id == certificates.c.id)
        .outerjoin(successor, successor.c.id == standings.c.successor_id)
        .where(certificates.c.public_id == bindparam("page"))
    )


PUBLIC_PAGE = Quick(_public_page())
"""Made once: a page that is not kept would spend half its time on building the question."""


def by_public_id(look: Look, public_id: str) -> PublicCertificate | None:
    """Return the certificate of a page id, whoever asks; None when there is no such page."""
    row = look.row(PUBLIC_PAGE, page=public_id)
    return None if row is None else PublicCertificate(*row)


def live_pages(look: Look, most: int) -> list[str]:
    """Return the page ids of certificates that still hold, whoever asks, the newest first."""
    rows = (
        select(Certificate.public_id)
        .where(Certificate.valid_until > look.now)
        .order_by(Certificate.issued_at.desc())
        .limit(most)
    )
    return look.scalars(rows)


def public_id_of_number(look: Look, number: str) -> str | None:
    """Return the page id of a certificate number, whoever asks; None when there is none."""
    return look.one(select(Certificate.public_id).where(Certificate.number == number))
