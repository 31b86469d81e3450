"""Read a table of wells: a QuantStudio export, or any table whose headings can be mapped to ours.

The header is searched on every sheet, since instruments put lines of their own above it. Columns are chosen by
name, never by place; two columns for one field refuse the file, for which one counts must not be luck.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from aquacert.kernel.errors import Invalid
from labs.instruments.parsers.sheets import Sheet
from labs.instruments.rules import (
    InstrumentRun,
    Refusal,
    RefusalCode,
    Role,
    UnreadableCq,
    WellReading,
    cycles,
    plain,
    read_cq,
    role_of_name,
    well_name,
)

# field -> headings in falling rank: a lower rank counts only where no higher one stands in the header
HEADINGS: Mapping[str, tuple[frozenset[str], ...]] = {
    "well": (
        frozenset({"well position", "孔位", "position", "pos"}),
        frozenset({"well", "孔", "孔号"}),
    ),
    "sample": (
        frozenset(
            {
                "sample name",
                "sample_id",
                "sample id",
                "sample",
                "样品名称",
                "样品编号",
                "样品",
                "盲样号",
            }
        ),
    ),
    "target": (
        frozenset(
            {"target name", "target", "assay", "test_code", "靶标", "检测项目", "项目", "基因"}
        ),
    ),
    "cq": (
        frozenset({"ct", "cq", "cp", "ct值", "cq值", "ct value", "cq value"}),
        frozenset({"result", "结果", "检测结果"}),
    ),
    "role": (frozenset({"task", "sample type", "content", "用途", "类型"}),),
}
REQUIRED = ("sample", "target", "cq")
TASKS: Mapping[str, Role] = {
    "": Role.UNKNOWN,
    "unknown": Role.UNKNOWN,
    "unkn": Role.UNKNOWN,
    "样品": Role.UNKNOWN,
    "待测": Role.UNKNOWN,
    "standard": Role.STANDARD,
    "std": Role.STANDARD,
    "标准品": Role.STANDARD,
    "ntc": Role.NTC,
    "neg": Role.NTC,
    "negative control": Role.NTC,
    "阴性对照": Role.NTC,
    "空白对照": Role.NTC,
    "nac": Role.NAC,
    "pos": Role.POSITIVE,
    "pc": Role.POSITIVE,
    "ptc": Role.POSITIVE,
    "positive": Role.POSITIVE,
    "positive control": Role.POSITIVE,
    "endogenous control": Role.OTHER,
    "阳性对照": Role.POSITIVE,
}
LOOK_DOWN = 200  # lines searched for the header of one sheet
CYRILLIC_T = str.maketrans({"т": "t", "Т": "t"})  # QuantStudio spells Cт with a Cyrillic letter


@dataclass(frozen=True, slots=True)
class Header:
    """Where the table begins, and which column holds which field."""

    row: int
    width: int
    columns: Mapping[str, int]
    quantstudio: bool


def read_table(
    sheets: Sequence[Sheet], data: bytes, name: str, columns: Mapping[str, str] | None = None
) -> InstrumentRun:
    """Read the first sheet that has a header we know; raise `Invalid` when none has."""
    for sheet in sheets:
        header = _header(sheet, columns or {})
        if header is not None:
            return _table(sheet, header, data, name)
    raise Invalid(
        "找不到表头：至少要有样品（Sample Name）、靶标（Target Name）和 CT 三列", file="找不到表头"
    )


def _folded(text: str) -> str:
    """Return a heading as it is compared."""
    return plain(text).lower().translate(CYRILLIC_T)


def _header(sheet: Sheet, asked: Mapping[str, str]) -> Header | None:
    """Find the header row of a sheet."""
    for number, row in enumerate(sheet.rows[:LOOK_DOWN]):
        headings = [_folded(cell) for cell in row]
        columns = {
            field: place
            for field in HEADINGS
            if (place := _place(field, headings, asked.get(field))) is not None
        }
        if all(field in columns for field in REQUIRED):
            width = 1 + max(place for place, heading in enumerate(headings) if heading)
            return Header(
                number, width, columns, {"sample name", "target name", "ct"} <= set(headings)
            )
    return None


def _place(field: str, headings: Sequence[str], asked: str | None) -> int | None:
    """Return the column of a field; raise when two columns claim it."""
    ranks = (frozenset({_folded(asked)}),) if asked else HEADINGS[field]
    for rank in ranks:
        places = [place for place, heading in enumerate(headings) if heading in rank]
        if len(places) > 1 and field in REQUIRED:
            raise Invalid(
                f"表头里有两列都可能是同一项（{headings[places[0]]}），请删去一列",
                file="表头有重复的列",
            )
        if places:
            return places[0]
    return None


def _table(sheet: Sheet, header: Header, data: bytes, name: str) -> InstrumentRun:
    """Read the rows below the header."""
    notes = _notes(sheet.rows[: header.row])
    cap = cycles(notes.get("number of cycles") or notes.get("循环数")) or None
    readings: list[WellReading] = []
    refusals: list[Refusal] = []
    empty = 0
    seen: set[tuple[str, ...]] = set()
    for number, row in _body(sheet, header):
        made = _row(row, header, number, cap, decimal_comma=sheet.decimal_comma)
        if made is None:
            empty += 1
            continue
        if isinstance(made, WellReading):
            key = (
                (made.well, made.target) if made.well else (made.sample, made.target, str(made.cq))
            )
            if key in seen:
                made = Refusal(
                    number, "well" if made.well else "sample", RefusalCode.DUPLICATE_ROW, key[0]
                )
            seen.add(key)
        if isinstance(made, WellReading):
            readings.append(made)
        else:
            refusals.append(made)
    return InstrumentRun(
        name=name,
        sha256=hashlib.sha256(data).hexdigest(),
        source="QuantStudio" if header.quantstudio else "CSV",
        instrument=notes.get("instrument type") or notes.get("instrument name") or "",
        ran_at=notes.get("experiment run end time") or "",
        cycle_cap=cap,
        readings=tuple(readings),
        refusals=tuple(refusals),
        empty=empty,
    )


def _notes(rows: Sequence[tuple[str, ...]]) -> dict[str, str]:
    """Return the `name, value` lines an instrument writes above its table."""
    return {
        _folded(row[0]).rstrip(":"): plain(row[1])
        for row in rows
        if len(row) > 1 and row[0] and row[1]
    }


def _body(sheet: Sheet, header: Header) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Yield the rows below the header that hold anything, with their line number as people count."""
    for number, row in enumerate(sheet.rows[header.row + 1 :], start=header.row + 2):
        if any(cell.strip() for cell in row):
            yield number, row


def _row(
    row: tuple[str, ...], header: Header, number: int, cap: int | None, *, decimal_comma: bool
) -> WellReading | Refusal | None:
    """Turn one row into a frozen row; None for a well that holds nothing."""
    filled = len(row) - next((i for i, cell in enumerate(reversed(row)) if cell.strip()), len(row))
    if filled > header.width or len(row) < header.width:
        return Refusal(number, "", RefusalCode.ROW_LENGTH, ",".join(row)[:40])
    cells = {field: plain(row[place]) for field, place in header.columns.items()}
    if not cells["sample"] and not cells["target"] and not cells["cq"]:
        return None
    return _judged(cells, header, number, cap, decimal_comma=decimal_comma)


def _judged(
    cells: Mapping[str, str], header: Header, number: int, cap: int | None, *, decimal_comma: bool
) -> WellReading | Refusal:
    """Judge the cells one after another; the first bad one refuses the row."""
    well = well_name(cells.get("well", "")) or cells.get("well", "")
    if well and not well.isdigit() and well_name(well) is None:
        return Refusal(number, "well", RefusalCode.WELL_UNREADABLE, well[:40])
    for field, code in (
        ("sample", RefusalCode.SAMPLE_MISSING),
        ("target", RefusalCode.TARGET_MISSING),
    ):
        if not cells[field]:
            return Refusal(number, field, code, well)
    task = cells.get("role", "").lower()
    if task not in TASKS:
        return Refusal(number, "role", RefusalCode.TASK_UNKNOWN, task[:40])
    try:
        # Only an instrument's own export leaves the cell empty for “nothing came up”; elsewhere empty is unknown.
        cq = read_cq(
            cells["cq"], cap=cap, blank_is_none=header.quantstudio, decimal_comma=decimal_comma
        )
    except UnreadableCq as unreadable:
        return Refusal(number, "cq", unreadable.code, cells["cq"][:40])
    role = TASKS[task] if TASKS[task] is not Role.UNKNOWN else role_of_name(cells["sample"])
    return WellReading("", well, cells["sample"], role, cells["target"], cq.value, cq.why)
