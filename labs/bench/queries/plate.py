"""One run as its plate is drawn: every well with its sample, reading, internal control and how it stands."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from aquacert.kernel.work import Look
from labs.bench.models import BenchRun, Result, WellRow, Worksheet
from labs.bench.queries import needed, run_validity
from labs.bench.queries.places import places_of
from labs.bench.queries.validity import is_weak
from labs.bench.queries.wells import is_ic, latest
from labs.bench.rules import RunFault, Validity
from labs.bench.rules.cells import MARKS, CellKind, kind_of
from labs.instruments.rules import Role, well_name
from labs.register.models import LabScope
from labs.register.queries import scopes_of

ROWS = {96: "ABCDEFGH", 384: "ABCDEFGHIJKLMNOP"}
COLUMNS = {96: 12, 384: 24}
BLANKS = (Role.NTC, Role.NAC, Role.NO_TARGET)
BLANK_FAULTS = {RunFault.NTC_DETECTED, RunFault.NEC_DETECTED}
WEAK_FAULTS = {RunFault.LPC_FAILED}
POSITIVE_FAULTS = {RunFault.POSITIVE_FAILED}


@dataclass(frozen=True, slots=True)
class Cell:
    """One filled well. `ordinal` counts the samples of the plate from 1, 0 for a control; `text` is "" while nothing stands."""

    well: str
    label: str
    ordinal: int
    role: str
    replicate: int
    of: int
    kind: CellKind
    text: str
    ic_text: str
    revision: int
    ic_revision: int
    order_id: UUID | None
    result_id: UUID | None

    @property
    def mark(self) -> str:
        """The word in the corner, so that colour alone says nothing."""
        return MARKS.get(self.kind, "")

    @property
    def is_control(self) -> bool:
        """Whether the well holds a control."""
        return self.role != Role.UNKNOWN


@dataclass(frozen=True, slots=True)
class Plate:
    """A run's plate for one assay."""

    run: BenchRun
    scope: LabScope
    sheet: Worksheet | None
    size: int
    cells: dict[str, Cell]
    validity: Validity

    @property
    def rows(self) -> str:
        """The letters of the rows."""
        return ROWS[self.size]

    @property
    def columns(self) -> int:
        """How many columns."""
        return COLUMNS[self.size]

    @property
    def counts(self) -> Counter[CellKind]:
        """How many wells of each kind."""
        return Counter(cell.kind for cell in self.cells.values())

    @property
    def entered(self) -> int:
        """How many wells say something."""
        return sum(bool(cell.text) for cell in self.cells.values())

    @property
    def samples(self) -> dict[str, list[Cell]]:
        """The wells of each blind code, in the plate's order."""
        found: dict[str, list[Cell]] = {}
        for cell in sorted(self.cells.values(), key=column_wise):
            if not cell.is_control:
                found.setdefault(cell.label, []).append(cell)
        return found

    @property
    def is_open(self) -> bool:
        """Whether wells may be entered by hand."""
        return self.sheet is not None and self.run.submitted_at is None


def column_wise(cell: Cell) -> tuple[int, str]:
    """Order wells as a plate is pipetted and typed: down a column, then the next."""
    return int(cell.well.lstrip("ABCDEFGHIJKLMNOP")), cell.well


def plate_of(look: Look, run: BenchRun, scope_id: UUID | None = None) -> Plate | None:
    """Return a run's plate for one of its assays (the first, if none is named); None when no well has a place."""
    rows = [row for row in latest(_rows(look, run)) if well_name(row.well) == row.well]
    sheet = None if run.worksheet_id is None else needed(look, Worksheet, run.worksheet_id)
    scope = _scope(look, sheet, rows, scope_id)
    if scope is None or not (sheet or rows):
        return None
    targets = {row.well: row for row in rows if row.scope_id == scope.id and not is_ic(row)}
    ics = {row.well: row for row in rows if is_ic(row)}
    placed = _placed(look, sheet) or _from_rows(targets.values())
    validity = run_validity(look, run, scope)
    wanted = Counter(spot.label for spot in placed)
    ordinals: dict[str, int] = {}
    cells: dict[str, Cell] = {}
    for spot in placed:
        is_control = spot.role != Role.UNKNOWN
        ordinal = 0 if is_control else ordinals.setdefault(spot.label, len(ordinals) + 1)
        target, ic = _said(targets.get(spot.well)), _said(ics.get(spot.well))
        cells[spot.well] = Cell(
            well=spot.well,
            label=spot.label,
            ordinal=ordinal,
            role=spot.role,
            replicate=spot.replicate,
            of=wanted[spot.label],
            kind=_control(target, validity) if is_control else _sample(target, ic, scope),
            text="" if target is None else target.cq_short,
            ic_text="" if ic is None else ic.cq_short,
            revision=_revision(targets.get(spot.well)),
            ic_revision=_revision(ics.get(spot.well)),
            order_id=spot.order_id,
            result_id=None if target is None else target.result_id,
        )
    return Plate(run, scope, sheet, _size(sheet, cells), cells, validity)


def scopes_on(look: Look, run: BenchRun) -> list[LabScope]:
    """Return the assays that a run has wells of."""
    found = set(look.scalars(select(WellRow.scope_id).where(WellRow.run_id == run.id).distinct()))
    if run.worksheet_id is not None:
        found.add(needed(look, Worksheet, run.worksheet_id).scope_id)
    return [scope for scope in scopes_of(look, run.lab_id) if scope.id in found]


def result_of(look: Look, run: BenchRun, cell: Cell) -> Result | None:
    """Return the result that a run gave the test of a well, if it did."""
    if cell.order_id is None:
        return None if cell.result_id is None else look.session.get(Result, cell.result_id)
    return look.one(
        select(Result)
        .where(Result.run_id == run.id, Result.order_id == cell.order_id)
        .order_by(Result.version.desc())
    )


@dataclass(frozen=True, slots=True)
class _Spot:
    """What lies in a well, whether a worksheet says so or the instrument's file."""

    well: str
    label: str
    role: str
    replicate: int
    order_id: UUID | None


def _rows(look: Look, run: BenchRun) -> Sequence[WellRow]:
    return look.scalars(select(WellRow).where(WellRow.run_id == run.id).order_by(WellRow.id))


def _scope(
    look: Look,
    sheet: Worksheet | None,
    rows: Sequence[WellRow],
    scope_id: UUID | None,
) -> LabScope | None:
    """Return the assay asked for, or the worksheet's, or the first that has wells."""
    if sheet is not None:
        return needed(look, LabScope, sheet.scope_id)
    found = sorted({row.scope_id for row in rows if row.scope_id is not None})
    if not found:
        return None
    return needed(look, LabScope, scope_id if scope_id in found and scope_id else found[0])


def _placed(look: Look, sheet: Worksheet | None) -> list[_Spot]:
    if sheet is None:
        return []
    return [
        _Spot(p.well, p.label, p.role, p.replicate, p.order_id) for p in places_of(look, sheet.id)
    ]


def _from_rows(rows: Iterable[WellRow]) -> list[_Spot]:
    """Read the layout out of the wells of an instrument's file."""
    spots: list[_Spot] = []
    seen: Counter[str] = Counter()
    for row in sorted(rows, key=lambda r: (int(r.well.lstrip("ABCDEFGHIJKLMNOP")), r.well)):
        seen[row.sample] += 1
        spots.append(_Spot(row.well, row.sample, row.role, seen[row.sample], None))
    return spots


def _said(row: WellRow | None) -> WellRow | None:
    """Return a well that says something; one emptied again says nothing."""
    return None if row is None or row.is_cleared else row


def _revision(row: WellRow | None) -> int:
    return 0 if row is None else row.revision


def _sample(target: WellRow | None, ic: WellRow | None, scope: LabScope) -> CellKind:
    return kind_of(target, ic, scope.rule, scope.rule.demands)


def _control(target: WellRow | None, validity: Validity) -> CellKind:
    """Return how a control well stands: its run's own faults say which kind failed."""
    if target is None:
        return CellKind.OPEN
    if target.role in BLANKS:
        bad = target.cq is not None and bool(BLANK_FAULTS & set(validity.faults))
    elif is_weak(target):
        bad = bool((WEAK_FAULTS | POSITIVE_FAULTS) & set(validity.faults))
    else:
        bad = bool(POSITIVE_FAULTS & set(validity.faults))
    return CellKind.CONTROL_BAD if bad else CellKind.CONTROL


def _size(sheet: Worksheet | None, cells: dict[str, Cell]) -> int:
    """Return the plate's size; without a worksheet the smallest that has every well."""
    if sheet is not None:
        return sheet.size
    is_large = any(
        well[0] > "H" or int(well.lstrip("ABCDEFGHIJKLMNOP")) > COLUMNS[96] for well in cells
    )
    return 384 if is_large else 96
