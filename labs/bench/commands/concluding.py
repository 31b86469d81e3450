"""Submit a run: what is grey is owed again as a retest, what stays grey asks for a new sample, the rest goes to review."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from aquacert.kernel.errors import Invalid, NotAllowedNow
from aquacert.kernel.work import Work
from labs.bench.commands.facts import RunRepeated, RunSubmitted
from labs.bench.commands.rows import county_of, retests_of
from labs.bench.models import BenchRun, Place, Result, WellRow, Worksheet
from labs.bench.queries import needed, run_validity
from labs.bench.queries.places import places_of, spent_places
from labs.bench.queries.wells import is_ic, latest
from labs.bench.rules import (
    OUTCOME_WORDS,
    RESULT_MOVES,
    SENTENCES,
    SHEET_MOVES,
    Next,
    Outcome,
    ResultAct,
    ResultState,
    RunFault,
    SheetAct,
    SheetState,
    Validity,
    next_of,
)
from labs.custody.commands import note
from labs.intake.models import Item
from labs.register.models import LabScope

# What is mended by writing it down or by submitting: it stands against review, not against the wells themselves.
MENDABLE = frozenset(
    {RunFault.NO_INSTRUMENT, RunFault.NO_LOT, RunFault.NOT_SUBMITTED, RunFault.CALIBRATION_LAPSED}
)

LISTED = 6
"""Wells that one sentence names."""


def failed(judged: Validity) -> list[RunFault]:
    """Return the faults for which the wells themselves cannot be believed."""
    return [fault for fault in judged.faults if fault not in MENDABLE]


def submit_run(w: Work, run_id: UUID, *, leave_open: bool = False) -> None:
    """Say that a run is entered; its results go to review, grey ones are owed again. A second time changes nothing.

    Raises `Invalid` while wells of its worksheet are not entered, unless `leave_open`: then those tests stay owed. So
    for controls of a plate entered by hand: nobody can enter them any more once the run is submitted.
    """
    run = w.get_for_change(BenchRun, run_id)
    if run.submitted_at is not None:
        return
    missing = _unentered(w, run)
    if missing and not leave_open:
        raise Invalid(
            f"还有 {len(missing)} 个样品没有录完（{'、'.join(missing[:3])}…）。录完再提交，或选“没录的留在待检清单”。",
            leave_open="有样品没有录完",
        )
    silent = _silent_controls(w, run)
    if silent and not leave_open:
        raise Invalid(
            f"对照孔 {'、'.join(silent[:LISTED])} 还没有录，提交以后不能再补，整板都要重做。没有做的写 X。",
            leave_open="对照没有录完",
        )
    conclude(w, run)


def conclude(w: Work, run: BenchRun) -> None:
    """Settle what every result of a run asks for next. In a failed run nothing is asked: it is repeated as a whole."""
    rows = w.scalars(
        select(Result).where(Result.run_id == run.id, Result.state == ResultState.ENTERED)
    )
    run.submitted_at, run.submitted_by_id = w.now, w.actor.person_id
    if run.worksheet_id is not None:
        sheet = w.get_for_change(Worksheet, run.worksheet_id)
        if sheet.state == SheetState.DRAFT:  # its run came as a file, nobody began it by hand
            w.move(sheet, SHEET_MOVES, SheetAct.RUN)
        if sheet.state == SheetState.RUNNING:
            w.move(sheet, SHEET_MOVES, SheetAct.FINISH)
    w.session.flush()
    judged: dict[UUID, list[RunFault]] = {}
    for scope_id in {row.scope_id for row in rows}:
        judged[scope_id] = failed(run_validity(w, run, needed(w, LabScope, scope_id)))
    asked = [_ask(w, row) for row in rows if not judged[row.scope_id]]
    for item_id in sorted({row.item_id for row in rows}):
        note(w, needed(w, Item, item_id).blind_code, "tested", public={"run": run.number})
    faults = tuple(sorted({fault.value for some in judged.values() for fault in some}))
    fact = RunSubmitted(
        run.number,
        len(rows),
        asked.count(Next.RETEST),
        asked.count(Next.NEW_SAMPLE),
        faults,
    )
    w.record(fact, on=run, county=county_of(w, run.lab_id))


def repeat_run(w: Work, run_id: UUID, because: str) -> None:
    """Set a failed run's results aside, so that all its tests are owed again; the wells stay on record.

    Raises `NotAllowedNow` for a run whose wells hold: a result nobody likes is not repeated until it fits.
    """
    if not because.strip():
        raise Invalid("整板重做时请写明原因", because="必须写原因")
    run = w.get_for_change(BenchRun, run_id)
    rows = w.scalars(
        select(Result).where(Result.run_id == run.id, Result.state == ResultState.ENTERED)
    )
    faults: set[RunFault] = set()
    again: list[Result] = []
    for row in rows:
        found = failed(run_validity(w, run, needed(w, LabScope, row.scope_id)))
        again += [row] if found else []
        faults |= set(found)
    if not again:
        raise NotAllowedNow("这次运行的质控没有失败，不能整板重做；单个结果请撤回或由复核人退回。")
    said = "；".join(SENTENCES[fault] for fault in sorted(faults))
    for row in again:
        row.outcome = Outcome.INVALID
        _owe_again(w, row, f"运行无效，整板重做：{said}")
    fact = RunRepeated(run.number, len(again), tuple(sorted(faults)))
    w.record(fact, on=run, county=county_of(w, run.lab_id), reason=because.strip())


def _ask(w: Work, row: Result) -> Next:
    """Do for one result what its outcome asks for."""
    outcome = Outcome(row.outcome)
    demands = needed(w, LabScope, row.scope_id).rule.demands
    asked = next_of(outcome, retests_of(w, row.order_id) if outcome is Outcome.GREY else 0, demands)
    if asked is Next.NEW_SAMPLE:
        row.outcome = Outcome.INCONCLUSIVE
        w.session.flush()
    elif asked is Next.RETEST:
        _owe_again(w, row, f"{OUTCOME_WORDS[outcome]}：复检 {demands.retest_wells} 孔")
    return asked


def _owe_again(w: Work, row: Result, because: str) -> None:
    """Let a result no longer count, so that its test is owed again."""
    row.because = because
    w.session.flush()
    w.move(row, RESULT_MOVES, ResultAct.RETEST, because=because)


def _silent_controls(w: Work, run: BenchRun) -> Sequence[str]:
    """Return the control wells of a plate entered by hand that say nothing."""
    if run.worksheet_id is None or run.file_id is not None:
        return []
    rows = latest(w.scalars(select(WellRow).where(WellRow.run_id == run.id)))
    told = {row.well for row in rows if not row.is_cleared and not is_ic(row)}
    placed = places_of(w, run.worksheet_id)
    return [place.well for place in placed if place.order_id is None and place.well not in told]


def _unentered(w: Work, run: BenchRun) -> Sequence[str]:
    """Return the blind codes on the run's worksheet that no result answers, of this run or of another since."""
    if run.worksheet_id is None:
        return []
    answered = select(Result.order_id).where(Result.run_id == run.id)
    wanted = (
        select(Place.label)
        .where(
            Place.worksheet_id == run.worksheet_id,
            Place.order_id.is_not(None),
            Place.order_id.not_in([*w.scalars(answered), *spent_places(w, run.worksheet_id)]),
        )
        .order_by(Place.label)
    )
    return list(dict.fromkeys(w.scalars(wanted)))
