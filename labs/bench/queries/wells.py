"""The wells that stand: of a run, of a result, and the internal control beside each."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import select

from aquacert.kernel.work import Look
from labs.bench.models import WellRow
from labs.bench.rules import Read, beside_ic, one_a_well
from labs.register.models import LabScope

# Evidence beside the assay; it neither needs an order nor makes an outcome.
INTERNAL_CONTROLS = frozenset({"ic", "ipc", "内参", "内标", "内对照"})
IC_TARGET = "IC"
AT_ONCE = 500
"""Values in one IN list: SQLite takes 32,766 parameters, a run may hold more results."""


def is_ic(row: WellRow) -> bool:
    """Tell whether a well's reading is that of an internal control."""
    return row.target.casefold() in INTERNAL_CONTROLS


def latest(rows: Iterable[WellRow]) -> list[WellRow]:
    """Keep of each place its highest revision, cleared or not; a row without a place always stays."""
    kept = list(rows)
    highest: dict[tuple[UUID | None, str, str], int] = {}
    for row in kept:
        highest[row.place] = max(highest.get(row.place, 0), row.revision)
    return [row for row in kept if not row.well or row.revision == highest[row.place]]


def standing(rows: Iterable[WellRow]) -> list[WellRow]:
    """Keep the wells that say something now."""
    return [row for row in latest(rows) if not row.is_cleared]


def wells_of(look: Look, run_id: UUID) -> Sequence[WellRow]:
    """Return the standing wells of a run by their place on the plate."""
    rows = look.scalars(select(WellRow).where(WellRow.run_id == run_id).order_by(WellRow.id))
    return sorted(
        standing(rows), key=lambda row: (row.well[:1], len(row.well), row.well, row.target)
    )


def wells_of_results(look: Look, result_ids: Iterable[UUID]) -> dict[UUID, list[WellRow]]:
    """Return the standing wells behind each result, in few questions."""
    ids = list(result_ids)
    wells: dict[UUID, list[WellRow]] = {result_id: [] for result_id in ids}
    for start in range(0, len(ids), AT_ONCE):
        some = ids[start : start + AT_ONCE]
        rows = look.scalars(select(WellRow).where(WellRow.result_id.in_(some)).order_by(WellRow.id))
        for row in rows:
            if row.result_id is not None:
                wells[row.result_id].append(row)
    return {result_id: standing(rows) for result_id, rows in wells.items()}


def internal_controls(look: Look, run_id: UUID) -> dict[str, WellRow]:
    """Return the standing internal control of each well of a run, by the well."""
    rows = look.scalars(select(WellRow).where(WellRow.run_id == run_id, WellRow.scope_id.is_(None)))
    return {row.well: row for row in standing(rows) if row.well and is_ic(row)}


def counted(wells: Sequence[WellRow], ics: dict[str, WellRow], scope: LabScope) -> list[Read]:
    """Return a sample's wells as they count, each once, after the rule's internal control was looked at."""
    rule = scope.rule
    reads = beside_ic(wells, [ics.get(w.well) for w in wells], rule, rule.demands)
    return one_a_well(reads, [w.well for w in wells], rule)
