"""Rows of the bench as every way of entry writes them: runs, wells, results and their outcome."""

from decimal import Decimal
from uuid import UUID

from sqlalchemy import func, select

from aquacert.kernel.errors import Invalid, NotAllowed, NotAllowedNow
from aquacert.kernel.work import Work
from labs.bench.models import BenchRun, Result, WellRow
from labs.bench.queries import needed, wells_of_results
from labs.bench.queries.wells import counted, internal_controls
from labs.bench.rules import LIVE, Outcome, ResultState, decide
from labs.instruments.rules import (
    SENTENCES,
    Cq,
    RefusalCode,
    UnreadableCq,
    WellReading,
    Why,
    milli,
)
from labs.instruments.rules.typed import read_typed_cq
from labs.intake.models import AssayOrder, Item
from labs.intake.queries import item_by_code
from labs.intake.rules import ItemState
from labs.register.commands import lock_lab
from labs.register.models import Laboratory, LabScope
from labs.register.queries import scope_for, staff_fault
from labs.register.rules.holdings import StaffAct
from labs.turnaround.commands import Mark, mark


def new_run(
    w: Work, lab_id: UUID, *, source: str, instrument: str, file_id: UUID | None, name: str
) -> BenchRun:
    """Add a run with the laboratory's next number of the day."""
    lock_lab(w, lab_id)
    today = w.session.scalar(
        select(func.count())
        .select_from(BenchRun)
        .where(BenchRun.lab_id == lab_id, BenchRun.opened_on == w.today)
    )
    return w.add(
        BenchRun(
            id=w.new_id(),
            lab_id=lab_id,
            number=f"R{w.today:%y%m%d}-{(today or 0) + 1:02d}",
            name=name,
            file_id=file_id,
            source=source,
            instrument=instrument.strip(),
            reagent_lot="",
            reagent_until_on=None,
            opened_by_id=w.actor.person_id,
            opened_at=w.now,
            opened_on=w.today,
        )
    )


def add_well(
    w: Work,
    run: BenchRun,
    reading: WellReading,
    *,
    scope_id: UUID | None,
    result_id: UUID | None = None,
    revision: int = 0,
    is_cleared: bool = False,
) -> WellRow:
    """Add a well to a run, as it was read. A higher `revision` stands for what its place held before."""
    return w.add(
        WellRow(
            id=w.new_id(),
            lab_id=run.lab_id,
            run_id=run.id,
            result_id=result_id,
            scope_id=scope_id,
            well=reading.well,
            sample=reading.sample,
            role=reading.role,
            target=reading.target,
            cq_milli=milli(reading.cq),
            why=reading.why,
            entered_by_id=w.actor.person_id,
            entered_at=w.now,
            is_cleared=is_cleared,
            revision=revision,
        )
    )


def ordered(w: Work, code: str, disease_code: str) -> tuple[Item, AssayOrder, LabScope]:
    """Return a received item, the test asked of it and the scope it is done under, or raise."""
    item = item_by_code(w, code)
    if item.state != ItemState.RECEIVED:
        raise NotAllowedNow(SENTENCES[RefusalCode.SAMPLE_NOT_RECEIVED])
    order = w.one(
        select(AssayOrder)
        .where(AssayOrder.item_id == item.id, AssayOrder.disease_code == disease_code)
        .with_for_update()
    )
    if order is None:
        raise Invalid(SENTENCES[RefusalCode.TARGET_NOT_ORDERED], disease_code="没有委托这个项目")
    refuse_held(order)
    scope = scope_for(w, item.lab_id, disease_code, order.method_code, w.today)
    if scope is None:
        raise NotAllowedNow(
            f"本实验室今天没有 {disease_code}（{order.method_code}）的有效检测能力。"
        )
    must_be_authorised(w, scope)
    return item, order, scope


def must_be_authorised(w: Work, scope: LabScope) -> None:
    """Refuse whom the laboratory's register does not let test this (ISO/IEC 17025 6.2.6).

    What a laboratory's own system sends has no person here; the laboratory answers for that one itself.
    """
    person_id = w.actor.person_id
    if person_id is None:
        return
    test = (scope.disease_code, scope.method_code)
    if said := staff_fault(w, person_id, StaffAct.TEST, *test, scope.lab_id, w.today):
        raise NotAllowed(said)


def refuse_held(order: AssayOrder) -> None:
    """Refuse a test that a pool answers for, or the test of a pool that is no more: two answers would contradict."""
    if order.held_by_id is not None:
        raise NotAllowedNow("这个项目正在混样里检测，或混样已解散，不能单独录入。")


def run_answering(w: Work, order: AssayOrder) -> UUID | None:
    """Return the run of the result that counts for a test; None when there is none."""
    return w.one(select(Result.run_id).where(Result.order_id == order.id, Result.state.in_(LIVE)))


def live_result(w: Work, order: AssayOrder) -> Result | None:
    """Return the result that counts for a test, locked; None when there is none."""
    return w.session.scalar(
        select(Result).where(Result.order_id == order.id, Result.state.in_(LIVE)).with_for_update()
    )


def add_result(
    w: Work, run: BenchRun, item: Item, order: AssayOrder, scope: LabScope, *, is_manual: bool
) -> Result:
    """Add the next version of a test's result; it says nothing until wells or a finding settle it."""
    before = w.session.scalar(
        select(func.count()).select_from(Result).where(Result.order_id == order.id)
    )
    mark(w, [order.id], Mark.ENTERED)
    return w.add(
        Result(
            id=w.new_id(),
            lab_id=item.lab_id,
            run_id=run.id,
            item_id=item.id,
            order_id=order.id,
            scope_id=scope.id,
            version=(before or 0) + 1,
            outcome=Outcome.INVALID,
            finding="",
            is_manual=is_manual,
            state=ResultState.ENTERED,
            because="",
            entered_by_id=w.actor.person_id,
            entered_at=w.now,
            tested_on=w.today,
            verified_by_id=None,
            verified_at=None,
        )
    )


def retests_of(w: Work, order_id: UUID) -> int:
    """Return how many retests of a test its grey results asked for; a void well or a failed run is none."""
    return (
        w.session.scalar(
            select(func.count())
            .select_from(Result)
            .where(
                Result.order_id == order_id,
                Result.state == ResultState.RETEST,
                Result.outcome == Outcome.GREY,
            )
        )
        or 0
    )


def settle(w: Work, row: Result, scope: LabScope) -> Outcome:
    """Set a result's outcome from all its standing wells and return it."""
    rule = scope.rule
    demands = rule.demands
    ics = internal_controls(w, row.run_id) if demands.wants_ic else {}
    is_retest = row.version > 1 and retests_of(w, row.order_id) > 0
    outcome = decide(
        counted(wells_of_results(w, [row.id])[row.id], ics, scope),
        rule,
        wanted=demands.retest_wells if is_retest else demands.replicates,
    )
    row.outcome = outcome
    w.session.flush()
    return outcome


def cq_of(cq: str | Decimal | None, scope: LabScope) -> Cq:
    """Read a Cq that a person entered; raise `Invalid` at the field for what is not understood."""
    if cq is None:
        return Cq(None, Why.NO_CQ)
    try:
        return read_typed_cq(str(cq), cap=scope.cycle_cap)
    except UnreadableCq as unreadable:
        sentence = SENTENCES[unreadable.code]
        raise Invalid(f"“{str(cq)[:20]}”：{sentence}", cq=sentence) from unreadable


def county_of(w: Work, lab_id: UUID) -> str:
    """Return the division whose trail the laboratory writes to."""
    return needed(w, Laboratory, lab_id).division_code
