"""Everything that decides whether a certificate can be issued, as values and nothing else.

Rooms below answer; `issuing.queries` gathers their answers into these. Quantities are exact
integers in the load's unit (尾, 万尾 is already multiplied out). `None` always means "not known",
never "not needed": a test that is required and has no report is present here without a report.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from aquacert.certificates.rules.kinds import Kind


@dataclass(frozen=True)
class RequiredResult:
    """One test that the rules, a suspicion or a plan require of a batch, and how far it came."""

    disease: str
    """Name in Chinese, for people."""
    because: str
    """Why it is required: 必检 / 疑似 / 计划, as sampling says."""
    state: str = "missing"
    """missing · ordered · sampled · sent · received · released · withdrawn."""
    outcome: str | None = None
    """negative · positive; None until released."""
    report_no: str = ""
    lab: str = ""
    in_scope: bool = False
    """Whether the laboratory was designated for this disease and method on the sampling day."""
    sampled_on: date | None = None
    valid_days: int = 0
    """Days a result holds from the sampling day, by the dated rule of that day; 0 = no rule."""
    disease_code: str = ""
    report_id: UUID | None = None
    sample_id: UUID | None = None
    of_batch: bool = True
    """Whether the sample was taken of this very batch."""
    rule_id: str = ""
    """The dated rule under which another sample's result counts; "" = the batch's own."""
    told: str = ""
    """Where it stands, in one sentence, while it does not let the batch pass."""


@dataclass(frozen=True)
class BatchFacts:
    """One batch as this load takes it."""

    number: int
    species_code: str
    unit: str
    declared_quantity: int
    load_quantity: int
    verdict: str | None = None
    """pass · fail · pending; None when nobody looked yet."""
    checked_by_id: UUID | None = None
    checked_by_official: bool = False
    inspected_quantity: int | None = None
    certified_quantity: int = 0
    """Already on other live certificates of the same batch."""
    licence_ok: bool = False
    licence_because: str = ""
    stock: int | None = None
    """Balance of the ledger for the batch's lot; None when the batch is wild-caught (no lot)."""
    needs_stock: bool = True
    lot_held: bool = False
    """Its lot stands under an order of treatment (检疫处理)."""
    is_isolated: bool = False
    """The vet isolated and reported it as a suspected epidemic."""
    is_doubted: bool = False
    """The vet said on another device that it failed."""
    tests: tuple[RequiredResult, ...] = ()
    fresh: tuple[tuple[str, str, date], ...] = ()
    """Fresh negatives that surveillance zones ask for: (disease, its name, sampled since)."""


@dataclass(frozen=True)
class ReadyFacts:
    """One load, its batches and the person who would sign, at one moment."""

    declaration_state: str
    declared_by_id: UUID | None
    proxy_ids: frozenset[UUID]
    signer_id: UUID | None
    signer_on_record: bool
    """An official vet appointed on record in the place of origin on the day."""
    signer_in_lab: bool
    signer_in_trade: bool
    kind: Kind
    issuing_province: str
    origin_province: str
    batches: tuple[BatchFacts, ...]
    blocks: tuple[str, ...]
    """One sentence per zone or event that stops this origin or destination."""
    has_live_certificate: bool
    is_replacement: bool
    numbers_left: int
    departs_on: date | None
    travel_days: int
    valid_days_max: int
    """From the dated rule certificate_a.valid_days_max or certificate_b.valid_days."""
    missing_glyphs: str = ""
    """Characters that no embedded font can draw."""
    missing_fields: tuple[str, ...] = ()
    """Chinese names of statutory fields that are empty."""
    unfit: str = ""
    """Why the record cannot be encoded and signed as it is, in the words of trust."""
    load_state: str = "planned"
    """planned · certified · arrived · cancelled, as declarations says."""
    replaces_another: bool = False
    """A certificate is to be replaced that is not this load's own valid one."""
    is_halted: bool = False
    """The stop switch of the county or of the province is on."""
