"""What importing an instrument's file would do, row by row, before anything is written."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from aquacert.kernel.work import Look
from labs.bench.models import InstrumentFile, Result
from labs.bench.rules import LIVE
from labs.instruments.parsers import read_instrument_file
from labs.instruments.rules import InstrumentRun, Refusal, RefusalCode, Role, WellReading
from labs.intake.models import AssayOrder, Item
from labs.intake.queries import items_by_code, orders_of
from labs.intake.rules import ItemState, blind_code
from labs.register.models import LabScope
from labs.register.queries import scopes_of
from labs.register.rules import MethodKind

# An internal control is evidence beside the assay; it neither needs an order nor makes an outcome.
INTERNAL_CONTROLS = frozenset({"ic", "ipc", "内参", "内标", "内对照"})


@dataclass(frozen=True, slots=True)
class PlannedWell:
    """One well that would be taken: with the test it answers, or as a control or internal control."""

    reading: WellReading
    item: Item | None
    order: AssayOrder | None
    scope: LabScope | None


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """What would be taken and what refused; `run_ids` when the file was imported already."""

    run: InstrumentRun
    wells: tuple[PlannedWell, ...]
    refusals: tuple[Refusal, ...]

    @property
    def samples(self) -> int:
        """How many tests of blind items the file answers."""
        return len({well.order.id for well in self.wells if well.order is not None})

    @property
    def controls(self) -> int:
        """How many control wells it holds."""
        return sum(well.order is None for well in self.wells)


@dataclass(frozen=True, slots=True)
class Shelf:
    """What the laboratory knows that a row may be matched to."""

    scopes: tuple[LabScope, ...]
    items: dict[str, Item]
    orders: dict[UUID, list[AssayOrder]]
    answered: frozenset[UUID]

    def scopes_named(self, target: str) -> list[LabScope]:
        """Return the scopes that call an assay by this name."""
        name = target.casefold()
        return [s for s in self.scopes if name in {str(t).casefold() for t in s.targets}]


def plan_of_file(look: Look, file: InstrumentFile) -> ImportPlan:
    """Return what importing a staged file would do."""
    stored = look.files_of(file)[0]
    return plan_import(look, file.lab_id, read_instrument_file(look.read_file(stored), file.name))


def plan_import(look: Look, lab_id: UUID, run: InstrumentRun) -> ImportPlan:
    """Match every reading to a received blind item and an ordered test, or refuse it with its reason."""
    shelf = _shelf(look, lab_id, run.readings)
    wells: list[PlannedWell] = []
    refusals = list(run.refusals)
    taken: dict[UUID, str] = {}
    for number, reading in enumerate(run.readings, start=1):
        planned = _planned(shelf, reading, taken)
        if isinstance(planned, RefusalCode):
            where = (
                "target"
                if planned in {RefusalCode.TARGET_UNKNOWN, RefusalCode.TARGET_NOT_ORDERED}
                else "sample"
            )
            value = f"{reading.well} {reading.sample} {reading.target}".strip()
            refusals.append(Refusal(number, where, planned, value[:80]))
        else:
            wells += planned
    return ImportPlan(run, _with_controls(wells), tuple(refusals))


def _shelf(look: Look, lab_id: UUID, readings: Iterable[WellReading]) -> Shelf:
    """Fetch everything that the readings may be matched to, in a few questions."""
    scopes = tuple(
        s
        for s in scopes_of(look, lab_id)
        if s.kind == MethodKind.QPCR and s.from_on <= look.today <= s.until_on
    )
    items = items_by_code(look, lab_id, {r.sample for r in readings if r.role is Role.UNKNOWN})
    orders = orders_of(look, [item.id for item in items.values()])
    order_ids = [order.id for some in orders.values() for order in some]
    answered = look.scalars(
        select(Result.order_id).where(Result.order_id.in_(order_ids), Result.state.in_(LIVE))
    )
    return Shelf(scopes, items, orders, frozenset(answered))


def _planned(
    shelf: Shelf, reading: WellReading, taken: dict[UUID, str]
) -> list[PlannedWell] | RefusalCode:
    """Match one reading. `taken` remembers which run of the file answers a test: one run only may."""
    scopes = shelf.scopes_named(reading.target)
    if reading.target.casefold() in INTERNAL_CONTROLS:
        return [PlannedWell(reading, None, None, None)]
    if reading.role is not Role.UNKNOWN:
        return [PlannedWell(reading, None, None, scope) for scope in scopes] or [
            PlannedWell(reading, None, None, None)
        ]
    return _answer(shelf, reading, scopes, taken)


def _answer(
    shelf: Shelf, reading: WellReading, scopes: Sequence[LabScope], taken: dict[UUID, str]
) -> list[PlannedWell] | RefusalCode:
    """Match a sample's well to the ordered test it answers."""
    item = shelf.items.get(blind_code(reading.sample) or "")
    if item is None:
        return RefusalCode.SAMPLE_UNKNOWN
    if item.state != ItemState.RECEIVED:
        return RefusalCode.SAMPLE_NOT_RECEIVED
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
        return [PlannedWell(reading, item, order, scope)]
    return RefusalCode.TARGET_NOT_ORDERED


def _with_controls(wells: Sequence[PlannedWell]) -> tuple[PlannedWell, ...]:
    """Keep of the controls that fit several scopes only those whose scope a sample of the file uses."""
    used = Counter(w.scope.id for w in wells if w.order is not None and w.scope is not None)
    kept: list[PlannedWell] = []
    for well in wells:
        is_idle = well.order is None and well.scope is not None and used and not used[well.scope.id]
        kept.append(PlannedWell(well.reading, None, None, None) if is_idle else well)
    return tuple(kept)
