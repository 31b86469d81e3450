"""Which certificates a recall hits, how far it came, and the orders of one's place."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, union_all

from aquacert.accounts import queries as accounts
from aquacert.certificates.models import (
    BackingReport,
    Certificate,
    CoveredBatch,
    RecallHit,
    RecallOrder,
    Standing,
)
from aquacert.certificates.rules.recalls import HitState, Question, RecallState, checked
from aquacert.certificates.rules.states import LIVE
from aquacert.certificates.status.queries.road import bars
from aquacert.certificates.status.queries.suggested import Suggestion, suggested
from aquacert.kernel.errors import Invalid, NotFound
from aquacert.kernel.paging import Pages
from aquacert.kernel.paging import within as within_pages
from aquacert.kernel.work import Look
from aquacert.reference import queries as reference
from aquacert.sampling.models import PlanSample, Sample, SelfTest
from aquacert.surveillance.models import Zone
from aquacert.surveillance.queries.reaching import reach_of_zone
from labs.reports.queries import reports_numbered
from labs.reports.queries.lots import codes_of_lot, is_known_lot

MOST = 50_000
"""Certificates one order may hit."""
LIVE_VALUES = sorted(status.value for status in LIVE)


@dataclass(frozen=True)
class HitLine:
    """One certificate that a question hits. Days are legal days."""

    certificate_id: UUID
    number: str
    status: str
    species: str
    quantity: int
    unit: str
    county: str
    destination_code: str
    issued_on: date
    organisation_id: UUID


@dataclass(frozen=True)
class Preview:
    """What a question hits now: live ones would be suspended, the others are only counted."""

    words: str
    counts: dict[str, int]
    """Status → certificates."""
    pages: Pages[HitLine]

    @property
    def live(self) -> int:
        """How many an order would take."""
        return sum(self.counts.get(value, 0) for value in LIVE_VALUES)


def preview(look: Look, question: Question, number: int = 1) -> Preview:
    """Return what a question hits in this actor's place; raise `Invalid` for one that cannot be."""
    chosen = condition(look, checked(question))
    rows = look.session.execute(
        select(Standing.status, func.count())
        .join(Certificate, Certificate.id == Standing.id)
        .where(chosen)
        .group_by(Standing.status)
    )
    counts = {status: int(count) for status, count in rows}
    total = sum(counts.values())
    return Preview(words_of(look, question), counts, _lines(look, chosen, number, total))


def condition(look: Look, question: Question) -> ColumnElement[bool]:
    """Return the condition of a question, within what this actor's side has issued."""
    asked = question
    plain = (
        (asked.vet_id, Certificate.vet_id == asked.vet_id),
        (asked.organisation_id, Certificate.organisation_id == asked.organisation_id),
        (asked.species_code, Certificate.species_code == asked.species_code),
        (asked.from_on, Certificate.issued_on >= (asked.from_on or date.min)),
        (asked.until_on, Certificate.issued_on <= (asked.until_on or date.max)),
    )
    parts = [issued_here(look), *(part for given, part in plain if given)]
    if asked.county:
        below = sorted(reference.descendants(look, asked.county))
        parts.append(Certificate.county.in_(below))
    if asked.lab_id:
        parts.append(_covering(select(Sample.batch_id).where(Sample.lab_id == asked.lab_id)))
    if asked.report_no:
        parts.append(_resting(_codes_of_report(look, asked.report_no)))
    if asked.kit_lot:
        parts.append(_resting(_codes_of_lot(look, asked.kit_lot)))
    if asked.zone_id:
        parts.append(_in_zone(look, asked.zone_id))
    return and_(*parts)


def issued_here(look: Look) -> ColumnElement[bool]:
    """Return the condition that this actor's side issued it: the other end only sees it."""
    scope = look.actor.scope
    if scope.everything:
        return Certificate.id.is_not(None)
    return or_(
        Certificate.county.in_(sorted(scope.divisions)),
        Certificate.office_id.in_(sorted(scope.organisation_ids)),
    )


def live_hits(look: Look, question: Question) -> list[tuple[UUID, str, str]]:
    """Return (id, number, status) of every live certificate a question hits, by number."""
    rows = look.session.execute(
        select(Certificate.id, Certificate.number, Standing.status)
        .join(Standing, Standing.id == Certificate.id)
        .where(condition(look, checked(question)), Standing.status.in_(LIVE_VALUES))
        .order_by(Certificate.number)
        .limit(MOST + 1)
    )
    return [(one, number, status) for one, number, status in rows]


def words_of(look: Look, question: Question) -> str:
    """Return the question for people, in Chinese."""
    body = partial(accounts.organisation, look)
    say: Mapping[str, Callable[[Any], str]] = {
        "vet_id": lambda one: f"签发兽医 {accounts.vet_number(look, one) or '未编号'}",
        "lab_id": lambda one: f"检测实验室 {body(one).name_zh}",
        "organisation_id": lambda one: f"苗种场 {body(one).name_zh}",
        "county": lambda code: f"启运地 {reference.division(look, code).name_zh}",
        "species_code": lambda code: f"品种 {reference.species(look, code).name_zh}",
        "report_no": lambda number: f"检测报告 {number}",
        "kit_lot": lambda lot: f"试剂盒批号 {lot}",
        "zone_id": lambda _one: "管控区所及",
        "from_on": lambda day: f"{day} 起签发",
        "until_on": lambda day: f"{day} 止签发",
    }
    given = {name: getattr(question, name) for name in say}
    return "；".join(say[name](value) for name, value in given.items() if value)


def vets(look: Look) -> list[tuple[str, str]]:
    """Return (id, number) of every vet who has issued here, whoever has left since."""
    rows = select(Certificate.vet_id, Certificate.vet_number).where(issued_here(look)).distinct()
    pairs = look.session.execute(rows.order_by(Certificate.vet_number))
    return [(str(one), f"兽医 {number}") for one, number in pairs]


def farms(look: Look) -> list[tuple[str, str]]:
    """Return (id, name) of every body whose seed was certified here."""
    ids = look.scalars(select(Certificate.organisation_id).where(issued_here(look)).distinct())
    found = accounts.bodies(look, set(ids))
    return sorted(((str(one), body.name_zh) for one, body in found.items()), key=_name)


def kinds(look: Look) -> list[tuple[str, str]]:
    """Return (code, name) of every species certified here."""
    rows = select(Certificate.species_code, Certificate.species).where(issued_here(look)).distinct()
    return sorted(((code, name) for code, name in look.session.execute(rows)), key=_name)


def _name(pair: tuple[str, str]) -> str:
    return pair[1]


def suggestions(look: Look) -> list[Suggestion]:
    """Return what zones suggest to recall of what this actor's side has issued."""
    return suggested(look, issued_here(look))


def order(look: Look, order_id: UUID) -> RecallOrder:
    """Return an order of this actor's place, or raise `NotFound`."""
    return look.get(RecallOrder, order_id)


def orders(look: Look, number: int = 1) -> Pages[RecallOrder]:
    """Return one page of the orders of this actor's place, newest first."""
    statement = select(RecallOrder).where(look.visible(RecallOrder))
    return look.pages(statement.order_by(RecallOrder.ordered_at.desc(), RecallOrder.id), number)


def progress(look: Look, order_id: UUID) -> dict[str, int]:
    """Return how many hits of an order are in each state."""
    rows = look.session.execute(
        select(RecallHit.state, func.count())
        .where(RecallHit.order_id == order_id)
        .group_by(RecallHit.state)
    )
    return {state: int(count) for state, count in rows}


def left(row: RecallOrder, counts: dict[str, int]) -> int:
    """Return how many certificates the present step of an order has still to do."""
    state = RecallState(row.state)
    waiting = HitState.WAITING if state is RecallState.ORDERED else HitState.SUSPENDED
    return counts.get(waiting.value, 0)


def hits(look: Look, order_id: UUID, number: int = 1) -> Pages[RecallHit]:
    """Return one page of an order's certificates, by number."""
    statement = select(RecallHit).where(RecallHit.order_id == order_id)
    return look.pages(statement.order_by(RecallHit.number), number, 50)


def every_hit(look: Look, order_id: UUID) -> list[tuple[str, str, HitLine]]:
    """Return (number, state of the hit, its certificate) of everything an order hit."""
    rows = look.session.execute(
        select(RecallHit.number, RecallHit.state, Certificate, Standing.status)
        .join(Certificate, Certificate.id == RecallHit.certificate_id)
        .join(Standing, Standing.id == Certificate.id)
        .where(RecallHit.order_id == order_id)
        .order_by(RecallHit.number)
    )
    return [(number, state, _line(row, status)) for number, state, row, status in rows]


def later(look: Look, row: RecallOrder) -> list[HitLine]:
    """Return live certificates that match now and were not there when the order was given."""
    if row.state != RecallState.ORDERED.value:
        return []
    known = select(RecallHit.certificate_id).where(RecallHit.order_id == row.id)
    try:
        chosen = condition(look, question_of(row))
    except (Invalid, NotFound):
        return []
    fresh = and_(chosen, Certificate.id.not_in(known), Standing.status.in_(LIVE_VALUES))
    return _lines(look, fresh, 1, 0, size=100).items


def question_of(row: RecallOrder) -> Question:
    """Return the question an order was given for."""
    said: dict[str, str] = row.question
    read: dict[str, Any] = {name: UUID(said[name]) for name in ID_FIELDS if name in said}
    read |= {name: date.fromisoformat(said[name]) for name in DAY_FIELDS if name in said}
    read |= {name: said[name] for name in TEXT_FIELDS if name in said}
    return Question(**read)


ID_FIELDS = ("vet_id", "lab_id", "organisation_id", "zone_id")
DAY_FIELDS = ("from_on", "until_on")
TEXT_FIELDS = ("county", "species_code", "report_no", "kit_lot")


def _covering(batches: Select[UUID] | Collection[UUID]) -> ColumnElement[bool]:
    covered = select(CoveredBatch.certificate_id).where(CoveredBatch.batch_id.in_(batches))
    return Certificate.id.in_(covered)


def _resting(codes: Select[str] | Collection[str]) -> ColumnElement[bool]:
    """Return the condition that a certificate covers the batch of a sample, or leaned on its result."""
    batches = select(Sample.batch_id).where(Sample.blind_code.in_(codes))
    samples = union_all(
        select(Sample.id).where(Sample.blind_code.in_(codes)),
        select(SelfTest.id).where(SelfTest.blind_code.in_(codes)),
        select(PlanSample.id).where(PlanSample.blind_code.in_(codes)),
    )
    leaned = select(BackingReport.certificate_id).where(BackingReport.sample_id.in_(samples))
    return or_(_covering(batches), Certificate.id.in_(leaned))


def _codes_of_report(look: Look, number: str) -> list[str]:
    codes = [report.blind_code for report in reports_numbered(look, number)]
    if not codes:
        raise Invalid("没有这个编号的检测报告。", report_no="请核对报告编号。")
    return codes


def _codes_of_lot(look: Look, lot: str) -> Select[str]:
    if not is_known_lot(look, lot):
        raise Invalid(
            "没有实验室登记过这个试剂盒批号。",
            kit_lot="请照试剂盒上的批号写，或先按实验室和日期查询。",
        )
    return codes_of_lot(lot)


def _in_zone(look: Look, zone_id: UUID) -> ColumnElement[bool]:
    zone = look.session.get(Zone, zone_id)
    if zone is None:
        raise Invalid("没有这个管控区。", zone_id="请重新选择。")
    return within(look, zone)


def within(look: Look, zone: Zone) -> ColumnElement[bool]:
    """Return the condition that a zone touches a certificate: its species, from or to its places."""
    return bars(look, reach_of_zone(look, zone))


def _lines(
    look: Look, chosen: ColumnElement[bool], number: int, total: int, size: int = 20
) -> Pages[HitLine]:
    number = within_pages(number, size, total)
    rows = look.session.execute(
        select(Certificate, Standing.status)
        .join(Standing, Standing.id == Certificate.id)
        .where(chosen)
        .order_by(Certificate.issued_at.desc(), Certificate.id.desc())
        .limit(size)
        .offset((number - 1) * size)
    )
    return Pages([_line(row, status) for row, status in rows], number, size, total)


def _line(row: Certificate, status: str) -> HitLine:
    return HitLine(
        certificate_id=row.id,
        number=row.number,
        status=status,
        species=row.species,
        quantity=row.quantity,
        unit=row.unit,
        county=row.county,
        destination_code=row.destination_code,
        issued_on=row.issued_on,
        organisation_id=row.organisation_id,
    )
