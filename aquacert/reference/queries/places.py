"""Questions about divisions: what a code is, where it lies, what lies in it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from sqlalchemy import Select, select

from aquacert.kernel.errors import Invalid, NotFound
from aquacert.kernel.work import Look
from aquacert.reference.models import Division
from aquacert.reference.queries.kept import lasting
from aquacert.reference.rules.dated import in_force
from aquacert.reference.rules.text import search_words


def division(look: Look, code: str) -> Division:
    """Return the division, retired or not; raise `NotFound` for a code nobody ever had."""
    found = lasting(look, ("division", code), lambda: _division(look, code))
    if found is None:
        raise NotFound(f"没有区划 {code[:12]}。")
    return found


def usable_division(look: Look, code: str, *, on: date, field: str = "division_code") -> Division:
    """Return a division that stands on `on`.

    Raises `Invalid` on `field` for an unknown code and for a retired one, naming its successor.
    """
    found = _division(look, code)
    if found is None:
        sentence = f"没有区划“{code[:12]}”，请从列表里选一个。"
        raise Invalid(sentence, **{field: sentence})
    if not in_force(found.from_on, found.until_on, on):
        sentence = _retired(look, found)
        raise Invalid(sentence, **{field: sentence})
    return found


def division_levels(look: Look, codes: Collection[str]) -> dict[str, str]:
    """Return the level (province, prefecture, county) of several divisions in one question."""
    if not codes:
        return {}
    rows = look.session.execute(
        select(Division.code, Division.level).where(Division.code.in_(sorted(codes)))
    )
    return dict(rows.all())


def division_path(look: Look, code: str) -> tuple[Division, ...]:
    """Return the divisions from the province down to `code`, following parents in the data."""
    path: list[Division] = []
    at: str | None = code
    while at is not None and len(path) < 9:
        here = division(look, at)
        path.insert(0, here)
        at = here.parent_code
    return tuple(path)


def full_name(look: Look, code: str) -> str:
    """Return 江苏省南京市玄武区."""
    return "".join(step.name_zh for step in division_path(look, code))


def full_name_en(look: Look, code: str) -> str:
    """Return `Xuanwu District, Nanjing City, Jiangsu Province`."""
    return ", ".join(step.name_en for step in reversed(division_path(look, code)))


def province_of(look: Look, code: str) -> str:
    """Return the code of the province that holds `code`."""
    return division_path(look, code)[0].code


def descendants(look: Look, code: str) -> frozenset[str]:
    """Return `code` and every division below it, retired ones too (their rows stay visible)."""
    return lasting(look, ("descendants", code), lambda: _descendants(look, code))


def children(look: Look, parent_code: str | None, on: date | None = None) -> list[Division]:
    """Return the divisions directly below (None = the provinces) that stand on a day, by code."""
    rows = look.scalars(
        select(Division).where(Division.parent_code == parent_code).order_by(Division.code)
    )
    return [row for row in rows if in_force(row.from_on, row.until_on, on or look.today)]


def divisions(look: Look, words: str = "", *, retired: bool = True) -> Select[Division]:
    """Return the statement that lists divisions by code, found by name, initials or code."""
    statement = select(Division).order_by(Division.code)
    for word in search_words(words):
        statement = statement.where(Division.words.contains(word, autoescape=True))
    if not retired:
        statement = statement.where(
            (Division.until_on.is_(None)) | (Division.until_on >= look.today)
        )
    return statement


def _division(look: Look, code: str) -> Division | None:
    return look.session.scalar(select(Division).where(Division.code == code))


def _descendants(look: Look, code: str) -> frozenset[str]:
    below = select(Division.code).where(Division.code == code).cte("below", recursive=True)
    below = below.union_all(select(Division.code).join(below, Division.parent_code == below.c.code))
    return frozenset(look.session.scalars(select(below.c.code)))


def _retired(look: Look, found: Division) -> str:
    if found.until_on is None or found.until_on >= look.today:
        return f"{found.name_zh}（{found.code}）这一天还没有设立，请选当时的区划。"
    sentence = f"{found.name_zh}（{found.code}）已经撤销，请选现在的区划。"
    if found.successor_code is None:
        return sentence
    heir = division(look, found.successor_code)
    return f"{sentence}是不是{heir.name_zh}（{heir.code}）？"
