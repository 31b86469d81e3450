"""Enter the wells of a worksheet's plate by hand: each its own revision, all of them or none, a lost reply harmless."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select

from aquacert.kernel.errors import Conflict, Invalid, NotAllowedNow
from aquacert.kernel.work import Work
from labs.bench.commands.facts import WellsEntered
from labs.bench.commands.rows import (
    add_result,
    add_well,
    county_of,
    live_result,
    must_be_authorised,
    refuse_held,
    settle,
)
from labs.bench.models import BenchRun, Place, Result, WellRow, Worksheet
from labs.bench.queries import needed
from labs.bench.queries.places import spent_places
from labs.bench.queries.wells import IC_TARGET, is_ic, latest
from labs.bench.rules import ResultState, SheetState
from labs.instruments.rules import (
    SENTENCES,
    Cq,
    Role,
    UnreadableCq,
    WellReading,
    Why,
    plain,
    well_name,
)
from labs.instruments.rules.typed import read_typed_cq
from labs.intake.models import AssayOrder, Item
from labs.register.models import LabScope

VOID_WORDS = frozenset({"x", "废", "废孔"})
NONE_WORDS = frozenset({"n"})
UNKNOWN_WELL = "这块板上没有这个孔，或这个孔是空的"
TAKEN = "这个样品的结果已在别的运行里，或已复核；这块板上的这几孔请空着"


@dataclass(frozen=True, slots=True)
class Typed:
    """One well as a person typed it. `seen` is the revision that stood there when it was typed (0 = empty).

    `text`: a Cq, N or 无 (nothing detected), X or 废孔 (void), "" (empty the well again).
    """

    well: str
    text: str
    seen: int
    is_ic: bool = False


@dataclass(frozen=True, slots=True)
class Clash:
    """A well that somebody else changed since: what was typed, what stands there now, and its revision."""

    well: str
    yours: str
    theirs: str
    revision: int
    is_ic: bool = False


class Clashes(Conflict):
    """Some wells were changed since they were shown; nothing was written."""

    def __init__(self, clashes: Sequence[Clash]) -> None:
        """Keep both values of each well."""
        first = clashes[0]
        super().__init__(
            f"{first.well} 孔已被改成“{first.theirs}”，您写的是“{first.yours}”；一孔都没有保存，请先核对。"
        )
        self.clashes = tuple(clashes)


class Reading(NamedTuple):
    """What a typed text says of a well; `is_cleared` empties it."""

    cq: Cq
    is_cleared: bool


@dataclass(slots=True)
class _Plate:
    """What is needed to write the wells of one run, fetched once."""

    run: BenchRun
    scope: LabScope
    places: dict[str, Place]
    rows: dict[tuple[str, bool], WellRow]
    results: dict[UUID, Result]
    spent: frozenset[UUID]
    """Tests that another run has answered since the plate was made."""


def enter_wells(w: Work, run_id: UUID, typed: Sequence[Typed]) -> None:
    """Write typed wells: all of them or none. What stands there already, typed again, changes nothing.

    Raises `Invalid` with a sentence for each well that is not understood, `Clashes` with both values where somebody
    else was faster, `NotAllowedNow` once the run is submitted.
    """
    plate = _plate(w, run_id)
    must_be_authorised(w, plate.scope)
    readings = _read(plate, typed)
    _clash(plate, readings)
    written: list[str] = []
    touched: dict[UUID, Result] = {}
    for entry, reading in readings:
        if not _same(plate.rows.get((entry.well, entry.is_ic)), reading):
            row = _write(w, plate, entry, reading)
            if row.result_id is not None:
                touched[row.result_id] = plate.results[needed_order(plate, entry)]
            shown = "空" if row.is_cleared else row.cq_text
            written.append(f"{entry.well}{'(IC)' if entry.is_ic else ''}={shown}")
    w.session.flush()
    for result in _judged_anew(plate, typed, touched):
        settle(w, result, plate.scope)
    if written:
        fact = WellsEntered(plate.run.number, tuple(written))
        w.record(fact, on=plate.run, county=county_of(w, plate.run.lab_id))


def needed_order(plate: _Plate, entry: Typed) -> UUID:
    """Return the test that a well of a sample answers."""
    order_id = plate.places[entry.well].order_id
    if order_id is None:
        raise ValueError(f"{entry.well} is no sample's well")
    return order_id


def read_typed(text: str, *, cap: int) -> Reading:
    """Read what a person typed into a well, or raise `UnreadableCq`: an unknown word is never a negative."""
    word = plain(text).casefold()
    if not word:
        return Reading(Cq(None, Why.EXCLUDED), is_cleared=True)
    if word in VOID_WORDS:
        return Reading(Cq(None, Why.EXCLUDED), is_cleared=False)
    if word in NONE_WORDS:
        return Reading(Cq(None, Why.NO_CQ), is_cleared=False)
    return Reading(read_typed_cq(text, cap=cap), is_cleared=False)


def _plate(w: Work, run_id: UUID) -> _Plate:
    """Fetch a run, its worksheet's places, and what its wells say now; the run's row is locked."""
    run = w.get_for_change(BenchRun, run_id)
    if run.worksheet_id is None:
        raise NotAllowedNow("这次运行没有工作单，不能按板录入；请按盲样号录入。")
    if run.submitted_at is not None:
        raise NotAllowedNow("这次运行已提交复核，不能再改；请先撤回要改的结果，再重做。")
    sheet = needed(w, Worksheet, run.worksheet_id)
    if sheet.state != SheetState.RUNNING:
        raise NotAllowedNow("这张工作单已作废或已做完，不能再录。")
    found = w.scalars(select(Place).where(Place.worksheet_id == sheet.id))
    rows = latest(w.scalars(select(WellRow).where(WellRow.run_id == run.id)))
    results = w.scalars(
        select(Result).where(Result.run_id == run.id, Result.state == ResultState.ENTERED)
    )
    return _Plate(
        run,
        needed(w, LabScope, sheet.scope_id),
        {place.well: place for place in found},
        {(row.well, is_ic(row)): row for row in rows if row.well},
        {row.order_id: row for row in results},
        frozenset(spent_places(w, sheet.id)),
    )


def _read(plate: _Plate, typed: Sequence[Typed]) -> list[tuple[Typed, Reading]]:
    """Read every typed well, or raise `Invalid` with each that cannot be."""
    wrong: dict[str, str] = {}
    readings: list[tuple[Typed, Reading]] = []
    for entry in typed:
        well = well_name(entry.well) or ""
        if well not in plate.places:
            # What was sent for a well may be anything; only a well's own name says where the sentence belongs.
            wrong[well or "wells"] = UNKNOWN_WELL
            continue
        try:
            reading = read_typed(entry.text, cap=plate.scope.cycle_cap)
        except UnreadableCq as unreadable:
            wrong[well] = SENTENCES[unreadable.code]
            continue
        readings.append((Typed(well, entry.text, entry.seen, entry.is_ic), reading))
    if wrong:
        well, sentence = next(iter(wrong.items()))
        raise Invalid(f"{well} 孔：{sentence}", **wrong)
    return readings


def _clash(plate: _Plate, readings: Sequence[tuple[Typed, Reading]]) -> None:
    """Raise `Clashes` where a well was changed since it was shown, and not to the same."""
    clashes: list[Clash] = []
    for entry, reading in readings:
        row = plate.rows.get((entry.well, entry.is_ic))
        revision = 0 if row is None else row.revision
        if revision != entry.seen and not _same(row, reading):
            theirs = "" if row is None or row.is_cleared else row.cq_text
            clashes.append(Clash(entry.well, entry.text, theirs, revision, entry.is_ic))
    if clashes:
        raise Clashes(clashes)


def _same(row: WellRow | None, reading: Reading) -> bool:
    """Tell whether a well says already what was typed."""
    if row is None or row.is_cleared:
        return reading.is_cleared
    return not reading.is_cleared and (row.cq, row.why) == (reading.cq.value, reading.cq.why)


def _write(w: Work, plate: _Plate, entry: Typed, reading: Reading) -> WellRow:
    """Write one well as the next revision of its place."""
    place, before = plate.places[entry.well], plate.rows.get((entry.well, entry.is_ic))
    result_id = None
    if place.order_id is not None and not entry.is_ic:
        result_id = _result(w, plate, place).id
    row = add_well(
        w,
        plate.run,
        WellReading(
            plate.run.number,
            entry.well,
            place.label,
            Role(place.role),
            IC_TARGET if entry.is_ic else plate.scope.disease_code,
            reading.cq.value,
            reading.cq.why,
        ),
        scope_id=None if entry.is_ic else plate.scope.id,
        result_id=result_id,
        revision=1 if before is None else before.revision + 1,
        is_cleared=reading.is_cleared,
    )
    plate.rows[entry.well, entry.is_ic] = row
    return row


def _result(w: Work, plate: _Plate, place: Place) -> Result:
    """Return the run's result of the test at a place, or begin it."""
    if place.order_id is None:
        raise ValueError(f"{place.well} is no sample's well")
    if place.order_id not in plate.results:
        order = w.get_for_change(AssayOrder, place.order_id)
        refuse_held(order)
        if live_result(w, order) is not None or order.id in plate.spent:
            raise Invalid(f"{place.well} 孔：{TAKEN}", **{place.well: TAKEN})
        item = needed(w, Item, order.item_id)
        plate.results[order.id] = add_result(w, plate.run, item, order, plate.scope, is_manual=True)
    return plate.results[place.order_id]


def _judged_anew(
    plate: _Plate, typed: Sequence[Typed], touched: dict[UUID, Result]
) -> list[Result]:
    """Return the results whose wells, or the internal controls beside them, were typed."""
    found = dict(touched)
    for entry in typed:
        place = plate.places.get(well_name(entry.well) or "")
        if entry.is_ic and place is not None and place.order_id in plate.results:
            result = plate.results[place.order_id]
            found[result.id] = result
    return list(found.values())
