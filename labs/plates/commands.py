"""Make a worksheet of owed tests, move what lies wrong, begin its run, or drop it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from sqlalchemy import delete, func, select

from aquacert.kernel.audit import Fact
from aquacert.kernel.errors import Conflict, Invalid, NotAllowedNow
from aquacert.kernel.work import Work
from labs.bench.commands import open_run
from labs.bench.commands.rows import county_of, retests_of
from labs.bench.models import BenchRun, Place, Result, Worksheet
from labs.bench.queries import needed, owed_orders
from labs.bench.queries.places import sheets_holding, spent_places
from labs.bench.rules import LIVE, SHEET_MOVES, SheetAct, SheetState
from labs.instruments.rules import Role, well_name
from labs.intake.models import AssayOrder, Item
from labs.plates.rules import COLUMNS, SENTENCES, Slot, Unplaceable, Wanted, Wrong, filled
from labs.plates.rules import wells as wells_on
from labs.register.commands import lock_lab
from labs.register.models import LabScope
from labs.register.rules import MethodKind

MOST = 384
LISTED = 6
"""Blind codes that one sentence names."""


@dataclass(frozen=True)
class SheetMade(Fact):
    """A worksheet was made."""

    tag: ClassVar[str] = "labs:worksheet:make"
    title: ClassVar[str] = "排板"
    number: str
    disease_code: str
    tests: int
    size: int


@dataclass(frozen=True)
class PlaceMoved(Fact):
    """Something was moved on a worksheet's plate."""

    tag: ClassVar[str] = "labs:worksheet:move"
    title: ClassVar[str] = "移动板上的孔"
    number: str
    source: str
    target: str


@dataclass(frozen=True)
class SheetRun(Fact):
    """A worksheet's run was begun."""

    tag: ClassVar[str] = "labs:worksheet:run"
    title: ClassVar[str] = "按工作单开始运行"
    number: str
    run: str


@dataclass(frozen=True)
class SheetDropped(Fact):
    """A worksheet was dropped; its tests are free again."""

    tag: ClassVar[str] = "labs:worksheet:drop"
    title: ClassVar[str] = "工作单作废"
    number: str


def make_worksheet(
    w: Work, lab_id: UUID, scope_id: UUID, order_ids: Sequence[UUID], size: int = 96
) -> UUID:
    """Place owed tests of one assay on a plate, in the order given, with the controls its rule wants; return the id.

    Raises `Invalid` for tests of another assay, tests not owed or on another worksheet, and for more than fits.
    """
    lab_row = lock_lab(w, lab_id)
    scope = needed(w, LabScope, scope_id)
    if scope.lab_id != lab_id or scope.kind != MethodKind.QPCR or size not in COLUMNS:
        raise Invalid("这个项目不能排板", scope_id="请选按 Cq 判定的检测项目")
    orders = _owed(w, scope, order_ids)
    codes = [needed(w, Item, order.item_id).blind_code for order in orders]
    demands = scope.rule.demands
    again = [retests_of(w, order.id) > 0 for order in orders]
    wanted = [
        Wanted(code, demands.retest_wells if is_again else demands.replicates)
        for code, is_again in zip(codes, again, strict=True)
    ]
    try:
        layout = filled(size, wanted, demands)
    except Unplaceable as wrong:
        raise Invalid(SENTENCES[wrong.wrong], order=SENTENCES[wrong.wrong]) from wrong
    count = w.session.scalar(
        select(func.count())
        .select_from(Worksheet)
        .where(Worksheet.lab_id == lab_id, Worksheet.number.startswith(f"W{w.today:%y%m%d}-"))
    )
    sheet = w.add(
        Worksheet(
            id=w.new_id(),
            lab_id=lab_id,
            scope_id=scope.id,
            number=f"W{w.today:%y%m%d}-{(count or 0) + 1:02d}",
            size=size,
            state=SheetState.DRAFT,
            version=1,
            made_by_id=w.actor.person_id,
            made_at=w.now,
        )
    )
    for well, slot in layout.items():
        _place(w, sheet, well, slot, None if slot.sample is None else orders[slot.sample])
    fact = SheetMade(sheet.number, scope.disease_code, len(orders), size)
    w.record(fact, on=sheet, county=lab_row.division_code)
    return sheet.id


def _owed(w: Work, scope: LabScope, order_ids: Sequence[UUID]) -> list[AssayOrder]:
    """Return the chosen tests in their order, each owed and free, or raise `Invalid`."""
    chosen = list(dict.fromkeys(order_ids))[:MOST]
    rows = {row.id: row for row in w.scalars(owed_orders(w).where(AssayOrder.id.in_(chosen)))}
    held = sheets_holding(w, chosen)
    for order_id in chosen:
        row = rows.get(order_id)
        if row is None or order_id in held:
            said = f"已在工作单 {held[order_id]} 上" if order_id in held else "已有结果，或不是待检"
            raise Invalid(f"选的项目里有一个{said}，请刷新后重选。", order=said)
        if (row.lab_id, row.disease_code, row.method_code) != (
            scope.lab_id,
            scope.disease_code,
            scope.method_code,
        ):
            raise Invalid("选的项目不是同一个方法，不能排在一块板上", order="请只选同一方法")
    return [rows[order_id] for order_id in chosen]


def _place(w: Work, sheet: Worksheet, well: str, slot: Slot, order: AssayOrder | None) -> None:
    """Write what one well holds."""
    w.session.add(
        Place(
            id=w.new_id(),
            lab_id=sheet.lab_id,
            worksheet_id=sheet.id,
            well=well,
            label=slot.label,
            role=slot.role,
            replicate=slot.replicate,
            item_id=None if order is None else order.item_id,
            order_id=None if order is None else order.id,
        )
    )


def move_place(w: Work, sheet_id: UUID, source: str, target: str, *, version: int) -> None:
    """Move what a well holds to another well; what lies there comes back in exchange.

    `version` is that of the plate the person saw: raises `Conflict` when it changed since, `Invalid` for no such well,
    `NotAllowedNow` once the run has begun.
    """
    sheet = w.get_for_change(Worksheet, sheet_id)
    _still_draft(sheet)
    if sheet.version != version:
        raise Conflict("这块板在您打开之后有人动过，没有移动。请刷新后再移。")
    start, end = well_name(source) or "", well_name(target) or ""
    on_plate = set(wells_on(sheet.size))
    for name, well in (("source", start), ("target", end)):
        if well not in on_plate:
            raise Invalid(SENTENCES[Wrong.NO_WELL], **{name: SENTENCES[Wrong.NO_WELL]})
    found = {
        row.well: row
        for row in w.scalars(
            select(Place).where(Place.worksheet_id == sheet.id, Place.well.in_((start, end)))
        )
    }
    if start not in found:
        raise Invalid(SENTENCES[Wrong.EMPTY], source=SENTENCES[Wrong.EMPTY])
    if end in found:  # two rows must never share a well, not even between two statements
        found[end].well = "?"
        w.session.flush()
    found[start].well = end
    w.session.flush()
    if end in found:
        found[end].well = start
    sheet.version += 1
    w.session.flush()
    fact = PlaceMoved(sheet.number, start, end)
    w.record(fact, on=sheet, county=county_of(w, sheet.lab_id))


def drop_place(w: Work, sheet_id: UUID, well: str, *, version: int) -> None:
    """Take a sample off the plate, with all its replicates: its test is free for another worksheet."""
    sheet = w.get_for_change(Worksheet, sheet_id)
    _still_draft(sheet)
    if sheet.version != version:
        raise Conflict("这块板在您打开之后有人动过，没有移动。请刷新后再移。")
    name = well_name(well) or ""
    row = w.one(select(Place).where(Place.worksheet_id == sheet.id, Place.well == name))
    if row is None or row.role != Role.UNKNOWN:
        raise Invalid("这个孔没有样品，对照不能拿掉", source="请选样品孔")
    w.session.execute(
        delete(Place).where(Place.worksheet_id == sheet.id, Place.order_id == row.order_id)
    )
    sheet.version += 1
    w.session.flush()
    fact = PlaceMoved(sheet.number, name, "")
    w.record(fact, on=sheet, county=county_of(w, sheet.lab_id))


def run_worksheet(
    w: Work, sheet_id: UUID, *, instrument_id: UUID | None = None, lot_id: UUID | None = None
) -> UUID:
    """Begin the run of a worksheet and return the run's id; a second time returns the same run.

    Raises `Invalid` while tests lie on it that another run has answered since it was made.
    """
    sheet = w.get_for_change(Worksheet, sheet_id)
    before = w.one(select(BenchRun.id).where(BenchRun.worksheet_id == sheet.id))
    if before is not None:
        return before
    gone = list(spent_places(w, sheet.id).values())
    if gone:
        said = "、".join(gone[:LISTED]) + ("…" if len(gone) > LISTED else "")
        raise Invalid(
            f"{said} 排板以后已由别的运行给出结果：请先从板上拿掉，或把这张工作单作废重排。"
            "还要复检的会重新出现在待检清单。"
        )
    w.move(sheet, SHEET_MOVES, SheetAct.RUN)
    run_id = open_run(
        w, sheet.lab_id, instrument_id=instrument_id, lot_id=lot_id, worksheet_id=sheet.id
    )
    fact = SheetRun(sheet.number, needed(w, BenchRun, run_id).number)
    w.record(fact, on=sheet, county=county_of(w, sheet.lab_id))
    return run_id


def drop_worksheet(w: Work, sheet_id: UUID, because: str) -> None:
    """Drop a worksheet for a stated reason; its tests may be placed anew. Raises `NotAllowedNow` once it holds results."""
    if not because.strip():
        raise Invalid("工作单作废时请写明原因", because="必须写原因")
    sheet = w.get_for_change(Worksheet, sheet_id)
    live = w.one(
        select(Result.id)
        .join(BenchRun, BenchRun.id == Result.run_id)
        .where(BenchRun.worksheet_id == sheet.id, Result.state.in_(LIVE))
    )
    if live is not None:
        raise NotAllowedNow("这张工作单已录入结果，不能作废；请先撤回结果。")
    w.move(sheet, SHEET_MOVES, SheetAct.DROP, because=because.strip())
    fact = SheetDropped(sheet.number)
    w.record(fact, on=sheet, county=county_of(w, sheet.lab_id), reason=because.strip())


def _still_draft(sheet: Worksheet) -> None:
    """Refuse to change a plate that is already pipetted."""
    if sheet.state != SheetState.DRAFT:
        raise NotAllowedNow("这块板已开始运行，不能再移动；录入以板图为准。")
