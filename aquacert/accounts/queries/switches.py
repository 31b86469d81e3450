"""Roll-out switches: what is on where, and every turn of them (M28)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select

from aquacert.accounts.models import Capability, CapabilitySwitch
from aquacert.accounts.queries.organisations import capability_is_on
from aquacert.accounts.rules import capabilities
from aquacert.accounts.rules.capabilities import CAPABILITY_NAMES, off_sentence
from aquacert.kernel.errors import NotAllowedNow
from aquacert.kernel.paging import Pages
from aquacert.kernel.work import Look
from aquacert.reference.queries import descendants, division_path, full_name


@dataclass(frozen=True)
class Switch:
    """One capability at one place: whether it is on, and who decided: its own row or one above."""

    name: str
    is_on: bool
    said_by: str
    """Code of the division whose row decides; "" when nobody ever switched it."""


@dataclass(frozen=True)
class BoardLine:
    """One place with all its switches, in the order of the list of capabilities."""

    division_code: str
    division_name: str
    switches: tuple[Switch, ...]


@dataclass(frozen=True)
class TurnLine:
    """One turn of a switch, for people to read."""

    name: str
    place: str
    is_on: bool
    because: str
    at: datetime
    by: str


def refuse_if_off(look: Look, name: capabilities.Capability, division: str) -> None:
    """Raise `NotAllowedNow` where a capability is not switched on."""
    if not capability_is_on(look, name.value, division):
        raise NotAllowedNow(off_sentence(name))


def board(look: Look, codes: Iterable[str]) -> list[BoardLine]:
    """Return every switch of some places: two questions, however many places."""
    said: dict[str, dict[str, bool]] = {}
    for row in look.scalars(select(Capability)):
        said.setdefault(row.name, {})[row.division_code] = row.is_on
    found = []
    for code in codes:
        path = [place.code for place in division_path(look, code)]
        switches = (
            Switch(name.value, *capabilities.standing(path, said.get(name.value, {})))
            for name in CAPABILITY_NAMES
        )
        found.append(BoardLine(code, full_name(look, code), tuple(switches)))
    return found


def turns(look: Look, division: str = "") -> Select[CapabilitySwitch]:
    """Return every turn of a switch in a division and below it, the newest first."""
    wanted = select(CapabilitySwitch)
    if division:
        within = sorted(descendants(look, division))
        wanted = wanted.where(CapabilitySwitch.division_code.in_(within))
    return wanted.order_by(CapabilitySwitch.at.desc(), CapabilitySwitch.id.desc())


def turns_page(look: Look, division: str = "", number: int = 1) -> Pages[TurnLine]:
    """Return one numbered page of the turns."""
    found = look.pages(turns(look, division), number)
    names = {name.value: words for name, words in CAPABILITY_NAMES.items()}
    lines = [
        TurnLine(
            names.get(row.name, row.name),
            full_name(look, row.division_code),
            row.is_on,
            row.because,
            row.at,
            row.by,
        )
        for row in found.items
    ]
    return Pages(lines, found.number, found.size, found.total)
