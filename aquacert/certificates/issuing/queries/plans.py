"""Plans, live certificates and what a crash left behind."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, select

from aquacert.certificates.models import (
    Certificate,
    CertificateNumber,
    CoveredBatch,
    Issuance,
    Standing,
)
from aquacert.certificates.models.certificates import LIVE
from aquacert.certificates.rules.states import NumberState, Stage, Status
from aquacert.kernel.db import table_of
from aquacert.kernel.quick import Quick
from aquacert.kernel.work import Look

# Asked at every preview and every issue: these statements are made once, on the bare tables.
STANDINGS, NUMBERS, LINES = table_of(Standing), table_of(CertificateNumber), table_of(CoveredBatch)
LIVE_OF_LOAD = Quick(select(STANDINGS.c.id).where(STANDINGS.c.load_id == bindparam("load"), LIVE))
RESERVED_FOR_LOAD = Quick(
    select(NUMBERS.c.id).where(
        NUMBERS.c.load_id == bindparam("load"), NUMBERS.c.state == NumberState.RESERVED.value
    )
)
COVERED = Quick(
    select(STANDINGS.c.id, LINES.c.quantity)
    .join(STANDINGS, STANDINGS.c.id == LINES.c.certificate_id)
    .where(LINES.c.batch_id == bindparam("batch"), LIVE)
)


def live_certificate(look: Look, load_id: UUID) -> UUID | None:
    """Return the id of the live certificate of a load, or None."""
    found = look.row(LIVE_OF_LOAD, load=load_id)
    return None if found is None else found.id


def is_valid(look: Look, certificate_id: UUID) -> bool:
    """Say whether a certificate is valid now: neither suspended nor ended."""
    found = select(Standing.id).where(
        Standing.id == certificate_id, Standing.status == Status.VALID.value
    )
    return look.one(found) is not None


def in_flight(look: Look, load_id: UUID) -> bool:
    """Say whether a number is reserved for this load and nothing has come of it yet."""
    return look.row(RESERVED_FOR_LOAD, load=load_id) is not None


def orphans(look: Look, before: datetime) -> list[Issuance]:
    """Return plans older than `before` of which nothing came."""
    return look.scalars(
        select(Issuance)
        .where(Issuance.stage == Stage.PLANNED.value, Issuance.planned_at <= before)
        .order_by(Issuance.planned_at)
    )


def unplanned_numbers(look: Look, before: datetime) -> list[CertificateNumber]:
    """Return numbers reserved before `before` for which no plan was ever written."""
    planned = select(Issuance.number)
    return look.scalars(
        select(CertificateNumber)
        .where(
            CertificateNumber.state == NumberState.RESERVED.value,
            CertificateNumber.reserved_at <= before,
            CertificateNumber.number.not_in(planned),
        )
        .order_by(CertificateNumber.number)
    )


def certified(look: Look, batch_id: UUID, besides: UUID | None) -> int:
    """Return how much of a batch other live certificates cover."""
    return sum(row.quantity for row in look.rows(COVERED, batch=batch_id) if row.id != besides)


def held_by(look: Look, certificate_id: UUID, lot_id: UUID) -> int:
    """Return how much of a lot a certificate took: a replacement may take that again."""
    rows = select(CoveredBatch.quantity).where(
        CoveredBatch.certificate_id == certificate_id, CoveredBatch.lot_id == lot_id
    )
    return sum(look.scalars(rows))


def certificate_row(look: Look, certificate_id: UUID) -> Certificate:
    """Return a visible certificate, or raise `NotFound`."""
    return look.get(Certificate, certificate_id)
