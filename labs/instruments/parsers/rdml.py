"""Read RDML 1.0 to 1.4: a zip of one XML file under any name, or the bare XML (rdml.org schema).

Read as a stream, so a long fluorescence table is never held in memory. Namespaces are ignored; a reaction's id may be
`A1` or a number; a `sample@id` that is a UUID (LightCycler) gives way to its description.
"""

import hashlib
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from aquacert.kernel.errors import Invalid
from labs.instruments.parsers.archive import MAX_MEMBER, is_zip, opened, read_member
from labs.instruments.rules import (
    InstrumentRun,
    Refusal,
    RefusalCode,
    Role,
    UnreadableCq,
    WellReading,
    Why,
    cycles,
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
VERSIONS = ("1.0", "1.1", "1.2", "1.3", "1.4")
UUID_LIKE = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
HEAD = 4096


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


def read_rdml(data: bytes, name: str) -> InstrumentRun:
    """Read one RDML file; raise `Invalid` when it is none, is damaged or carries a DTD."""
    file = File()
    try:
        for path, element in _elements(io.BytesIO(_xml(data))):
            _take(file, path, element)
    except DefusedXmlException as error:
        raise Invalid(
            "文件里有不允许的 XML 定义（DTD 或实体），已拒收", file="不安全的 XML"
        ) from error
    except ParseError as error:
        raise Invalid("这不是完整的 RDML：XML 中途断了，请重新导出", file="XML 不完整") from error
    if not file.version:
        raise Invalid("这不是 RDML 文件", file="不是 RDML")
    if file.version not in VERSIONS:
        raise Invalid(
            f"RDML 版本 {file.version[:12]} 不认识，只读 1.0 至 1.4", file="RDML 版本不认识"
        )
    return _assembled(file, data, name)


def _xml(data: bytes) -> bytes:
    """Return the RDML document: the one member whose root is `rdml`, whatever it is called."""
    if not is_zip(data):
        if len(data) > MAX_MEMBER:
            raise Invalid("文件展开后太大，已拒收", file="展开后太大")
        return data
    with opened(data) as archive:
        for info in sorted(archive.infolist(), key=lambda i: i.filename != "rdml_data.xml"):
            if info.is_dir():
                continue
            try:
                with archive.open(info) as member:
                    head = member.read(HEAD)
            except Exception as error:  # zlib.error and BadZipFile share no base
                raise Invalid(
                    "文件不完整：压缩包里的数据损坏，请重新导出", file="文件损坏"
                ) from error
            if re.search(rb"<(?:[\w.-]+:)?rdml[\s>]", head):
                return read_member(archive, info.filename)
    raise Invalid("压缩包里没有 RDML 数据，请从仪器软件导出 RDML", file="不是 RDML")


def _elements(source: IO[bytes]) -> Iterator[tuple[tuple[str, ...], Element]]:
    """Yield each finished element with its path of local names, and forget it afterwards."""
    path: list[str] = []
    for event, element in iterparse(source, events=("start", "end"), forbid_dtd=True):
        if event == "start":
            path.append(_local(element))
            if len(path) == 1:
                yield ("", path[0]), element
            elif path[-1] in {"run", "experiment"}:
                yield ("", path[-1]), element
            continue
        yield tuple(path), element
        if len(path) == 2 or path[-1] in {"adp", "mdp", "data", "react", "run"}:
            element.clear()
        path.pop()


def _local(element: Element) -> str:
    """Return the tag without its namespace."""
    return str(element.tag).rpartition("}")[2]


def _child(element: Element, name: str) -> Element | None:
    """Return the first child of that local name."""
    return next((child for child in element if _local(child) == name), None)


def _text(element: Element, name: str) -> str | None:
    """Return the text of the first child of that local name; None when there is no such child."""
    child = _child(element, name)
    return None if child is None else (child.text or "").strip()


def _clean(text: str | None) -> str:
    """Return a name without stray spaces, its signs (™) kept."""
    return " ".join((text or "").split())


def _take(file: File, path: tuple[str, ...], element: Element) -> None:
    """Fold one element into what is known of the file."""
    match path:
        case ("", "rdml"):
            file.version = element.get("version", "")
        case ("", "run"):
            file.runs.append(Run(element.get("id", "")))
        case ("rdml", "sample"):
            types = [
                (t.get("targetId", ""), (t.text or "").strip())
                for t in element
                if _local(t) == "type"
            ]
            file.samples[element.get("id", "")] = Sample(_shown(element), types)
        case ("rdml", "target"):
            dye = _child(element, "dyeId")
            file.dyes[element.get("id", "")] = (
                "" if dye is None else dye.get("id") or (dye.text or "")
            )
        case ("rdml", "thermalCyclingConditions"):
            loops = [cycles(e.text) for e in element.iter() if _local(e) == "repeat"]
            file.loops[element.get("id", "")] = max(loops, default=0)
        case ("rdml", "experiment", "run", *rest):
            _take_run(file, file.runs[-1], tuple(rest), element)


def _take_run(file: File, run: Run, path: tuple[str, ...], element: Element) -> None:
    """Fold one element of a run."""
    match path:
        case ("instrument",):
            file.instrument = file.instrument or _clean(element.text)
        case ("runDate",):
            file.ran_at = file.ran_at or _clean(element.text)
        case ("thermalCyclingConditions",):
            run.conditions = element.get("id", "")
        case ("pcrFormat",):
            letters = (_text(element, "rowLabel"), _text(element, "columnLabel")) == ("ABC", "123")
            run.columns = cycles(_text(element, "columns")) if letters else 0
        case ("react", "data", "adp"):
            run.last_cycle = max(run.last_cycle, cycles(_text(element, "cyc")))
        case ("react", "data"):
            target = _child(element, "tar")
            tag = "" if target is None else target.get("id", "")
            excluded = bool(_text(element, "excl"))
            run.measured.append(Measured("", "", tag, _text(element, "cq"), excluded))
        case ("react",):
            _name_react(run, element)


def _name_react(run: Run, element: Element) -> None:
    """Give the data just read the id and sample of their reaction, which come around them."""
    sample = _child(element, "sample")
    number = element.get("id", "")
    for measured in reversed(run.measured):
        if measured.react:
            break
        measured.react = number
        measured.sample = "" if sample is None else sample.get("id", "")
    if _child(element, "partitions") is not None:
        run.partitions.append(number)


def _shown(element: Element) -> str:
    """Return the name people know a sample by."""
    identity = element.get("id", "")
    description = plain(_text(element, "description") or "")
    return description if UUID_LIKE.fullmatch(identity) and description else plain(identity)


def _assembled(file: File, data: bytes, name: str) -> InstrumentRun:
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
