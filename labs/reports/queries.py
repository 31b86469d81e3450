"""Reports for the laboratory, and for whoever knows a blind code; the preview that an authoriser signs."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, select

from aquacert.accounts.queries.people import person_label
from aquacert.kernel.clock import legal_day
from aquacert.kernel.work import Look
from labs.bench.models import BenchRun, Result
from labs.bench.queries import enterers_of, live_results, needed, wells_of_results
from labs.bench.rules import RESULT_MOVES, SENTENCES, Outcome, ResultState, may_authorise
from labs.intake.models import AssayOrder, Item
from labs.intake.queries import item_by_code, orders_of
from labs.intake.rules import CONDITION_WORDS, Condition, ItemState, blind_code
from labs.register.models import Laboratory, LabScope
from labs.register.queries import laboratory
from labs.reports import rules
from labs.reports.models import Report
from labs.reports.rules import Content, ContentLine, ReportState


@dataclass(frozen=True, slots=True)
class ReportLine:
    """One test of a report, as the farm side may read it. `cq` is text: 无 = nothing detected."""

    disease_code: str
    disease_name: str
    method_code: str
    method_standard: str
    outcome: Outcome
    cq: str
    tested_on: str


@dataclass(frozen=True, slots=True)
class ReportSummary:
    """A report under its blind code. `state` tells whether it still stands."""

    report_id: UUID
    number: str
    lab_id: UUID
    lab_name: str
    blind_code: str
    lines: tuple[ReportLine, ...]
    authorised_at: datetime
    state: ReportState
    digest: str
    withdrawn_because: str


@dataclass(frozen=True, slots=True)
class Draft:
    """What a report would say now, the SHA-256 of it, and everything that stands in its way."""

    content: Content
    digest: str
    reasons: tuple[str, ...]


def report(look: Look, report_id: UUID) -> Report:
    """Return a report of this actor's laboratory or raise `NotFound`."""
    return look.get(Report, report_id)


def reports(look: Look, words: str = "", state: ReportState | None = None) -> Select[Report]:
    """Select the reports of this actor's laboratory, newest first."""
    wanted = select(Report).where(look.visible(Report))
    if words.strip():
        wanted = wanted.where(look.matching(Report, words))
    if state is not None:
        wanted = wanted.where(Report.state == state)
    return wanted.order_by(Report.authorised_at.desc(), Report.id.desc())


def report_for(look: Look, code: str) -> ReportSummary | None:
    """Return the standing report on a blind code, else the last withdrawn one, else None.

    The blind code is the sender's own secret link to the sample, so no row scope applies.
    """
    found = blind_code(code)
    if found is None:
        return None
    rows = look.scalars(select(Report).where(Report.blind_code == found).order_by(Report.id.desc()))
    rows.sort(key=lambda row: row.state != ReportState.AUTHORISED)
    return summary_of(rows[0]) if rows else None


def report_summary(look: Look, report_id: UUID) -> ReportSummary | None:
    """Return a report by its id, for news that names it; None when there is none."""
    row = look.session.get(Report, report_id)
    return None if row is None else summary_of(row)


def summary_of(row: Report) -> ReportSummary:
    """Return the farm side's view of a report."""
    lines = tuple(
        ReportLine(
            disease_code=line["disease_code"],
            disease_name=line["disease_name"],
            method_code=line["method_code"],
            method_standard=line["method_standard"],
            outcome=Outcome(line["outcome"]),
            cq=line["cq"],
            tested_on=line["tested_on"],
        )
        for line in row.content["lines"]
    )
    return ReportSummary(
        report_id=row.id,
        number=row.number,
        lab_id=row.lab_id,
        lab_name=row.content["lab_name"],
        blind_code=row.blind_code,
        lines=lines,
        authorised_at=row.authorised_at,
        state=ReportState(row.state),
        digest=row.digest,
        withdrawn_because=row.withdrawn_because,
    )


def digest_of(content: Content) -> str:
    """Return the SHA-256 (hex) of a report's content as canonical JSON."""
    text = json.dumps(content.plain(), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def ready_items(look: Look, words: str = "") -> Select[Item]:
    """Select the received items every ordered test of which has a verified result, oldest first."""
    verified = select(Result.order_id).where(Result.state == ResultState.VERIFIED)
    still_open = select(AssayOrder.item_id).where(AssayOrder.id.not_in(verified))
    wanted = select(Item).where(
        look.visible(Item), Item.state == ItemState.RECEIVED, Item.id.not_in(still_open)
    )
    if words.strip():
        wanted = wanted.where(look.matching(Item, words))
    return wanted.order_by(Item.received_at, Item.id)


def draft_report(look: Look, code: str) -> Draft:
    """Return what a report on this item would say now, and every reason why it cannot be authorised."""
    item = item_by_code(look, code)
    results = [r for r in live_results(look, item.id) if r.state == ResultState.VERIFIED]
    content = _content(look, item, laboratory(look, item.lab_id), results)
    reasons = [
        *_open_tests(look, item, results),
        *(rules.SENTENCES[clause] for clause in rules.missing(content)),
        *_same_hands(look, results),
    ]
    return Draft(content, digest_of(content), tuple(dict.fromkeys(reasons)))


def _open_tests(look: Look, item: Item, results: Sequence[Result]) -> list[str]:
    """Name each ordered test without a verified result."""
    if item.state != ItemState.RECEIVED:
        return ["这个盲样不在检测中（未收样、不能检测或已出报告）"]
    verified = {r.order_id for r in results}
    live = {r.order_id: ResultState(r.state) for r in live_results(look, item.id)}
    return [
        f"{order.disease_code} 还没有复核通过的结果"
        + (f"（{RESULT_MOVES.words[live[order.id]]}）" if order.id in live else "（待检）")
        for order in orders_of(look, [item.id])[item.id]
        if order.id not in verified
    ]


def _same_hands(look: Look, results: Sequence[Result]) -> list[str]:
    """Say why this actor may not be the third person."""
    if look.actor.person_id is None:
        return ["报告须由实名的授权签字人签发"]
    wells = wells_of_results(look, [r.id for r in results])
    reasons: list[str] = []
    for row in results:
        enterers = enterers_of(needed(look, BenchRun, row.run_id), row, wells[row.id])
        against = may_authorise(look.actor.person_id, enterers, [row.verified_by_id])
        if against is not None:
            reasons.append(SENTENCES[against])
    return reasons


def next_place(look: Look, lab_id: UUID) -> int:
    """Return the count that the laboratory's next report of this year would have."""
    last = look.one(
        select(Report.place)
        .where(Report.lab_id == lab_id, Report.year == look.today.year)
        .order_by(Report.place.desc())
    )
    return (last or 0) + 1


def last_withdrawn(look: Look, item_id: UUID) -> Report | None:
    """Return the report that a new one on this item would replace."""
    return look.one(
        select(Report)
        .where(Report.item_id == item_id, Report.state == ReportState.WITHDRAWN)
        .order_by(Report.id.desc())
    )


def _content(look: Look, item: Item, lab: Laboratory, results: Sequence[Result]) -> Content:
    """Gather what the report says."""
    wells = wells_of_results(look, [r.id for r in results])
    condition = CONDITION_WORDS[Condition(item.condition)] if item.condition else ""
    note = f"（{item.condition_note}）" if item.condition_note else ""
    is_good = item.condition == Condition.GOOD
    old = last_withdrawn(look, item.id)
    return Content(
        title=rules.TITLE,
        lab_name=lab.name_zh,
        lab_address=lab.address,
        cma_number=lab.cma_number,
        cnas_number=lab.cnas_number,
        place_of_work=lab.address,
        number=rules.number_of(lab.code, look.today.year, next_place(look, lab.id)),
        customer=rules.CUSTOMER,
        blind_code=item.blind_code,
        matrix=item.matrix,
        individuals=item.individuals,
        condition=condition + note,
        water_temperature=_degrees(item.water_temperature_tenths),
        received_on=legal_day(item.received_at).isoformat() if item.received_at else "",
        sampled_on=item.sampled_on.isoformat(),
        issued_on=look.today.isoformat(),
        sampling=rules.SAMPLED_ELSEWHERE + item.sampled_on.isoformat(),
        relates_only=rules.ONLY_THESE_ITEMS + rules.NO_PART,
        deviations="无" if is_good else f"收样状态：{condition}{note}",
        authoriser=person_label(look, look.actor.person_id) if look.actor.person_id else "",
        external=rules.OWN_RESULTS,
        replaces=""
        if old is None
        else f"替代已撤回的报告 {old.number}，原因：{old.withdrawn_because}",
        lines=tuple(
            _line(look, row, "、".join(w.cq_text for w in wells[row.id])) for row in results
        ),
    )


def _degrees(tenths: int | None) -> str:
    """Return a water temperature as people read it; "" when it was not taken."""
    return "" if tenths is None else f"{tenths / 10:.1f} ℃"


def _line(look: Look, row: Result, cq: str) -> ContentLine:
    """Gather one test's line."""
    scope = needed(look, LabScope, row.scope_id)
    run = needed(look, BenchRun, row.run_id)
    return ContentLine(
        disease_code=scope.disease_code,
        disease_name=scope.disease_name_zh,
        method_code=scope.method_code,
        method_standard=scope.method_standard,
        decision_rule=scope.decision_rule,
        outcome=row.outcome,
        cq=cq or row.finding or "判读",
        tested_on=row.tested_on.isoformat(),
        run_number=run.number,
        enterer=person_label(look, row.entered_by_id) if row.entered_by_id else "系统",
        verifier=person_label(look, row.verified_by_id) if row.verified_by_id else "",
        result_id=str(row.id),
    )
