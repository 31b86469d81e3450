"""Whether a run may release its wells: its controls by the rule version, its instrument and lot by the register."""

from sqlalchemy import select

from aquacert.kernel.work import Look
from labs.bench.models import BenchRun, WellRow
from labs.bench.queries.wells import internal_controls, standing
from labs.bench.rules import RunFault, Validity, validity
from labs.instruments.rules import Role
from labs.register.models import LabScope
from labs.register.queries import instrument_fault, lot_fault
from labs.register.rules import MethodKind

NTC_ROLES = (Role.NTC, Role.NO_TARGET)
NEC_ROLES = (Role.NAC,)
POSITIVE_ROLES = (Role.POSITIVE,)
"""A standard of a curve is none: its lowest point need not come up, its highest shows no loss of sensitivity."""
WEAK = "LPC"
"""A weak positive is a positive control whose name begins so."""


def is_weak(well: WellRow) -> bool:
    """Tell whether a control well is the weak positive."""
    return well.role in POSITIVE_ROLES and well.sample.upper().startswith(WEAK)


def controls_of(look: Look, run: BenchRun, scope: LabScope) -> list[WellRow]:
    """Return the standing control wells of one assay in a run."""
    rows = look.scalars(
        select(WellRow).where(
            WellRow.run_id == run.id, WellRow.scope_id == scope.id, WellRow.result_id.is_(None)
        )
    )
    return standing(rows)


def equipment_faults(
    look: Look, run: BenchRun, test: tuple[str, str] = ("", "")
) -> dict[RunFault, str]:
    """Return what the register says against the run's instrument and lot on its day, for a test if named."""
    found: dict[RunFault, str] = {}
    if run.instrument_id is None:
        found[RunFault.NO_INSTRUMENT] = ""
    elif said := instrument_fault(look, run.instrument_id, run.done_on):
        found[RunFault.CALIBRATION_LAPSED] = said
    if run.lot_id is None:
        found[RunFault.NO_LOT] = ""
    elif said := lot_fault(look, run.lot_id, run.done_on, test):
        found[RunFault.LOT_EXPIRED] = said
    return found


def run_validity(look: Look, run: BenchRun, scope: LabScope) -> Validity:
    """Judge a run for one assay; a finding in words has neither control wells nor an instrument to judge."""
    unsubmitted = run.worksheet_id is not None and run.submitted_at is None
    said = {RunFault.NOT_SUBMITTED: ""} if unsubmitted else {}
    if scope.kind == MethodKind.FINDING:
        return Validity(tuple(said), said)
    controls = controls_of(look, run, scope)
    demands = scope.rule.demands
    if demands.wants_ic and not internal_controls(look, run.id):
        said[RunFault.NO_IC] = ""
    return validity(
        [w for w in controls if w.role in NTC_ROLES],
        [w for w in controls if w.role in POSITIVE_ROLES and not is_weak(w)],
        scope.rule,
        is_reagent_expired=run.reagent_until_on is not None and run.reagent_until_on < run.done_on,
        demands=demands,
        nec=[w for w in controls if w.role in NEC_ROLES],
        lpc=[w for w in controls if is_weak(w)],
        said=equipment_faults(look, run, (scope.disease_code, scope.method_code)) | said,
    )
