"""What an RDML file holds while it is read, and the frozen rows made of it."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from labs.instruments.rules import (
    InstrumentRun,
    Refusal,
    RefusalCode,
    Role,
    UnreadableCq,
    WellReading,
    Why,
    plain,
    read_cq,
    role_of_name,
    row_letters,
    well_name,
)

ROLES = {
    "unkn": Role.UNKNOWN,
    "ntc": Role.NTC,
    "nac": Role.NAC,
    "std": Role.STANDARD,
    "ntp": Role.NO_TARGET,
    "nrt": Role.NO_RT,
    "pos": Role.POSITIVE,
    "opt": Role.OTHER,
}
# RDML 1.0 says its plate in one phrase; a phrase that is not listed is a free format (schema 1.0, pcrFormatType).
PLATES = {48: (6, 8), 96: (8, 12), 384: (16, 24), 1536: (32, 48)}
OLD_PLATE = re.compile(r"(\d+)-well (plate|rotor)")
SUBPLATE = 8  # a 3072-well plate is 4 × 12 plates of 8 × 8


@dataclass(frozen=True, slots=True)
class Plate:
    """The form of a plate: its size, and how its rows and columns are labelled (ABC, 123 or A1a1)."""

    rows: int = 0
    columns: int = 0
    row_label: str = ""
    column_label: str = ""

    @classmethod
    def of_words(cls, text: str) -> "Plate":
        """Return the plate that RDML 1.0 says in a phrase, such as `96-well plate; A1-H12`."""
        found = OLD_PLATE.match(text)
        if found is None:
            return cls()
        wells = int(found[1])
        if found[2] == "rotor":
            return cls(wells, 1, "123", "123")
        if wells == 3072:
            return cls(32, 96, "A1a1", "A1a1")
        rows, columns = PLATES.get(wells, (0, 0))
        return cls(rows, columns, "ABC", "123")

    def well(self, react: str) -> str:
        """Return the well of a reaction's id: a number by the plate's form, a name as it is."""
        if not react.isdecimal() or not self.columns or not int(react):
            return well_name(react) or plain(react)
        row, column = divmod(int(react) - 1, self.columns)
        return self._labelled(row, column) or str(int(react))

    def _labelled(self, row: int, column: int) -> str:
        """Return the name that the plate's labels give a place; "" where places are only counted."""
        match self.row_label, self.column_label:
            case "ABC", "123":
                return f"{row_letters(row)}{column + 1}"
            case "123", "ABC":
                return f"{row_letters(column)}{row + 1}"
            case "ABC", "ABC":
                return f"{row_letters(row)}-{row_letters(column)}"
            case "A1a1", _:
                left = f"{row_letters(row // SUBPLATE)}{column // SUBPLATE + 1}"
                return f"{left}{row_letters(row % SUBPLATE).lower()}{column % SUBPLATE + 1}"
            case "123", "123" if self.columns > 1 and self.rows > 1:
                return f"{row + 1}-{column + 1}"
        return ""


@dataclass(slots=True)
class Measured:
    """One `data` element as it stands in the file."""

    react: str
    sample: str
    target: str
    cq: str | None
    excluded: bool
    amplification: list[tuple[float, float]] = field(default_factory=list)
    melt: list[tuple[float, float]] = field(default_factory=list)


@dataclass(slots=True)
class Sample:
    """One `sample` of the file: its shown name and its types, each with the target it holds for ("" = all)."""

    name: str
    types: list[tuple[str, str]]


@dataclass(slots=True)
class Run:
    """One `run` while it is read."""

    name: str
    plate: Plate = field(default_factory=Plate)
    last_cycle: int = 0
    conditions: str = ""
    facts: dict[str, str] = field(default_factory=dict)
    pending: list[Measured] = field(default_factory=list)
    measured: list[Measured] = field(default_factory=list)
    partitions: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Experiment:
    """One `experiment` while it is read."""

    name: str
    runs: list[Run] = field(default_factory=list)


@dataclass(slots=True)
class File:
    """The file while it is read."""

    version: str = ""
    samples: dict[str, Sample] = field(default_factory=dict)
    dyes: dict[str, str] = field(default_factory=dict)
    loops: dict[str, int] = field(default_factory=dict)
    stamps: dict[str, str] = field(default_factory=dict)
    experiments: list[Experiment] = field(default_factory=list)

    def runs(self) -> Iterator[tuple[str, Run]]:
        """Yield each run with a name that no other run of the file has."""
        names = [run.name for each in self.experiments for run in each.runs]
        taken: set[str] = set()
        for each in self.experiments:
            for run in each.runs:
                name = run.name if names.count(run.name) == 1 else f"{each.name}/{run.name}"
                while name in taken:
                    name += "+"
                taken.add(name)
                yield name, run

    def cap(self, run: Run) -> int | None:
        """Return the cycles a run went through; None when it does not tell."""
        return run.last_cycle or self.loops.get(run.conditions, 0) or None

    def first(self, fact: str) -> str:
        """Return what the first run that says it says of `instrument`, `runDate` or `cqDetectionMethod`."""
        return next((found for _, run in self.runs() if (found := run.facts.get(fact))), "")


def assembled(
    file: File, data: bytes, name: str, *, curves: bool = False, nameless: bool = False
) -> InstrumentRun:
    """Make the frozen rows, refusing what cannot be read with certainty."""
    readings: list[WellReading] = []
    refusals: list[Refusal] = []
    row = 0
    for run_name, run in file.runs():
        refusals += [Refusal(0, f"react {n}", RefusalCode.PARTITIONS, n) for n in run.partitions]
        seen: set[tuple[str, str]] = set()
        for measured in run.measured:
            row += 1
            made = _reading(file, (run_name, run), measured, row, curves=curves, nameless=nameless)
            if isinstance(made, WellReading) and (made.well, made.target) in seen:
                about = (made.sample or made.well, made.target)
                made = Refusal(row, "react", RefusalCode.DUPLICATE_ROW, measured.react, about)
            if isinstance(made, Refusal):
                refusals.append(made)
                continue
            seen.add((made.well, made.target))
            readings.append(made)
    return InstrumentRun(
        name=name,
        sha256=hashlib.sha256(data).hexdigest(),
        source=f"RDML {file.version}",
        instrument=file.first("instrument"),
        ran_at=file.first("runDate"),
        cycle_cap=min((cap for _, run in file.runs() if (cap := file.cap(run))), default=None),
        readings=tuple(readings),
        refusals=tuple(refusals),
        profile="rdml",
        series=_series(file),
        version=file.stamps.get("dateUpdated", ""),
        cq_method=file.first("cqDetectionMethod"),
    )


def _series(file: File) -> str:
    """Return what stays the same in every version of one file: when it was made, its runs, their days.

    "" when the file does not tell when it was made: then versions cannot be told apart.
    """
    made = file.stamps.get("dateMade", "")
    if not made:
        return ""
    runs = [f"{name}@{run.facts.get('runDate', '')}" for name, run in file.runs()]
    serial = file.stamps.get("serialNumber", "")
    words = "\n".join([made, serial, file.first("instrument"), *runs])
    return hashlib.sha256(words.encode()).hexdigest()


def _reading(
    file: File,
    where: tuple[str, Run],
    measured: Measured,
    row: int,
    *,
    curves: bool,
    nameless: bool,
) -> WellReading | Refusal:
    """Turn one `data` element into a frozen row."""
    run_name, run = where
    if not measured.sample and not nameless:
        return Refusal(row, "sample", RefusalCode.SAMPLE_MISSING, measured.react)
    if not measured.target:
        return Refusal(row, "tar", RefusalCode.TARGET_MISSING, measured.react)
    sample = file.samples.get(measured.sample, Sample(plain(measured.sample), []))
    try:
        cq = read_cq(measured.cq, cap=file.cap(run), blank_is_none=measured.cq is None)
    except UnreadableCq as unreadable:
        about = (
            sample.name or run.plate.well(measured.react),
            _assay(measured.target, file.dyes.get(measured.target, "")),
        )
        return Refusal(row, "cq", unreadable.code, (measured.cq or "")[:40], about)
    return WellReading(
        run=run_name,
        well=run.plate.well(measured.react),
        sample=sample.name or plain(measured.sample),
        role=_role(sample, measured.target),
        target=_assay(measured.target, file.dyes.get(measured.target, "")),
        cq=None if measured.excluded else cq.value,
        why=Why.EXCLUDED if measured.excluded else cq.why,
        row=row,
        amplification=tuple(measured.amplification) if curves else (),
        melt=tuple(measured.melt) if curves else (),
    )


def _role(sample: Sample, target: str) -> Role:
    """Return what a sample is for with this target (RDML 1.2 and later may differ by target)."""
    by_target = dict(sample.types)
    code = by_target.get(target) or by_target.get("") or ""
    role = ROLES.get(code, Role.UNKNOWN)
    if role is Role.NAC and role_of_name(sample.name) is not Role.NAC:
        # Without a polymerase nothing ever comes up: that is no blank which could show contamination.
        return Role.OTHER
    return role_of_name(sample.name) if role is Role.UNKNOWN else role


def _assay(target: str, dye: str) -> str:
    """Return the assay's name: LightCycler writes `FAM@name`, the dye being known apart."""
    prefix = f"{dye}@"
    return plain(target.removeprefix(prefix) if dye else target)
