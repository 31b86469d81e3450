"""From the wells of one sample to its outcome, by the limits and demands of a rule version.

A sample without a Cq is negative only where enough wells were read, the internal control came up where the rule wants
one, and no replicate disagrees. A Cq at the cycle cap is no detection; a well set aside says nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from labs.bench.rules.states import Outcome
from labs.register.rules.demands import Demands


class Limits(Protocol):
    """The part of a decision rule that the wells are held against (cycles)."""

    @property
    def positive_max(self) -> Decimal:
        """Highest Cq that is positive."""
        ...

    @property
    def grey_max(self) -> Decimal:
        """Highest Cq that is neither positive nor nothing."""
        ...

    @property
    def cycle_cap(self) -> int:
        """Cycles run; a Cq from here on is no detection."""
        ...


class Well(Protocol):
    """The part of a well that a decision needs."""

    @property
    def cq(self) -> Decimal | None:
        """Cq in cycles; None when nothing was detected or the well is excluded."""
        ...

    @property
    def is_excluded(self) -> bool:
        """Whether the operator set the well aside: then it says nothing, also not “negative”."""
        ...


@dataclass(frozen=True, slots=True)
class Read:
    """A well as it counts, after its internal control was looked at."""

    cq: Decimal | None
    is_excluded: bool


class Next(StrEnum):
    """What a submitted outcome asks for."""

    REVIEW = "review"
    RETEST = "retest"
    NEW_SAMPLE = "new_sample"


def reading(well: Well, limits: Limits) -> Outcome:
    """Judge one read well."""
    if well.cq is None or well.cq >= limits.cycle_cap or well.cq > limits.grey_max:
        return Outcome.NEGATIVE
    return Outcome.POSITIVE if well.cq <= limits.positive_max else Outcome.GREY


def ic_holds(ic: Well | None, demands: Demands) -> bool:
    """Tell whether an internal control came up in the rule's window; where none is wanted, it holds."""
    if demands.ic_max is None:
        return True
    if ic is None or ic.is_excluded or ic.cq is None:
        return False
    return (demands.ic_min is None or demands.ic_min <= ic.cq) and ic.cq <= demands.ic_max


def beside_ic(
    wells: Sequence[Well], ics: Sequence[Well | None], limits: Limits, demands: Demands
) -> list[Read]:
    """Set aside each well without detection whose internal control failed: inhibition looks like a negative.

    A detection stands without it: much target uses up what the internal control needs.
    """
    return [
        Read(
            well.cq,
            well.is_excluded
            or (reading(well, limits) is Outcome.NEGATIVE and not ic_holds(ic, demands)),
        )
        for well, ic in zip(wells, ics, strict=True)
    ]


def one_a_well(reads: Sequence[Read], places: Sequence[str], limits: Limits) -> list[Read]:
    """Leave out what a well says twice: an assay under two names, or a well typed again, is no second replicate.

    Readings of one well that differ all stay, and make the sample grey. A reading without a place stands for itself.
    """
    kept: list[Read] = []
    said: set[tuple[str, Outcome]] = set()
    for read, place in zip(reads, places, strict=True):
        key = (place, reading(read, limits))
        if place and not read.is_excluded and key in said:
            continue
        if not read.is_excluded:
            said.add(key)
        kept.append(read)
    return kept


def decide(wells: Sequence[Well], limits: Limits, *, wanted: int = 1) -> Outcome:
    """Judge the replicates of one sample: unanimous wells decide, anything else is grey.

    Fewer readable wells than wanted are `INVALID`: an absence is never a negative.
    """
    outcomes = [reading(well, limits) for well in wells if not well.is_excluded]
    if len(outcomes) < max(wanted, 1):
        return Outcome.INVALID
    return outcomes[0] if len(set(outcomes)) == 1 else Outcome.GREY


def next_of(outcome: Outcome, retests_done: int, demands: Demands) -> Next:
    """Return what a submitted outcome asks for; grey after the permitted retests asks for a new sample."""
    if outcome is Outcome.INVALID:
        return Next.RETEST
    if outcome is not Outcome.GREY:
        return Next.REVIEW
    return Next.RETEST if retests_done < demands.retests else Next.NEW_SAMPLE
