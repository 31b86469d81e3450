"""A point's month: drafted, sent, corrected as a new version, returned or accepted by the county."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import select

from aquacert.accounts import commands as accounts
from aquacert.accounts.queries.organisations import agencies_for
from aquacert.kernel.audit import Fact
from aquacert.kernel.errors import Invalid, NotAllowed, NotAllowedNow
from aquacert.kernel.work import Work
from aquacert.reference import queries as reference
from aquacert.reference.rules.text import clean
from aquacert.surveillance.models import (
    MonitoringPoint,
    MonthlyDisease,
    MonthlyDraft,
    MonthlyReport,
    MonthlyStock,
)
from aquacert.surveillance.queries.monthly import carried, live_report
from aquacert.surveillance.queries.points import reports_it, species_of
from aquacert.surveillance.rules.monthly import (
    MOVES,
    SENTENCES,
    Act,
    Row,
    State,
    Stock,
    faults,
    is_over,
    month_of,
    month_words,
)
from aquacert.surveillance.rules.points import Mode, unit_of

REFILLED = "退回后重填"
NOTE = 500


@dataclass(frozen=True)
class MonthSent(Fact):
    """A month of a monitoring point was reported, or corrected (`version` above 1)."""

    tag: ClassVar[str] = "surveillance:month:send"
    title: ClassVar[str] = "上报测报月报"
    code: str
    month: str
    version: int
    diseases: tuple[str, ...]


@dataclass(frozen=True)
class MonthReviewed(Fact):
    """The county accepted a month's report, or sent it back."""

    tag: ClassVar[str] = "surveillance:month:review"
    title: ClassVar[str] = "审核测报月报"
    month: str
    version: int
    state: str


@dataclass(frozen=True)
class DraftKept(Fact):
    """What was typed of a month was kept, not sent."""

    tag: ClassVar[str] = "surveillance:month:draft"
    title: ClassVar[str] = "暂存测报月报"
    month: str


@dataclass(frozen=True)
class MonthSaid:
    """What a reporter says of one month. No rows: 本月无病."""

    stocks: tuple[Stock, ...]
    rows: tuple[Row, ...] = ()
    water_tenths: int | None = None
    note: str = ""


def send_month(w: Work, point_id: UUID, month: date, said: MonthSaid, because: str = "") -> UUID:
    """Report a month and return the report's id. A month reported before is corrected: say why.

    Raises `Invalid` at the field for what cannot be right, `NotAllowedNow` for a month that is
    not over or in which the point was not watched, `NotAllowed` for somebody else's point.
    """
    row = own_point(w, point_id)
    _must_be_due(w, row, month)
    _must_fit(w, row, said)
    old = live_report(w, row.id, month)
    why = _corrected(w, old, because)
    made = w.add(
        MonthlyReport(
            id=w.new_id(),
            point_id=row.id,
            division_code=row.division_code,
            organisation_id=row.organisation_id,
            reporter_id=row.reporter_id,
            month_on=month,
            version=1 if old is None else old.version + 1,
            state=State.SUBMITTED.value,
            is_quiet=not said.rows,
            area_unit=unit_of(Mode(row.mode)).value,
            water_temperature_tenths=said.water_tenths,
            note=clean(said.note, field="note", longest=NOTE, lines=True),
            corrected_because=why,
            filled_by_id=w.actor.person_id,
            filled_at=w.now,
            returned_because="",
        )
    )
    _write_lines(w, made.id, said)
    _empty_draft(w, row.id, month)
    diseases = tuple(sorted({one.disease_code for one in said.rows}))
    fact = MonthSent(row.code, f"{month:%Y-%m}", made.version, diseases)
    w.record(fact, on=made, county=row.division_code, reason=why)
    if said.rows:
        _tell_county(w, row, made)
    return made.id


def quiet_month(w: Work, point_id: UUID, month: date) -> UUID:
    """Report 本月无病 with the stock as it last was; raise `NotAllowedNow` before the first report."""
    stocks = carried(w, own_point(w, point_id).id)
    if not stocks:
        raise NotAllowedNow("第一次要先填面积和存塘数，以后每月才能一点就报。")
    return send_month(w, point_id, month, MonthSaid(stocks))


def keep_draft(w: Work, point_id: UUID, month: date, said: Mapping[str, Any]) -> None:
    """Keep what was typed of a month as it stands, whatever it is; nobody else sees it."""
    row = own_point(w, point_id)
    if month > w.today or month < month_of(row.from_on):
        raise NotAllowedNow("还没有到这个月，或者那时还没有设这个监测点。")
    kept = _draft(w, row.id, month)
    if kept is None:
        kept = w.add(
            MonthlyDraft(
                id=w.new_id(), point_id=row.id, month_on=month, said=dict(said), saved_at=w.now
            )
        )
    kept.said, kept.saved_at = dict(said), w.now
    w.record(DraftKept(f"{month:%Y-%m}"), on=kept, county=row.division_code)


def accept_month(w: Work, report_id: UUID) -> None:
    """Accept a month's report; a second time changes nothing. Never one's own."""
    row = _to_review(w, report_id)
    if row.state == State.ACCEPTED.value:
        return
    w.move(row, MOVES, Act.ACCEPT)
    _reviewed(w, row)


def return_month(w: Work, report_id: UUID, because: str) -> None:
    """Send a month's report back to be filled in again, with the reason; its reporter is told."""
    row = _to_review(w, report_id)
    because = clean(because, field="because")
    if len(because) < 2:
        sentence = "请写明哪里不对，报告人照着改。"
        raise Invalid(sentence, because=sentence)
    w.move(row, MOVES, Act.RETURN, because=because)
    row.returned_because = because
    _reviewed(w, row)
    tell_reporter(
        w,
        w.get_for_change(MonitoringPoint, row.point_id),
        f"{month_words(row.month_on)}的测报月报被退回：{because}",
        f"/surveillance/monthly/{row.point_id}/{row.month_on:%Y-%m}",
    )


def tell_reporter(w: Work, row: MonitoringPoint, subject: str, link: str) -> None:
    """Put a message into the inbox of whoever reports a point."""
    if row.reporter_id is not None:
        accounts.tell(w, to_person=row.reporter_id, kind="monthly", subject=subject, link=link)
    else:
        body = row.organisation_id
        accounts.tell(w, to_organisation=body, kind="monthly", subject=subject, link=link)


def own_point(w: Work, point_id: UUID) -> MonitoringPoint:
    """Return a point that the actor reports, locked; raise `NotAllowed` for anybody else's."""
    row = w.get_for_change(MonitoringPoint, point_id)
    if not reports_it(w, row):
        raise NotAllowed("这个监测点不归您报。")
    return row


def _must_be_due(w: Work, row: MonitoringPoint, month: date) -> None:
    if month != month_of(month) or month > w.today:
        raise NotAllowedNow("还没有到这个月。")
    if not is_over(month, w.today):
        raise NotAllowedNow("这个月还没有过完，可以先存着，月底过后再报。")
    closed = row.closed_on is not None and month > row.closed_on
    if month < month_of(row.from_on) or closed:
        raise NotAllowedNow("那个月不在这个监测点的监测期内。")


def _must_fit(w: Work, row: MonitoringPoint, said: MonthSaid) -> None:
    if not said.stocks:
        raise Invalid("请填面积和存塘数。", stocks="至少填一个品种")
    wrong = faults(said.stocks, said.rows, frozenset(species_of(w, row.id)), said.water_tenths)
    if wrong:
        fields = {name: SENTENCES[fault] for name, fault in wrong.items()}
        raise Invalid(next(iter(fields.values())), **fields)
    for n, one in enumerate(said.rows):
        fits = reference.affects(w, one.disease_code, one.species_code)
        if one.disease_code and not fits:
            sentence = "这种病不感染这个品种，请换一种，或选“说不清是什么病”。"
            raise Invalid(sentence, **{f"row-{n}-disease": sentence})


def _corrected(w: Work, old: MonthlyReport | None, because: str) -> str:
    """Replace the version that stands and return why; "" for a first report."""
    if old is None:
        return ""
    why = clean(because, field="because")
    if old.state == State.RETURNED.value:
        why = why or REFILLED
    if len(why) < 2:
        sentence = "这个月已经报过了。要更正，请写明为什么改；原来的会留着。"
        raise Invalid(sentence, because=sentence)
    w.move(old, MOVES, Act.REPLACE, because=why)
    w.session.flush()
    return why


def _write_lines(w: Work, report_id: UUID, said: MonthSaid) -> None:
    for stock in said.stocks:
        w.add(
            MonthlyStock(
                id=w.new_id(),
                report_id=report_id,
                species_code=stock.species_code,
                area_tenths=stock.area_tenths,
                stocked=stock.stocked,
            )
        )
    for row in said.rows:
        w.add(
            MonthlyDisease(
                id=w.new_id(),
                report_id=report_id,
                species_code=row.species_code,
                disease_code=row.disease_code or None,
                area_tenths=row.area_tenths,
                area_stock=row.area_stock,
                diseased=row.diseased,
                deaths=row.deaths,
                loss_yuan=row.loss_yuan,
                measures=list(row.measures),
                basis=list(row.basis),
            )
        )


def _draft(w: Work, point_id: UUID, month: date) -> MonthlyDraft | None:
    return w.one(
        select(MonthlyDraft)
        .where(MonthlyDraft.point_id == point_id, MonthlyDraft.month_on == month)
        .with_for_update()
    )


def _empty_draft(w: Work, point_id: UUID, month: date) -> None:
    kept = _draft(w, point_id, month)
    if kept is not None:
        kept.said = {}


def _tell_county(w: Work, row: MonitoringPoint, made: MonthlyReport) -> None:
    for body in agencies_for(w, row.division_code):
        accounts.tell(
            w,
            to_organisation=body.id,
            kind="monthly",
            subject=f"监测点 {row.code} 报了{month_words(made.month_on)}有病，请审核。",
            link=f"/surveillance/monthly/reports/{made.id}",
        )


def _to_review(w: Work, report_id: UUID) -> MonthlyReport:
    row = w.get_for_change(MonthlyReport, report_id)
    scope = w.actor.scope
    if not scope.everything and row.division_code not in scope.divisions:
        raise NotAllowed("这个监测点不在您的辖区。")
    if row.filled_by_id is not None and row.filled_by_id == w.actor.person_id:
        raise NotAllowed("自己填的月报要由另一个人审核。")
    return row


def _reviewed(w: Work, row: MonthlyReport) -> None:
    row.reviewed_by_id, row.reviewed_at = w.actor.person_id, w.now
    fact = MonthReviewed(f"{row.month_on:%Y-%m}", row.version, row.state)
    w.record(fact, on=row, county=row.division_code, reason=row.returned_because)
