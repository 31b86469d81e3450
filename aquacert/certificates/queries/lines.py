"""What a list or a room above sees of a certificate: one line each, read in one question."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, func, or_, select

from aquacert.certificates.models import Certificate, CoveredBatch, Standing
from aquacert.certificates.rules.numbering import spaced
from aquacert.certificates.rules.states import STATUS_NAMES, Status
from aquacert.certificates.status.queries.suggested import held_by
from aquacert.kernel.errors import NotFound
from aquacert.kernel.paging import Page, Pages, within
from aquacert.kernel.work import Look


@dataclass(frozen=True)
class CertificateLine:
    """One certificate as lists and rooms above see it. Instants are UTC."""

    certificate_id: UUID
    number: str
    public_id: str
    kind: str
    status: str
    because: str
    load_id: UUID
    load_no: str
    declaration_id: UUID
    declaration_no: str
    organisation_id: UUID
    office_id: UUID
    office: str
    county: str
    origin_code: str
    destination_code: str
    species_code: str
    species: str
    quantity: int
    unit: str
    vet_id: UUID
    vet_number: str
    issued_at: datetime
    departs_at: datetime | None
    valid_until: datetime
    arrived_at: datetime | None
    replaces_id: UUID | None
    successor_id: UUID | None
    is_demo: bool

    @property
    def number_spaced(self) -> str:
        """The number in the groups people read aloud."""
        return spaced(self.number)

    @property
    def status_name(self) -> str:
        """The status in Chinese."""
        return STATUS_NAMES[Status(self.status)]


def certificate(look: Look, certificate_id: UUID) -> CertificateLine:
    """Return a certificate, or raise `NotFound` (also when it is out of scope)."""
    row = look.session.execute(
        _lines().where(Certificate.id == certificate_id, look.visible(Certificate))
    ).first()
    if row is None:
        raise NotFound
    return _line(*row)


def certificate_of_load(look: Look, load_id: UUID) -> CertificateLine | None:
    """Return the newest certificate of a load, live or not, or None."""
    row = look.session.execute(
        _lines()
        .where(Certificate.load_id == load_id, look.visible(Certificate))
        .order_by(Certificate.issued_at.desc(), Certificate.id.desc())
        .limit(1)
    ).first()
    return None if row is None else _line(*row)


def certificates_of_batches(look: Look, batch_ids: Collection[UUID]) -> list[CertificateLine]:
    """Return every visible certificate that covers any of these batches, newest first."""
    ids = select(CoveredBatch.certificate_id).where(CoveredBatch.batch_id.in_(batch_ids))
    rows = look.session.execute(
        _lines()
        .where(Certificate.id.in_(ids), look.visible(Certificate))
        .order_by(Certificate.issued_at.desc())
    )
    return [_line(*row) for row in rows]


def certificates(
    look: Look,
    words: str = "",
    status: str = "",
    number: int = 1,
    size: int = 20,
    *,
    zone_id: UUID | None = None,
) -> Pages[CertificateLine]:
    """Return one numbered page of the visible certificates, newest first.

    With `zone_id` only what that zone holds, or held once.
    """
    chosen = _chosen(look, words, status)
    if zone_id is not None:
        chosen = chosen.where(held_by(zone_id))
    total = look.session.scalar(select(func.count()).select_from(chosen.subquery())) or 0
    number = within(number, size, total)
    rows = look.session.execute(
        _lines()
        .where(Certificate.id.in_(chosen))
        .order_by(Certificate.issued_at.desc(), Certificate.id.desc())
        .limit(size)
        .offset((number - 1) * size)
    )
    return Pages([_line(*row) for row in rows], number, size, total)


def certificates_page(
    look: Look, after: str | None = None, size: int = 50
) -> Page[CertificateLine]:
    """Return the stretch of visible certificates after a cursor, oldest first, for programs."""
    page = look.page(
        select(Certificate).where(look.visible(Certificate)), Certificate.id, after, size
    )
    ids = [row.id for row in page.items]
    rows = look.session.execute(_lines().where(Certificate.id.in_(ids)).order_by(Certificate.id))
    return Page([_line(*row) for row in rows], page.next_cursor)


def _chosen(look: Look, words: str, status: str) -> Select[UUID]:
    chosen = (
        select(Certificate.id)
        .join(Standing, Standing.id == Certificate.id)
        .where(look.visible(Certificate))
    )
    if status:
        chosen = chosen.where(Standing.status == status)
    text = "".join(words.split())
    if text:
        chosen = chosen.where(
            or_(
                Certificate.number.contains(text, autoescape=True),
                Certificate.declaration_no.contains(text, autoescape=True),
                Certificate.species.contains(text, autoescape=True),
                Certificate.public_id == text.upper(),
            )
        )
    return chosen


def _lines() -> Select[Certificate, Standing]:
    return select(Certificate, Standing).join(Standing, Standing.id == Certificate.id)


def _line(row: Certificate, standing: Standing) -> CertificateLine:
    return CertificateLine(
        certificate_id=row.id,
        number=row.number,
        public_id=row.public_id,
        kind=row.kind,
        status=standing.status,
        because=standing.because,
        load_id=row.load_id,
        load_no=row.load_no,
        declaration_id=row.declaration_id,
        declaration_no=row.declaration_no,
        organisation_id=row.organisation_id,
        office_id=row.office_id,
        office=row.office,
        county=row.county,
        origin_code=row.origin_code,
        destination_code=row.destination_code,
        species_code=row.species_code,
        species=row.species,
        quantity=row.quantity,
        unit=row.unit,
        vet_id=row.vet_id,
        vet_number=row.vet_number,
        issued_at=row.issued_at,
        departs_at=row.departs_at,
        valid_until=row.valid_until,
        arrived_at=standing.arrived_at,
        replaces_id=row.replaces_id,
        successor_id=standing.successor_id,
        is_demo=row.is_demo,
    )
