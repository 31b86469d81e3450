"""Keep what entitles a laboratory: accreditations, proficiency tests, capacity, its people's authorisations."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar
from uuid import UUID

from sqlalchemy import select

from aquacert.kernel.audit import Fact
from aquacert.kernel.errors import Conflict, Invalid, NotAllowed, NotAllowedNow
from aquacert.kernel.work import Work
from aquacert.reference.queries import disease, methods
from labs.register.commands.rights import in_order, of_lab, of_province, written
from labs.register.models import Accreditation, Authorisation, Laboratory, ProficiencyTest
from labs.register.queries import laboratory
from labs.register.queries.holdings import staff_of
from labs.register.queries.sending import is_failed
from labs.register.rules.holdings import StaffAct
from labs.register.rules.sending import ACCREDITATION_WORDS, AccreditationKind, ProficiencyOutcome


@dataclass(frozen=True)
class Accredited(Fact):
    """A laboratory is entitled for a span."""

    tag: ClassVar[str] = "labs:register:accredit"
    title: ClassVar[str] = "登记实验室资质"
    kind: str
    number: str
    from_on: date
    until_on: date


@dataclass(frozen=True)
class AccreditationEnded(Fact):
    """An accreditation was taken away before its last day."""

    tag: ClassVar[str] = "labs:register:end-accreditation"
    title: ClassVar[str] = "撤销实验室资质"
    kind: str


@dataclass(frozen=True)
class CapacitySet(Fact):
    """How many items a laboratory can test in a day."""

    tag: ClassVar[str] = "labs:register:capacity"
    title: ClassVar[str] = "登记日检测能力"
    capacity_per_day: int


@dataclass(frozen=True)
class ProficiencyRecorded(Fact):
    """A laboratory took part in a proficiency test."""

    tag: ClassVar[str] = "labs:proficiency:record"
    title: ClassVar[str] = "登记能力验证"
    disease_code: str
    method_code: str
    outcome: str
    taken_on: date


@dataclass(frozen=True)
class StaffAuthorised(Fact):
    """A laboratory authorised a person for an act."""

    tag: ClassVar[str] = "labs:staff:authorise"
    title: ClassVar[str] = "授权实验室人员"
    act: str
    disease_code: str
    method_code: str
    from_on: date
    until_on: date


@dataclass(frozen=True)
class StaffEnded(Fact):
    """A laboratory took an authorisation back."""

    tag: ClassVar[str] = "labs:staff:end"
    title: ClassVar[str] = "收回人员授权"


def accredit(
    w: Work,
    lab_id: UUID,
    *,
    kind: AccreditationKind | str,
    from_on: date,
    until_on: date,
    number: str = "",
) -> UUID:
    """Write down an accreditation over a span: a renewal is a new row. The province keeps these."""
    of_province(w)
    lab = w.get_for_change(Laboratory, lab_id)
    row = entitle(w, lab, AccreditationKind(kind), number.strip(), (from_on, until_on))
    fact = Accredited(row.kind, row.number, from_on, until_on)
    w.record(fact, on=row, county=lab.division_code)
    return row.id


def entitle(
    w: Work, lab: Laboratory, kind: AccreditationKind, number: str, span: tuple[date, date]
) -> Accreditation:
    """Add the row, and repeat the newest of its kind in the laboratory's own row. Its caller records."""
    from_on, until_on = span
    in_order(from_on, until_on)
    same = (Accreditation.lab_id == lab.id, Accreditation.kind == kind)
    if w.one(select(Accreditation.id).where(*same, Accreditation.from_on == from_on)) is not None:
        raise Conflict(f"{ACCREDITATION_WORDS[kind]}从 {from_on} 起的一行已经登记过。")
    row = w.add(
        Accreditation(
            id=w.new_id(),
            lab_id=lab.id,
            kind=kind,
            number=number,
            from_on=from_on,
            until_on=until_on,
            ended_on=None,
            ended_because="",
            recorded_at=w.now,
        )
    )
    if kind is AccreditationKind.CMA:
        lab.cma_number = number
    elif kind is AccreditationKind.CNAS:
        lab.cnas_number = number
    elif until_on >= lab.accredited_until_on:
        lab.accredited_until_on = until_on
    return row


def end_accreditation(w: Work, accreditation_id: UUID, because: str) -> None:
    """Take an accreditation away from today on, for a stated reason."""
    of_province(w)
    row = w.get_for_change(Accreditation, accreditation_id)
    lab = laboratory(w, row.lab_id)
    if row.ended_on is not None:
        raise NotAllowedNow(f"这项资质已于 {row.ended_on} 撤销。")
    row.ended_because = written(because, "because", "请写撤销的原因")
    row.ended_on = w.today
    fact = AccreditationEnded(row.kind)
    w.record(fact, on=row, county=lab.division_code, reason=row.ended_because)


def set_capacity(w: Work, lab_id: UUID, capacity_per_day: int) -> None:
    """Say how many items a laboratory can test in a day."""
    of_lab(w, lab_id)
    if capacity_per_day <= 0:
        raise Invalid("日检测能力至少为 1 份", capacity_per_day="至少 1 份")
    row = w.get_for_change(Laboratory, lab_id)
    row.capacity_per_day = capacity_per_day
    w.record(CapacitySet(capacity_per_day), on=row, county=row.division_code)


def record_proficiency(
    w: Work,
    lab_id: UUID,
    *,
    disease_code: str,
    taken_on: date,
    outcome: ProficiencyOutcome | str,
    method_code: str = "",
    organiser: str = "",
    round_name: str = "",
    next_due_on: date | None = None,
) -> UUID:
    """Write down how a laboratory did in a proficiency test, and when the next is due.

    A failure blocks new samples for that test; the good outcome that lifts the block is entered by the province,
    never by the laboratory itself.
    """
    lab = of_lab(w, lab_id)
    found = ProficiencyOutcome(outcome)
    _known_test(w, disease_code, method_code)
    if taken_on > w.today:
        raise Invalid("参加日期不能晚于今天", taken_on="不能晚于今天")
    if next_due_on is not None and next_due_on <= taken_on:
        raise Invalid("下次应参加的日期早于这一次", next_due_on="应在这一次之后")
    lifts = found is not ProficiencyOutcome.UNSATISFACTORY and is_failed(w, lab_id, disease_code)
    if lifts and not w.actor.scope.everything:
        raise NotAllowed("能力验证不满意之后，恢复的结果由省里登记，请把证明交省级主管部门。")
    row = w.add(
        ProficiencyTest(
            id=w.new_id(),
            lab_id=lab_id,
            disease_code=disease_code,
            method_code=method_code,
            organiser=organiser.strip(),
            round_name=round_name.strip(),
            taken_on=taken_on,
            outcome=found,
            next_due_on=next_due_on,
            recorded_by_id=w.actor.person_id,
            recorded_at=w.now,
        )
    )
    fact = ProficiencyRecorded(disease_code, method_code, found, taken_on)
    w.record(fact, on=row, county=lab.division_code)
    return row.id


def authorise_staff(
    w: Work,
    lab_id: UUID,
    person_id: UUID,
    *,
    act: StaffAct | str,
    from_on: date,
    until_on: date,
    disease_code: str = "",
    method_code: str = "",
) -> UUID:
    """Authorise one of the laboratory's people for an act; "" means every disease, every method.

    Nobody authorises himself. Raises `Invalid` for a person of another body.
    """
    lab = of_lab(w, lab_id)
    in_order(from_on, until_on)
    _known_test(w, disease_code, method_code)
    if person_id == w.actor.person_id:
        raise NotAllowed("不能给自己授权，请由另一位授权人或省里办理。")
    if person_id not in {line.person_id for line in staff_of(w, lab_id)}:
        raise Invalid("这个人不是本实验室的人员", person_id="请选本实验室的人员")
    row = w.add(
        Authorisation(
            id=w.new_id(),
            lab_id=lab_id,
            person_id=person_id,
            act=StaffAct(act),
            disease_code=disease_code,
            method_code=method_code,
            from_on=from_on,
            until_on=until_on,
            ended_on=None,
            ended_because="",
            granted_by_id=w.actor.person_id,
            granted_at=w.now,
        )
    )
    fact = StaffAuthorised(row.act, disease_code, method_code, from_on, until_on)
    w.record(fact, on=row, county=lab.division_code)
    return row.id


def end_authorisation(w: Work, authorisation_id: UUID, because: str) -> None:
    """Take an authorisation back from today on, for a stated reason."""
    row = w.get_for_change(Authorisation, authorisation_id)
    lab = of_lab(w, row.lab_id)
    if row.ended_on is not None:
        raise NotAllowedNow(f"这项授权已于 {row.ended_on} 收回。")
    row.ended_because = written(because, "because", "请写收回的原因")
    row.ended_on = w.today
    w.record(StaffEnded(), on=row, county=lab.division_code, reason=row.ended_because)


def _known_test(w: Work, disease_code: str, method_code: str) -> None:
    """Raise `NotFound` for an unknown disease, `Invalid` for a method that is not of it."""
    if disease_code:
        disease(w, disease_code)
    known = {each.code for each in methods(w, disease_code)} if disease_code else set()
    if method_code and method_code not in known:
        raise Invalid("名录里没有这个疫病的这个方法", method_code="请从名录里选")
