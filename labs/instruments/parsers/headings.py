"""Say why no header was found: which headings are known, and what the nearest row lacks."""

from collections.abc import Sequence

from labs.instruments.parsers.sheets import Sheet
from labs.instruments.rules.profiles import FIELD_WORDS, REQUIRED, Profile, folded

LOOK_DOWN = 200
SHOWN = 8
"""Headings of one field that a sentence names."""


def no_header(sheets: Sequence[Sheet], profiles: Sequence[Profile]) -> str:
    """Return the sentence for a file without a header that any profile knows."""
    known = {name: _headings(profiles, name) for name in REQUIRED}
    missing = _missing(sheets, known)
    said = "；".join(
        f"{FIELD_WORDS[name]}可写 {'、'.join(list(known[name].values())[:SHOWN])}"
        for name in missing
    )
    has = [FIELD_WORDS[name] for name in REQUIRED if name not in missing]
    found = (
        f"认出了{'、'.join(has)}，缺{'、'.join(FIELD_WORDS[name] for name in missing)}"
        if has
        else ""
    )
    return f"找不到表头：至少要有样品、靶标和 Cq 三列{f'（{found}）' if found else ''}。{said}"


def _headings(profiles: Sequence[Profile], name: str) -> dict[str, str]:
    """Return the headings of a field as they are compared and as they are written, Chinese ones first."""
    written = [
        row.value
        for profile in profiles
        for row in profile.rows
        if row.kind == "column" and row.key == name and row.value.strip()
    ]
    return {folded(text): text for text in sorted(written, key=str.isascii)}


def _missing(sheets: Sequence[Sheet], known: dict[str, dict[str, str]]) -> list[str]:
    """Return the fields that the nearest row lacks."""
    best = list(REQUIRED)
    for sheet in sheets:
        for row in sheet.rows[:LOOK_DOWN]:
            headings = {folded(cell) for cell in row if cell.strip()}
            lacks = [name for name in REQUIRED if not headings & known[name].keys()]
            best = lacks if len(lacks) < len(best) else best
    return best
