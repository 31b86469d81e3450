"""Read RDML 1.0 to 1.4: a zip of one XML file under any name, or the bare XML (rdml.org schema).

Read as a stream, so a long fluorescence table is never held in memory. Namespaces are ignored; a reaction's id may be
`A1` or a number; a `sample@id` that is a UUID (LightCycler) gives way to its description.
"""

import io
import re
from collections.abc import Iterator
from typing import IO
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from aquacert.kernel.errors import Invalid
from labs.instruments.parsers.archive import MAX_MEMBER, is_zip, opened, read_member
from labs.instruments.parsers.rdml_rows import File, Measured, Run, Sample, assembled
from labs.instruments.rules import (
    InstrumentRun,
    cycles,
    plain,
)

VERSIONS = ("1.0", "1.1", "1.2", "1.3", "1.4")
UUID_LIKE = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
HEAD = 4096


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
    return assembled(file, data, name)


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
