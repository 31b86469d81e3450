"""What importing an instrument's file would do, row by row, before anything is written."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from aquacert.kernel.work import Look
from labs.bench.models import InstrumentFile, Result
from labs.bench.queries.placing import Placed, placed, refused, sheet_places
from labs.bench.queries.wells import INTERNAL_CONTROLS
from labs.bench.rules import LIVE
from labs.instruments.parsers import read_instrument_file
from labs.instruments.queries import profiles_for, reading_of
from labs.instruments.rules import InstrumentRun, Refusal, RefusalCode, Role, WellReading
from labs.instruments.rules.profiles import FIELD_WORDS
from labs.intake.models import AssayOrder, Item
from labs.intake.queries import items_by_code
from labs.intake.rules import ItemState, blind_code
from labs.register.models import LabScope
from labs.register.queries import scopes_of
from labs.register.rules import MethodKind

AT_ONCE = 500
"""Values in one IN list: SQLite takes 32,766 parameters, a file may hold more."""
SWAPPED = 0.6
"""Share of rows whose target is a sample, or whose sample a target, from which on sample and target are said to have changed places."""


@dataclass(frozen=True, slots=True)
class PlannedWell:
    """One well that would be taken: with the test it answers, or as a control or internal control."""

    reading: WellReading
    item: Item | None
    order: AssayOrder | None
    scope: LabScope | None


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """What would be taken and what refused. `worksheet_id` is the plate whose places named the samples."""

    run: InstrumentRun
    wells: tuple[PlannedWell, ...]
    refusals: tuple[Refusal, ...]
    worksheet_id: UUID | None = None

    @property
    def samples(self) -> int:
        """How many tests of blind items the file answers."""
        return len({well.order.id for well in self.wells if well.order is not None})

    @property
    def controls(self) -> int:
        """How many control wells it holds."""
        return sum(well.order is None for well in self.wells)

    @property
    def without_controls(self) -> tuple[str, ...]:
        """The diseases that the file answers without a blank or without a positive control: nothing of them is released."""
        used: dict[UUID, LabScope] = {}
        roles: dict[UUID, set[Role]] = defaultdict(set)
        for well in self.wells:
            if well.scope is None:
                continue
            if well.order is not None:
                used[well.scope.id] = well.scope
            else:
                roles[well.scope.id].add(well.reading.role)
        return tuple(
            scope.disease_name_zh
            for key, scope in used.items()
            if not (roles[key] & {Role.NTC, Role.NO_TARGET}) or Role.POSITIVE not in roles[key]
        )


@dataclass(frozen=True, slots=True)
class Shelf:
    """What the laboratory knows that a row may be matched to. `cap` is how many cycles the file says were run."""

    scopes: Mapping[str, Sequence[LabScope]]
    items: Mapping[str, Item]
    orders: Mapping[UUID, Sequence[AssayOrder]]
    answered: frozenset[UUID]
    cap: int | None = None


def plan_of_file(look: Look, file: InstrumentFile) -> ImportPlan:
    """Return what importing a staged file would do: read by the profile and worksheet it was staged with."""
    kept = reading_of(look, file.id)
    sheet_id = None if kept is None else kept.worksheet_id
    read = read_instrument_file(
        look.read_file(look.files_of(file)[0]),
        file.name,
        profiles=profiles_for(look, file.lab_id, "" if kept is None else kept.profile),
        nameless=sheet_id is not None,
    )
    return plan_import(look, file.lab_id, read, places=sheet_places(look, sheet_id), sheet=sheet_id)


def plan_import(
    look: Look,
    lab_id: UUID,
    run: InstrumentRun,
    *,
    places: Mapping[str, Placed] | None = None,
    sheet: UUID | None = None,
) -> ImportPlan:
    """Match every reading to a received blind item and an ordered test, or refuse it with its reason.

    `places` (well → what stands there) names the samples a file does not, and must agree with those it does.
    """
    found = [placed(reading, places or {}) for reading in run.readings]
    readings = [each for each in found if isinstance(each, WellReading)]
    refusals = [*run.refusals, *(each for each in found if isinstance(each, Refusal))]
    shelf = _shelf(look, lab_id, readings, run.cycle_cap)
    if _is_swapped(look, lab_id, shelf, readings):
        words = f"{FIELD_WORDS['sample']} ↔ {FIELD_WORDS['target']}"
        said = Refusal(0, "sample", RefusalCode.COLUMNS_SWAPPED, words)
        return ImportPlan(run, (), (said,), sheet)
    taken: dict[UUID, str] = {}
    planned = [(reading, _planned(shelf, reading, taken)) for reading in readings]
    refusals += [refused(reading, why) for reading, why in planned if isinstance(why, RefusalCode)]
    doubted = _doubted(shelf, refusals, places or {})
    wells: list[PlannedWell] = []
    for reading, matched in planned:
        if isinstance(matched, RefusalCode):
            continue
        if _is_answer(matched) and doubted & _tests(shelf, reading.sample, reading.target):
            refusals.append(refused(reading, RefusalCode.REPLICATE_REFUSED))
        else:
            wells += matched
    refusals.sort(key=lambda refusal: refusal.row)
    return ImportPlan(run, _with_controls(wells), tuple(refusals), sheet)


def _doubted(
    shelf: Shelf, refusals: Iterable[Refusal], places: Mapping[str, Placed]
) -> frozenset[tuple[str, str]]:
    """Return the tests of which some row was not taken; a well stands for what its worksheet puts there."""
    return frozenset(
        _test(shelf, places[named].label if named in places else named, target)
        for named, target in (refusal.about for refusal in refusals)
        if named
    )


def _test(shelf: Shelf, sample: str, target: str) -> tuple[str, str]:
    """Return a sample and target as they are compared: an assay has several names, and is one test."""
    scopes = shelf.scopes.get(target.casefold(), ())
    return blind_code(sample) or sample, scopes[0].disease_code if scopes else target.casefold()


def _tests(shelf: Shelf, sample: str, target: str) -> frozenset[tuple[str, str]]:
    """Return what a doubt may name a row by: its test, or its sample with every test."""
    return frozenset({_test(shelf, sample, target), _test(shelf, sample, "")})


def _is_answer(planned: Sequence[PlannedWell]) -> bool:
    """Tell whether a row answers a test: only there may a refused replicate change what is concluded."""
    return any(well.order is not None for well in planned)


def _is_swapped(look: Look, lab_id: UUID, shelf: Shelf, readings: Sequence[WellReading]) -> bool:
    """Tell whether the laboratory's samples stand in the target column, or its targets in the sample column.

    What merely looks like a blind code is none: a target that nobody registered may look so (WSSV).
    """
    if shelf.items or not readings:
        return False
    targets = sum(reading.sample.casefold() in shelf.scopes for reading in readings)
    if targets > SWAPPED * len(readings):
        return True
    there = items_by_code(look, lab_id, {reading.target for reading in readings})
    codes = sum(blind_code(reading.target) in there for reading in readings)
    return codes > SWAPPED * len(readings)


def _shelf(look: Look, lab_id: UUID, readings: Iterable[WellReading], cap: int | None) -> Shelf:
    """Fetch everything that the readings may be matched to, in a few questions."""
    scopes: dict[str, list[LabScope]] = defaultdict(list)
    for scope in scopes_of(look, lab_id):
        if scope.kind == MethodKind.QPCR and scope.from_on <= look.today <= scope.until_on:
            for name in {str(target).casefold() for target in scope.targets}:
                scopes[name].append(scope)
    items = items_by_code(look, lab_id, {r.sample for r in readings})
    orders = _orders(look, [item.id for item in items.values()])
    order_ids = [order.id for some in orders.values() for order in some]
    return Shelf(scopes, items, orders, _answered(look, order_ids), cap)


def _orders(look: Look, item_ids: Sequence[UUID]) -> dict[UUID, list[AssayOrder]]:
    """Return what was asked of each item, by disease; tests held by a pool are not asked now."""
    orders: dict[UUID, list[AssayOrder]] = {item_id: [] for item_id in item_ids}
    for start in range(0, len(item_ids), AT_ONCE):
        rows = look.scalars(
            select(AssayOrder)
            .where(
                AssayOrder.item_id.in_(item_ids[start : start + AT_ONCE]),
                AssayOrder.held_by_id.is_(None),
            )
            .order_by(AssayOrder.disease_code)
        )
        for row in rows:
            orders[row.item_id].append(row)
    return orders


def _answered(look: Look, order_ids: Sequence[UUID]) -> frozenset[UUID]:
    """Return the orders that a live result answers."""
    found: set[UUID] = set()
    for start in range(0, len(order_ids), AT_ONCE):
        some = order_ids[start : start + AT_ONCE]
        wanted = select(Result.order_id).where(Result.order_id.in_(some), Result.state.in_(LIVE))
        found |= set(look.scalars(wanted))
    return frozenset(found)


def _planned(
    shelf: Shelf, reading: WellReading, taken: dict[UUID, str]
) -> list[PlannedWell] | RefusalCode:
    """Match one reading. `taken` remembers which run of the file answers a test: one run only may."""
    target = reading.target.casefold()
    if target in INTERNAL_CONTROLS:
        return [PlannedWell(reading, None, None, None)]
    scopes = shelf.scopes.get(target, ())
    if reading.role is not Role.UNKNOWN:
        if blind_code(reading.sample) in shelf.items:
            return RefusalCode.SAMPLE_AS_CONTROL
        return [PlannedWell(reading, None, None, scope) for scope in scopes] or [
            PlannedWell(reading, None, None, None)
        ]
    return _answer(shelf, reading, scopes, taken)


def _answer(
    shelf: Shelf, reading: WellReading, scopes: Sequence[LabScope], taken: dict[UUID, str]
) -> list[PlannedWell] | RefusalCode:
    """Match a sample's well to the ordered test it answers."""
    item = shelf.items.get(blind_code(reading.sample) or "")
    if item is None or item.state != ItemState.RECEIVED:
        return RefusalCode.SAMPLE_UNKNOWN if item is None else RefusalCode.SAMPLE_NOT_RECEIVED
    if not scopes:
        return RefusalCode.TARGET_UNKNOWN
    named = {(s.disease_code, s.method_code): s for s in scopes}
    for order in shelf.orders[item.id]:
        scope = named.get((order.disease_code, order.method_code))
        if scope is None:
            continue
        is_other_run = taken.setdefault(order.id, reading.run) != reading.run
        if order.id in shelf.answered or is_other_run:
            return RefusalCode.ALREADY_RESULT
        is_short = shelf.cap is not None and shelf.cap < scope.rule.grey_max
        if reading.cq is not None and reading.cq > scope.cycle_cap:
            return RefusalCode.CQ_ABOVE_CYCLES
        well = PlannedWell(reading, item, order, scope)
        return RefusalCode.TOO_FEW_CYCLES if is_short else [well]
    return RefusalCode.TARGET_NOT_ORDERED


def _with_controls(wells: Sequence[PlannedWell]) -> tuple[PlannedWell, ...]:
    """Keep of the controls that fit several scopes only those whose scope a sample of the file uses."""
    used = Counter(w.scope.id for w in wells if w.order is not None and w.scope is not None)
    kept: list[PlannedWell] = []
    for well in wells:
        is_idle = well.order is None and well.scope is not None and used and not used[well.scope.id]
        kept.append(PlannedWell(well.reading, None, None, None) if is_idle else well)
    return tuple(kept)
