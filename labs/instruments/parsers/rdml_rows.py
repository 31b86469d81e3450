"""What an RDML file holds while it is read, and the frozen rows made of it."""

import hashlib
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
    well_name,
    well_of_number,
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


@dataclass(slots=True)
class Measured:
    """One `data` element as it stands in the file."""

    react: str
    sample: str
    target: str
    cq: str | None
    excluded: bool


@dataclass(slots=True)
class Sample:
    """One `sample` of the file: its shown name and its types, each with the target it holds for ("" = all)."""

    name: str
    types: list[tuple[str, str]]


@dataclass(slots=True)
class Run:
    """One `run` while it is read."""

    name: str
    columns: int = 0
    last_cycle: int = 0
    conditions: str = ""
    measured: list[Measured] = field(default_factory=list)
    partitions: list[str] = field(default_factory=list)


@dataclass(slots=True)
class File:
    """The file while it is read."""

    version: str = ""
    samples: dict[str, Sample] = field(default_factory=dict)
    dyes: dict[str, str] = field(default_factory=dict)
    loops: dict[str, int] = field(default_factory=dict)
    runs: list[Run] = field(default_factory=list)
    instrument: str = ""
    ran_at: str = ""


def assembled(file: File, data: bytes, name: str) -> InstrumentRun:
    """Make the frozen rows, refusing what cannot be read with certainty."""
    readings: list[WellReading] = []
    refusals: list[Refusal] = []
    row = 0
    seen: set[tuple[str, str, str]] = set()
    for run in file.runs:
        cap = run.last_cycle or file.loops.get(run.conditions, 0) or None
        refusals += [Refusal(0, f"react {n}", RefusalCode.PARTITIONS, n) for n in run.partitions]
        for measured in run.measured:
            row += 1
            made = _reading(file, run, measured, row, cap)
            if isinstance(made, WellReading):
                key = (made.run, made.well, made.target)
                if key in seen:
                    made = Refusal(row, "react", RefusalCode.DUPLICATE_ROW, measured.react)
                seen.add(key)
            if isinstance(made, Refusal):
                refusals.append(made)
            else:
                readings.append(made)
    return InstrumentRun(
        name=name,
        sha256=hashlib.sha256(data).hexdigest(),
        source=f"RDML {file.version}",
        instrument=file.instrument,
        ran_at=file.ran_at,
        cycle_cap=_common_cap(file),
        readings=tuple(readings),
        refusals=tuple(refusals),
    )


def _common_cap(file: File) -> int | None:
    """Return the cycles of the longest run; None when no run tells."""
    return (
        max((r.last_cycle or file.loops.get(r.conditions, 0) for r in file.runs), default=0) or None
    )


def _reading(
    file: File, run: Run, measured: Measured, row: int, cap: int | None
) -> WellReading | Refusal:
    """Turn one `data` element into a frozen row."""
    if not measured.sample:
        return Refusal(row, "sample", RefusalCode.SAMPLE_MISSING, measured.react)
    if not measured.target:
        return Refusal(row, "tar", RefusalCode.TARGET_MISSING, measured.react)
    sample = file.samples.get(measured.sample, Sample(plain(measured.sample), []))
    try:
        cq = read_cq(measured.cq, cap=cap, blank_is_none=measured.cq is None)
    except UnreadableCq as unreadable:
        return Refusal(row, "cq", unreadable.code, (measured.cq or "")[:40])
    return WellReading(
        run=run.name,
        well=_well(measured.react, run.columns),
        sample=sample.name or plain(measured.sample),
        role=_role(sample, measured.target),
        target=_assay(measured.target, file.dyes.get(measured.target, "")),
        cq=None if measured.excluded else cq.value,
        why=Why.EXCLUDED if measured.excluded else cq.why,
    )


def _well(react: str, columns: int) -> str:
    """Return the well of a reaction id: `A1` as it is, a number by the plate's columns."""
    if react.isdigit() and columns and int(react):
        return well_of_number(int(react), columns)
    return well_name(react) or plain(react)


def _role(sample: Sample, target: str) -> Role:
    """Return what a sample is for with this target (RDML 1.2 and later may differ by target)."""
    by_target = dict(sample.types)
    code = by_target.get(target) or by_target.get("") or ""
    role = ROLES.get(code, Role.UNKNOWN)
    return role_of_name(sample.name) if role is Role.UNKNOWN else role


def _assay(target: str, dye: str) -> str:
    """Return the assay's name: LightCycler writes `FAM@name`, the dye being known apart."""
    prefix = f"{dye}@"
    return plain(target.removeprefix(prefix) if dye else target)
