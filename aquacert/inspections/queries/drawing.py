"""What a ticket is drawn from: a declaration's content, its factors, the candidates."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from aquacert.accounts.queries.organisations import agencies_for, standing
from aquacert.accounts.queries.people import official_vets
from aquacert.accounts.rules.states import Level
from aquacert.declarations.models import Declaration
from aquacert.declarations.queries import facts as papers
from aquacert.declarations.queries.proxy import hands_of
from aquacert.declarations.queries.workload import open_counts
from aquacert.declarations.rules.states import State
from aquacert.declarations.rules.workload import VISIT
from aquacert.inspections.queries.mustcheck import is_must_check, prefecture
from aquacert.inspections.rules.draw import Factor, Line, canonical, digest
from aquacert.kernel.errors import NotReady
from aquacert.kernel.work import Look
from aquacert.reference import queries as reference
from aquacert.surveillance.queries.blocks import blocks
from aquacert.surveillance.queries.risk import score
from aquacert.surveillance.rules.risk import Level as RiskLevel
from labs.register import queries as register

MOST_WEIGHT = 1_000
"""Weight of a vet with nothing open; halved by one open declaration, a third by two."""
BUSY = (State.ACCEPTED.value, State.ASSIGNED.value)
TESTS_ASKED = "tests_asked"
"""What the sampling room above answers about a batch (`kernel.impact`): codes asked for already."""
SENT = frozenset(State) - {State.DRAFT, State.WITHDRAWN, State.REFUSED}


@dataclass(frozen=True)
class Candidates:
    """A list as it is published, and what stands behind each place of it."""

    lines: tuple[Line, ...]
    behind: tuple[tuple[UUID, str], ...]
    """(batch, disease) or (person, "")."""


def content_bytes(look: Look, paper: Declaration) -> bytes:
    """Return everything a declaration says, canonical: what a ticket is drawn for."""
    batches = [
        [line.number, line.species_code, line.variety, line.life_stage, line.quantity, line.unit]
        for line in papers.batches_of(look, paper.id)
    ]
    return canonical(
        {"number": paper.number, "answers": json.loads(paper.answers), "batches": batches}
    )


def risk(look: Look, paper: Declaration, weights: Mapping[str, int]) -> dict[str, Any] | None:
    """Return the risk of the county of origin with its parts, as the board publishes it.

    Of the county, not of the farm: everybody may read the board. None for a book that gives risk no
    weight: those days are drawn as they were committed.
    """
    if not {Factor.RISK_MIDDLE.value, Factor.RISK_HIGH.value} & weights.keys():
        return None
    found = score(look, division_code=paper.origin_code)
    return {
        "county": paper.origin_code,
        "points": found.points,
        "level": found.level.value,
        "parts": [[part.part.value, part.count, part.points] for part in found.parts],
    }


def factors(
    look: Look,
    paper: Declaration,
    species_diseases: int,
    at_risk: Mapping[str, Any] | None = None,
) -> list[str]:
    """Return what makes this declaration weigh more, sorted; `at_risk` is its county's risk."""
    species = {line.species_code for line in papers.batches_of(look, paper.id)}
    level = standing(look, paper.organisation_id).level
    duties = [_duties(look, code) for code in species]
    found = {
        Factor.ZONE: _has_zone_near(look, paper, species),
        Factor.WATCHED: level is Level.WATCHED,
        Factor.RESTRICTED: level is Level.RESTRICTED,
        Factor.SPECIES: any(len(each) >= species_diseases for each in duties),
        Factor.FIRST_TIME: _is_first(look, paper),
        Factor.MUST_CHECK: is_must_check(look, paper.id, look.today),
        Factor.RISK_MIDDLE: at_risk is not None and at_risk["level"] == RiskLevel.MIDDLE,
        Factor.RISK_HIGH: at_risk is not None and at_risk["level"] == RiskLevel.HIGH,
    }
    return sorted(factor.value for factor, holds in found.items() if holds)


def tests(look: Look, paper: Declaration) -> Candidates:
    """Return every test an extra sampling may be of: listed by the procedures, and somebody can do it.

    Never another disease: a county may not widen objects or scope (农渔发〔2020〕7号). Nor one that is
    asked of the batch anyway, by the rules, a suspicion or its vet: falling on it would add nothing.
    """
    known: dict[str, bool] = {}
    behind = []
    for batch in papers.batches_of(look, paper.id):
        asked = look.home.impact.ask(look, TESTS_ASKED, (paper.id, batch.batch_id)) or ()
        for code in _duties(look, batch.species_code):
            if code in asked:
                continue
            if code not in known:
                known[code] = _can_be_tested(look, code)
            if known[code]:
                behind.append((batch.number, batch.batch_id, code))
    behind.sort(key=lambda one: (one[0], one[2]))
    return Candidates(
        tuple((f"{number} {code}", 1) for number, _batch, code in behind),
        tuple((batch, code) for _number, batch, code in behind),
    )


def vets(look: Look, paper: Declaration, key: bytes) -> Candidates:
    """Return the vets who may be sent, by appointment number, weighted by what they have open.

    Those of the office, else of the agencies above it; never whoever declared; free ones first: a
    vet with another visit within two hours is left out while somebody else is free. Each stands
    under a name of this day that says nothing about the person.
    """
    hands = {paper.declared_by_id, *hands_of(look, paper.id)}
    bodies = [paper.office_id, *(one.id for one in agencies_for(look, paper.origin_code))]
    for body in dict.fromkeys(bodies):
        here = [
            vet.person_id
            for vet in official_vets(look, body, look.today)
            if vet.person_id not in hands
        ]
        if here:
            busy = _busy(look, paper)
            here = [one for one in here if one not in busy] or here
            load = open_counts(look, here)
            mine = paper.vet_id
            lines = tuple(
                (
                    digest("vet", key, one.hex)[:8].hex(),
                    MOST_WEIGHT // (1 + load[one] - (one == mine and load[one] > 0)),
                )
                for one in here
            )
            return Candidates(lines, tuple((one, "") for one in here))
    return Candidates((), ())


def _duties(look: Look, species_code: str) -> list[str]:
    try:
        return sorted(
            duty.disease_code for duty in reference.duties(look, species_code, look.today)
        )
    except NotReady:  # the edition in force is not adopted: nothing may be asked by it
        return []


def _can_be_tested(look: Look, disease_code: str) -> bool:
    return any(
        register.labs_in_scope(look, disease_code, method.code, look.today)
        for method in reference.methods(look, disease_code)
    )


def _has_zone_near(look: Look, paper: Declaration, species: set[str]) -> bool:
    """Say whether a zone in force in the prefecture of the farm touches one of the species."""
    path = prefecture(look, paper.origin_code)
    places = sorted(reference.descendants(look, path[-1]))
    found = blocks(look, species_codes=species, division_codes=places, on=look.today)
    return bool(found)


def _is_first(look: Look, paper: Declaration) -> bool:
    before = select(Declaration.id).where(
        Declaration.hatchery_id == paper.hatchery_id,
        Declaration.id != paper.id,
        Declaration.submitted_at < paper.submitted_at,
        Declaration.state.in_([state.value for state in SENT]),
    )
    return look.one(before) is None


def _busy(look: Look, paper: Declaration) -> set[UUID]:
    """Return who has another visit too near to this one's time."""
    if paper.visit_at is None:
        return set()
    rows = look.scalars(
        select(Declaration.vet_id).where(
            Declaration.id != paper.id,
            Declaration.vet_id.is_not(None),
            Declaration.state.in_(BUSY),
            Declaration.visit_at > paper.visit_at - VISIT,
            Declaration.visit_at < paper.visit_at + VISIT,
        )
    )
    return {one for one in rows if one is not None}
