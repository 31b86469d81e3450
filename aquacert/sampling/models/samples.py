"""Tables of plans, ordered tests and samples. Here the blind code meets the farm."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from aquacert.kernel.db import Base, Json, state_check
from aquacert.sampling.rules import Because, Matrix, Purpose, State

PARTIES = {
    "divisions": ("origin_code",),
    "organisations": ("office_id", "organisation_id"),
    "people": ("vet_id",),
}


class SamplingPlan(Base):
    """A disease the province's yearly plan has tested in a species, between two days."""

    __tablename__ = "sampling_plans"
    __parties__ = None

    id: Mapped[UUID] = mapped_column(primary_key=True)
    disease_code: Mapped[str]
    species_code: Mapped[str] = mapped_column(index=True)
    from_on: Mapped[date]
    until_on: Mapped[date]
    title: Mapped[str]


class Sample(Base):
    """One sealed sample of one batch; the laboratory knows it by its blind code alone."""

    __tablename__ = "samples"
    __parties__ = PARTIES
    __table_args__ = (
        state_check("state", State),
        state_check("matrix", Matrix),
        CheckConstraint("individuals > 0", name="individuals"),
        CheckConstraint("state = 'taken' OR lab_id IS NOT NULL", name="sent_to"),
        UniqueConstraint("declaration_id", "number"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    declaration_id: Mapped[UUID] = mapped_column(ForeignKey("declarations.id"), index=True)
    batch_id: Mapped[UUID] = mapped_column(ForeignKey("batches.id"), index=True)
    origin_code: Mapped[str]
    office_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    vet_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    number: Mapped[int]
    sheet_number: Mapped[str]
    seal_number: Mapped[str] = mapped_column(unique=True)
    blind_code: Mapped[str] = mapped_column(unique=True)
    matrix: Mapped[str]
    individuals: Mapped[int]
    water_temperature_tenths: Mapped[int | None]
    taken_at: Mapped[datetime]
    taken_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    taken_with: Mapped[str]
    """Role of the second sampler; never a name."""
    state: Mapped[str]
    lab_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisations.id"))
    consignment_id: Mapped[UUID | None]
    sent_at: Mapped[datetime | None]
    purpose: Mapped[str] = mapped_column(server_default=Purpose.OFFICIAL.value)
    life_stage: Mapped[str] = mapped_column(server_default="")
    """As the vet saw it; the declaration's own word at first."""
    length_mm: Mapped[int | None]
    """Mean total length."""
    tissue: Mapped[str] = mapped_column(server_default="")
    """Finer than `matrix`; empty in rows older than this column."""
    live_count: Mapped[int | None]
    """Of the individuals, how many were alive when taken."""
    preservation: Mapped[str] = mapped_column(server_default="")
    pool_size: Mapped[int | None]
    pools: Mapped[int | None]
    population: Mapped[int | None]
    prevalence_tenths: Mapped[int | None]
    """Share the plan assumes infected, in tenths of a percent."""
    confidence_tenths: Mapped[int | None]
    sensitivity_thousandths: Mapped[int | None]
    specificity_thousandths: Mapped[int | None]
    planned: Mapped[int | None]
    """Individuals that the rules ask for."""
    plan_basis: Mapped[str] = mapped_column(server_default="")
    plan_version: Mapped[str] = mapped_column(server_default="")
    plan_because: Mapped[str] = mapped_column(server_default="")
    """Why somebody took another number than the rules'; `taken_by_id` is who."""
    window_warned: Mapped[str] = mapped_column(server_default="")
    """Diseases whose water temperature was missed, by code, with commas."""
    label_scanned_at: Mapped[datetime | None]
    """When a pre-printed label was scanned on tube and sheet; None: the code was drawn here."""
    custody_salt: Mapped[str] = mapped_column(server_default="")
    dispatch_id: Mapped[UUID | None]

    def search_text(self) -> str:
        """Found by sheet, seal and blind code."""
        return f"{self.sheet_number} {self.seal_number} {self.blind_code}"


class OrderedTest(Base):
    """One disease one batch is to be tested for; an order is never forgotten."""

    __tablename__ = "ordered_tests"
    __parties__ = PARTIES
    __table_args__ = (
        state_check("because", Because),
        UniqueConstraint("batch_id", "disease_code"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    declaration_id: Mapped[UUID] = mapped_column(ForeignKey("declarations.id"), index=True)
    batch_id: Mapped[UUID] = mapped_column(ForeignKey("batches.id"))
    origin_code: Mapped[str]
    office_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    vet_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    disease_code: Mapped[str]
    because: Mapped[str]
    ordered_at: Mapped[datetime]
    sample_id: Mapped[UUID | None] = mapped_column(ForeignKey("samples.id"), index=True)
    method_code: Mapped[str]


class SampleAnnex(Base):
    """The signed annex of one report: which batch, where, by whom in what role. Append-only.

    The laboratory never gets it: it has no part in `__parties__`.
    """

    __tablename__ = "sample_annexes"
    __parties__ = PARTIES
    __table_args__ = (UniqueConstraint("sample_id", "report_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    sample_id: Mapped[UUID] = mapped_column(ForeignKey("samples.id"))
    origin_code: Mapped[str]
    office_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    vet_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    report_id: Mapped[UUID]
    report_no: Mapped[str]
    report_digest: Mapped[str]
    content: Mapped[dict[str, Any]] = mapped_column(Json)
    digest: Mapped[str]
    """SHA-256 (hex) of the canonical CBOR of the content: what is signed."""
    cose: Mapped[bytes]
    key_id: Mapped[str]
    made_at: Mapped[datetime]
