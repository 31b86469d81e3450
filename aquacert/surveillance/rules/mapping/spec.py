"""A mapping: which column is which field, and how its cells are read. Plain data, compared by value.

It is kept as JSON and never changed: a change is another version. `wrong_with` says what stands in
the way of using it; `changes` says in sentences what one version has that the other has not.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from dataclasses import field as made
from typing import Any

from aquacert.surveillance.rules.datum import Datum
from aquacert.surveillance.rules.events import plain_name
from aquacert.surveillance.rules.mapping.days import Order
from aquacert.surveillance.rules.mapping.fields import FIELDS, NEEDED, WITHHELD, Field, Shape

SEPARATORS: Mapping[str, str] = {
    "": "一格只有一个",
    "、": "顿号 、",
    ",": "逗号 ,",
    "，": "中文逗号 ，",
    ";": "分号 ;",
    "；": "中文分号 ；",
    "/": "斜线 /",
    "|": "竖线 |",
    "+": "加号 +",
    "\n": "换行",
}
MOST_CODES, MOST_CONSTANTS, LONGEST = 200, 20, 200
DEGREES = ("latitude", "longitude")
NONE = ""
"""In a code list: the written value says nothing."""


@dataclass(frozen=True)
class Column:
    """One column that is read: its head, its field, how its cells are written."""

    name: str
    field: str
    order: str = ""
    """Of a day: `ymd`, `dmy`, `mdy`."""
    codes: Mapping[str, str] = made(default_factory=dict)
    """Written value (as names are compared) → ours; "" says nothing."""
    separator: str = ""
    """Between several species in one cell."""
    zero_unknown: bool = False
    """0 is written where the number is not known."""


@dataclass(frozen=True)
class Spec:
    """A whole mapping."""

    kind: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    """Heads of the columns that together name the subject."""
    constants: Mapping[str, str] = made(default_factory=dict)
    header_row: int = 1
    sheet: str = ""
    datum: str = "wgs84"
    decimal_comma: bool = False

    def as_dict(self) -> dict[str, Any]:
        """Return it as it is kept."""
        return {
            **asdict(self),
            "columns": [asdict(one) for one in self.columns],
            "key": list(self.key),
        }

    @property
    def digest(self) -> str:
        """SHA-256 (hex): two mappings with one digest read every file alike."""
        text = json.dumps(self.as_dict(), ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def persons(self) -> tuple[str, ...]:
        """Heads of the columns that hold personal data: nothing of them is kept."""
        return tuple(one.name for one in self.columns if one.field == WITHHELD.name)

    def field_of(self, column: Column) -> Field | None:
        """Return the field of a column, None when there is no such field."""
        return FIELDS.get(self.kind, {}).get(column.field)


def spec_of(kept: Mapping[str, Any]) -> Spec:
    """Return a mapping as it was kept; unknown members of a later version are refused."""
    columns = tuple(Column(**one) for one in kept.get("columns", ()))
    rest = {name: value for name, value in kept.items() if name not in {"columns", "key"}}
    return Spec(columns=columns, key=tuple(kept.get("key", ())), **rest)


@dataclass(frozen=True)
class Problem:
    """What stands in the way of a mapping: a sentence, and the column or field it is about."""

    at: str
    sentence: str


def wrong_with(spec: Spec, heads: Sequence[str]) -> list[Problem]:
    """Return everything that must be settled before the mapping can be used on these heads."""
    if spec.kind not in FIELDS:
        return [Problem("kind", "请先选这个文件一行是什么。")]
    return [
        *_heads_wrong(spec, heads),
        *_claimed_twice(spec),
        *_columns_wrong(spec),
        *_key_wrong(spec, heads),
        *_missing(spec),
        *_half_a_place(spec),
        *_constants_wrong(spec),
    ]


def names_of(header: Sequence[object]) -> list[str]:
    """Return the heads of a table as columns are called: trimmed, a blank one by its place.

    Trailing blank heads are dropped.
    """
    names = [" ".join(str(cell if cell is not None else "").split()) for cell in header]
    while names and not names[-1]:
        names.pop()
    return [name[:LONGEST] or f"第{place}列" for place, name in enumerate(names, 1)]


def bare(name: str) -> str:
    """Return a head as heads are compared: case and width do not count."""
    return plain_name(name.strip("\ufeff\"' "))


def _heads_wrong(spec: Spec, heads: Sequence[str]) -> list[Problem]:
    there = [bare(one) for one in heads]
    wanted = dict.fromkeys((*(one.name for one in spec.columns), *spec.key))
    found = []
    for name in wanted:
        count = there.count(bare(name))
        if count == 0:
            found.append(Problem(name, f"文件里没有“{name}”这一列。"))
        elif count > 1:
            found.append(Problem(name, f"有 {count} 列都叫“{name}”，分不清用哪一列。"))
    return found


def _claimed_twice(spec: Spec) -> list[Problem]:
    by_field: dict[str, list[str]] = {}
    for one in spec.columns:
        by_field.setdefault(one.field, []).append(one.name)
    return [
        Problem(
            names[-1],
            f"“{'”和“'.join(names)}”{len(names)} 列都当作了“{title_of(spec, name)}”，只能留一列。",
        )
        for name, names in by_field.items()
        if len(names) > 1 and name != WITHHELD.name
    ]


def _columns_wrong(spec: Spec) -> list[Problem]:
    found = []
    for one in spec.columns:
        known = spec.field_of(one)
        if known is None:
            found.append(Problem(one.name, f"“{one.name}”列选的内容不在表里。"))
        elif known.shape is Shape.DAY and one.order not in set(Order):
            found.append(Problem(one.name, f"请说明“{one.name}”列的日期是哪种写法。"))
        elif known.codes and not set(one.codes.values()) <= {*known.codes, NONE}:
            found.append(Problem(one.name, f"“{one.name}”列的代码表里有不认得的代码。"))
        elif len(one.codes) > MOST_CODES or one.separator not in SEPARATORS:
            found.append(Problem(one.name, f"“{one.name}”列的代码或分隔符太多。"))
    return found


def _key_wrong(spec: Spec, heads: Sequence[str]) -> list[Problem]:
    del heads
    if not spec.key:
        return [Problem("key", "请选哪一列（或哪几列合起来）认得出同一件事，例如编号。")]
    if len(set(map(bare, spec.key))) != len(spec.key):
        return [Problem("key", "同一列不能在编号里用两次。")]
    if hidden := {bare(one) for one in spec.persons} & {bare(one) for one in spec.key}:
        return [Problem("key", f"“{min(hidden)}”列含个人信息，不留，不能又作编号。")]
    return []


def _missing(spec: Spec) -> list[Problem]:
    given = {one.field for one in spec.columns} | {k for k, v in spec.constants.items() if v}
    return [
        Problem(
            "missing", f"还没有哪一列是“{title_of(spec, name)}”；全文件都一样的，填在“固定内容”里。"
        )
        for name in FIELDS[spec.kind]
        if name in NEEDED[spec.kind] and name not in given
    ]


def _half_a_place(spec: Spec) -> list[Problem]:
    degrees = {one.field: one.name for one in spec.columns if one.field in DEGREES}
    found = []
    if len(degrees) == 1:
        [(name, head)] = degrees.items()
        other = next(one for one in DEGREES if one != name)
        found.append(
            Problem(
                head,
                f"选了{title_of(spec, name)}，还没有选{title_of(spec, other)}：要么都读，要么都不读。",
            )
        )
    if spec.datum not in set(Datum):
        found.append(Problem("datum", "请选坐标系。"))
    return found


def _constants_wrong(spec: Spec) -> list[Problem]:
    found = []
    columns = {one.field: one.name for one in spec.columns}
    for name, value in spec.constants.items():
        title = title_of(spec, name)
        known = FIELDS[spec.kind].get(name)
        if known is None or known is WITHHELD or len(value) > LONGEST:
            found.append(Problem("constants", f"固定内容“{title}”不能用。"))
        elif name in columns:
            found.append(
                Problem("constants", f"“{title}”已经由“{columns[name]}”列给出，不能又填固定内容。")
            )
        elif known.codes and value not in known.codes:
            found.append(Problem("constants", f"固定内容“{title}”只能从代码表里选。"))
    return found


def title_of(spec: Spec, name: str) -> str:
    """Return what people call a field."""
    known = FIELDS.get(spec.kind, {}).get(name)
    return known.title if known else name
