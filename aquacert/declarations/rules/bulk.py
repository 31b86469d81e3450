"""Many declarations in one workbook: columns, rows put together, faults led back to their cells.

One row is one batch in one vehicle. Rows with the same number in the first column are one
declaration; a row without a number is a declaration of its own.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from aquacert.declarations.rules.answers import (
    MODE_WORDS,
    NO,
    PURPOSE_WORDS,
    SOURCE_WORDS,
    YES_WORDS,
    Answers,
    BatchAnswer,
    LoadAnswer,
)

MOST_ROWS = 1_000
MOST_DRAFTS = 200
LONGEST_CELL = 200


class BulkState(StrEnum):
    """Where a workbook stands."""

    READ = "read"
    DRAFTED = "drafted"
    SENDING = "sending"
    DONE = "done"


class DraftState(StrEnum):
    """Where one of its declarations stands."""

    GOOD = "good"
    WRONG = "wrong"
    DRAFTED = "drafted"
    SENT = "sent"
    FAILED = "failed"


HEADS: Mapping[str, str] = {
    "group": "申报序号",
    "lot": "塘口和批次",
    "quantity": "数量",
    "species": "品种（核对用）",
    "source": "来源",
    "captured_on": "捕获日期",
    "destination": "到达地",
    "place": "到达场名",
    "consignee": "收货人",
    "consignee_phone": "收货电话",
    "departs_at": "启运时间",
    "travel_days": "路上天数",
    "mode": "运载方式",
    "plate": "车牌",
    "carrier": "承运人",
    "carrier_phone": "承运电话",
    "disinfectant": "装前消毒",
    "purpose": "用途",
    "phone": "联系电话",
    "capture_place": "捕获水域",
    "site_apart": "暂养处有物理隔离",
    "site_water": "暂养处进排水、无害化、渔具独立",
    "site_other": "暂养处其他防疫条件",
    "brought": "从外省买来的",
    "brought_certificate": "外省检疫证明编号",
    "brought_province": "从哪个省来",
    "brought_on": "哪天到场",
    "release_plan": "放流项目或批准文件",
    "release_water": "放到哪个水域",
    "native_stock": "本地种原种或子一代",
    "parents": "种用的亲本来源",
    "isolation_place": "到达后在哪里隔离",
    "protected": "是保护物种",
    "protected_permit": "保护物种的许可证号",
    "via": "经过哪些县",
}
"""Field → heading, in the order of the columns."""
FIELDS = tuple(HEADS)
NEEDED = FIELDS.index("phone") + 1
"""Columns that every sheet has; those behind them may be missing (a template of before)."""
OF_WILD = ("captured_on", "capture_place", "site_apart", "site_water", "site_other")
OF_BROUGHT = ("brought", "brought_certificate", "brought_province", "brought_on")
OF_PURPOSE = (
    *("release_plan", "release_water", "native_stock", "parents", "isolation_place"),
    *("protected", "protected_permit"),
)
YES_OR_NO = frozenset(
    {"site_apart", "site_water", "site_other", "brought", "native_stock", "protected"}
)
OF_BATCH = ("lot", "species", "source", *OF_WILD, *OF_BROUGHT)
OF_LOAD = (
    *("destination", "place", "consignee", "consignee_phone", "carrier", "carrier_phone"),
    *("mode", "plate", "disinfectant", "departs_at", "travel_days", "via", "purpose", *OF_PURPOSE),
)
DAYS = frozenset({"captured_on", "brought_on"})
CHOICES: Mapping[str, Mapping[str, str]] = {
    "source": {words: key.value for key, words in SOURCE_WORDS.items()},
    "mode": {words: key.value for key, words in MODE_WORDS.items()},
    "purpose": {words: key.value for key, words in PURPOSE_WORDS.items()},
}
"""Words in a cell → value, for the columns with a list; an empty cell takes the first."""
SAME = ("source", "species", *OF_WILD, *OF_BROUGHT)


@dataclass(frozen=True)
class Line:
    """One row of the sheet as typed. `wrong` maps a field to why its cell cannot be read."""

    row: int
    cells: Mapping[str, str]
    wrong: Mapping[str, str]

    def said(self, name: str) -> str:
        """Return a cell's text."""
        return self.cells.get(name, "")


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong, at its cell. `column` is the letter the program shows, or ""."""

    row: int
    column: str
    heading: str
    sentence: str

    def kept(self) -> list[object]:
        """Return it as it lies in the database."""
        return [self.row, self.column, self.heading, self.sentence]


@dataclass(frozen=True)
class Group:
    """The rows of one declaration and what they come to."""

    number: int
    lines: tuple[Line, ...]
    answers: Answers
    places: Mapping[str, tuple[int, str]]
    """Field of the form (`loads-0-plate`) → (row, field of the sheet) that it came from."""
    faults: tuple[Fault, ...]


def letter(name: str) -> str:
    """Return the column's letter in the sheet, "" for what is no column."""
    return column(FIELDS.index(name)) if name in HEADS else ""


def column(at: int) -> str:
    """Return what the program calls its column `at` (from 0): A … Z, AA …"""
    before, rest = divmod(at, 26)
    return (column(before - 1) if before else "") + chr(ord("A") + rest)


def digest_of(lines: Sequence[Line]) -> str:
    """Return what makes two workbooks the same: their cells."""
    cells = [[line.row, dict(line.cells)] for line in lines]
    return hashlib.sha256(
        json.dumps(cells, ensure_ascii=False, sort_keys=True).encode()
    ).hexdigest()


def groups(lines: Sequence[Line], lots: Mapping[str, str]) -> list[Group]:
    """Put rows together into declarations. `lots` is what the list offers → the lot's id."""
    found: dict[str, list[Line]] = {}
    for line in lines:
        found.setdefault(line.said("group") or f"\0{line.row}", []).append(line)
    return [_group(at + 1, kept, lots) for at, kept in enumerate(found.values())]


def places_of(group: Group, faults: Mapping[str, str]) -> list[Fault]:
    """Lead the faults of a form back to the cells they came from."""
    first = group.lines[0].row
    led = []
    for name, sentence in faults.items():
        row, field = group.places.get(name, (first, ""))
        led.append(Fault(row, letter(field), HEADS.get(field, "整份申报"), sentence))
    return sorted(led, key=lambda one: (one.row, len(one.column), one.column))


def _group(number: int, lines: Sequence[Line], lots: Mapping[str, str]) -> Group:
    faults = [
        Fault(line.row, letter(name), HEADS[name], sentence)
        for line in lines
        for name, sentence in line.wrong.items()
    ]
    batches: dict[str, int] = {}
    loads: dict[tuple[str, ...], int] = {}
    amounts: dict[tuple[int, int], str] = {}
    places: dict[str, tuple[int, str]] = {"phone": (lines[0].row, "phone")}
    for line in lines:
        batch = batches.setdefault(line.said("lot"), len(batches))
        load = loads.setdefault(tuple(line.said(name) for name in OF_LOAD), len(loads))
        if (load, batch) in amounts:
            said = "同一份申报里，这个塘口装上这一车已经写过一行，请合成一行。"
            faults.append(Fault(line.row, letter("lot"), HEADS["lot"], said))
        amounts[load, batch] = line.said("quantity")
        for name in (*OF_BATCH, "quantity"):
            places.setdefault(f"batches-{batch}-{name}", (line.row, name))
        for name in OF_LOAD:
            places.setdefault(f"loads-{load}-{name}", (line.row, name))
        places[f"loads-{load}-quantities-{batch}"] = (line.row, "quantity")
    answers, wrong = _answers(lines, batches, loads, amounts, lots)
    return Group(number, tuple(lines), answers, places, (*faults, *wrong))


def _answers(
    lines: Sequence[Line],
    batches: Mapping[str, int],
    loads: Mapping[tuple[str, ...], int],
    amounts: Mapping[tuple[int, int], str],
    lots: Mapping[str, str],
) -> tuple[Answers, list[Fault]]:
    """Return the form's answers, and what can be said wrong only by looking at several rows."""
    faults: list[Fault] = []
    made_batches = []
    for said in batches:
        own = [line for line in lines if line.said("lot") == said]
        first = own[0]
        for line in own[1:]:
            faults += [
                Fault(line.row, letter(name), HEADS[name], "与同一塘口上一行写的不一样。")
                for name in SAME
                if line.said(name) != first.said(name)
            ]
        if said and said not in lots:
            sentence = "不在本场现有的塘口和批次里，请从下拉列表里选。"
            faults.append(Fault(first.row, letter("lot"), HEADS["lot"], sentence))
        made_batches.append(
            BatchAnswer(
                lot=lots.get(said, ""),
                quantity=_total([line.said("quantity") for line in own]),
                species=first.said("species"),
                source=_chosen("source", first.said("source")),
                **{name: _typed(name, first.said(name)) for name in (*OF_WILD, *OF_BROUGHT)},
            )
        )
    many = len(loads) > 1
    made_loads = [
        LoadAnswer(
            **{
                name: _chosen(name, value) if name in CHOICES else _typed(name, value)
                for name, value in zip(OF_LOAD, values, strict=True)
            },
            quantities=tuple(
                (amounts.get((at, index), "0") or "") if many else ""
                for index in range(len(batches))
            ),
        )
        for values, at in loads.items()
    ]
    phone = next((line.said("phone") for line in lines if line.said("phone")), "")
    return Answers(tuple(made_batches), tuple(made_loads), phone), faults


def _chosen(name: str, said: str) -> str:
    """Return the value behind words of a list; unknown words stay, so that a rule refuses them."""
    known = CHOICES[name]
    return known.get(said, said) if said else next(iter(known.values()))


def _typed(name: str, said: str) -> str:
    """Return an answer as the form keeps it: 是 and 否 as its values, an empty 从外省买来的 as no."""
    if name not in YES_OR_NO:
        return said
    if not said and name == "brought":
        return NO
    return {words: key for key, words in YES_WORDS.items()}.get(said, said)


def _total(said: Sequence[str]) -> str:
    """Return the one amount as typed, or the sum of several plain integers."""
    if len(said) == 1:
        return said[0]
    if all(one.isascii() and one.isdigit() for one in said):
        return str(sum(int(one) for one in said))
    return said[0] if len(set(said)) == 1 and not said[0] else "各行数量要写整数"
