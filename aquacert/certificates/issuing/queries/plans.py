"""Plans, live certificates and what a crash left behind."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from aquacert.certificates.models import (
    Certificate,
    CertificateNumber,
    CoveredBatch,
    Issuance,
    Standing,
)
from aquacert.certificates.models.certificates import LIVE
from aquacert.certificates.rules.states import NumberState, Stage
from aquacert.kernel.work import Look


def live_certificate(look: Look, load_id: UUID) -> UUID | None:
    """Return the id of the live certificate of a load, or None."""
    return look.one(select(Standing.id).where(Standing.load_id == load_id, LIVE))


def in_flight(look: Look, load_id: UUID) -> bool:
    """Say whether a number is reserved for this load and nothing has come of it yet."""
    reserved = select(CertificateNumber.id).where(
        CertificateNumber.load_id == load_id,
        CertificateNumber.state == NumberState.RESERVED.value,
    )
    return look.one(reserved) is not None


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
    rows = (
        select(CoveredBatch.quantity)
        .join(Standing, Standing.id == CoveredBatch.certificate_id)
        .where(CoveredBatch.batch_id == batch_id, LIVE)
    )
    if besides is not None:
        rows = rows.where(Standing.id != besides)
    return sum(look.scalars(rows))


def held_by(look: Look, certificate_id: UUID, lot_id: UUID) -> int:
    """Return how much of a lot a certificate took: a replacement may take that again."""
    rows = select(CoveredBatch.quantity).where(
        CoveredBatch.certificate_id == certificate_id, CoveredBatch.lot_id == lot_id
    )
    return sum(look.scalars(rows))


def certificate_row(look: Look, certificate_id: UUID) -> Certificate:
    """Return a visible certificate, or raise `NotFound`."""
    return look.get(Certificate, certificate_id)
