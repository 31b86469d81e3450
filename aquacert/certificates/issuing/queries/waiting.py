"""Loads that wait for a certificate."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, select

from aquacert.accounts.models import Organisation
from aquacert.declarations import queries as declarations
from aquacert.declarations.models import Declaration, Load
from aquacert.declarations.rules.states import CERTIFIABLE, LoadState
from aquacert.kernel.errors import NotFound
from aquacert.kernel.paging import Pages
from aquacert.kernel.work import Look


@dataclass(frozen=True)
class WaitingLine:
    """One load that is checked or being checked and has no certificate."""

    load: declarations.LoadFacts
    is_mine: bool
    """This actor is the vet the declaration was given to."""


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
    lines = []
    for row in found.items:
        load = declarations.load_facts(look, row.id)
        lines.append(WaitingLine(load, load.vet_id == look.actor.person_id))
    return Pages(lines, found.number, found.size, found.total)


def office_of(look: Look, load_id: UUID) -> Organisation:
    """Return the body that would issue for a load; raise `NotFound` when it is out of scope."""
    found = look.one(
        select(Organisation)
        .join(Declaration, Declaration.office_id == Organisation.id)
        .join(Load, Load.declaration_id == Declaration.id)
        .where(Load.id == load_id, look.visible(Load))
    )
    if found is None:
        raise NotFound
    return found
