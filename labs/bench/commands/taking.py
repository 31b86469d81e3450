"""Write the runs, wells and results of an import's plan: rows in bulk, few statements however long the file is."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select

from aquacert.kernel.clock import legal_day
from aquacert.kernel.errors import NotAllowedNow
from aquacert.kernel.work import Work
from labs.bench.commands.rows import must_be_authorised, new_run
from labs.bench.models import BenchRun, InstrumentFile, Result, WellRow, Worksheet
from labs.bench.queries.plan import AT_ONCE, ImportPlan, PlannedWell
from labs.bench.queries.wells import INTERNAL_CONTROLS
from labs.bench.rules import (
    SHEET_MOVES,
    Outcome,
    Read,
    ResultState,
    SheetAct,
    SheetState,
    beside_ic,
    decide,
    one_a_well,
)
from labs.instruments.rules import Why, milli
from labs.instruments.rules.moments import day
from labs.register.models import Instrument, KitLot, LabScope
from labs.turnaround.commands import Mark, mark

CHUNK = 2_000
"""Wells written by one statement."""
MILLI = Decimal(1000)

Progress = Callable[[int, int], None]
Equipment = tuple[UUID | None, UUID | None]


def take_plan(
    w: Work,
    file: InstrumentFile,
    plan: ImportPlan,
    *,
    equipment: Equipment = (None, None),
    progress: Progress | None = None,
) -> list[BenchRun]:
    """Write every run of a plan and return the runs; each test's outcome stands when this returns."""
    for scope in {p.scope.id: p.scope for p in plan.wells if p.order and p.scope}.values():
        must_be_authorised(w, scope)
    instrument, lot = _known(w, equipment)
    _begin_sheet(w, plan.worksheet_id)
    by_run: dict[str, list[PlannedWell]] = defaultdict(list)
    for planned in plan.wells:
        by_run[planned.reading.run].append(planned)
    runs: list[BenchRun] = []
    written = 0
    for name, wells in by_run.items():
        run = new_run(
            w,
            file.lab_id,
            source=plan.run.source,
            instrument=plan.run.instrument,
            file_id=file.id,
            name=name,
        )
        run.instrument_id, run.lot_id = equipment
        run.instrument = run.instrument or (instrument.code if instrument else "")
        if lot is not None:
            run.reagent_lot, run.reagent_until_on = lot.lot, lot.expires_on
        run.worksheet_id = plan.worksheet_id
        run.ran_on = _ran_on(w, plan.run.ran_at, wells)
        results = _results(w, run, wells)
        _judge(w, results, wells)
        w.session.add_all(results.values())
        w.session.flush()
        for start in range(0, len(wells), CHUNK):
            some = wells[start : start + CHUNK]
            w.session.execute(insert(WellRow), [_well(w, run, each, results) for each in some])
            written += len(some)
            if progress is not None:
                progress(written, len(plan.wells))
        runs.append(run)
    return runs


def _known(w: Work, equipment: Equipment) -> tuple[Instrument | None, KitLot | None]:
    """Return the instrument and the lot; raise `NotFound` for another laboratory's."""
    instrument_id, lot_id = equipment
    return (
        None if instrument_id is None else w.get(Instrument, instrument_id),
        None if lot_id is None else w.get(KitLot, lot_id),
    )


def _ran_on(w: Work, said: str, wells: Iterable[PlannedWell]) -> date | None:
    """Return the day a file says its run was done on; None where that cannot be, because the instrument's clock is wrong.

    No run is done tomorrow, and none before its samples were received.
    """
    found = day(said)
    came = [legal_day(p.item.received_at) for p in wells if p.item and p.item.received_at]
    is_likely = found is not None and max(came, default=w.today) <= found <= w.today
    return found if is_likely else None


def _begin_sheet(w: Work, worksheet_id: UUID | None) -> None:
    """Let the worksheet be run, if it only waits for that; refuse one that is done or dropped."""
    if worksheet_id is None:
        return
    sheet = w.get_for_change(Worksheet, worksheet_id)
    if sheet.state == SheetState.DRAFT:
        w.move(sheet, SHEET_MOVES, SheetAct.RUN)
    elif sheet.state != SheetState.RUNNING:
        raise NotAllowedNow("这张工作单已经做完或作废，不能再导入它的文件。")


def _results(w: Work, run: BenchRun, wells: Iterable[PlannedWell]) -> dict[UUID, Result]:
    """Return the next version of each answered test's result, not yet written."""
    answered = {p.order.id: p for p in wells if p.order is not None}
    before = _versions(w, list(answered))
    made: dict[UUID, Result] = {}
    for order_id, planned in answered.items():
        if planned.item is None or planned.scope is None:
            continue
        made[order_id] = Result(
            id=w.new_id(),
            lab_id=run.lab_id,
            run_id=run.id,
            item_id=planned.item.id,
            order_id=order_id,
            scope_id=planned.scope.id,
            version=before.get(order_id, 0) + 1,
            outcome=Outcome.INVALID,
            finding="",
            is_manual=False,
            state=ResultState.ENTERED,
            because="",
            entered_by_id=w.actor.person_id,
            entered_at=w.now,
            tested_on=run.done_on,
            verified_by_id=None,
            verified_at=None,
        )
    mark(w, list(made), Mark.ENTERED)
    return made


def _versions(w: Work, order_ids: Sequence[UUID], *only: Any) -> dict[UUID, int]:  # noqa: ANN401 (conditions)
    """Count the results each test has had."""
    found: dict[UUID, int] = {}
    for start in range(0, len(order_ids), AT_ONCE):
        some = order_ids[start : start + AT_ONCE]
        counted = (
            select(Result.order_id, func.count())
            .where(Result.order_id.in_(some), *only)
            .group_by(Result.order_id)
        )
        found |= {key: number for key, number in w.session.execute(counted)}  # noqa: C416 (rows)
    return found


def _judge(w: Work, results: dict[UUID, Result], wells: Sequence[PlannedWell]) -> None:
    """Set each result's outcome from its wells, beside the internal control of the same well."""
    ics = {
        p.reading.well: _read(p)
        for p in wells
        if p.reading.well and p.reading.target.casefold() in INTERNAL_CONTROLS
    }
    mine: dict[UUID, list[PlannedWell]] = defaultdict(list)
    for planned in wells:
        if planned.order is not None:
            mine[planned.order.id].append(planned)
    again = [order_id for order_id, row in results.items() if row.version > 1]
    retests = _versions(
        w, again, Result.state == ResultState.RETEST, Result.outcome == Outcome.GREY
    )
    for order_id, row in results.items():
        scope = mine[order_id][0].scope
        if scope is not None:
            row.outcome = _outcome(
                mine[order_id], ics, scope, is_retest=bool(retests.get(order_id))
            )


def _outcome(
    mine: Sequence[PlannedWell], ics: dict[str, Read], scope: LabScope, *, is_retest: bool
) -> Outcome:
    """Judge the replicates of one test, as entry by hand does."""
    rule = scope.rule
    demands = rule.demands
    read = beside_ic(
        [_read(each) for each in mine],
        [ics.get(each.reading.well) for each in mine],
        rule,
        demands,
    )
    read = one_a_well(read, [each.reading.well for each in mine], rule)
    return decide(read, rule, wanted=demands.retest_wells if is_retest else demands.replicates)


def _read(planned: PlannedWell) -> Read:
    """Return a well as it will be stored, so that what is judged is what stands in the table."""
    stored = milli(planned.reading.cq)
    return Read(None if stored is None else stored / MILLI, planned.reading.is_excluded)


def _well(
    w: Work, run: BenchRun, planned: PlannedWell, results: dict[UUID, Result]
) -> dict[str, Any]:
    """Return the values of a well's row."""
    reading = planned.reading
    result = None if planned.order is None else results[planned.order.id]
    return {
        "id": w.new_id(),
        "lab_id": run.lab_id,
        "run_id": run.id,
        "result_id": None if result is None else result.id,
        "scope_id": None if planned.scope is None else planned.scope.id,
        "well": reading.well,
        "sample": reading.sample,
        "role": reading.role.value,
        "target": reading.target,
        "cq_milli": None if reading.why is not Why.DETECTED else milli(reading.cq),
        "why": reading.why.value,
        "entered_by_id": w.actor.person_id,
        "entered_at": w.now,
        "is_cleared": False,
        "revision": 0,
    }
