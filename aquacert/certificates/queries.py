"""What other rooms may ask about certificates; their tables are closed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, bindparam, func, or_, select

from aquacert.certificates.archive.queries import (
    CopyLine,
    LevelLine,
    copies_of,
    copy_file,
    level_of,
)
from aquacert.certificates.checks.queries import in_doubt
from aquacert.certificates.log.queries import changes_since, last_change, scan_count
from aquacert.certificates.models import Certificate, CoveredBatch, Standing
from aquacert.certificates.rules.media import DOCX, PDF
from aquacert.certificates.rules.numbering import spaced
from aquacert.certificates.rules.states import STATUS_NAMES, Status
from aquacert.certificates.status.queries import (
    counts,
    last_listing_at,
    list_numbers,
    listing,
    status_list_of,
)
from aquacert.certificates.status.queries.resting import numbered, resting_on, travelling_on
from aquacert.declarations.models import Load
from aquacert.hatcheries.rules.origins import OurRecord, Seed
from aquacert.kernel.audit import AuditEntry
from aquacert.kernel.db import table_of
from aquacert.kernel.errors import NotFound
from aquacert.kernel.files import StoredFile
from aquacert.kernel.paging import Page, Pages, within
from aquacert.kernel.quick import Quick
from aquacert.kernel.work import Look
from aquacert.reference import queries as reference
from aquacert.reference.rules.text import folded
from aquacert.surveillance.rules.zones import Reach
from aquacert.trust.record import Record

__all__ = [
    "DOCX",
    "PDF",
    "CertificateLine",
    "CopyLine",
    "CoveredLine",
    "LevelLine",
    "MonthCount",
    "PublicCertificate",
    "by_public_id",
    "certificate",
    "certificate_of_load",
    "certificates",
    "certificates_of_batches",
    "certificates_page",
    "changes_since",
    "copies_of",
    "copy_file",
    "counts",
    "counts_by_month",
    "covered",
    "documents_of",
    "history",
    "in_doubt",
    "last_change",
    "last_listing_at",
    "level_of",
    "list_numbers",
    "listing",
    "live_pages",
    "numbered",
    "public_id_of_number",
    "record_of",
    "resting_on",
    "scan_count",
    "status_list_of",
    "travelling_on",
    "travelling_within",
    "worth_of_number",
]


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


@dataclass(frozen=True)
class CoveredLine:
    """How much of one batch a certificate covers."""

    batch_id: UUID
    lot_id: UUID | None
    quantity: int


@dataclass(frozen=True)
class MonthCount:
    """Certificates issued in a month, a county, of a species and form, whatever became of them."""

    month: str
    """YYYY-MM in Asia/Shanghai"""
    county: str
    species_code: str
    species: str
    kind: str
    unit: str
    certificates: int
    quantity: int


def certificate(look: Look, certificate_id: UUID) -> CertificateLine:
    """Return a certificate, or raise `NotFound` (also when it is out of scope)."""
    row = look.session.execute(
        _lines().where(Certificate.id == certificate_id, look.visible(Certificate))
    ).first()
    if row is None:
        raise NotFound
    return _line(*row)


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


def certificate_of_load(look: Look, load_id: UUID) -> CertificateLine | None:
    """Return the newest certificate of a load, live or not, or None."""
    row = look.session.execute(
        _lines()
        .where(Certificate.load_id == load_id, look.visible(Certificate))
        .order_by(Certificate.issued_at.desc(), Certificate.id.desc())
        .limit(1)
    ).first()
    return None if row is None else _line(*row)


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
    look: Look, words: str = "", status: str = "", number: int = 1, size: int = 20
) -> Pages[CertificateLine]:
    """Return one numbered page of the visible certificates, newest first."""
    chosen = _chosen(look, words, status)
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


def documents_of(look: Look, certificate_id: UUID) -> dict[str, StoredFile]:
    """Return a visible certificate's newest documents by media type; empty while being made."""
    row = look.get(Certificate, certificate_id)
    return {file.media_type: file for file in look.files_of(row)}


def travelling_within(look: Look, reach: Reach) -> int:
    """Return how many valid certificates are on the road from, or to, a zone that affects them."""
    places, species = sorted(reach.divisions), sorted(reach.species)
    count = (
        select(func.count())
        .select_from(Certificate)
        .join(Standing, Standing.id == Certificate.id)
        .where(
            Standing.status == Status.VALID.value,
            Standing.arrived_at.is_(None),
            Certificate.valid_until >= look.now,
            Certificate.species_code.in_(species),
            or_(Certificate.origin_code.in_(places), Certificate.destination_code.in_(places)),
        )
    )
    return look.session.scalar(count) or 0


def counts_by_month(
    look: Look,
    *,
    from_on: date | None = None,
    until_on: date | None = None,
    county: str = "",
    species_code: str = "",
) -> list[MonthCount]:
    """Count visible certificates by month of issue, county, species and form.

    `county` takes in every division below it; both days are included.
    """
    rows = look.session.execute(_by_day(look, from_on, until_on, county, species_code))
    sums: dict[tuple[str, str, str, str, str, str], tuple[int, int]] = {}
    for day, place, code, name, kind, unit, count, quantity in rows:
        key = (f"{day:%Y-%m}", place, code, name, kind, unit)
        before = sums.get(key, (0, 0))
        sums[key] = (before[0] + count, before[1] + int(quantity))
    return [MonthCount(*key, *totals) for key, totals in sorted(sums.items())]


def _by_day(
    look: Look, from_on: date | None, until_on: date | None, county: str, species_code: str
) -> Select[date, str, str, str, str, str, int, int]:
    columns = (
        Certificate.issued_on,
        Certificate.county,
        Certificate.species_code,
        Certificate.species,
        Certificate.kind,
        Certificate.unit,
    )
    statement = (
        select(*columns, func.count(), func.sum(Certificate.quantity))
        .where(look.visible(Certificate))
        .group_by(*columns)
    )
    if from_on is not None:
        statement = statement.where(Certificate.issued_on >= from_on)
    if until_on is not None:
        statement = statement.where(Certificate.issued_on < until_on + timedelta(days=1))
    if county:
        statement = statement.where(
            Certificate.county.in_(sorted(reference.descendants(look, county)))
        )
    if species_code:
        statement = statement.where(Certificate.species_code == species_code)
    return statement


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
