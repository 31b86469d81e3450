"""Tell that two columns of a table changed places, from what stands in them. Told once for the file, not for each row."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence

WELL = re.compile(r"[A-Pa-p]0?(?:[1-9]|1[0-9]|2[0-4])")
"""A well of a plate of up to 384; a well column may also count its wells."""
NUMBER = re.compile(r"\d{1,3}[.,]\d{1,12}")
MOST = 0.6
FEW = 0.2
LEAST = 3
"""Rows from which on a column has a character though some of its cells speak against it."""


def swapped(
    columns: Mapping[str, Sequence[str]], no_cq: Collection[str] = ()
) -> tuple[str, str] | None:
    """Return two fields whose columns hold each other's content; None when every column may be what it says.

    Wells look like A1 and Cq values like 24.8; a column of either kind under another heading has changed places with the
    column that holds none of its own kind. A word of `no_cq` is of the Cq column's kind: a plate without a single Cq is none
    that was mixed up.
    """
    wells = {name: _share(cells, _is_well) for name, cells in columns.items()}
    numbers = {name: _share(cells, _is_cq) for name, cells in columns.items()}
    numbers["cq"] = _share(
        columns.get("cq", ()),
        lambda cell: _is_cq(cell) or cell.lower() in no_cq or _is_number(cell),
    )
    counted = _share(columns.get("well", ()), str.isdecimal)
    for own, kind in (("well", wells), ("cq", numbers)):
        if own == "well" and counted > FEW:
            continue
        if not columns.get(own) or kind[own] > FEW:
            continue
        for name in ("sample", "target", "cq", "well"):
            if name == own or not columns.get(name) or kind[name] <= MOST:
                continue
            is_plain = kind[own] == 0 and kind[name] == 1
            if is_plain or min(len(columns[own]), len(columns[name])) >= LEAST:
                return own, name
    return None


def _share(cells: Sequence[str], test: Callable[[str], bool]) -> float:
    """Return which part of the cells pass."""
    return sum(test(cell) for cell in cells) / len(cells) if cells else 0.0


def _is_well(cell: str) -> bool:
    return WELL.fullmatch(cell) is not None


def _is_cq(cell: str) -> bool:
    return NUMBER.fullmatch(cell) is not None


def _is_number(cell: str) -> bool:
    return cell.lstrip("-").isdecimal()
