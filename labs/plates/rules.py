"""Where samples and controls go on a plate of 96 or 384 wells (ANSI/SLAS 4-2004: rows are letters, columns numbers)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from labs.instruments.rules import Role
from labs.register.rules.demands import Demands

ROWS = {96: "ABCDEFGH", 384: "ABCDEFGHIJKLMNOP"}
COLUMNS = {96: 12, 384: 24}


class Wrong(StrEnum):
    """Why a layout cannot be."""

    TOO_MANY = "too_many"
    NO_WELL = "no_well"
    EMPTY = "empty"
    NOTHING = "nothing"


SENTENCES = {
    Wrong.TOO_MANY: "样品和对照放不下这块板，请减少样品或换 384 孔板",
    Wrong.NO_WELL: "这块板上没有这个孔，应像 A1 或 H12",
    Wrong.EMPTY: "这个孔是空的，没有可移动的东西",
    Wrong.NOTHING: "还没有选样品",
}


class Unplaceable(ValueError):
    """A layout that cannot be, with its reason."""

    def __init__(self, wrong: Wrong) -> None:
        """Keep the reason."""
        super().__init__(wrong)
        self.wrong = wrong


class Slot(NamedTuple):
    """What one well holds: the tube's label, its role, the replicate counted from 1, and the sample's place in the list."""

    label: str
    role: Role
    replicate: int
    sample: int | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """One sample to be placed: its label and how many wells it wants."""

    label: str
    wells: int


def wells(size: int) -> Iterator[str]:
    """Yield every well of a plate, column by column: A1, B1 … H1, A2 …"""
    for column in range(1, COLUMNS[size] + 1):
        for row in ROWS[size]:
            yield f"{row}{column}"


def control_slots(demands: Demands) -> list[Slot]:
    """Return the controls that a rule wants, blanks first, the strongest positive last and farthest from them."""
    wanted = (
        ("NTC", Role.NTC, max(demands.ntc, 1)),
        ("NEC", Role.NAC, demands.nec),
        ("LPC", Role.POSITIVE, demands.lpc),
        ("PC", Role.POSITIVE, max(demands.positive, 1)),
    )
    return [Slot(name, role, n, None) for name, role, count in wanted for n in range(1, count + 1)]


def filled(size: int, samples: Sequence[Wanted], demands: Demands) -> dict[str, Slot]:
    """Fill a plate: samples column by column from the first, controls in the last columns from the top.

    Raises `Unplaceable` when there is nothing to place, or too much.
    """
    if not samples:
        raise Unplaceable(Wrong.NOTHING)
    every, rows = list(wells(size)), len(ROWS[size])
    controls = control_slots(demands)
    reserved = -(-len(controls) // rows) * rows
    free, last = every[:-reserved], every[-reserved:]
    layout: dict[str, Slot] = {}
    places = iter(free)
    for number, sample in enumerate(samples):
        for replicate in range(1, sample.wells + 1):
            well = next(places, None)
            if well is None:
                raise Unplaceable(Wrong.TOO_MANY)
            layout[well] = Slot(sample.label, Role.UNKNOWN, replicate, number)
    return layout | dict(zip(last, controls, strict=False))


def capacity(size: int, demands: Demands) -> int:
    """Return how many samples of the usual replicates a plate holds beside its controls."""
    rows = len(ROWS[size])
    reserved = -(-len(control_slots(demands)) // rows) * rows
    return (size - reserved) // max(demands.replicates, 1)
