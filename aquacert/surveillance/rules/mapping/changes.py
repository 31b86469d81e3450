"""What one version of a mapping reads otherwise than another, in sentences."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from aquacert.surveillance.rules.mapping.days import ORDER_WORDS, Order
from aquacert.surveillance.rules.mapping.fields import KIND_WORDS
from aquacert.surveillance.rules.mapping.spec import SEPARATORS, Column, Spec, bare, title_of

ABSENT = "无"


def changes(old: Spec, new: Spec) -> list[str]:
    """Return in Chinese sentences what `new` reads otherwise than `old`."""
    said = [
        f"{words}：{told(old)} → {told(new)}"
        for words, told in WHOLE.items()
        if told(old) != told(new)
    ]
    before = {bare(one.name): one for one in old.columns}
    after = {bare(one.name): one for one in new.columns}
    for name in sorted(before | after):
        said += _column(old, before.get(name), new, after.get(name))
    for name in sorted({*old.constants, *new.constants}):
        one, other = old.constants.get(name, ABSENT), new.constants.get(name, ABSENT)
        if one != other:
            said.append(f"全文件固定的“{title_of(new, name)}”：{one} → {other}")
    return said


WHOLE: dict[str, Callable[[Spec], str]] = {
    "一行是什么": lambda one: KIND_WORDS.get(one.kind, one.kind).split("：", maxsplit=1)[0],
    "编号列": lambda one: "＋".join(one.key) or ABSENT,
    "表头": lambda one: f"{one.sheet or '第一张表'}第 {one.header_row} 行",
    "坐标系": lambda one: one.datum.upper(),
    "小数点写成逗号": lambda one: "是" if one.decimal_comma else "否",
}
PARTS: dict[str, Callable[[Column], str]] = {
    "列的日期": lambda one: _order(one.order),
    "列一格几个": lambda one: SEPARATORS.get(one.separator, one.separator),
    "列的 0": lambda one: "当作不知道" if one.zero_unknown else "就是 0",
}


def _column(old: Spec, one: Column | None, new: Spec, other: Column | None) -> list[str]:
    if one is None:
        return [f"“{other.name}”列：新增，当作“{title_of(new, other.field)}”"] if other else []
    if other is None:
        return [f"“{one.name}”列：不再读"]
    was, now = title_of(old, one.field), title_of(new, other.field)
    said = [f"“{one.name}”列：“{was}” → “{now}”"] if one.field != other.field else []
    said += [
        f"“{one.name}”{words}：{told(one)} → {told(other)}"
        for words, told in PARTS.items()
        if told(one) != told(other)
    ]
    known = new.field_of(other)
    return said + _codes(one, other, known.codes if known else {})


def _codes(one: Column, other: Column, words: Mapping[str, str]) -> list[str]:
    return [
        f"“{one.name}”列的“{written}”：{_code(one, written, words)} → {_code(other, written, words)}"
        for written in sorted({*one.codes, *other.codes})
        if one.codes.get(written) != other.codes.get(written)
    ]


def _order(order: str) -> str:
    if order not in set(Order):
        return "不是日期"
    return ORDER_WORDS[Order(order)].split("（", maxsplit=1)[0]


def _code(column: Column, written: str, words: Mapping[str, str]) -> str:
    code = column.codes.get(written)
    return "没有列入" if code is None else words.get(code, code or "当作没说")
