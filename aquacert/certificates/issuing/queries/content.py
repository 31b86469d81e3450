"""What a certificate will say: every word from the declaration and the checks, none typed here.

Filling rules: domain study §2.5 (动物检疫证明填写规范): quantity in Chinese capitals without a space,
place as 省市县 + name, ear tag "/" for aquatic animals, remarks hold batches and reports (documents write those).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from aquacert.accounts import queries as accounts
from aquacert.certificates.rules.kinds import Kind, kind_for, valid_days
from aquacert.declarations import queries as declarations
from aquacert.declarations.rules.answers import MODE_WORDS, PURPOSE_WORDS, Mode, Purpose
from aquacert.inspections import queries as inspections
from aquacert.inspections.rules import Verdict
from aquacert.kernel.clock import legal_day
from aquacert.kernel.work import Look
from aquacert.reference import queries as reference
from aquacert.reference.rules import quantity as quantities
from aquacert.sampling import queries as sampling
from aquacert.sampling.rules import RequiredTest, TestStanding
from aquacert.trust import cbor
from aquacert.trust.claims import QrClaims
from aquacert.trust.errors import Refused
from aquacert.trust.record import Record, RecordBatch, RecordReport, valid_until

NOT_YET = "0000000000"
ALLOTTED = ("number", "public_id", "issued_at", "status_list", "status_index")
"""Fields that are allotted after the preview; everything else is what the vet was shown."""
ARRIVAL_RULE = "arrival.report"
FORM_HOURS = 24
"""What the footnote of the 2010 form itself says, where no dated rule binds."""
ROAD_FIELDS = ("carrier", "carrier_phone", "transport_mode", "plate", "disinfectant")
UNIT_WORDS = {"kg": "千克"}
"""Units as the certificate writes them, where the ledger writes them otherwise."""
TITLES = {
    "owner": "货主",
    "owner_phone": "货主联系电话",
    "species": "动物种类",
    "purpose": "用途",
    "origin_place": "启运地点",
    "destination_place": "到达地点",
    "carrier": "承运人",
    "carrier_phone": "承运人联系电话",
    "transport_mode": "运载方式",
    "plate": "运载工具牌号",
    "disinfectant": "运载工具消毒情况",
    "vet": "官方兽医",
    "vet_number": "官方兽医编号",
}
"""Statutory fields that must not be empty; the road fields only on form A."""


@dataclass(frozen=True)
class Allotted:
    """What a certificate gets when it is numbered."""

    number: str
    public_id: str
    issued_at: datetime
    status_list: int
    status_index: int


@dataclass(frozen=True)
class Content:
    """Everything a certificate will say but what is allotted to it."""

    draft: Record | None
    """None when the load is so incomplete that no record can be made of it."""
    kind: Kind
    missing: tuple[str, ...]
    """Chinese names of statutory fields that are empty."""

    @property
    def preview(self) -> str:
        """Return the digest (hex) of what the vet is shown; "" when there is no record."""
        return "" if self.draft is None else preview_of(self.draft)

    def record(self, allotted: Allotted) -> Record:
        """Return the record with its number, page, instant and status slot."""
        if self.draft is None:
            raise ValueError("no record can be made of this load")
        return replace(
            self.draft,
            number=allotted.number,
            public_id=allotted.public_id,
            issued_at=int(allotted.issued_at.timestamp()),
            status_list=allotted.status_list,
            status_index=allotted.status_index,
        )


@dataclass(frozen=True)
class Known:
    """Answers of other rooms that both the content and the readiness need, asked once."""

    office: accounts.Issuer
    issuing_province: str
    signer: accounts.Signer | None
    """Who would sign, None for a machine."""
    verdicts: Mapping[UUID, Verdict]
    """By batch: what the vet found."""
    needed: Mapping[UUID, tuple[RequiredTest, ...]]
    """By batch: what it must be tested for."""
    tests: Mapping[UUID, tuple[TestStanding, ...]]
    """By batch: where every ordered test stands, and what a dated rule lets stand in for one."""

    @property
    def is_on_record(self) -> bool:
        """Say whether the signer is an official vet on record in the place of origin today."""
        return self.signer is not None and self.signer.is_on_record


def known(look: Look, load: declarations.LoadFacts) -> Known:
    """Ask the rooms below."""
    office = accounts.issuer(look, load.office_id)
    person = look.actor.person_id
    verdicts = inspections.verdicts(look, load.declaration_id)
    asked = {line.batch_id: _tests(look, load, line, verdicts) for line in load.lines}
    return Known(
        office=office,
        issuing_province=reference.province_of(look, office.division_code),
        signer=accounts.signer(look, person, load.origin_code, look.today) if person else None,
        verdicts=verdicts,
        needed={batch_id: needed for batch_id, (needed, _found) in asked.items()},
        tests={batch_id: found for batch_id, (_needed, found) in asked.items()},
    )


def _tests(
    look: Look,
    load: declarations.LoadFacts,
    line: declarations.LineFacts,
    verdicts: Mapping[UUID, Verdict],
) -> tuple[tuple[RequiredTest, ...], tuple[TestStanding, ...]]:
    verdict = verdicts.get(line.batch_id)
    return sampling.tests_for(
        look,
        batch_id=line.batch_id,
        organisation_id=load.organisation_id,
        declaration_id=load.declaration_id,
        species_code=line.species_code,
        declared_on=legal_day(load.submitted_at),
        suspected=verdict.suspected if verdict else frozenset(),
    )


def unfit(content: Content, now: datetime) -> str:
    """Return why the record could not be signed as it is, or "": tried on a blank number.

    So that what trust refuses is refused at the preview, in words, and costs no number.
    """
    if content.draft is None:
        return ""
    try:
        QrClaims.of(content.record(Allotted(NOT_YET, "", now, 0, 0))).encode()
    except Refused as refused:
        return refused.detail or refused.sentence
    return ""


def preview_of(record: Record) -> str:
    """Return SHA-256 (hex) of a record without what is allotted after the preview.

    The end of validity is in it, so a preview does not outlive its legal day.
    """
    shown = {name: value for name, value in record.fields().items() if name not in ALLOTTED}
    return hashlib.sha256(cbor.encode(shown)).hexdigest()


def content_of(look: Look, load: declarations.LoadFacts, asked: Known) -> Content:
    """Return what the certificate of a load would say if this actor signed it now."""
    office = asked.office
    kind = kind_for(
        issuing_province=asked.issuing_province,
        destination_province=reference.province_of(look, load.destination_code),
    )
    values = {
        **_goods(look, load, asked),
        **_transport(load),
        **_parties(load, asked),
    }
    wait = (legal_day(load.departs_at) - look.today).days
    days = valid_days(kind, load.travel_days, wait)
    wanted = [name for name in TITLES if kind is Kind.A or name not in ROAD_FIELDS]
    missing = tuple(TITLES[name] for name in wanted if not values[name])
    if not load.lines or sum(line.load_quantity for line in load.lines) <= 0:
        return Content(None, kind, missing)
    draft = Record(
        number=NOT_YET,
        kind=kind.value,
        public_id="",
        issued_at=0,
        valid_days=days,
        valid_until=int(valid_until(kind.value, look.now, days).timestamp()),
        authority_code=office.division_code,
        body=office.name_zh,
        body_phone=office.phone,
        arrival_hours=_arrival_hours(look),
        status_list=0,
        status_index=0,
        is_demo=look.settings.is_demo,
        **values,
    )
    return Content(draft, kind, missing)


def _arrival_hours(look: Look) -> int:
    """Return the hours of the footnote: the binding rule's, else the form's own 24 (2010)."""
    rule = reference.binding_rule(look, ARRIVAL_RULE, look.today)
    return rule.value if rule else FORM_HOURS


def _goods(look: Look, load: declarations.LoadFacts, asked: Known) -> dict[str, Any]:
    reports = _reports(load, asked)
    batches = tuple(
        RecordBatch(
            number=str(line.batch_no),
            pond=line.pond_name or "",
            variety=line.variety or "",
            life_stage=line.life_stage or "",
            quantity=line.load_quantity,
        )
        for line in load.lines
    )
    total = sum(line.load_quantity for line in load.lines)
    first = load.lines[0] if load.lines else None
    unit = UNIT_WORDS.get(first.unit, first.unit) if first else ""
    species = reference.species(look, first.species_code) if first else None
    return {
        "species_code": species.code if species else "",
        "species": species.name_zh if species else "",
        "species_latin": species.scientific_name if species else "",
        "quantity": total,
        "unit": unit,
        "quantity_words": quantities.in_words(total, unit) if total > 0 else "",
        "purpose": PURPOSE_WORDS[Purpose(load.purpose)] if load.purpose else "",
        "batches": batches,
        "reports": reports,
        "remarks": f"申报单 {load.declaration_no} 第 {load.load_no} 车。",
        "declaration": load.declaration_no or "",
        "load": str(load.load_no),
    }


def _reports(load: declarations.LoadFacts, asked: Known) -> tuple[RecordReport, ...]:
    return tuple(
        RecordReport(
            number=test.report_no or "",
            laboratory=test.lab_name or "",
            batch=str(line.batch_no),
            disease=test.disease_name,
            method=test.method_code or "",
            outcome=test.outcome,
            sampled_on=test.sampled_on.isoformat() if test.sampled_on else "",
        )
        for line in load.lines
        for test in asked.tests[line.batch_id]
        if test.outcome is not None
    )


def _transport(load: declarations.LoadFacts) -> dict[str, Any]:
    return {
        "carrier": load.carrier_name or "",
        "carrier_phone": load.carrier_phone or "",
        "transport_mode": MODE_WORDS[Mode(load.transport_mode)] if load.transport_mode else "",
        "plate": load.plate or "",
        "disinfectant": load.disinfectant or "",
    }


def _parties(load: declarations.LoadFacts, asked: Known) -> dict[str, Any]:
    signer = asked.signer if asked.is_on_record else None
    return {
        "owner": load.owner_name or "",
        "owner_phone": load.owner_phone or "",
        "origin_code": load.origin_code,
        "origin": load.origin_name,
        "origin_place": load.origin_place or "",
        "destination_code": load.destination_code,
        "destination": load.destination_name,
        "destination_place": load.destination_place or "",
        "consignee": load.consignee_name or "",
        "vet": signer.name if signer else "",
        "vet_number": signer.number if signer else "",
    }
