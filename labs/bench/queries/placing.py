"""What a worksheet says of an instrument's wells: it names them, and it must not be contradicted."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from aquacert.kernel.work import Look
from labs.bench.queries.places import places_of
from labs.instruments.rules import Refusal, RefusalCode, Role, WellReading
from labs.intake.rules import blind_code

USES: Mapping[Role, str] = {
    Role.NTC: "blank",
    Role.NAC: "blank",
    Role.NO_TARGET: "blank",
    Role.POSITIVE: "positive",
    Role.STANDARD: "positive",
}
"""What a control shows, whatever an instrument calls it; a worksheet tells blanks and positives among themselves apart."""


@dataclass(frozen=True, slots=True)
class Placed:
    """What a worksheet says stands in a well: the blind code or the control's name, and its role."""

    label: str
    role: Role = Role.UNKNOWN


def sheet_places(look: Look, worksheet_id: UUID | None) -> dict[str, Placed]:
    """Return what stands in each well of a worksheet; nothing without one."""
    if worksheet_id is None:
        return {}
    return {p.well: Placed(p.label, Role(p.role)) for p in places_of(look, worksheet_id)}


def refused(reading: WellReading, code: RefusalCode) -> Refusal:
    """Say which row is refused, by the line of the file."""
    about_target = code in {RefusalCode.TARGET_UNKNOWN, RefusalCode.TARGET_NOT_ORDERED}
    value = f"{reading.well} {reading.sample} {reading.target}".strip()
    column, about = "target" if about_target else "sample", (reading.sample, reading.target)
    return Refusal(reading.row, column, code, value[:80], about)


def placed(reading: WellReading, places: Mapping[str, Placed]) -> WellReading | Refusal:
    """Name a reading's sample by its place, or refuse what the worksheet contradicts: another sample, another use."""
    there = places.get(reading.well)
    if there is None:
        return reading if reading.sample else refused(reading, RefusalCode.WELL_NOT_ON_SHEET)
    if not reading.sample:
        return replace(reading, sample=there.label, role=there.role)
    use = USES.get(reading.role)
    if use is not None and use == USES.get(there.role):
        # Which of two blanks or positives it is, the worksheet knows better than the instrument.
        return replace(reading, sample=there.label, role=there.role)
    named = blind_code(reading.sample)
    if use is None and (named is None or named == blind_code(there.label)):
        return reading
    # Doubted is what should lie there, whatever the file calls it.
    refusal = refused(reading, RefusalCode.NOT_AS_PLANNED)
    return replace(refusal, about=(there.label, reading.target))
