"""Control charts of a laboratory: what its control wells said, run after run, and whether a run is rejected by them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from aquacert.kernel.work import Look
from labs.bench.models import BenchRun, WellRow
from labs.bench.queries.validity import NEC_ROLES, NTC_ROLES, is_weak
from labs.bench.queries.wells import is_ic, standing
from labs.bench.rules.runs import Controls, control_faults
from labs.instruments.rules import Role
from labs.quality.models import ControlNote, ControlTarget
from labs.quality.rules import SENTENCES, Target
from labs.quality.rules.charts import (
    CONTROL_WORDS,
    Control,
    Series,
    TargetState,
    Value,
    beside,
    judged,
)
from labs.register.models import KitLot, LabScope
from labs.register.queries import scopes_of
from labs.register.rules import MethodKind

SHOWN_DAYS = 400
"""How far back charts reach: a lot is rarely used longer than a year."""
AT_ONCE = 500
MILLI = 1000


@dataclass(frozen=True, slots=True)
class Method:
    """One test of a laboratory, by every version of its rule."""

    lab_id: UUID
    disease_code: str
    method_code: str
    disease_name: str
    standard: str
    scopes: tuple[LabScope, ...]


@dataclass(frozen=True, slots=True)
class MethodCharts:
    """The charts of one test: each control by lot, the newest lot first."""

    method: Method
    series: tuple[Series, ...]

    @property
    def rejected(self) -> int:
        """How many values reject their run."""
        return sum(len(each.rejected) for each in self.series)


def methods_of(look: Look, lab_id: UUID) -> list[Method]:
    """Return the tests by Cq of a laboratory."""
    found: dict[tuple[str, str], list[LabScope]] = defaultdict(list)
    for scope in scopes_of(look, lab_id):
        if scope.kind == MethodKind.QPCR:
            found[scope.disease_code, scope.method_code].append(scope)
    return [
        Method(lab_id, disease, code, rows[0].disease_name_zh, rows[0].method_standard, tuple(rows))
        for (disease, code), rows in found.items()
    ]


def method_of(look: Look, lab_id: UUID, disease_code: str, method_code: str) -> Method | None:
    """Return one test by Cq of a laboratory; None when it has none of this name."""
    wanted = (disease_code, method_code)
    return next(
        (m for m in methods_of(look, lab_id) if (m.disease_code, m.method_code) == wanted), None
    )


def charts_of(look: Look, method: Method) -> MethodCharts:
    """Return a test's charts, judged."""
    runs = _runs(look, method)
    values = _values(look, method, runs)
    given = targets_of(look, method)
    by_lot: dict[str, list[Series]] = defaultdict(list)
    for (control, lot), some in values.items():
        by_lot[lot].append(judged(Series(control, lot, tuple(some)), given.get((control, lot))))
    order = {lot: place for place, lot in enumerate(reversed(list(by_lot)))}
    found = [
        each for lot in sorted(by_lot, key=lambda lot: order[lot]) for each in beside(by_lot[lot])
    ]
    return MethodCharts(method, tuple(found))


def targets_of(look: Look, method: Method) -> dict[tuple[Control, str], Target]:
    """Return the means and SDs that two persons set, the newest of each."""
    rows = look.scalars(
        select(ControlTarget)
        .where(
            ControlTarget.lab_id == method.lab_id,
            ControlTarget.disease_code == method.disease_code,
            ControlTarget.method_code == method.method_code,
            ControlTarget.state == TargetState.CONFIRMED,
        )
        .order_by(ControlTarget.settled_at)
    )
    return {
        (Control(row.control), row.lot): Target(row.mean_milli / MILLI, row.sd_milli / MILLI)
        for row in rows
    }


def proposed_targets(look: Look, method: Method) -> Sequence[ControlTarget]:
    """Return what one person set and no second one has confirmed."""
    return look.scalars(
        select(ControlTarget)
        .where(
            ControlTarget.lab_id == method.lab_id,
            ControlTarget.disease_code == method.disease_code,
            ControlTarget.method_code == method.method_code,
            ControlTarget.state == TargetState.PROPOSED,
        )
        .order_by(ControlTarget.proposed_at)
    )


def notes_of(look: Look, method: Method) -> dict[tuple[UUID, str], list[ControlNote]]:
    """Return what was noted of each value, by run and control, oldest first."""
    rows = look.scalars(
        select(ControlNote)
        .where(
            ControlNote.lab_id == method.lab_id,
            ControlNote.scope_id.in_([scope.id for scope in method.scopes]),
        )
        .order_by(ControlNote.at, ControlNote.number)
    )
    found: dict[tuple[UUID, str], list[ControlNote]] = defaultdict(list)
    for row in rows:
        found[row.run_id, row.control].append(row)
    return found


def faults(look: Look, run: BenchRun) -> list[str]:
    """Say why a run's control charts reject it, one sentence for each control; nothing when they do not.

    A warning (1-2s) is no fault. Asked by review beside `run_validity`.
    """
    used = set(
        look.scalars(
            select(WellRow.scope_id)
            .where(WellRow.run_id == run.id, WellRow.scope_id.is_not(None))
            .distinct()
        )
    )
    said: list[str] = []
    for method in methods_of(look, run.lab_id):
        if not used & {scope.id for scope in method.scopes}:
            continue
        for series in charts_of(look, method).series:
            for value in series.rejected:
                if value.run_id == run.id:
                    rules = "；".join(SENTENCES[rule] for rule in value.broken)
                    said.append(
                        f"{method.disease_name} 质控图 {CONTROL_WORDS[series.control]}：{rules}"
                    )
    return said


def _runs(look: Look, method: Method) -> dict[UUID, tuple[BenchRun, str]]:
    """Return the runs that used a test, oldest first, each with the name of its lot."""
    used = select(WellRow.run_id).where(WellRow.scope_id.in_([s.id for s in method.scopes]))
    since = look.today - timedelta(days=SHOWN_DAYS)
    rows = look.session.execute(
        select(BenchRun, KitLot.lot)
        .outerjoin(KitLot, KitLot.id == BenchRun.lot_id)
        .where(BenchRun.lab_id == method.lab_id, BenchRun.opened_on >= since, BenchRun.id.in_(used))
        .order_by(BenchRun.opened_at, BenchRun.id)
    )
    return {run.id: (run, lot or run.reagent_lot) for run, lot in rows}


def _values(
    look: Look, method: Method, runs: dict[UUID, tuple[BenchRun, str]]
) -> dict[tuple[Control, str], list[Value]]:
    """Return each control's values by lot, in the order of the runs."""
    wells = _wells(look, method, list(runs))
    scopes = {scope.id: scope for scope in method.scopes}
    found: dict[tuple[Control, str], list[Value]] = defaultdict(list)
    for run_id, (run, lot) in runs.items():
        mine = wells.get(run_id, [])
        scope_id = next((w.scope_id for w in mine if w.scope_id in scopes), None)
        if scope_id is None:
            continue
        holds = _holds(mine, scopes[scope_id])
        for control, some in _sorted(mine).items():
            value = Value(run_id, run.number, scope_id, run.opened_on, _mean(control, some), holds)
            found[control, lot].append(value)
    return found


def _wells(look: Look, method: Method, run_ids: Sequence[UUID]) -> dict[UUID, list[WellRow]]:
    """Return the standing control wells of the runs, internal controls too."""
    scope_ids = [scope.id for scope in method.scopes]
    found: dict[UUID, list[WellRow]] = defaultdict(list)
    for start in range(0, len(run_ids), AT_ONCE):
        some = run_ids[start : start + AT_ONCE]
        rows = look.scalars(
            select(WellRow)
            .where(
                WellRow.run_id.in_(some),
                WellRow.result_id.is_(None),
                WellRow.scope_id.in_(scope_ids) | WellRow.scope_id.is_(None),
            )
            .order_by(WellRow.id)
        )
        for row in rows:
            found[row.run_id].append(row)
    return {run_id: standing(rows) for run_id, rows in found.items()}


def _sorted(wells: Iterable[WellRow]) -> dict[Control, list[WellRow]]:
    """Return the readable wells of each control."""
    found: dict[Control, list[WellRow]] = {}
    for well in wells:
        control = _control(well)
        if control is not None and not well.is_excluded:
            found.setdefault(control, []).append(well)
    return found


def _control(well: WellRow) -> Control | None:
    """Return which chart a well belongs to; standards and blanks without template have none."""
    if well.scope_id is None:
        return Control.IC if is_ic(well) else None
    if well.role == Role.POSITIVE:
        return Control.LPC if is_weak(well) else Control.POS
    return Control.NEC if well.role in NEC_ROLES else None


def _mean(control: Control, wells: Sequence[WellRow]) -> float | None:
    """Return the mean Cq of a control's wells; None when one that should come up did not.

    Internal controls may be used up by much target, so for them the mean is of those that came up; any Cq of a blank
    counts.
    """
    seen = [float(well.cq) for well in wells if well.cq is not None]
    must_all = control in {Control.POS, Control.LPC}
    if not seen or (must_all and len(seen) < len(wells)):
        return None
    return sum(seen) / len(seen)


def _holds(wells: Sequence[WellRow], scope: LabScope) -> bool:
    """Tell whether a run's controls hold by its rule, so that it may count among a lot's first runs."""
    own = [well for well in wells if well.scope_id == scope.id]
    controls = Controls(
        ntc=[w for w in own if w.role in NTC_ROLES],
        nec=[w for w in own if w.role in NEC_ROLES],
        positive=[w for w in own if w.role == Role.POSITIVE and not is_weak(w)],
        lpc=[w for w in own if is_weak(w)],
    )
    return not control_faults(controls, scope.rule, scope.rule.demands)
