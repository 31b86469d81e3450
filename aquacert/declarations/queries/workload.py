"""Workload and planned visits per vet: who is free on a day, what everybody has open."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import func, select

from aquacert.accounts.queries.organisations import agencies_for, organisations
from aquacert.accounts.queries.people import VetLine, official_vets, person_label
from aquacert.declarations.models import Declaration
from aquacert.declarations.rules.states import State
from aquacert.declarations.rules.workload import VetDay, Visit, bounds, clashes, monday
from aquacert.kernel.work import Look

PLANNED = (State.ACCEPTED.value, State.ASSIGNED.value, State.INSPECTED.value)
WITH_VET = (State.ASSIGNED.value, State.INSPECTED.value)


def day_view(look: Look, on: date) -> list[VetDay]:
    """Return every vet of the jurisdiction with his day; first of all the visits without a vet.

    Vets who have a visit there but belong to another body stand in the list too.
    """
    visits = visits_on(look, on)
    vets = {vet.person_id: vet for vet in vets_here(look)}
    for one in visits:
        if one.vet_id is not None and one.vet_id not in vets:
            vets[one.vet_id] = VetLine(one.vet_id, person_label(look, one.vet_id), "")
    loads = open_counts(look, vets)
    free = tuple(one for one in visits if one.vet_id is None)
    rows = [VetDay(None, "", len(free), free)] if free else []
    for vet in vets.values():
        own = tuple(one for one in visits if one.vet_id == vet.person_id)
        rows.append(
            VetDay(
                vet_id=vet.person_id,
                label=f"{vet.label} {vet.number}".strip(),
                open_count=loads[vet.person_id],
                visits=own,
                may_sign=getattr(vet, "may_sign", True),
                clashes=clashes(own),
            )
        )
    return rows


def visits_on(look: Look, on: date) -> list[Visit]:
    """Return the visits planned for a legal day, the earliest first."""
    start, end = bounds(on)
    rows = look.scalars(
        select(Declaration)
        .where(
            look.visible(Declaration),
            Declaration.visit_at >= start,
            Declaration.visit_at < end,
            Declaration.state.in_(PLANNED),
        )
        .order_by(Declaration.visit_at, Declaration.id)
    )
    return [
        Visit(
            declaration_id=row.id,
            number=row.number or "",
            hatchery_name=row.hatchery_name,
            place=row.visit_place,
            at=row.visit_at,
            vet_id=row.vet_id,
            done=row.state == State.INSPECTED.value,
        )
        for row in rows
        if row.visit_at is not None
    ]


def week_counts(look: Look, on: date) -> list[tuple[date, int]]:
    """Return the days of the week around `on` with how many visits each has."""
    first = monday(on)
    days = [first + timedelta(days=step) for step in range(7)]
    start, end = bounds(first)[0], bounds(days[-1])[1]
    found = look.scalars(
        select(Declaration.visit_at).where(
            look.visible(Declaration),
            Declaration.visit_at >= start,
            Declaration.visit_at < end,
            Declaration.state.in_(PLANNED),
        )
    )
    counted = Counter(at.astimezone(start.tzinfo).date() for at in found if at is not None)
    return [(day, counted[day]) for day in days]


def open_counts(look: Look, vet_ids: Collection[UUID]) -> Counter[UUID]:
    """Return how many declarations each vet was sent to and has not seen through."""
    rows = look.session.execute(
        select(Declaration.vet_id, func.count())
        .where(Declaration.vet_id.in_(sorted(vet_ids)), Declaration.state.in_(WITH_VET))
        .group_by(Declaration.vet_id)
    )
    return Counter({vet_id: int(count) for vet_id, count in rows if vet_id is not None})


def visit_counts(look: Look, vet_ids: Collection[UUID], on: date) -> Counter[UUID]:
    """Return how many visits each vet has on a day."""
    start, end = bounds(on)
    rows = look.session.execute(
        select(Declaration.vet_id, func.count())
        .where(
            Declaration.vet_id.in_(sorted(vet_ids)),
            Declaration.visit_at >= start,
            Declaration.visit_at < end,
            Declaration.state.in_(PLANNED),
        )
        .group_by(Declaration.vet_id)
    )
    return Counter({vet_id: int(count) for vet_id, count in rows if vet_id is not None})


def vets_here(look: Look) -> list[VetLine]:
    """Return the official vets of the bodies in and above the actor's division."""
    county = look.actor.county or f"{look.settings.province}0000"
    bodies = [*organisations(look, "agency", county), *agencies_for(look, county)]
    found: dict[UUID, VetLine] = {}
    for body in dict.fromkeys(one.id for one in bodies):
        for vet in official_vets(look, body, look.today):
            found.setdefault(vet.person_id, vet)
    return list(found.values())
