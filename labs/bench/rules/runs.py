"""Whether a run may release anything: its controls, its internal control, its instrument and its lot.

No fault can be overridden, by one person or by two: a run that failed is repeated, and a missing instrument or lot is
written down. Contamination and lost sensitivity touch every well alike, so nobody can know which sample is spared.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from labs.bench.rules.deciding import Limits, Well, reading
from labs.bench.rules.faults import SENTENCES, RunFault
from labs.bench.rules.states import Outcome
from labs.register.rules.demands import Demands


@dataclass(frozen=True, slots=True)
class Validity:
    """Whether a run may release results, and each reason why not. `said` is the register's own sentence of a fault."""

    faults: tuple[RunFault, ...]
    said: Mapping[RunFault, str] = field(default_factory=dict)

    @property
    def is_valid(self) -> bool:
        """Tell whether nothing stands against the run."""
        return not self.faults

    @property
    def sentences(self) -> tuple[str, ...]:
        """Say each fault, with what the register knows of it."""
        return tuple(self.sentence(fault) for fault in self.faults)

    def sentence(self, fault: RunFault) -> str:
        """Say one fault, with what the register knows of it."""
        own = self.said.get(fault)
        return SENTENCES[fault] + (f"（{own}）" if own else "")


@dataclass(frozen=True, slots=True)
class Controls:
    """The control wells of one assay in one run. Weak positives stand apart only where the rule wants them."""

    ntc: Sequence[Well] = ()
    nec: Sequence[Well] = ()
    positive: Sequence[Well] = ()
    lpc: Sequence[Well] = ()


def control_faults(controls: Controls, limits: Limits, demands: Demands) -> list[RunFault]:
    """Judge the controls: blanks without any Cq, positives detected, as many of each as the rule wants.

    An extraction blank that came up is always a fault, wanted or not; it never stands for the blank without template. A
    blank counts as detected by any Cq below the cycle cap, also one in or above the grey zone: it shows contamination.
    """
    ntc, nec, positive, lpc = (
        [w for w in wells if not w.is_excluded]
        for wells in (controls.ntc, controls.nec, controls.positive, controls.lpc)
    )
    if not demands.lpc:  # a weak positive is one too, where the rule does not tell them apart
        positive, lpc = [*positive, *lpc], []
    found = (
        _blank(ntc, max(demands.ntc, 1), limits, RunFault.NO_NTC, RunFault.NTC_DETECTED),
        _blank(nec, demands.nec, limits, RunFault.NO_NEC, RunFault.NEC_DETECTED),
        _positive(positive, max(demands.positive, 1), limits),
        _weak(lpc, limits, demands),
    )
    return [fault for fault in found if fault is not None]


def _blank(
    wells: Sequence[Well], wanted: int, limits: Limits, missing: RunFault, detected: RunFault
) -> RunFault | None:
    """Judge blanks: one that came up weighs more than one that is missing."""
    if any(w.cq is not None and w.cq < limits.cycle_cap for w in wells):
        return detected
    return missing if len(wells) < wanted else None


def _positive(wells: Sequence[Well], wanted: int, limits: Limits) -> RunFault | None:
    """Judge positive controls by the same limit as samples."""
    if len(wells) < wanted:
        return RunFault.NO_POSITIVE
    holds = all(reading(w, limits) is Outcome.POSITIVE for w in wells)
    return None if holds else RunFault.POSITIVE_FAILED


def _weak(wells: Sequence[Well], limits: Limits, demands: Demands) -> RunFault | None:
    """Judge weak positives: they show that the run would have seen little."""
    if len(wells) < demands.lpc:
        return RunFault.NO_LPC
    return None if all(_came_up(w, limits, demands) for w in wells) else RunFault.LPC_FAILED


def _came_up(well: Well, limits: Limits, demands: Demands) -> bool:
    """Tell whether a weak positive was detected within its limit; without one, within the positive limit."""
    limit = limits.positive_max if demands.lpc_max is None else demands.lpc_max
    return well.cq is not None and well.cq < limits.cycle_cap and well.cq <= limit


def validity(
    ntc: Sequence[Well],
    positive: Sequence[Well],
    limits: Limits,
    *,
    is_reagent_expired: bool = False,
    demands: Demands | None = None,
    nec: Sequence[Well] = (),
    lpc: Sequence[Well] = (),
    said: Mapping[RunFault, str] | None = None,
) -> Validity:
    """Judge a run by its controls, and by the faults that others found (`said`, with their own words)."""
    controls = Controls(ntc, nec, positive, lpc)
    faults = control_faults(controls, limits, demands or Demands())
    if is_reagent_expired:
        faults.append(RunFault.REAGENT_EXPIRED)
    others = dict(said or {})
    return Validity((*faults, *others), others)
