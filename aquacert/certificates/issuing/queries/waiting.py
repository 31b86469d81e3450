"""Loads that wait for a certificate."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, bindparam, func, select

from aquacert.accounts.models import Organisation
from aquacert.accounts.queries import Issuer
from aquacert.declarations import queries as declarations
from aquacert.declarations.models import Declaration, Load
from aquacert.declarations.rules.states import CERTIFIABLE, LoadState
from aquacert.kernel.db import table_of
from aquacert.kernel.errors import NotFound
from aquacert.kernel.paging import Pages
from aquacert.kernel.quick import Quick
from aquacert.kernel.work import Look


@dataclass(frozen=True)
class WaitingLine:
    """One load that is checked or being checked and has no certificate."""

    load: declarations.LoadFacts
    is_mine: bool
    """This actor is the vet the declaration was given to."""
    together: int
    """Loads of the same declaration that wait, this one included: they can be signed at once."""


def waiting(look: Look, *, mine: bool = False) -> Select[Load]:
    """Return the loads that wait for a certificate, the first departure first."""
    statement = (
        select(Load)
        .join(Declaration, Declaration.id == Load.declaration_id)
        .where(
            look.visible(Load),
            Load.state == LoadState.PLANNED.value,
            Declaration.state.in_(sorted(state.value for state in CERTIFIABLE)),
        )
    )
    if mine:
        statement = statement.where(Declaration.vet_id == look.actor.person_id)
    return statement.order_by(Load.departs_at, Load.id)


def waiting_lines(look: Look, number: int = 1, *, mine: bool = False) -> Pages[WaitingLine]:
    """Return one page of the loads that wait."""
    found = look.pages(waiting(look, mine=mine), number, 10)
    papers = {row.declaration_id for row in found.items}
    counted = look.session.execute(
        select(Load.declaration_id, func.count())
        .where(Load.declaration_id.in_(papers), Load.state == LoadState.PLANNED.value)
        .group_by(Load.declaration_id)
    )
    together = {key: int(count) for key, count in counted}
    lines = []
    for row in found.items:
        load = declarations.load_facts(look, row.id)
        is_mine = load.vet_id == look.actor.person_id
        lines.append(WaitingLine(load, is_mine, together.get(row.declaration_id, 1)))
    return Pages(lines, found.number, found.size, found.total)


def waiting_together(look: Look, declaration_id: UUID) -> list[UUID]:
    """Return the visible loads of a declaration that wait for a certificate, in order."""
    rows = select(Load.id).where(
        look.visible(Load),
        Load.declaration_id == declaration_id,
        Load.state == LoadState.PLANNED.value,
    )
    return look.scalars(rows.order_by(Load.number))


LOADS, PAPERS, BODIES = table_of(Load), table_of(Declaration), table_of(Organisation)
OFFICE_OF_LOAD = Quick(
    select(
        BODIES.c.id,
        BODIES.c.division_code,
        BODIES.c.name_zh,
        BODIES.c.phone,
        LOADS.c.organisation_id,
        LOADS.c.origin_code,
        LOADS.c.destination_code,
    )
    .join(PAPERS, PAPERS.c.office_id == BODIES.c.id)
    .join(LOADS, LOADS.c.declaration_id == PAPERS.c.id)
    .where(LOADS.c.id == bindparam("load"))
)


def office_of(look: Look, load_id: UUID) -> Issuer:
    """Return the body that would issue for a load; raise `NotFound` when it is out of scope."""
    found = look.row(OFFICE_OF_LOAD, load=load_id)
    if found is None or not look.sees(Load, found):
        raise NotFound
    return Issuer(found.id, found.division_code, found.name_zh, found.phone)
