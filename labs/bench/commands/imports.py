"""Import an instrument's file: staged and previewed, then taken or left. The same bytes count once."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from uuid import UUID

from sqlalchemy import select

from aquacert.kernel.errors import Invalid
from aquacert.kernel.work import Work
from labs.bench.commands.concluding import conclude
from labs.bench.commands.facts import FileDiscarded, FileImported, FileStaged
from labs.bench.commands.rows import add_result, add_well, county_of, new_run, settle
from labs.bench.models import BenchRun, InstrumentFile, Result
from labs.bench.queries import runs_of_file
from labs.bench.queries.plan import ImportPlan, PlannedWell, plan_of_file
from labs.bench.rules import FILE_MOVES, FileAct, FileState
from labs.instruments.parsers import read_instrument_file
from labs.register.commands import lock_lab
from labs.register.models import LabScope

MEDIA_TYPES = {
    "rdml": "application/zip",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv",
}


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did. `is_repeat` when the same bytes had been taken before and nothing was done now."""

    file_id: UUID
    run_ids: tuple[UUID, ...]
    results: int
    refused: int
    is_repeat: bool


def stage_file(w: Work, lab_id: UUID, data: bytes, name: str) -> UUID:
    """Keep an instrument's file for preview and return its id; the same bytes again are the same file.

    Raises `Invalid` when the file as a whole cannot be read; then nothing is kept.
    """
    read = read_instrument_file(data, name)
    lab_row = lock_lab(w, lab_id)
    found = w.session.scalar(
        select(InstrumentFile)
        .where(InstrumentFile.lab_id == lab_id, InstrumentFile.sha256 == read.sha256)
        .with_for_update()
    )
    if found is not None:
        if found.state == FileState.DISCARDED:
            w.move(found, FILE_MOVES, FileAct.STAGE)
            fact = FileStaged(found.name, found.sha256)
            w.record(fact, on=found, county=lab_row.division_code)
        return found.id
    shown = PurePosixPath(name.replace("\\", "/")).name[-120:] or "instrument"
    file = w.add(
        InstrumentFile(
            id=w.new_id(),
            lab_id=lab_id,
            sha256=read.sha256,
            name=shown,
            state=FileState.STAGED,
            staged_by_id=w.actor.person_id,
            staged_at=w.now,
        )
    )
    suffix = shown.rpartition(".")[2].lower()
    w.attach(file, data, shown, MEDIA_TYPES.get(suffix, "application/octet-stream"))
    w.record(FileStaged(shown, read.sha256), on=file, county=lab_row.division_code)
    return file.id


def import_run(
    w: Work, lab_id: UUID, data: bytes, name: str, *, keep_good: bool = False
) -> Imported:
    """Stage and take a file in one act: for programs that look at the refusals themselves."""
    return commit_file(w, stage_file(w, lab_id, data, name), keep_good=keep_good)


def commit_file(w: Work, file_id: UUID, *, keep_good: bool = False) -> Imported:
    """Take a staged file's wells. With refused rows only if `keep_good`; a file already taken changes nothing.

    Raises `Invalid` when rows were refused and not waived, or when the file answers no test at all.
    """
    file = w.get_for_change(InstrumentFile, file_id)
    if file.state == FileState.IMPORTED:
        runs = runs_of_file(w, file.id)
        results = w.scalars(select(Result.id).where(Result.run_id.in_([run.id for run in runs])))
        return Imported(file.id, tuple(run.id for run in runs), len(results), 0, is_repeat=True)
    FILE_MOVES.after(FileState(file.state), FileAct.IMPORT)
    plan = plan_of_file(w, file)
    if not plan.samples:
        raise Invalid(
            f"文件里没有一行能收：{len(plan.refusals)} 行不认，没有对得上的盲样",
            file="没有能收的行",
        )
    if plan.refusals and not keep_good:
        first = plan.refusals[0]
        raise Invalid(
            f"{len(plan.refusals)} 行不认（第 {first.row} 行：{first.sentence}）。可以只收好行，或全部不收。",
            keep_good="有不认的行，请选“只收好行”或“全部不收”",
        )
    runs = _take(w, file, plan)
    w.move(file, FILE_MOVES, FileAct.IMPORT)
    fact = FileImported(
        file.sha256,
        tuple(run.number for run in runs),
        len(plan.wells),
        plan.samples,
        len(plan.refusals),
    )
    w.record(fact, on=file, county=county_of(w, file.lab_id))
    run_ids = tuple(run.id for run in runs)
    return Imported(file.id, run_ids, plan.samples, len(plan.refusals), is_repeat=False)


def _take(w: Work, file: InstrumentFile, plan: ImportPlan) -> list[BenchRun]:
    """Write the runs, wells and results of a plan."""
    by_run: dict[str, list[PlannedWell]] = defaultdict(list)
    for planned in plan.wells:
        by_run[planned.reading.run].append(planned)
    runs: list[BenchRun] = []
    for name, wells in by_run.items():
        run = new_run(
            w,
            file.lab_id,
            source=plan.run.source,
            instrument=plan.run.instrument,
            file_id=file.id,
            name=name,
        )
        _fill(w, run, wells)
        runs.append(run)
    return runs


def _fill(w: Work, run: BenchRun, wells: Sequence[PlannedWell]) -> None:
    """Write one run's wells, and settle each test they answer."""
    results: dict[UUID, tuple[Result, LabScope]] = {}
    for planned in wells:
        scope, order, item = planned.scope, planned.order, planned.item
        result_id: UUID | None = None
        if order is not None and item is not None and scope is not None:
            if order.id not in results:
                row = add_result(w, run, item, order, scope, is_manual=False)
                results[order.id] = (row, scope)
            result_id = results[order.id][0].id
        scope_id = None if scope is None else scope.id
        add_well(w, run, planned.reading, scope_id=scope_id, result_id=result_id)
    for row, scope in results.values():
        settle(w, row, scope)
    conclude(w, run)


def discard_file(w: Work, file_id: UUID) -> None:
    """Leave a staged file; it may be sent again later."""
    file = w.get_for_change(InstrumentFile, file_id)
    w.move(file, FILE_MOVES, FileAct.DISCARD)
    w.record(FileDiscarded(file.sha256), on=file, county=county_of(w, file.lab_id))
