"""The owner's first page: the licence, the last declaration, parcels on their way, the ponds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from aquacert.accounts.queries.organisations import agencies_for
from aquacert.declarations.queries.holds import held
from aquacert.declarations.queries.lists import DeclarationLine, last_sent, lines, mine
from aquacert.declarations.queries.machine import earliest
from aquacert.declarations.rules.plan import amount
from aquacert.declarations.rules.states import OPEN, State
from aquacert.hatcheries import queries as hatcheries
from aquacert.hatcheries.models import Hatchery
from aquacert.hatcheries.queries import LotLine
from aquacert.hatcheries.rules import Warn, grade, is_confirmed, licence_warning
from aquacert.kernel.work import Look
from aquacert.reference import queries as reference


@dataclass(frozen=True)
class StockLine:
    """One lot with what may still be declared of it (`free`) and what is held."""

    lot: LotLine
    free: int
    held: int
    is_short: bool = False
    """Open declarations want more than there is."""

    @property
    def free_percent(self) -> int:
        """Share of the balance that is free, for the bar."""
        return round(self.free * 100 / self.lot.balance) if self.lot.balance else 0

    @property
    def free_words(self) -> str:
        """What is free, as people say it."""
        return amount(self.free, self.lot.unit)

    @property
    def held_words(self) -> str:
        """What is held, as people say it."""
        return amount(self.held, self.lot.unit)

    @property
    def balance_words(self) -> str:
        """What is there, as people say it."""
        return amount(self.lot.balance, self.lot.unit)


@dataclass(frozen=True)
class Home:
    """Everything on the owner's first page."""

    hatchery: Hatchery
    place: str
    grade: str
    warn: Warn
    days_left: int
    licence_until: date | None
    is_fresh: bool
    days_unconfirmed: int | None
    last: DeclarationLine | None
    parcels: tuple[DeclarationLine, ...]
    finished: tuple[DeclarationLine, ...]
    drafts: tuple[DeclarationLine, ...]
    total: int
    stock: tuple[StockLine, ...]
    office_name: str
    has_pond: bool
    earliest_on: date

    @property
    def may_declare(self) -> bool:
        """Whether 再报一次 opens; otherwise the page says what to do first."""
        return self.hatchery.state == "approved" and self.warn is not Warn.OVER and self.is_fresh


def home_page(look: Look) -> Home:
    """Gather the first page of whoever asks; raise `NotFound` when they have no farm."""
    farm = hatcheries.own_hatchery(look)
    licence = hatcheries.licence_standing(look, farm.id, None, look.today)
    warn, left = licence_warning(licence.until_on, look.today)
    found = mine(look, farm.organisation_id, size=30)
    sent = [one for one in found.items if one.state != State.DRAFT.value]
    moving = tuple(one for one in sent if _is_moving(one))
    last = last_sent(look, farm.organisation_id)
    return Home(
        hatchery=farm,
        place=reference.full_name(look, farm.division_code),
        grade=grade(farm.level, farm.kind),
        warn=warn,
        days_left=left,
        licence_until=licence.until_on,
        is_fresh=is_confirmed(farm.confirmed_on, look.today, hatcheries.confirm_within(look)),
        days_unconfirmed=(look.today - farm.confirmed_on).days if farm.confirmed_on else None,
        last=lines(look, [last])[0] if last else None,
        parcels=moving[:6],
        finished=tuple(one for one in sent if not _is_moving(one))[:3],
        drafts=tuple(one for one in found.items if one.state == State.DRAFT.value),
        total=found.total,
        stock=tuple(stock_lines(look, farm.id)),
        office_name=_office(look, farm),
        has_pond=bool(hatcheries.ponds(look, farm.id)),
        earliest_on=earliest(look, look.now).date(),
    )


def stock_lines(look: Look, hatchery_id: UUID, but_not: UUID | None = None) -> list[StockLine]:
    """Return the lots that hold something, with what is free and what is held."""
    found = [one for one in hatcheries.lots(look, hatchery_id) if one.balance]
    holds = held(look, [one.lot_id for one in found], but_not)
    return [
        StockLine(
            one,
            free=0 if one.is_treated else max(0, one.balance - holds.get(one.lot_id, 0)),
            held=min(one.balance, holds.get(one.lot_id, 0)),
            is_short=holds.get(one.lot_id, 0) > one.balance,
        )
        for one in found
    ]


def lot_choices(
    look: Look, hatchery_id: UUID | None, but_not: UUID | None = None
) -> list[StockLine]:
    """Return the lots a declaration may take from: of the named farm, else of the own."""
    farm = look.get(Hatchery, hatchery_id) if hatchery_id else hatcheries.own_hatchery(look)
    return stock_lines(look, farm.id, but_not)


def _is_moving(line: DeclarationLine) -> bool:
    """Say whether a declaration still has something to come: an answer, a check, an arrival."""
    arriving = line.state == State.CLOSED.value and line.stones == 4
    return State(line.state) in OPEN or arriving


def _office(look: Look, farm: Hatchery) -> str:
    found = agencies_for(look, farm.division_code)
    return found[0].name_zh if found else ""
