"""Write RDML 1.2 as instruments do: a zip of `rdml_data.xml` with samples, targets, cycling and curves.

Element order follows the schema of rdml.org. For the demonstration and for tests, whose files must be real ones.
"""

import io
import math
import zipfile
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from xml.etree.ElementTree import Element, SubElement, tostring

from labs.instruments.rules import Role, WellReading, Why

NAMESPACE = "http://www.rdml.org"
TYPES = {
    Role.UNKNOWN: "unkn",
    Role.NTC: "ntc",
    Role.NAC: "nac",
    Role.STANDARD: "std",
    Role.NO_TARGET: "ntp",
    Role.NO_RT: "nrt",
    Role.POSITIVE: "pos",
    Role.OTHER: "opt",
}
COLUMNS = 12


def write_rdml(
    readings: Sequence[WellReading],
    *,
    made_at: datetime,
    instrument: str = "示例荧光定量 PCR 仪 96",
    cycles: int = 40,
    inner_name: str = "rdml_data.xml",
) -> bytes:
    """Return an RDML 1.2 file of these wells, in their order. Wells are named A1 to H12.

    A reading `AT_CAP` is written as instruments do, as a Cq equal to `cycles`; `NO_CQ` has no `cq` element.
    """
    root = Element("rdml", {"xmlns": NAMESPACE, "version": "1.2"})
    stamp = made_at.strftime("%Y-%m-%dT%H:%M:%S")
    _leaf(root, "dateMade", stamp)
    _leaf(root, "dateUpdated", stamp)
    SubElement(root, "dye", {"id": "FAM"})
    _samples(root, readings)
    for target in dict.fromkeys(r.target for r in readings):
        node = SubElement(root, "target", {"id": target})
        _leaf(node, "type", "toi")
        SubElement(node, "dyeId", {"id": "FAM"})
    _cycling(root, cycles)
    experiment = SubElement(root, "experiment", {"id": "experiment"})
    for run in dict.fromkeys(r.run for r in readings):
        _run(experiment, run, [r for r in readings if r.run == run], (instrument, stamp, cycles))
    return _zipped(root, inner_name, made_at)


def _leaf(parent: Element, name: str, text: str) -> None:
    """Add a child that holds only text."""
    SubElement(parent, name).text = text


def _samples(root: Element, readings: Sequence[WellReading]) -> None:
    """Add each sample once, with what it is for."""
    for sample, role in {r.sample: r.role for r in readings}.items():
        node = SubElement(root, "sample", {"id": sample})
        _leaf(node, "type", TYPES[role])


def _cycling(root: Element, cycles: int) -> None:
    """Add a usual two-step programme."""
    conditions = SubElement(root, "thermalCyclingConditions", {"id": "two-step"})
    for number, (celsius, seconds) in enumerate(((95, 120), (95, 10), (60, 30)), start=1):
        step = SubElement(conditions, "step")
        _leaf(step, "nr", str(number))
        temperature = SubElement(step, "temperature")
        _leaf(temperature, "temperature", f"{celsius}.0")
        _leaf(temperature, "duration", str(seconds))
    step = SubElement(conditions, "step")
    _leaf(step, "nr", "4")
    loop = SubElement(step, "loop")
    _leaf(loop, "goto", "2")
    _leaf(loop, "repeat", str(cycles - 1))


def _run(
    experiment: Element, name: str, readings: Sequence[WellReading], how: tuple[str, str, int]
) -> None:
    """Add one run: its instrument, plate, date and reactions."""
    instrument, stamp, cycles = how
    run = SubElement(experiment, "run", {"id": name})
    _leaf(run, "instrument", instrument)
    _leaf(run, "cqDetectionMethod", "automated threshold and baseline settings")
    SubElement(run, "thermalCyclingConditions", {"id": "two-step"})
    plate = SubElement(run, "pcrFormat")
    for field, text in (
        ("rows", "8"),
        ("columns", "12"),
        ("rowLabel", "ABC"),
        ("columnLabel", "123"),
    ):
        _leaf(plate, field, text)
    _leaf(run, "runDate", stamp)
    for well in dict.fromkeys(r.well for r in readings):
        here = [r for r in readings if r.well == well]
        react = SubElement(run, "react", {"id": str(_number(well))})
        SubElement(react, "sample", {"id": here[0].sample})
        for reading in here:
            _data(react, reading, cycles)


def _number(well: str) -> int:
    """Return a well's place counted row by row from 1."""
    return (ord(well[0]) - 65) * COLUMNS + int(well[1:])


def _data(react: Element, reading: WellReading, cycles: int) -> None:
    """Add one target's Cq and its curve."""
    data = SubElement(react, "data")
    SubElement(data, "tar", {"id": reading.target})
    cq = Decimal(cycles) if reading.why is Why.AT_CAP else reading.cq
    if cq is not None:
        _leaf(data, "cq", str(cq))
    if reading.why is Why.EXCLUDED:
        _leaf(data, "excl", "excluded by the operator")
    for cycle in range(1, cycles + 1):
        point = SubElement(data, "adp")
        _leaf(point, "cyc", str(cycle))
        _leaf(point, "fluor", f"{fluorescence(cycle, reading.cq):.5f}")


def fluorescence(cycle: int, cq: Decimal | None) -> float:
    """Return the fluorescence of a cycle: a flat line, or a rise that crosses 0.2 at the Cq."""
    if cq is None:
        return 0.01 + 0.0002 * cycle
    return 0.01 + 2.0 / (1.0 + math.exp(-0.7 * (cycle - float(cq) - 3.2)))


def _zipped(root: Element, inner_name: str, made_at: datetime) -> bytes:
    """Return the archive; its member carries the file's own date, so equal input gives equal bytes."""
    text = tostring(root, encoding="utf-8", xml_declaration=True)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        member = zipfile.ZipInfo(inner_name, made_at.timetuple()[:6])
        member.compress_type = zipfile.ZIP_DEFLATED
        archive.writestr(member, text)
    return buffer.getvalue()
