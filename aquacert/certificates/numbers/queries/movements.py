"""The ledger (号段流水): what came, went down, came back and became void, newest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import Select, or_, select

from aquacert.certificates.models import NumberMovement
from aquacert.certificates.numbers.queries.rows import Key, names_of
from aquacert.certificates.rules.numbering import as_text
from aquacert.certificates.rules.numberstock import ACT_MARKS, ACT_NAMES, Act
from aquacert.kernel.clock import SHANGHAI
from aquacert.kernel.paging import Pages
from aquacert.kernel.work import Look

MOST_EXPORTED = 50_000


@dataclass(frozen=True)
class MovementLine:
    """One line of the ledger. `count` is in numbers, `at` is UTC."""

    at: datetime
    act: str
    mark: str
    kind: str
    first: str
    last: str
    count: int
    giver: str
    taker: str
    because: str
    by: str


@dataclass(frozen=True)
class Filter:
    """What is asked of the ledger; empty fields ask nothing. Both days are included."""

    kind: str = ""
    act: str = ""
    body_id: UUID | None = None
    number: str = ""
    from_on: date | None = None
    until_on: date | None = None


def movements_page(
    look: Look, wanted: Filter, number: int = 1, size: int = 20
) -> Pages[MovementLine]:
    """Return one numbered page of the ledger: four questions."""
    pages = look.pages(_chosen(look, wanted), number, size)
    return Pages(_lines(look, pages.items), pages.number, pages.size, pages.total)


def movements(look: Look, wanted: Filter) -> list[MovementLine]:
    """Return the ledger for an export, at most 50,000 lines, newest first."""
    return _lines(look, look.scalars(_chosen(look, wanted).limit(MOST_EXPORTED)))


def _chosen(look: Look, wanted: Filter) -> Select[NumberMovement]:
    row = NumberMovement
    statement = select(row).where(look.visible(row))
    if wanted.kind:
        statement = statement.where(row.kind == wanted.kind)
    if wanted.act:
        statement = statement.where(row.act == wanted.act)
    if wanted.body_id:
        statement = statement.where(or_(row.from_id == wanted.body_id, row.to_id == wanted.body_id))
    if (
        wanted.number.isascii()
        and wanted.number.isdigit()
        and len(wanted.number) == len(as_text(0))
    ):
        value = int(wanted.number)
        statement = statement.where(row.first <= value, row.last >= value)
    if wanted.from_on:
        statement = statement.where(row.at >= _midnight(wanted.from_on))
    if wanted.until_on:
        statement = statement.where(row.at < _midnight(wanted.until_on + timedelta(days=1)))
    return statement.order_by(row.at.desc(), row.id.desc())


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)


def _lines(look: Look, rows: list[NumberMovement]) -> list[MovementLine]:
    keys: set[Key] = set()
    for row in rows:
        keys |= {(b, p) for b, p in _ends(row) if b is not None}
    names = names_of(look, keys)
    names |= names_of(look, {(body, None) for body, _person in keys} - keys)
    return [_line(row, names) for row in rows]


def _ends(row: NumberMovement) -> tuple[tuple[UUID | None, UUID | None], ...]:
    return (row.from_id, row.from_person_id), (row.to_id, row.to_person_id)


def _line(row: NumberMovement, names: dict[Key, str]) -> MovementLine:
    giver, taker = (_named(names, body, person) for body, person in _ends(row))
    act = Act(row.act)
    return MovementLine(
        at=row.at,
        act=ACT_NAMES[act],
        mark=ACT_MARKS[act],
        kind=row.kind,
        first=as_text(row.first),
        last=as_text(row.last),
        count=row.last - row.first + 1,
        giver=giver,
        taker=taker,
        because=row.because,
        by=row.by,
    )


def _named(names: dict[Key, str], body: UUID | None, person: UUID | None) -> str:
    if body is None:
        return ""
    own = names[body, None]
    return f"{names[body, person]} · {own}" if person else own
