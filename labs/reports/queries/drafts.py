"""What a report would say now: the preview that an authoriser signs for, and all that stands in its way."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from aquacert.accounts.queries.people import person_label
from aquacert.kernel.clock import legal_day
from aquacert.kernel.work import Look
from labs.bench.models import BenchRun, Result
from labs.bench.queries import enterers_of, live_results, needed, wells_of_results
from labs.bench.rules import RESULT_MOVES, SENTENCES, ResultState, may_authorise
from labs.intake.models import Item
from labs.intake.queries import item_by_code, orders_of
from labs.intake.rules import CONDITION_WORDS, Condition, ItemState
from labs.register.models import Laboratory, LabScope
from labs.register.queries import laboratory
from labs.reports import rules
from labs.reports.models import Report
from labs.reports.rules import Content, ContentLine, ReportState


@dataclass(frozen=True, slots=True)
class Draft:
    """What a report would say now, the SHA-256 of it, and everything that stands in its way."""

    content: Content
    digest: str
    reasons: tuple[str, ...]


def digest_of(content: Content) -> str:
    """Return the SHA-256 (hex) of a report's content as canonical JSON."""
    text = json.dumps(content.plain(), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


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
