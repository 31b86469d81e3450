"""Import an instrument's file: staged and previewed, then taken or left. The same bytes count once."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath
from uuid import UUID

from sqlalchemy import select

from aquacert.kernel.errors import Invalid, NotAllowedNow
from aquacert.kernel.work import Work
from labs.bench.commands.concluding import conclude
from labs.bench.commands.facts import FileDiscarded, FileImported, FileStaged
from labs.bench.commands.rows import county_of
from labs.bench.commands.taking import take_plan
from labs.bench.models import InstrumentFile, Result
from labs.bench.queries import runs_of_file
from labs.bench.queries.plan import plan_of_file
from labs.bench.rules import FILE_MOVES, FileAct, FileState
from labs.instruments.commands import note_reading
from labs.instruments.parsers import read_instrument_file
from labs.instruments.queries import profiles_for, reading_of, readings_of_series
from labs.instruments.rules import InstrumentRun
from labs.instruments.rules.moments import moment
from labs.register.commands import lock_lab

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


def stage_file(
    w: Work, lab_id: UUID, data: bytes, name: str, *, worksheet_id: UUID | None = None
) -> UUID:
    """Keep an instrument's file for preview and return its id; the same bytes again are the same file.

    `worksheet_id` names the plate whose places tell the samples that the file does not. Raises `Invalid` when the file as
    a whole cannot be read, and `NotAllowedNow` when a newer version of it was taken; then nothing is kept.
    """
    read = read_instrument_file(
        data, name, profiles=profiles_for(w, lab_id), nameless=worksheet_id is not None
    )
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
    refuse_older(w, lab_id, read)
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
    note_reading(w, lab_id, file.id, read, worksheet_id)
    w.record(FileStaged(shown, read.sha256), on=file, county=lab_row.division_code)
    return file.id


def refuse_older(w: Work, lab_id: UUID, read: InstrumentRun) -> None:
    """Refuse a file whose run was taken from a version changed later: a version beats the order of arrival."""
    at = moment(read.version)
    if at is None:
        return
    for other in readings_of_series(w, lab_id, read.series):
        file = w.session.get(InstrumentFile, other.file_id)
        is_newer = other.version_at is not None and other.version_at > at
        if file is not None and file.state == FileState.IMPORTED and is_newer:
            raise NotAllowedNow(
                f"这是较旧的版本（{read.version[:19]}）：同一次运行较新的文件“{file.name}”已经导入，"
                "旧文件不再收。"
            )


def import_run(
    w: Work,
    lab_id: UUID,
    data: bytes,
    name: str,
    *,
    keep_good: bool = False,
    instrument_id: UUID | None = None,
    lot_id: UUID | None = None,
    worksheet_id: UUID | None = None,
) -> Imported:
    """Stage and take a file in one act: for programs that look at the refusals themselves."""
    file_id = stage_file(w, lab_id, data, name, worksheet_id=worksheet_id)
    return commit_file(w, file_id, keep_good=keep_good, instrument_id=instrument_id, lot_id=lot_id)


def commit_file(
    w: Work,
    file_id: UUID,
    *,
    keep_good: bool = False,
    instrument_id: UUID | None = None,
    lot_id: UUID | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Imported:
    """Take a staged file's wells and submit its runs. With refused rows only if `keep_good`; a file taken changes nothing.

    `instrument_id` and `lot_id` are the register's entries the runs were done with. `progress` is told (wells written, of
    all). Raises `Invalid` when rows were refused and not waived, or when the file answers no test at all.
    """
    file = w.get_for_change(InstrumentFile, file_id)
    if file.state == FileState.IMPORTED:
        runs = runs_of_file(w, file.id)
        results = w.scalars(select(Result.id).where(Result.run_id.in_([run.id for run in runs])))
        return Imported(file.id, tuple(run.id for run in runs), len(results), 0, is_repeat=True)
    FILE_MOVES.after(FileState(file.state), FileAct.IMPORT)
    plan = plan_of_file(w, file)
    refuse_older(w, file.lab_id, plan.run)
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
    runs = take_plan(w, file, plan, equipment=(instrument_id, lot_id), progress=progress)
    w.move(file, FILE_MOVES, FileAct.IMPORT)
    fact = FileImported(
        file.sha256,
        tuple(run.number for run in runs),
        len(plan.wells),
        plan.samples,
        len(plan.refusals),
    )
    w.record(fact, on=file, county=county_of(w, file.lab_id))
    for run in runs:
        conclude(w, run)
    run_ids = tuple(run.id for run in runs)
    return Imported(file.id, run_ids, plan.samples, len(plan.refusals), is_repeat=False)


def worksheet_of(w: Work, file_id: UUID) -> UUID | None:
    """Return the worksheet a file was staged for."""
    kept = reading_of(w, file_id)
    return None if kept is None else kept.worksheet_id


def discard_file(w: Work, file_id: UUID) -> None:
    """Leave a staged file; it may be sent again later."""
    file = w.get_for_change(InstrumentFile, file_id)
    w.move(file, FILE_MOVES, FileAct.DISCARD)
    w.record(FileDiscarded(file.sha256), on=file, county=county_of(w, file.lab_id))
