"""Read a run as a laboratory's own system sends it: one JSON object, the wells as rows.

    {"run": "R-17", "instrument": "QPCR-02", "ran_at": "2026-05-12T09:30:00+08:00", "cycles": 40,
     "wells": [{"well": "A1", "sample": "M7K2-0388", "role": "unknown", "target": "DIV1", "cq": "36.8"}, …]}

`cq` is a number, a text as instruments write it, or null for “nothing came up”; a row without the member is refused,
for what was not sent must not become a negative. `role` is one of `Role`; `excluded` true sets the well aside.
"""

import hashlib
import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from aquacert.kernel.errors import Invalid
from labs.instruments.rules import (
    Cq,
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
    well_name,
)

MAX_WELLS = 100_000


def is_message(data: bytes) -> bool:
    """Tell a JSON object from a table."""
    return data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{"


def read_message(data: bytes, name: str) -> InstrumentRun:
    """Return the run of a message; raise `Invalid` when it is none, refuse single bad rows."""
    said = _object(data)
    wells = said.get("wells")
    if not isinstance(wells, list) or not wells:
        raise Invalid("报文里没有 wells（孔的列表）", file="没有孔")
    if len(wells) > MAX_WELLS:
        raise Invalid("报文里的孔太多：一次最多 10 万孔", file="孔太多")
    cap = cycles(str(said.get("cycles") or "")) or None
    run = _text(said.get("run"))
    made = [_row(number, row, run, cap) for number, row in enumerate(wells, start=1)]
    made = _without_repeats(made)
    return InstrumentRun(
        name=name,
        sha256=hashlib.sha256(data).hexdigest(),
        source="LIMS",
        instrument=_text(said.get("instrument")),
        ran_at=_text(said.get("ran_at")),
        cycle_cap=cap,
        readings=tuple(row for row in made if isinstance(row, WellReading)),
        refusals=tuple(row for row in made if isinstance(row, Refusal)),
    )


def _object(data: bytes) -> dict[str, Any]:
    """Return the JSON object; numbers stay as they were written."""
    try:
        said = json.loads(data.decode("utf-8-sig"), parse_float=Decimal)
    except (ValueError, RecursionError) as error:
        raise Invalid("报文不是能读的 JSON", file="不是 JSON") from error
    if not isinstance(said, dict):
        raise Invalid("报文应该是一个 JSON 对象", file="不是 JSON 对象")
    return said


def _text(value: object) -> str:
    """Return a member as plain text; anything but a text or number is none."""
    is_plain = isinstance(value, str | int | Decimal) and not isinstance(value, bool)
    return plain(str(value))[:120] if is_plain else ""


def _row(number: int, row: object, run: str, cap: int | None) -> WellReading | Refusal:
    """Judge one well; the first bad member refuses it."""
    if not isinstance(row, Mapping):
        return Refusal(number, "", RefusalCode.ROW_LENGTH, str(row)[:40])
    said = {key: _text(row.get(key)) for key in ("well", "sample", "target", "role")}
    role = said["role"].lower() or Role.UNKNOWN.value
    about = (said["sample"], said["target"])
    well = well_name(said["well"]) or ""
    for member, code, is_bad in (
        ("well", RefusalCode.WELL_UNREADABLE, said["well"] and not well),
        ("sample", RefusalCode.SAMPLE_MISSING, not said["sample"]),
        ("target", RefusalCode.TARGET_MISSING, not said["target"]),
        ("role", RefusalCode.TASK_UNKNOWN, role not in set(Role)),
    ):
        if is_bad:
            return Refusal(number, member, code, (said[member] or well)[:40], about)
    try:
        cq = _cq(row, cap)
    except UnreadableCq as unreadable:
        return Refusal(number, "cq", unreadable.code, str(row.get("cq"))[:40], about)
    values = (run, well, said["sample"], Role(role), said["target"], cq.value, cq.why)
    return WellReading(*values, row=number)


def _cq(row: Mapping[str, Any], cap: int | None) -> Cq:
    """Return the Cq of a row, or raise `UnreadableCq`."""
    excluded = row.get("excluded", False)
    if not isinstance(excluded, bool):  # "yes", 1 or null: somebody meant something
        raise UnreadableCq(RefusalCode.OMIT_UNKNOWN)
    if excluded:
        return Cq(None, Why.EXCLUDED)
    if "cq" not in row:
        raise UnreadableCq(RefusalCode.CQ_BLANK)
    value = row["cq"]
    if value is None:
        return Cq(None, Why.NO_CQ)
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise UnreadableCq(RefusalCode.CQ_UNREADABLE)
    return read_cq(str(value), cap=cap, blank_is_none=False)


def _without_repeats(rows: list[WellReading | Refusal]) -> list[WellReading | Refusal]:
    """Refuse the second row of one well and target."""
    seen: set[tuple[str, str]] = set()
    kept: list[WellReading | Refusal] = []
    for number, row in enumerate(rows, start=1):
        if isinstance(row, WellReading) and row.well:
            key = (row.well, row.target)
            is_repeat = key in seen
            seen.add(key)
            if is_repeat:
                about = (row.sample, row.target)
                kept.append(Refusal(number, "well", RefusalCode.DUPLICATE_ROW, row.well, about))
                continue
        kept.append(row)
    return kept
