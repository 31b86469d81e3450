"""Self-tests (自检): a hatchery takes, labels and sends a sample of its own, the same blind way.

Nothing of a self-test hangs on a declaration or a batch, so no certificate can count it by
accident; whether one ever counts is a dated rule of the certificates' side.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from aquacert.accounts.commands import tell
from aquacert.accounts.queries import refuse_if_off
from aquacert.accounts.rules.capabilities import Capability
from aquacert.hatcheries.models import Hatchery, Lot
from aquacert.hatcheries.queries import lot_lines, lot_of
from aquacert.kernel.errors import Invalid, NotAllowed
from aquacert.kernel.work import Work
from aquacert.reference import queries as reference
from aquacert.sampling.commands.alone import fresh_number, news_of, send_alone, turned
from aquacert.sampling.commands.custody import note_taken
from aquacert.sampling.commands.dispatch import Parcel
from aquacert.sampling.commands.facts import SelfTestSent, SelfTestTaken, SelfTestTold
from aquacert.sampling.commands.labels import fresh_code
from aquacert.sampling.models import SelfTest
from aquacert.sampling.queries.own import live_report, own_test, self_test_by_code
from aquacert.sampling.queries.plans import Wish, advice, animals_in, plan_for
from aquacert.sampling.rules import (
    Preservation,
    State,
    Tissue,
)
from aquacert.surveillance.commands import take_own_result
from aquacert.surveillance.rules.own import Purpose
from labs.custody.commands import new_salt
from labs.reports.queries import report_summary


@dataclass(frozen=True)
class OwnTaking:
    """What the hatchery says of its sample. `individuals` None: as many as the rules plan."""

    individuals: int | None = None
    preservation: Preservation = Preservation.ICE
    water_temperature: Decimal | None = None
    label: str = ""
    label_again: str = ""


def take_self_test(w: Work, lot_id: UUID, disease_code: str, more: OwnTaking | None = None) -> UUID:
    """Take a sample of one's own lot for one disease and return the self-test's id."""
    more = more or OwnTaking()
    farm, lot = _own_lot(w, lot_id, disease_code)
    plan = plan_for(
        w,
        species_code=lot.species_code,
        life_stage=lot.life_stage,
        population=animals_in(lot.balance, lot.unit),
        wish=Wish(),
        individuals=more.individuals,
    )
    if plan.individuals > plan.population:
        raise Invalid("取的比存塘还多。", individuals=f"最多 {plan.population}")
    rule = advice(w, lot.species_code, lot.life_stage, disease_code, None)
    scans = (more.label, more.label_again)
    code, scanned = fresh_code(w, scans, {farm.organisation_id})
    water = more.water_temperature
    row = w.add(
        SelfTest(
            id=w.new_id(),
            organisation_id=farm.organisation_id,
            hatchery_id=farm.id,
            origin_code=farm.division_code,
            lot_id=lot.id,
            pond_name=lot_lines(w, [lot.id])[lot.id].pond_name,
            species_code=lot.species_code,
            life_stage=lot.life_stage,
            disease_code=disease_code,
            method_code="",
            number=fresh_number(w, "ZJ"),
            blind_code=code,
            tissue=(rule.tissue if rule else Tissue.WHOLE).value,
            preservation=more.preservation.value,
            individuals=plan.individuals,
            pool_size=plan.pools[0],
            water_temperature_tenths=None if water is None else round(water * 10),
            taken_at=w.now,
            taken_by_id=w.actor.person_id,
            label_scanned_at=w.now if scanned else None,
            custody_salt=new_salt(),
            state=State.TAKEN.value,
        )
    )
    note_taken(w, row)
    fact = SelfTestTaken(row.number, disease_code, lot.id)
    w.record(fact, on=row, county=row.origin_code)
    return row.id


def _own_lot(w: Work, lot_id: UUID, disease_code: str) -> tuple[Hatchery, Lot]:
    """Return farm and lot of a self-test; the lot must be the actor's own, there, and its host."""
    farm, lot = lot_of(w, lot_id)
    if farm.organisation_id not in w.actor.scope.organisation_ids:
        raise NotAllowed("只能给自己场里的苗做自检。")
    refuse_if_off(w, Capability.SELF_TEST, farm.division_code)
    if not reference.affects(w, disease_code, lot.species_code):
        raise Invalid("这个病种不感染这个品种。", disease_code="换一个病种")
    if lot.balance < 1:
        raise Invalid("这一批已经没有存塘了。", lot_id="换一个塘口")
    return farm, lot


def send_self_test(w: Work, self_test_id: UUID, lab_id: UUID, parcel: Parcel | None = None) -> UUID:
    """Send a self-test to a designated laboratory of the hatchery's choice; return the consignment."""
    row = w.get_for_change(SelfTest, self_test_id)
    if row.organisation_id not in w.actor.scope.organisation_ids:
        raise NotAllowed("只能送自己场里的样品。")
    box = send_alone(w, row, lab_id, row.organisation_id, parcel)
    w.record(SelfTestSent(lab_id, box.box_number), on=row, county=row.origin_code)
    return box.consignment_id


def note_self_test(w: Work, report_id: UUID) -> None:
    """Take up news of a report on a self-test: tell the hatchery, and surveillance.

    Any order and any number of times end in one state: what stands at the laboratory decides.
    """
    report = report_summary(w, report_id)
    row = self_test_by_code(w, report.blind_code) if report else None
    if report is None or row is None:
        return
    row = w.get_for_change(SelfTest, row.id)
    for line in report.lines:
        known = own_test(w, row).in_scope
        take_own_result(w, news_of(report, line, row, Purpose.SELF, in_scope=known))
    stands = live_report(w, row) is not None
    if not turned(w, row, report, stands=stands):
        return
    w.record(SelfTestTold(report.number, str(report.state)), on=row, county=row.origin_code)
    subject = f"自检 {row.number} 的结果{'出来了' if stands else '被实验室撤回，正在重做'}"
    link = f"/sampling/own/{row.id}"
    tell(w, to_organisation=row.organisation_id, kind="report", subject=subject, link=link)
