"""Samples that stand alone, without a declaration: self-tests and samples of the monitoring plan.

They are sent, and heard of, the same blind way; what differs (who may, who is told) stays with each.
"""

from __future__ import annotations

import secrets
from decimal import Decimal
from uuid import UUID

from aquacert.kernel.clock import legal_day
from aquacert.kernel.errors import Conflict
from aquacert.kernel.work import Work
from aquacert.reference import queries as reference
from aquacert.sampling.commands.custody import note_sent
from aquacert.sampling.commands.dispatch import Parcel, must_not_own, send_box
from aquacert.sampling.models import PlanSample, SampleDispatch, SelfTest
from aquacert.sampling.queries.labs import method_for
from aquacert.sampling.rules import ALPHABET, MOVES, TISSUE_WORDS, Act, State, Tissue, blind_stage
from aquacert.surveillance.commands import OwnNews
from aquacert.surveillance.rules.own import Purpose, Version
from labs.intake.commands import Announced
from labs.reports.queries import ReportLine, ReportSummary

Alone = SelfTest | PlanSample


def fresh_number(w: Work, letters: str) -> str:
    """Return a number of today that tells nothing: ZJ260512-7QK3M."""
    drawn = "".join(ALPHABET[byte % len(ALPHABET)] for byte in secrets.token_bytes(5))
    return f"{letters}{w.today:%y%m%d}-{drawn}"


def send_alone(
    w: Work, row: Alone, lab_id: UUID, sender_id: UUID, parcel: Parcel | None
) -> SampleDispatch:
    """Send a sample that was taken to a designated laboratory; return its box."""
    if row.state != State.TAKEN.value:
        raise Conflict(f"{row.number} 已经送样。")
    must_not_own(w, lab_id, row.organisation_id)
    row.method_code = method_for(w, lab_id, row.disease_code)
    box = send_box(w, lab_id, sender_id, [row], [_announced(w, row)], parcel or Parcel())
    row.lab_id, row.consignment_id = lab_id, box.consignment_id
    row.dispatch_id, row.sent_at = box.id, w.now
    note_sent(w, row, box)
    w.move(row, MOVES, Act.SEND)
    return box


def news_of(
    report: ReportSummary, line: ReportLine, row: Alone, purpose: Purpose, *, in_scope: bool
) -> OwnNews:
    """Return one line of a sample's report as surveillance takes it."""
    return OwnNews(
        sample_id=row.id,
        organisation_id=row.organisation_id,
        division_code=row.origin_code,
        disease_code=line.disease_code,
        species_code=row.species_code,
        life_stage=row.life_stage,
        individuals=row.individuals,
        sampled_on=legal_day(row.taken_at),
        purpose=purpose,
        method_code=line.method_code,
        outcome=str(line.outcome),
        lab_id=report.lab_id,
        lab_name=report.lab_name,
        in_scope=in_scope,
        report_no=report.number,
        version=Version(report.authorised_at, report.report_id, report.state != "authorised"),
    )


def turned(w: Work, row: Alone, report: ReportSummary, *, stands: bool) -> bool:
    """Move a sample by what stands at its laboratory now; say whether that moved it."""
    act = Act.RELEASE if stands else Act.RETURN
    if not MOVES.allows(State(row.state), act):
        return False
    w.move(row, MOVES, act, because=report.withdrawn_because)
    row.told_at = w.now if stands else None
    return True


def _announced(w: Work, row: Alone) -> Announced:
    tenths = row.water_temperature_tenths
    return Announced(
        blind_code=row.blind_code,
        disease_code=row.disease_code,
        method_code=row.method_code,
        matrix=TISSUE_WORDS[Tissue(row.tissue)],
        individuals=row.individuals,
        sampled_on=legal_day(row.taken_at),
        water_temperature=None if tenths is None else Decimal(tenths) / 10,
        species=reference.species(w, row.species_code).name_zh,
        life_stage=blind_stage(row.life_stage),
        keep_apart=secrets.token_hex(4),
    )
