"""How a declaration is found among a million: by its number, whole or short, or by its farm.

A declaration has no grams of its own: its number is a key, and its farm is found in the register of
farms, which is small. Grams of numbers would match nearly every row (measured: bench
`declaration_list`).
"""

from __future__ import annotations

import re
import unicodedata

from sqlalchemy import ColumnElement, and_, or_, select

from aquacert.declarations.models import Declaration
from aquacert.declarations.rules.numbers import SHAPE
from aquacert.hatcheries.models import Hatchery
from aquacert.kernel.work import Look
from aquacert.reference.queries import descendants

SHORT = re.compile(r"(\d{4})-(\d{3,})")
DAY = re.compile(r"(?:(\d{6})-)?(\d{8})")
YEARS = 3
"""A short number (0509-024) names no year: this one's and the ones before are tried."""
MOST_COUNTIES = 400
MOST_FARMS = 50
"""A name that fits more farms is looked for among the rows of whoever asks."""


def by_number(look: Look, said: str) -> Declaration | None:
    """Return the declaration with this number, whole or short (the newest), in scope; or None."""
    condition = _numbered(look, normal(said))
    if condition is None:
        return None
    return look.one(
        select(Declaration)
        .where(condition, look.visible(Declaration))
        .order_by(Declaration.number.desc())
    )


def found_by(look: Look, words: str) -> ColumnElement[bool]:
    """Return the condition under which a declaration is found by `words`.

    Farms are asked for first: they are few, and their ids keep the statement on the declarations
    small, however many grams the words have.
    """
    said = normal(words)
    condition = _numbered(look, said)
    if condition is not None:
        return condition
    wanted = select(Hatchery.organisation_id).where(look.matching(Hatchery, said))
    farms = look.scalars(wanted.limit(MOST_FARMS + 1))
    return Declaration.organisation_id.in_(farms if len(farms) <= MOST_FARMS else wanted)


def normal(words: str) -> str:
    """Return what was typed with plain digits and hyphens, without spaces at its ends."""
    return re.sub(r"[‐-―－]", "-", unicodedata.normalize("NFKC", words).strip())


def _numbered(look: Look, said: str) -> ColumnElement[bool] | None:
    if SHAPE.fullmatch(said):
        return Declaration.number == said
    if found := SHORT.fullmatch(said):
        days = [f"{look.today.year - back}{found[1]}" for back in range(YEARS)]
        wanted = [f"{code}-{day}-{found[2]}" for code in _counties(look) for day in days]
        return Declaration.number.in_(wanted)
    if found := DAY.fullmatch(said):
        codes = [found[1]] if found[1] else _counties(look)
        return or_(*(_between(f"{code}-{found[2]}-") for code in codes))
    return None


def _between(start: str) -> ColumnElement[bool]:
    """Return the condition of beginning with `start`, as a stretch of the number's index."""
    return and_(Declaration.number >= start, Declaration.number < f"{start[:-1]}.")


def _counties(look: Look) -> list[str]:
    """Return the counties whose numbers whoever asks may mean."""
    scope = look.actor.scope
    codes = scope.divisions
    if scope.everything or not codes:
        codes = frozenset(descendants(look, f"{look.settings.province}0000"))
    return sorted(code for code in codes if not code.endswith("00"))[:MOST_COUNTIES]
