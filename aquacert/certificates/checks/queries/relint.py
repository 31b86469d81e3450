"""The lints asked again of what was issued, as of its day of issue.

From the signed record alone what the record can tell; from the tables of the rooms below, as they
stand today for that day, what they still know. Each room is asked through its own questions.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, date, datetime
from uuid import UUID

from sqlalchemy import select

from aquacert.accounts import queries as accounts
from aquacert.certificates.checks.queries.rows import Facts
from aquacert.certificates.issuing.queries.plans import certified
from aquacert.certificates.models import BackingReport, CertificateNumber, NumberSegment
from aquacert.certificates.rules.facts import BatchFacts, ReadyFacts, RequiredResult
from aquacert.certificates.rules.kinds import Kind, kind_for
from aquacert.certificates.rules.lint import DRAFT_LINTS, Draft
from aquacert.certificates.rules.lints import LINTS, Moment, of_moment
from aquacert.certificates.rules.readiness import findings
from aquacert.certificates.rules.states import LIVE
from aquacert.declarations import queries as declarations
from aquacert.declarations.queries.places import places_from
from aquacert.hatcheries import queries as hatcheries
from aquacert.hatcheries.queries.points import points_of_farm
from aquacert.inspections import queries as inspections
from aquacert.inspections.rules import Verdict
from aquacert.kernel.clock import legal_day
from aquacert.kernel.errors import NotFound, NotReady
from aquacert.kernel.work import Look
from aquacert.reference import queries as reference
from aquacert.sampling import queries as sampling
from aquacert.surveillance import queries as surveillance
from aquacert.surveillance.models import Zone
from aquacert.trust.claims import QrClaims
from aquacert.trust.cose import read
from aquacert.trust.errors import Refused
from aquacert.trust.record import Record

Found = tuple[str, str]
"""Lint id and a sentence."""
MAX_DAYS = {Kind.A: "certificate_a.valid_days_max", Kind.B: "certificate_b.valid_days"}
RESULT_RULE = "result.valid_days"
FORM_DAYS = {Kind.A: 5, Kind.B: 1}
AGAIN = frozenset(of_moment(Moment.ISSUED))
"""Ids of the lints that are asked again."""


def relint(look: Look, row: Facts) -> tuple[Found, ...]:
    """Return (lint id, sentence) of every lint that an issued certificate fails."""
    try:
        record = Record.decode(row.record)
        claims = QrClaims.decode(read(row.cose).payload)
    except (Refused, ValueError):
        return (("qr.claims_of_the_record", "记录或二维码解不开"),)
    found = list(_of_the_bytes(look, row, record, claims))
    try:
        load = declarations.load_facts(look, row.load_id)
        facts = _as_of(look, row, record, load)
    except NotFound:
        return (*found, ("declaration.accepted", "找不到这一车的申报"))
    again = findings(facts, row.issued_on)
    found += [(name, reason.sentence) for name, reason in again if name in AGAIN]
    return tuple(found)


def _of_the_bytes(look: Look, row: Facts, record: Record, claims: QrClaims) -> Iterator[Found]:
    """What the record and its code tell of themselves, whatever the tables say today."""
    kind = kind_for(
        issuing_province=reference.province_of(look, record.authority_code),
        destination_province=reference.province_of(look, record.destination_code),
    )
    draft = Draft(
        number=record.number,
        province=look.settings.province,
        kind=kind,
        quantity=record.quantity,
        unit=record.unit,
        species_code=record.species_code,
        origin=record.origin_code,
        destination=record.destination_code,
        issued_on=row.issued_on,
        valid_days=record.valid_days,
        valid_days_max=_days(look, MAX_DAYS[kind], row.issued_on) or FORM_DAYS[kind],
        confirmed="",
        content="",
        record_digest=hashlib.sha256(row.record).digest(),
        read_back=_read_back(claims),
        texts={name: text for name, text in vars(record).items() if isinstance(text, str)},
        batches=tuple(batch.quantity for batch in record.batches),
    )
    for name in DRAFT_LINTS.keys() & AGAIN:
        if not DRAFT_LINTS[name](draft):
            yield name, f"不成立：{LINTS[name].title}"
    if not claims.are_of(row.record):
        yield "qr.claims_of_the_record", "二维码各项与记录不符"
    if not _in_segment(look, row.number):
        yield "number.in_segment", "证号不在取用它的号段之内"


def _read_back(claims: QrClaims) -> dict[str, object]:
    return {
        "kind": claims.kind,
        "valid_days": claims.valid_days,
        "issued_on": legal_day(datetime.fromtimestamp(claims.issued_at, UTC)),
        "digest": claims.digest,
    }


def _in_segment(look: Look, number: str) -> bool:
    serial = int(number) if number.isascii() and number.isdigit() else -1
    held = look.one(
        select(NumberSegment.id)
        .join(CertificateNumber, CertificateNumber.segment_id == NumberSegment.id)
        .where(
            CertificateNumber.number == number,
            NumberSegment.first <= serial,
            NumberSegment.last >= serial,
        )
    )
    return held is not None


def _as_of(look: Look, row: Facts, record: Record, load: declarations.LoadFacts) -> ReadyFacts:
    """Return the facts of the load as of the day of issue; what only that moment knew is fine."""
    on: date = row.issued_on
    kind = Kind(record.kind)
    # By today's outlines: one that was redrawn since names what it holds now, as it should.
    blocks = surveillance.blocks(
        look,
        species_codes={record.species_code},
        places=places_from(
            record.origin_code,
            points_of_farm(look, load.hatchery_id),
            [record.destination_code],
        ),
        on=on,
    )
    return ReadyFacts(
        declaration_state="closed",
        declared_by_id=load.declared_by_id,
        proxy_ids=frozenset(),
        signer_id=row.vet_id,
        signer_on_record=accounts.may_sign(look, row.vet_id, record.origin_code, on),
        signer_in_lab=False,
        signer_in_trade=False,
        kind=kind,
        issuing_province=reference.province_of(look, record.authority_code),
        origin_province=reference.province_of(look, record.origin_code),
        batches=_batches(look, row, record, load),
        blocks=tuple(
            block.sentence for block in blocks if block.zone_id in _known_zones(look, row)
        ),
        has_live_certificate=True,
        is_replacement=True,
        numbers_left=1,
        departs_on=legal_day(load.departs_at) if load.departs_at else None,
        travel_days=0,
        valid_days_max=FORM_DAYS[kind],
    )


def _known_zones(look: Look, row: Facts) -> frozenset[UUID]:
    """Return the zones that were on record when the certificate was issued: no later one counts."""
    return frozenset(look.scalars(select(Zone.id).where(Zone.opened_at <= row.issued_at)))


def _batches(
    look: Look, row: Facts, record: Record, load: declarations.LoadFacts
) -> tuple[BatchFacts, ...]:
    verdicts = inspections.verdicts(look, load.declaration_id)
    lines = {str(line.batch_no): line for line in load.lines}
    found = []
    for batch in record.batches:
        line = lines.get(batch.number)
        if line is None:
            raise NotFound
        verdict = verdicts.get(line.batch_id)
        licence = hatcheries.licence_standing(
            look, load.hatchery_id, record.species_code, row.issued_on
        )
        others = certified(look, line.batch_id, row.id) if row.status in LIVE else 0
        found.append(
            BatchFacts(
                number=line.batch_no,
                species_code=record.species_code,
                unit=record.unit,
                declared_quantity=batch.quantity,
                load_quantity=batch.quantity,
                verdict=verdict.outcome if verdict else None,
                checked_by_id=verdict.vet_id if verdict else None,
                inspected_quantity=verdict.quantity if verdict else None,
                certified_quantity=others,
                licence_ok=licence.ok,
                licence_because=licence.sentence.rstrip("。"),
                tests=_tests(look, row, load, line, verdict, record),
            )
        )
    return tuple(found)


def _tests(
    look: Look,
    row: Facts,
    load: declarations.LoadFacts,
    line: declarations.LineFacts,
    verdict: Verdict | None,
    record: Record,
) -> tuple[RequiredResult, ...]:
    """The reports the certificate names, and every required disease it names none for."""
    named = [report for report in record.reports if report.batch == str(line.batch_no)]
    lent = _lent(look, row, line.batch_id)
    submitted = legal_day(load.submitted_at)
    results = []
    for report in named:
        sampled = date.fromisoformat(report.sampled_on) if report.sampled_on else None
        rule, on = RESULT_RULE, sampled
        if report.disease in lent:
            rule, on = lent[report.disease], submitted
        results.append(
            RequiredResult(
                disease=report.disease,
                because="",
                state="released",
                outcome=report.outcome,
                report_no=report.number,
                in_scope=True,
                sampled_on=sampled,
                valid_days=_days(look, rule, on) if on else 0,
            )
        )
    needed = sampling.required_for(
        look,
        species_code=line.species_code,
        on=submitted,
        suspected=verdict.suspected if verdict else frozenset(),
        orders=[],
    )
    told = {report.disease for report in named}
    names = {reference.disease(look, test.disease_code).name_zh for test in needed}
    results += [RequiredResult(disease=name, because="") for name in sorted(names - told)]
    return tuple(results)


def _lent(look: Look, row: Facts, batch_id: UUID) -> dict[str, str]:
    """Return disease → the dated rule under which another sample's result counted."""
    found = look.scalars(
        select(BackingReport).where(
            BackingReport.certificate_id == row.id,
            BackingReport.batch_id == batch_id,
            BackingReport.rule_id != "",
        )
    )
    return {reference.disease(look, one.disease_code).name_zh: one.rule_id for one in found}


def _days(look: Look, rule_id: str, on: date) -> int:
    try:
        return reference.rule(look, rule_id, on).value
    except (NotFound, NotReady):
        return 0
