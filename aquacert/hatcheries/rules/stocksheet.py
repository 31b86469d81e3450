"""The workbook of movements: its columns, what one row says, and the states of reading it in."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeVar

from aquacert.hatcheries.rules.ledger import BY_HAND, KIND_NAMES, Kind, happened, reason_for
from aquacert.hatcheries.rules.origins import certificate_number
from aquacert.kernel.errors import Invalid
from aquacert.kernel.states import Moves
from aquacert.reference.rules.dates import Side, read_day

T = TypeVar("T")

COLUMNS: Mapping[str, str] = {
    "pond": "塘口",
    "lot": "批号",
    "species": "品种",
    "life_stage": "规格",
    "happened_on": "日期",
    "kind": "变动原因",
    "quantity": "数量",
    "unit": "单位",
    "certificate_number": "检疫证明编号",
    "reason": "说明",
}
HEADS = tuple(COLUMNS.values())
LETTERS = dict(zip(COLUMNS, "ABCDEFGHIJ", strict=True))
KIND_OF = {KIND_NAMES[kind]: kind for kind in BY_HAND}
MOST_ROWS = 20_000


class ImportState(StrEnum):
    """Where the reading of a workbook stands."""

    READ = "read"
    RUNNING = "running"
    STOPPED = "stopped"
    CANCELLED = "cancelled"
    DONE = "done"


class ImportAct(StrEnum):
    """What can be done with a workbook that was read."""

    START = "start"
    STOP = "stop"
    CANCEL = "cancel"
    FINISH = "finish"


IMPORT_WORDS: Mapping[ImportState, str] = {
    ImportState.READ: "待确认",
    ImportState.RUNNING: "正在记入",
    ImportState.STOPPED: "停在一行",
    ImportState.CANCELLED: "已取消",
    ImportState.DONE: "已记完",
}
IMPORT_MOVES: Moves[ImportState, ImportAct] = Moves(
    {
        (ImportState.READ, ImportAct.START): ImportState.RUNNING,
        (ImportState.STOPPED, ImportAct.START): ImportState.RUNNING,
        (ImportState.CANCELLED, ImportAct.START): ImportState.RUNNING,
        (ImportState.RUNNING, ImportAct.STOP): ImportState.STOPPED,
        (ImportState.RUNNING, ImportAct.CANCEL): ImportState.CANCELLED,
        (ImportState.RUNNING, ImportAct.FINISH): ImportState.DONE,
    },
    words=IMPORT_WORDS,
)


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row as text (`row` counts from 1, as the program shows it); `formula` names its columns."""

    row: int
    cells: tuple[str, ...]
    formula: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one cell: where it is, what stands there, what would be right."""

    row: int
    column: str
    typed: str
    sentence: str

    @property
    def place(self) -> str:
        """Name the cell as the program shows it: G12."""
        return f"{LETTERS[self.column]}{self.row}"


@dataclass(frozen=True, slots=True)
class Said:
    """What a row says by itself, before the farm's own lots are looked at."""

    kind: Kind
    happened_on: date
    certificate_number: str
    reason: str
    is_undated: bool = False
    """No day was written: today, unless an earlier workbook said the same."""


def folded(text: str) -> str:
    """Return a cell as it is compared: half-width, blanks as one."""
    return " ".join(unicodedata.normalize("NFKC", text).split())


def read_row(row: SheetRow, today: date) -> tuple[Said | None, list[Fault]]:
    """Return what a row says, or everything that is wrong with it by itself.

    An empty day is today, as on the page. Cells with a formula are told and not read further.
    """
    cells = dict(zip(COLUMNS, row.cells, strict=True))
    faults = [
        Fault(row.row, name, cells[name], "这一格是公式，请改成数值（选择性粘贴）。")
        for name in row.formula
    ]

    def take(name: str, read: Callable[[str], T]) -> T | None:
        if name in row.formula:
            return None
        try:
            return read(cells[name])
        except Invalid as error:
            said = next(iter(error.fields.values()), error.sentence)
            faults.append(Fault(row.row, name, cells[name], said))
            return None

    kind = take("kind", _kind)
    if not (folded(cells["pond"]) or folded(cells["lot"]) or {"pond", "lot"} & set(row.formula)):
        faults.append(Fault(row.row, "pond", "", "请填塘口名称，或在旁边填批号。"))
    on = take("happened_on", lambda text: _day(text, today))
    number = take("certificate_number", certificate_number)
    reason = take("reason", lambda text: reason_for(kind, text) if kind else text.strip())
    if faults or kind is None or on is None or number is None or reason is None:
        return None, faults
    is_undated = not folded(cells["happened_on"])
    return Said(kind, on, number, reason, is_undated), []


def _kind(text: str) -> Kind:
    kind = KIND_OF.get(folded(text))
    if kind is None:
        raise Invalid("没有这种变动。", kind="请填" + "、".join(KIND_OF) + "之一。")
    return kind


def _day(text: str, today: date) -> date:
    if not folded(text):
        return today
    on = read_day(text, today, "happened_on", Side.PAST)
    happened(on, today)
    return on


def digest_text(rows: Sequence[SheetRow]) -> str:
    """Return what a workbook says as one text: saved again by another program it says the same."""
    return "\n".join("\t".join(folded(cell) for cell in row.cells) for row in rows)
