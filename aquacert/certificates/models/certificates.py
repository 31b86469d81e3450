"""What was planned, what was sealed, and what it is worth now.

Three tables, because they change differently: an `Issuance` is the plan, written before any key is
touched; a `Certificate` is the sealed thing and never changes (append-only by trigger); a
`Standing` is its worth now, and moves.
"""

from __future__ import annotations

import base64
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    TypeDecorator,
    UniqueConstraint,
    text,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import Mapped, mapped_column

from aquacert.certificates.rules.kinds import Kind
from aquacert.certificates.rules.states import Stage, Status
from aquacert.kernel.db import Base, installed_cipher, state_check

PLANNED = text("stage = 'planned'")
LIVE = text("status IN ('valid', 'suspended')")


class EncryptedBytes(TypeDecorator[bytes]):
    """Bytes that lie encrypted in the database: a record names people and their phones."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: bytes | None, dialect: Dialect) -> bytes | None:
        """Encrypt on the way in."""
        del dialect
        if value is None:
            return None
        return installed_cipher().encrypt(base64.b64encode(value).decode())

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> bytes | None:
        """Decrypt on the way out."""
        del dialect
        return None if value is None else base64.b64decode(installed_cipher().decrypt(bytes(value)))


class Issuance(Base):
    """A plan to sign exactly `payload`. Any crash leaves one of these saying what was planned."""

    __tablename__ = "issuances"
    __parties__ = {"divisions": ("county",), "organisations": ("office_id",)}
    __table_args__ = (
        state_check("stage", Stage),
        CheckConstraint("stage <> 'abandoned' OR because <> ''", name="because"),
        UniqueConstraint("status_list", "status_index"),
        Index(
            "uq_issuances_planned_load",
            "load_id",
            unique=True,
            sqlite_where=PLANNED,
            postgresql_where=PLANNED,
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    """The certificate it becomes has the same id."""
    number: Mapped[str] = mapped_column(ForeignKey("certificate_numbers.number"), unique=True)
    public_id: Mapped[str] = mapped_column(unique=True)
    load_id: Mapped[UUID] = mapped_column(index=True)
    office_id: Mapped[UUID]
    county: Mapped[str]
    stage: Mapped[str]
    because: Mapped[str]
    preview: Mapped[str]
    """SHA-256 (hex) of what the vet was shown and confirmed."""
    record: Mapped[bytes] = mapped_column(EncryptedBytes)
    payload: Mapped[bytes]
    """The exact bytes that are signed."""
    status_list: Mapped[int]
    status_index: Mapped[int]
    replaces_id: Mapped[UUID | None]
    planned_at: Mapped[datetime]
    planned_by_id: Mapped[UUID | None]
    settled_at: Mapped[datetime | None]


class Certificate(Base):
    """A sealed certificate. Never updated and never deleted: a trigger holds that.

    The record and its COSE signature are the certificate; the other columns repeat what the record
    says, for lists and for the scope of rows.
    """

    __tablename__ = "certificates"
    __parties__ = {
        "divisions": ("origin_code", "destination_code", "county"),
        "organisations": ("organisation_id", "office_id"),
    }
    __table_args__ = (
        state_check("kind", Kind),
        CheckConstraint("quantity > 0", name="quantity"),
        UniqueConstraint("status_list", "status_index"),
        Index("ix_certificates_month", "issued_on", "county", "species_code"),
        Index("ix_certificates_valid_until", "valid_until"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(ForeignKey("certificate_numbers.number"), unique=True)
    public_id: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    load_id: Mapped[UUID] = mapped_column(ForeignKey("loads.id"), index=True)
    load_no: Mapped[str]
    declaration_id: Mapped[UUID] = mapped_column(index=True)
    declaration_no: Mapped[str]
    organisation_id: Mapped[UUID] = mapped_column(index=True)
    office_id: Mapped[UUID]
    office: Mapped[str]
    """Name of the body, as on the seal."""
    county: Mapped[str]
    origin_code: Mapped[str]
    destination_code: Mapped[str]
    species_code: Mapped[str]
    species: Mapped[str]
    quantity: Mapped[int]
    unit: Mapped[str]
    vet_id: Mapped[UUID]
    vet_number: Mapped[str]
    record: Mapped[bytes] = mapped_column(EncryptedBytes)
    cose: Mapped[bytes]
    key_id: Mapped[str]
    """Hex of the kid of the office's key."""
    vet_signature: Mapped[bytes]
    """COSE_Sign1 of the record's SHA-256 by the vet's own key."""
    issued_at: Mapped[datetime]
    issued_on: Mapped[date]
    departs_at: Mapped[datetime | None]
    valid_until: Mapped[datetime]
    status_list: Mapped[int]
    status_index: Mapped[int]
    replaces_id: Mapped[UUID | None]
    is_demo: Mapped[bool]

    @property
    def month(self) -> str:
        """The month of issue, YYYY-MM in Asia/Shanghai."""
        return f"{self.issued_on:%Y-%m}"


class CoveredBatch(Base):
    """How much of one batch a certificate covers, and from which lot it came. Append-only."""

    __tablename__ = "certificate_lines"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity"),
        UniqueConstraint("certificate_id", "batch_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    certificate_id: Mapped[UUID] = mapped_column(ForeignKey("certificates.id"))
    batch_id: Mapped[UUID] = mapped_column(ForeignKey("batches.id"), index=True)
    lot_id: Mapped[UUID | None]
    quantity: Mapped[int]


class Standing(Base):
    """What a certificate is worth now; its moves are in the journal."""

    __tablename__ = "certificate_standings"
    __parties__ = None
    __table_args__ = (
        state_check("status", Status),
        CheckConstraint("status = 'valid' OR because <> ''", name="because"),
        CheckConstraint("status <> 'replaced' OR successor_id IS NOT NULL", name="successor"),
        # One live certificate per load. Two officers can press "issue" in the same second; both
        # read "no certificate yet", both publish, and this index lets one in. The loser's number
        # is made void and the winner's certificate is the answer to both.
        Index(
            "uq_certificate_standings_live_load",
            "load_id",
            unique=True,
            sqlite_where=LIVE,
            postgresql_where=LIVE,
        ),
    )

    id: Mapped[UUID] = mapped_column(ForeignKey("certificates.id"), primary_key=True)
    """The certificate's own id."""
    load_id: Mapped[UUID]
    status: Mapped[str]
    because: Mapped[str]
    successor_id: Mapped[UUID | None] = mapped_column(ForeignKey("certificates.id"))
    changed_at: Mapped[datetime]
    changed_by_id: Mapped[UUID | None]
    arrived_at: Mapped[datetime | None]
    """When the arrival was reported, as movements says; pages show 已到达 from then on."""
