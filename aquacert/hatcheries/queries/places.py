"""A county by what people type: 320102, 江苏省南京市玄武区, 南京玄武, 玄武区. Never guessed."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from aquacert.kernel.errors import Invalid
from aquacert.kernel.work import Look
from aquacert.reference.models import Division
from aquacert.reference.queries.kept import lasting
from aquacert.reference.rules.dated import in_force

SHORT = {
    "内蒙古自治区": "内蒙古",
    "广西壮族自治区": "广西",
    "西藏自治区": "西藏",
    "宁夏回族自治区": "宁夏",
    "新疆维吾尔自治区": "新疆",
}
TAILS = ("地区", "省", "市", "县", "区", "盟")
EXAMPLE = "请写到区县，例如“山东省青岛市崂山区”。"


@dataclass(frozen=True, slots=True)
class Place:
    """A division as a name is looked up: `forms` are its name and its short form."""

    code: str
    name_zh: str
    parent_code: str | None
    from_on: date | None
    until_on: date | None
    successor_code: str | None
    forms: tuple[str, ...]


def find_place(look: Look, text: str, field: str = "division_code") -> str:
    """Return the code of the one living division without districts of its own that `text` means.

    Raises `Invalid` on `field`: unknown, retired (naming the successor), not yet a county, or one
    name of several counties (listing them, so that the right one can be chosen).
    """
    said = "".join(c for c in unicodedata.normalize("NFKC", text) if c.isalnum())
    if not said:
        raise _wrong(field, EXAMPLE)
    rows = lasting(look, ("gazetteer",), lambda: _gazetteer(look))
    parents, leaves = lasting(look, ("tree", look.today), lambda: _tree(rows, look.today))
    if said.isdigit():
        return _by_code(look, rows, parents, said, field)
    ends = (said[at:] for at in range(len(said)))
    named = {row.code: row for end in ends for row in leaves.get(end, ())}
    found = [named[code] for code in sorted(named) if _means(said, _path(rows, named[code]))]
    living = [row for row in found if _lives(look, row)]
    if len(living) == 1:
        return str(living[0].code)
    if living:
        names = "、".join(_full(rows, row) for row in living[:4])
        raise _wrong(field, f"有 {len(living)} 个地方叫这个名字：{names}。请写上省市。")
    if found:
        raise _wrong(field, _retired(rows, found[0]))
    ends_here = [row for row in rows.values() if row.code not in parents]
    raise _wrong(field, _suggest(rows, ends_here, said))


def _tree(
    rows: Mapping[str, Place], on: date
) -> tuple[frozenset[str], Mapping[str, Sequence[Place]]]:
    """Return which divisions have living ones below them on a day, and the others by their forms."""
    parents = frozenset(
        row.parent_code
        for row in rows.values()
        if row.parent_code and in_force(row.from_on, row.until_on, on)
    )
    leaves: dict[str, list[Place]] = {}
    for row in rows.values():
        if row.code not in parents:
            for form in row.forms:
                leaves.setdefault(form, []).append(row)
    return parents, leaves


def _gazetteer(look: Look) -> dict[str, Place]:
    """Read every division once: a name is looked up on each declaration."""
    columns = (
        Division.code,
        Division.name_zh,
        Division.parent_code,
        Division.from_on,
        Division.until_on,
        Division.successor_code,
    )
    return {
        row.code: Place(*row, _forms(row.name_zh)) for row in look.session.execute(select(*columns))
    }


def _by_code(
    look: Look, rows: Mapping[str, Place], parents: Collection[str], code: str, field: str
) -> str:
    row = rows.get(code)
    if row is None:
        raise _wrong(field, f"没有代码是 {code} 的区划。" + EXAMPLE)
    if not _lives(look, row):
        raise _wrong(field, _retired(rows, row))
    if code in parents:
        raise _wrong(field, f"{row.name_zh}下面还有区县。" + EXAMPLE)
    return code


def _wrong(field: str, sentence: str) -> Invalid:
    return Invalid("地点要写清楚。", **{field: sentence})


def _lives(look: Look, row: Place) -> bool:
    return in_force(row.from_on, row.until_on, look.today)


def _retired(rows: Mapping[str, Place], row: Place) -> str:
    successor = rows.get(row.successor_code or "")
    now = f"，现在是{_full(rows, successor)}，请改填" if successor else "，请填现在的区县"
    return f"{row.name_zh}（{row.code}）已于 {row.until_on} 撤销{now}。"


def _path(rows: Mapping[str, Place], row: Place) -> list[Place]:
    path = [row]
    while (above := rows.get(path[0].parent_code or "")) is not None:
        path.insert(0, above)
    return path


def _full(rows: Mapping[str, Place], row: Place) -> str:
    return "".join(one.name_zh for one in _path(rows, row))


def _forms(name: str) -> tuple[str, ...]:
    """Return a name and its short form: 南京市 and 南京; 内蒙古自治区 and 内蒙古."""
    if name in SHORT:
        return name, SHORT[name]
    tail = next((one for one in TAILS if name.endswith(one) and len(name) - len(one) >= 2), "")
    return (name, name.removesuffix(tail)) if tail else (name,)


def _means(said: str, path: list[Place]) -> bool:
    """Say whether the text names this path, the upper divisions left out or not."""
    rest = said
    for above in path[:-1]:
        rest = next((rest.removeprefix(one) for one in above.forms if rest.startswith(one)), rest)
    return rest in path[-1].forms


def _suggest(rows: Mapping[str, Place], leaves: list[Place], said: str) -> str:
    near = [row for row in leaves if row.name_zh[:2] in said or said[-3:-1] in row.name_zh]
    if not near or len(said) < 2:
        return f"没有找到“{said}”。" + EXAMPLE
    names = "、".join(_full(rows, row) for row in near[:3])
    return f"没有找到“{said}”。是不是：{names}？"
