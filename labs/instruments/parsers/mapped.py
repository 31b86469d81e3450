"""Read a table of wells by a profile: a QuantStudio export, or any table whose headings a profile names.

The header is searched on every sheet, since instruments put lines of their own above it. Columns are chosen by
name, never by place; two columns for one field refuse the file, for which one counts must not be luck.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from aquacert.kernel.errors import Invalid
from labs.instruments.parsers.headings import no_header
from labs.instruments.parsers.sheets import Sheet
from labs.instruments.parsers.table_curves import curves_of
from labs.instruments.parsers.table_rows import Reader
from labs.instruments.rules import InstrumentRun, Refusal, RefusalCode, WellReading, cycles, plain
from labs.instruments.rules.profiles import FIELD_WORDS, FIELDS, REQUIRED, Profile, folded
from labs.instruments.rules.swaps import swapped

LOOK_DOWN = 200  # lines searched for the header of one sheet
SAMPLED = 400  # rows looked at to tell whether two columns changed places


@dataclass(frozen=True, slots=True)
class Header:
    """Where the table begins, and which column holds which field."""

    row: int
    width: int
    columns: Mapping[str, int]
    said: int | None = None
    """The column of conclusions beside the Cq."""


def read_table(
    sheets: Sequence[Sheet],
    data: bytes,
    name: str,
    profiles: Sequence[Profile],
    *,
    curves: bool = False,
    nameless: bool = False,
) -> InstrumentRun:
    """Read the first sheet whose header a profile knows, the profiles in their order; raise `Invalid` when none has."""
    for profile in profiles:
        for sheet in sheets:
            header = _header(sheet, profile, profiles)
            if header is None:
                continue
            run = _table(sheet, header, profile, nameless=nameless)
            run = replace(run, refusals=(*_unread(sheets, sheet, profiles), *run.refusals))
            if curves:
                run = replace(run, readings=curves_of(sheets, run.readings))
            return replace(run, name=name, sha256=hashlib.sha256(data).hexdigest())
    raise Invalid(no_header(sheets, profiles), file="找不到表头")


def _unread(
    sheets: Sequence[Sheet], read: Sheet, profiles: Sequence[Profile]
) -> tuple[Refusal, ...]:
    """Tell of every other sheet that holds a table of wells too: which one counts must not be luck."""
    return tuple(
        Refusal(0, "", RefusalCode.SECOND_TABLE, sheet.title[:40])
        for sheet in sheets
        if sheet is not read and any(_holds_rows(sheet, profile, profiles) for profile in profiles)
    )


def _holds_rows(sheet: Sheet, profile: Profile, profiles: Sequence[Profile]) -> bool:
    """Say whether a sheet has a header of a profile and rows below it."""
    header = _header(sheet, profile, profiles)
    return header is not None and next(_body(sheet, header), None) is not None


def _header(sheet: Sheet, profile: Profile, all_of_them: Sequence[Profile]) -> Header | None:
    """Find the header row of a sheet."""
    for number, row in enumerate(sheet.rows[:LOOK_DOWN]):
        if sum(bool(cell.strip()) for cell in row) < len(REQUIRED):
            continue
        headings = [folded(cell) for cell in row]
        columns = {
            name: place
            for name in FIELDS
            if (place := _place(name, headings, profile.columns.get(name, ()))) is not None
        }
        if columns.keys() >= set(REQUIRED) and profile.markers <= set(headings):
            _only_one_result(headings, all_of_them if len(all_of_them) > 1 else (profile,))
            width = 1 + max(place for place, heading in enumerate(headings) if heading)
            said = _place("said", headings, profile.columns["cq"][1:])
            return Header(number, width, columns, said if said != columns["cq"] else None)
    return None


def _place(name: str, headings: Sequence[str], ranks: tuple[frozenset[str], ...]) -> int | None:
    """Return the column of a field; raise when two columns claim it."""
    for rank in ranks:
        places = [place for place, heading in enumerate(headings) if heading in rank]
        if len(places) > 1 and name in REQUIRED:
            _two_columns(headings[places[0]])
        if places:
            return places[0]
    return None


def _only_one_result(headings: Sequence[str], profiles: Sequence[Profile]) -> None:
    """Refuse a header with two columns of Cq, also when only another profile calls the second one so."""
    words = frozenset().union(*(profile.columns["cq"][0] for profile in profiles))
    found = [heading for heading in headings if heading in words]
    if len(found) > 1:
        _two_columns(found[0])


def _two_columns(heading: str) -> None:
    raise Invalid(f"表头里有两列都可能是同一项（{heading}），请删去一列", file="表头有重复的列")


def _table(sheet: Sheet, header: Header, profile: Profile, *, nameless: bool) -> InstrumentRun:
    """Read the rows below the header."""
    notes = _notes(sheet.rows[: header.row])
    told = cycles(notes.get("number of cycles") or notes.get("循环数")) or None
    cap = profile.cycle_cap or told
    run = InstrumentRun(
        name="",
        sha256="",
        source=profile.source,
        instrument=notes.get("instrument type") or notes.get("instrument name") or "",
        ran_at=notes.get("experiment run end time") or "",
        cycle_cap=cap,
        readings=(),
        refusals=(),
        profile=profile.label,
        series=_series(notes),
        version=notes.get("date modified") or notes.get("last modified") or "",
        cq_method=notes.get("ct algorithm") or notes.get("quantification cycle method") or "",
    )
    mixed = swapped(_cells(sheet, header), profile.no_cq)
    if mixed is not None:
        words = " ↔ ".join(FIELD_WORDS[each] for each in mixed)
        return replace(run, refusals=(Refusal(0, mixed[0], RefusalCode.COLUMNS_SWAPPED, words),))
    reader = Reader(
        header.columns, header.width, profile, cap, sheet, nameless=nameless, said=header.said
    )
    readings: list[WellReading] = []
    refusals: list[Refusal] = []
    for number, row in _body(sheet, header):
        made = reader.read(number, row)
        if isinstance(made, WellReading):
            readings.append(made)
        elif made is not None:
            refusals.append(made)
    if not (readings or refusals or reader.empty):
        refusals.append(Refusal(0, "", RefusalCode.NO_ROWS, sheet.title[:40]))
    return replace(run, readings=tuple(readings), refusals=tuple(refusals), empty=reader.empty)


def _notes(rows: Sequence[tuple[str, ...]]) -> dict[str, str]:
    """Return the `name, value` lines an instrument writes above its table."""
    return {
        folded(row[0]).rstrip(":："): plain(row[1])
        for row in rows
        if len(row) > 1 and row[0] and row[1]
    }


def _series(notes: Mapping[str, str]) -> str:
    """Return what stays the same in every export of one experiment; "" when the file does not name it."""
    name = notes.get("experiment name") or ""
    ended = notes.get("experiment run end time") or ""
    if not (name and ended):
        return ""
    serial = notes.get("instrument serial number") or ""
    return hashlib.sha256(f"{name}\n{ended}\n{serial}".encode()).hexdigest()


def _body(sheet: Sheet, header: Header) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Yield the rows below the header that hold anything, with their line number as people count."""
    for number, row in enumerate(sheet.rows[header.row + 1 :], start=header.row + 2):
        if any(cell.strip() for cell in row):
            yield number, row


def _cells(sheet: Sheet, header: Header) -> dict[str, list[str]]:
    """Return the first cells of each field's column."""
    rows = sheet.rows[header.row + 1 : header.row + 1 + SAMPLED]
    return {
        name: [plain(row[place]) for row in rows if place < len(row) and row[place].strip()]
        for name, place in header.columns.items()
    }
