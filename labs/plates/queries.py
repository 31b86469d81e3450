"""Worksheets, what may be placed on one, and where each well's sample is."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, func, select

from aquacert.kernel.work import Look
from labs.bench.models import BenchRun, Place, Worksheet
from labs.bench.queries import OwedTest, needed, owed_orders, owed_tests
from labs.bench.queries.places import places, places_of
from labs.intake.models import AssayOrder
from labs.plates.rules import COLUMNS, ROWS, capacity
from labs.register.models import LabScope
from labs.register.queries import scopes_of
from labs.register.rules import MethodKind

__all__ = ["Assay", "Sheet", "assays", "choices", "places", "sheet", "sheets", "worksheets"]


@dataclass(frozen=True, slots=True)
class Assay:
    """An assay that tests are owed of: how many, and how many fit on one plate."""

    scope: LabScope
    owed: int
    capacity: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """A worksheet as it is drawn: `grid[row][column - 1]` is what a well holds, None = empty."""

    row: Worksheet
    scope: LabScope
    rows: str
    columns: int
    places: tuple[Place, ...]
    grid: dict[str, list[Place | None]]
    ordinals: dict[str, int]
    run_id: UUID | None

    @property
    def samples(self) -> int:
        """How many samples it holds."""
        return len(self.ordinals)


def worksheets(look: Look, words: str = "") -> Select[Worksheet]:
    """Select the worksheets of this actor's laboratory, newest first."""
    wanted = select(Worksheet).where(look.visible(Worksheet))
    if words.strip():
        wanted = wanted.where(look.matching(Worksheet, words))
    return wanted.order_by(Worksheet.made_at.desc(), Worksheet.id.desc())


def sheets(look: Look, rows: Sequence[Worksheet]) -> list[Sheet]:
    """Return worksheets as they are drawn."""
    return [sheet(look, row.id) for row in rows]


def sheet(look: Look, sheet_id: UUID) -> Sheet:
    """Return one worksheet as it is drawn, or raise `NotFound`."""
    row = look.get(Worksheet, sheet_id)
    found = places_of(look, row.id)
    by_well = {place.well: place for place in found}
    ordinals: dict[str, int] = {}
    for place in found:
        if place.order_id is not None:
            ordinals.setdefault(place.label, len(ordinals) + 1)
    letters, columns = ROWS[row.size], COLUMNS[row.size]
    return Sheet(
        row,
        needed(look, LabScope, row.scope_id),
        letters,
        columns,
        tuple(found),
        {r: [by_well.get(f"{r}{c}") for c in range(1, columns + 1)] for r in letters},
        ordinals,
        look.one(select(BenchRun.id).where(BenchRun.worksheet_id == row.id)),
    )


def assays(look: Look, lab_id: UUID, size: int = 96) -> list[Assay]:
    """Return the assays by Cq that a laboratory may do today, with how many tests are owed, most first."""
    owed = owed_orders(look).order_by(None).subquery()
    counts = {
        (disease, method): count
        for disease, method, count in look.session.execute(
            select(owed.c.disease_code, owed.c.method_code, func.count()).group_by(
                owed.c.disease_code, owed.c.method_code
            )
        )
    }
    found = [
        Assay(s, counts.get((s.disease_code, s.method_code), 0), capacity(size, s.rule.demands))
        for s in scopes_of(look, lab_id)
        if s.kind == MethodKind.QPCR and s.from_on <= look.today <= s.until_on
    ]
    return sorted(found, key=lambda assay: (-assay.owed, assay.scope.disease_code))


def choices(look: Look, scope: LabScope, most: int = 200) -> list[OwedTest]:
    """Return the owed tests of one assay that are on no worksheet, the first due first."""
    held = (
        select(Place.order_id)
        .join(Worksheet, Worksheet.id == Place.worksheet_id)
        .where(Worksheet.state.in_(("draft", "running")), Place.order_id.is_not(None))
    )
    wanted = owed_orders(look).where(
        AssayOrder.lab_id == scope.lab_id,
        AssayOrder.disease_code == scope.disease_code,
        AssayOrder.method_code == scope.method_code,
        AssayOrder.id.not_in(held),
    )
    return owed_tests(look, look.scalars(wanted.limit(most)))
