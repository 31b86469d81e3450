"""Test data (疫病检测数据): every verified result, searched, narrowed and read in one pass. Blind codes only."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, exists, false, func, or_, select

from aquacert.kernel.paging import Page
from aquacert.kernel.work import Look
from labs.bench.models import BenchRun, Result
from labs.bench.queries import wells_of_results
from labs.bench.rules import OUTCOME_WORDS, Outcome, ResultState
from labs.intake.models import Item
from labs.intake.rules import blind_code
from labs.register.models import Instrument, KitLot, Laboratory, LabScope
from labs.reports.models import Report
from labs.reports.rules import ReportState

FINAL = (ResultState.VERIFIED, ResultState.REPORTED)
SHOWN = 50
AT_ONCE = 1_000
FEW = 500
"""Items asked for by their keys."""
Joined: TypeAlias = Row[Result, Item, str, LabScope, BenchRun, Instrument, KitLot, str]


@dataclass(frozen=True, slots=True)
class Asked:
    """Which results. Empty = all. Days are legal days of the test, inclusive; `lot` is a lot's number."""

    words: str = ""
    disease_code: str = ""
    method_code: str = ""
    outcome: str = ""
    lab_id: UUID | None = None
    instrument_id: UUID | None = None
    lot: str = ""
    from_on: date | None = None
    until_on: date | None = None
    is_nothing: bool = False
    """A condition could not be understood: nothing is shown, for everything would look like the answer."""


@dataclass(frozen=True, slots=True)
class DataLine:
    """One result as data. `cq` is text: 无 = nothing detected, "" = no well of its own."""

    result_id: UUID
    item_id: UUID
    blind_code: str
    lab_code: str
    disease_code: str
    disease_name: str
    method_standard: str
    outcome: str
    cq: str
    tested_on: date
    run_number: str
    instrument: str
    lot: str
    is_by_pool: bool
    report_number: str
    individuals: int

    def cells(self) -> tuple[object, ...]:
        """Return the line in the order of `cells.HEADS`."""
        return (
            self.blind_code,
            self.lab_code,
            self.disease_code,
            self.disease_name,
            self.method_standard,
            OUTCOME_WORDS[Outcome(self.outcome)],
            self.cq,
            self.tested_on.isoformat(),
            self.run_number,
            self.instrument,
            self.lot,
            "是" if self.is_by_pool else "",
            self.report_number,
            self.individuals,
        )


def data_page(
    look: Look,
    asked: Asked,
    *,
    after: str = "",
    codes: Select[str] | None = None,
    size: int = SHOWN,
) -> Page[DataLine]:
    """Return one stretch of the results, newest test first; `after` is the cursor of the one before.

    `codes` narrows to the blind codes that the asking side may see; without it the laboratory's own rows are
    read (`__parties__`). No total is counted: that would read everything.
    """
    rows = _rows(look, asked, codes, _place(after), size + 1)
    lines = _lines(look, rows[:size])
    return Page(lines, _cursor(lines[-1]) if len(rows) > size else None)


def data_stream(
    look: Look, asked: Asked, *, codes: Select[str] | None = None, most: int | None = None
) -> Iterator[DataLine]:
    """Yield every result that is asked for, newest test first, a thousand read at a time."""
    place: tuple[date, UUID] | None = None
    left = most
    while left is None or left > 0:
        size = AT_ONCE if left is None else min(AT_ONCE, left)
        lines = _lines(look, _rows(look, asked, codes, place, size))
        yield from lines
        if len(lines) < size:
            return
        place = (lines[-1].tested_on, lines[-1].result_id)
        left = None if left is None else left - len(lines)
        look.session.expunge_all()


def _rows(
    look: Look,
    asked: Asked,
    codes: Select[str] | None,
    place: tuple[date, UUID] | None,
    size: int,
) -> list[Joined]:
    """Ask for the keys first, in the order of the index; the joins then read no more than those rows."""
    keys = (
        select(Result.id)
        .where(*_conditions(look, asked, codes))
        .order_by(Result.tested_on.desc(), Result.id.desc())
        .limit(size)
    )
    if place is not None:
        day, key = place
        keys = keys.where(
            Result.tested_on <= day,
            or_(Result.tested_on < day, Result.id < key),
        )
    ids = look.scalars(keys)
    found = {row[0].id: row for row in look.session.execute(_joined(ids))}
    return [found[key] for key in ids]


def _joined(
    ids: list[UUID],
) -> Select[Result, Item, str, LabScope, BenchRun, Instrument, KitLot, str]:
    standing = and_(Report.item_id == Result.item_id, Report.state == ReportState.AUTHORISED)
    return (
        select(Result, Item, Laboratory.code, LabScope, BenchRun, Instrument, KitLot, Report.number)
        .join(Item, Item.id == Result.item_id)
        .join(Laboratory, Laboratory.id == Result.lab_id)
        .join(LabScope, LabScope.id == Result.scope_id)
        .join(BenchRun, BenchRun.id == Result.run_id)
        .outerjoin(Instrument, Instrument.id == BenchRun.instrument_id)
        .outerjoin(KitLot, KitLot.id == BenchRun.lot_id)
        .outerjoin(Report, standing)
        .where(Result.id.in_(ids))
    )


def _conditions(
    look: Look, asked: Asked, codes: Select[str] | None
) -> Iterator[ColumnElement[bool]]:
    # Who asks from outside learns what was released; what is verified only is the laboratory's own.
    if asked.is_nothing:
        yield false()
    yield Result.state.in_(FINAL) if codes is None else Result.state == ResultState.REPORTED
    if asked.words.strip():
        own = look.visible(Item) if codes is None else _held(codes)
        yield _found(look, asked.words, own)
    elif codes is None:
        yield look.visible(Result)
    else:
        yield exists(
            select(Item.id).where(Item.id == Result.item_id, _held(codes)).correlate(Result)
        )
    plain = (
        (asked.lab_id, Result.lab_id == asked.lab_id),
        (asked.outcome, Result.outcome == asked.outcome),
        (asked.disease_code or asked.method_code, Result.scope_id.in_(_scopes(asked))),
        (asked.from_on, Result.tested_on >= (asked.from_on or date.min)),
        (asked.until_on, Result.tested_on <= (asked.until_on or date.max)),
        (asked.lot.strip() or asked.instrument_id, Result.run_id.in_(_runs(asked))),
    )
    yield from (condition for given, condition in plain if given)


def _held(codes: Select[str]) -> ColumnElement[bool]:
    """Say that an item is among these codes: asked row by row, for the list of all would be read whole."""
    (code,) = codes.selected_columns
    return exists(codes.where(code == Item.blind_code).correlate(Item))


def _scopes(asked: Asked) -> Select[UUID]:
    wanted = select(LabScope.id)
    if asked.disease_code:
        wanted = wanted.where(LabScope.disease_code == asked.disease_code)
    if asked.method_code:
        wanted = wanted.where(LabScope.method_code == asked.method_code)
    return wanted


def _runs(asked: Asked) -> Select[UUID]:
    wanted = select(BenchRun.id)
    if asked.instrument_id is not None:
        wanted = wanted.where(BenchRun.instrument_id == asked.instrument_id)
    if asked.lot.strip():
        lot = asked.lot.strip().upper()
        lots = select(KitLot.id).where(func.upper(KitLot.lot) == lot)
        written = func.upper(BenchRun.reagent_lot) == lot
        wanted = wanted.where(or_(BenchRun.lot_id.in_(lots), written))
    return wanted


def _found(look: Look, words: str, own: ColumnElement[bool]) -> ColumnElement[bool]:
    """Say which items the words name: a whole blind code or report number by its index, else a fragment.

    Few items are asked for by their keys, or a database that knows no figures of its tables would walk the
    order of the page instead; of many the first page is soon full that way.
    """
    code = blind_code(words)
    wanted = select(Item.id).where(Item.blind_code == code, own)
    ids = look.scalars(wanted) if code is not None else []
    if not ids:
        wanted = select(Report.item_id).join(Item, Item.id == Report.item_id)
        ids = look.scalars(wanted.where(Report.number == words.strip(), own))
    if not ids:
        wanted = select(Item.id).where(look.matching(Item, words), own)
        ids = look.scalars(wanted.limit(FEW + 1))
    return Result.item_id.in_(ids if len(ids) <= FEW else wanted)


def _lines(look: Look, rows: list[Joined]) -> list[DataLine]:
    wells = wells_of_results(look, [row[0].id for row in rows])
    return [
        DataLine(
            result_id=result.id,
            item_id=item.id,
            blind_code=item.blind_code,
            lab_code=lab_code,
            disease_code=scope.disease_code,
            disease_name=scope.disease_name_zh,
            method_standard=scope.method_standard,
            outcome=result.outcome,
            cq="、".join(well.cq_text for well in wells[result.id]) or result.finding,
            tested_on=result.tested_on,
            run_number=run.number,
            instrument=instrument.code if instrument else run.instrument,
            lot=lot.lot if lot else run.reagent_lot,
            is_by_pool=result.by_pool_id is not None,
            report_number=number or "",
            individuals=item.individuals,
        )
        for result, item, lab_code, scope, run, instrument, lot, number in rows
    ]


def _cursor(line: DataLine) -> str:
    return f"{line.tested_on.isoformat()}.{line.result_id.hex}"


def _place(cursor: str) -> tuple[date, UUID] | None:
    """Return the place a cursor names; None for none, or one that is not ours."""
    day, _dot, key = cursor.partition(".")
    try:
        return date.fromisoformat(day), UUID(hex=key)
    except ValueError:
        return None
