"""The machine's checks of many submitted papers at once: what a page of the queue flags.

Read one by one each paper costs some twenty statements. Here every table is asked once for all of
them, and what the checks make of it is the same code as for one (`machine.facts_of`).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from aquacert.declarations.models import Declaration, Load
from aquacert.declarations.queries.holds import free_each
from aquacert.declarations.queries.machine import Found, caught_lots, day_of, facts_of
from aquacert.declarations.queries.origins import origin_standing
from aquacert.declarations.queries.places import places_of_subject, points_of, touches_each
from aquacert.declarations.queries.subjects import Subject, stored_subjects
from aquacert.declarations.rules.checks import Check, checks
from aquacert.declarations.rules.states import State
from aquacert.hatcheries import queries as hatcheries
from aquacert.hatcheries.queries.treated import under_treatment
from aquacert.hatcheries.rules import standing
from aquacert.kernel.work import Look
from aquacert.surveillance.queries.clean import clean_farms

DEAD = (State.WITHDRAWN.value, State.REFUSED.value)
Trip = tuple[str, datetime, UUID]
"""Plate, departure, declaration."""


def checks_of_each(look: Look, declaration_ids: Collection[UUID]) -> dict[UUID, tuple[Check, ...]]:
    """Return every check of several submitted declarations; one out of scope is left out.

    As many statements for one as for twenty; only a certificate from another province that we did
    not issue is looked up by itself.
    """
    if not declaration_ids:
        return {}
    wanted = select(Declaration).where(
        Declaration.id.in_(declaration_ids),
        Declaration.submitted_at.is_not(None),
        look.visible(Declaration),
    )
    subjects = stored_subjects(look, look.scalars(wanted))
    return {
        subject.declaration_id: checks(facts_of(look, subject, found))
        for subject, found in zip(subjects, _found(look, subjects), strict=True)
    }


def _found(look: Look, subjects: Sequence[Subject]) -> list[Found]:
    """Return what the record says around each subject, every table asked once."""
    farms = {one.hatchery.id for one in subjects}
    held = hatcheries.licences_held(look, farms)
    facts = hatcheries.facts_of_farms(look, farms, held)
    wanted = {one.declaration_id: {batch.lot_id for batch in one.batches} for one in subjects}
    left = free_each(look, wanted)
    every = {lot for lots in wanted.values() for lot in lots}
    contested, treated = hatcheries.contested(look, every), under_treatment(look, every)
    begun = hatcheries.beginnings(look, caught_lots(subjects))
    points = points_of(look, farms)
    zones = touches_each(
        look,
        [
            (
                {batch.species_code for batch in one.batches},
                places_of_subject(one, points.get(one.hatchery.id, ())),
            )
            for one in subjects
        ],
    )
    past = clean_farms(look, {one.hatchery.organisation_id for one in subjects}, on=look.today)
    trips = _trips(look, subjects)
    return [
        Found(
            farm=facts[one.hatchery.id],
            licences={
                batch.species_code: standing(
                    held.get(one.hatchery.id, ()), batch.species_code, look.today
                )
                for batch in one.batches
            },
            left=left[one.declaration_id],
            touches=zone,
            clean=past[one.hatchery.organisation_id],
            plates_twice=_twice(one, trips),
            origins={
                batch.brought: origin_standing(look, one.hatchery.id, batch.brought)
                for batch in one.batches
                if batch.brought
            },
            contested=contested,
            treated=treated,
            begun=begun,
        )
        for one, zone in zip(subjects, zones, strict=True)
    ]


def _trips(look: Look, subjects: Sequence[Subject]) -> list[Trip]:
    """Return every trip of a live declaration with one of the plates, around these days."""
    days = [day_of(at) for one in subjects for at in one.departures]
    plates = {plate for one in subjects for plate in one.plates}
    rows = look.session.execute(
        select(Load.plate, Load.departs_at, Load.declaration_id)
        .join(Declaration, Declaration.id == Load.declaration_id)
        .where(
            Load.plate.in_(plates),
            Load.departs_at >= min((since for since, _until in days), default=look.now),
            Load.departs_at < max((until for _since, until in days), default=look.now),
            Declaration.state.not_in(DEAD),
        )
    )
    return [(row.plate, row.departs_at, row.declaration_id) for row in rows]


def _twice(subject: Subject, trips: Sequence[Trip]) -> tuple[str, ...]:
    """Return the plates of a paper that another one uses on the same day."""
    found = set()
    for plate, departs_at in zip(subject.plates, subject.departures, strict=True):
        since, until = day_of(departs_at)
        if any(
            other == plate and since <= at < until and paper != subject.declaration_id
            for other, at, paper in trips
        ):
            found.add(plate)
    return tuple(sorted(found))
