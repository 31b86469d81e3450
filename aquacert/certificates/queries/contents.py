"""What stands in and around one certificate: its record, batches, documents, trail, worth."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from aquacert.certificates.models import Certificate, CoveredBatch, Standing
from aquacert.certificates.rules.states import STATUS_NAMES, Status
from aquacert.declarations.models import Load
from aquacert.hatcheries.rules.origins import OurRecord, Seed
from aquacert.kernel.audit import AuditEntry
from aquacert.kernel.files import StoredFile
from aquacert.kernel.work import Look
from aquacert.reference.rules.text import folded
from aquacert.trust.record import Record


@dataclass(frozen=True)
class CoveredLine:
    """How much of one batch a certificate covers."""

    batch_id: UUID
    lot_id: UUID | None
    quantity: int


def record_of(look: Look, certificate_id: UUID) -> Record:
    """Return the signed record of a visible certificate, decoded."""
    return Record.decode(look.get(Certificate, certificate_id).record)


def history(look: Look, certificate_id: UUID) -> list[AuditEntry]:
    """Return what the trail says of a visible certificate, oldest first."""
    look.get(Certificate, certificate_id)
    return look.scalars(
        select(AuditEntry)
        .where(
            AuditEntry.subject_kind == Certificate.__tablename__,
            AuditEntry.subject_id == str(certificate_id),
        )
        .order_by(AuditEntry.seq)
    )


def covered(look: Look, certificate_id: UUID) -> list[CoveredLine]:
    """Return what of which batch a certificate covers."""
    rows = look.scalars(
        select(CoveredBatch)
        .where(CoveredBatch.certificate_id == certificate_id)
        .order_by(CoveredBatch.id)
    )
    return [CoveredLine(row.batch_id, row.lot_id, row.quantity) for row in rows]


def documents_of(look: Look, certificate_id: UUID) -> dict[str, StoredFile]:
    """Return a visible certificate's newest documents by media type; empty while being made."""
    row = look.get(Certificate, certificate_id)
    return {file.media_type: file for file in look.files_of(row)}


def worth_of_number(look: Look, number: str) -> OurRecord | None:
    """Return what one of our certificates covers, what it is worth and whom it names, or None.

    Whoever asks: a purchase names a number, and the answer goes to no page but that purchase's.
    """
    row = look.session.execute(
        select(Certificate, Standing.status, Load)
        .join(Standing, Standing.id == Certificate.id)
        .join(Load, Load.id == Certificate.load_id)
        .where(Certificate.number == number)
    ).one_or_none()
    if row is None:
        return None
    certificate, status, load = row
    named = (load.consignee_name, load.consignee_phone, load.destination_place)
    return OurRecord(
        certificate_id=certificate.id,
        seed=Seed(certificate.species_code, certificate.quantity, certificate.unit),
        worthless="" if status == Status.VALID.value else STATUS_NAMES[Status(status)],
        sold_by=certificate.organisation_id,
        goes_to=certificate.destination_code,
        received_by=tuple(folded(one) for one in named if one),
    )
