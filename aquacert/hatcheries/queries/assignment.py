"""Which office each farm declares at."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import or_, select

from aquacert.accounts.models import Office
from aquacert.accounts.queries import office_for
from aquacert.hatcheries.models import Hatchery
from aquacert.hatcheries.rules.kinds import State
from aquacert.kernel.paging import Pages
from aquacert.kernel.work import Look
from aquacert.reference.queries import full_name


@dataclass(frozen=True)
class AssignmentLine:
    """One farm with the office it declares at; "" when the county's agency answers."""

    farm: Hatchery
    place: str
    office: str
    is_assigned: bool


def office_choices(look: Look) -> dict[UUID, str]:
    """Return the open offices of the actor's jurisdiction: id → name."""
    rows = look.scalars(
        select(Office)
        .where(
            look.visible(Office),
            Office.opened_on <= look.today,
            or_(Office.closed_on.is_(None), Office.closed_on > look.today),
        )
        .order_by(Office.division_code, Office.name_zh)
    )
    return {row.id: f"{row.name_zh}（{row.division_code}）" for row in rows}


def assignment_pages(
    look: Look, words: str = "", only: str = "", number: int = 1
) -> Pages[AssignmentLine]:
    """Return one page of registered farms; `only` = "open" for those that nobody assigned."""
    wanted = select(Hatchery).where(look.visible(Hatchery), Hatchery.state == State.APPROVED.value)
    if words.strip():
        wanted = wanted.where(look.matching(Hatchery, words))
    if only == "open":
        wanted = wanted.where(Hatchery.office_id.is_(None))
    found = look.pages(wanted.order_by(Hatchery.division_code, Hatchery.name, Hatchery.id), number)
    lines = []
    for farm in found.items:
        office = office_for(look, farm.division_code, farm.office_id)
        name = office.name_zh if office else ""
        place = full_name(look, farm.division_code) + farm.place
        assigned = office is not None and office.id == farm.office_id
        lines.append(AssignmentLine(farm, place, name, assigned))
    return Pages(lines, found.number, found.size, found.total)
