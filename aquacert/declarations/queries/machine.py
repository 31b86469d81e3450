"""The facts behind the machine's checks, gathered alike for a draft and for a submitted paper."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import bindparam, select

from aquacert.declarations.models import Declaration, Load
from aquacert.declarations.parsers import purpose_asks
from aquacert.declarations.queries.holds import free
from aquacert.declarations.queries.origins import origin_standing
from aquacert.declarations.queries.places import Touches, places_of_subject, touches
from aquacert.declarations.queries.subjects import Asked, Subject, stored_subject
from aquacert.declarations.rules.answers import SITES
from aquacert.declarations.rules.asks import asks_of, open_asks
from aquacert.declarations.rules.catches import not_wild
from aquacert.declarations.rules.checks import BatchFacts, Check, CheckFacts, checks
from aquacert.declarations.rules.clocks import wild_due
from aquacert.declarations.rules.states import State
from aquacert.hatcheries import queries as hatcheries
from aquacert.hatcheries.queries.points import points_of_farm
from aquacert.hatcheries.queries.treated import under_treatment
from aquacert.hatcheries.rules import Kind, LicenceStanding
from aquacert.hatcheries.rules.fitness import FarmFacts, FitReason, faults
from aquacert.hatcheries.rules.origins import STANDING_WORDS, Standing
from aquacert.kernel.clock import SHANGHAI, legal_day
from aquacert.kernel.db import table_of
from aquacert.kernel.quick import Quick
from aquacert.kernel.work import Look
from aquacert.reference import queries as reference
from aquacert.reference.rules.duration import lead
from aquacert.surveillance.queries.clean import bars, clean
from aquacert.surveillance.rules.clean import Clean

NOT_OPEN = frozenset({FitReason.REGISTERED, FitReason.CLOSED, FitReason.MERGED})
"""What ends the matter for the whole farm."""
LOADS, PAPERS = table_of(Load), table_of(Declaration)
PLATE_USED = Quick(
    select(LOADS.c.id)
    .join(PAPERS, PAPERS.c.id == LOADS.c.declaration_id)
    .where(
        LOADS.c.plate == bindparam("plate"),
        LOADS.c.departs_at >= bindparam("since"),
        LOADS.c.departs_at < bindparam("until"),
        PAPERS.c.id != bindparam("but_not"),
        PAPERS.c.state != State.WITHDRAWN.value,
        PAPERS.c.state != State.REFUSED.value,
    )
)


@dataclass(frozen=True)
class Found:
    """What the record says around one subject, whether read for one or for many at once."""

    farm: FarmFacts
    licences: Mapping[str, LicenceStanding]
    """Per species."""
    left: Mapping[UUID, int]
    """What is free of each lot."""
    touches: Touches
    """What zones do to it: bar, ask for a test, warn."""
    clean: Clean
    """Positives of the farm in the months before."""
    plates_twice: tuple[str, ...]
    origins: Mapping[str, Standing]
    """Per number of a certificate from elsewhere."""
    contested: Mapping[UUID, str]
    """Lots that hold bought seed whose certificate does not hold, with the sentence."""
    treated: Mapping[UUID, str]
    """Lots that stand under an order of treatment, with their numbers."""
    begun: Mapping[UUID, frozenset[Kind]]
    """How the seed of the lots that are declared as caught came into the ledgers."""


@dataclass(frozen=True)
class Checked:
    """What the checks look at, and the zones behind it: gathered once."""

    subject: Subject
    facts: CheckFacts
    touches: Touches


def machine_checks(look: Look, paper: Declaration) -> tuple[Check, ...]:
    """Return every check of a submitted declaration as it stands now."""
    return checks(checked(look, stored_subject(look, paper)).facts)


def checked(look: Look, subject: Subject, left: Mapping[UUID, int] | None = None) -> Checked:
    """Gather what the checks look at; `left` is what is free of each lot, when it was just read."""
    farm = subject.hatchery.id
    if left is None:
        left = free(look, {one.lot_id for one in subject.batches}, but_not=subject.declaration_id)
    found = Found(
        farm=hatcheries.farm_facts(look, farm),
        licences={
            code: hatcheries.licence_standing(look, farm, code, look.today)
            for code in dict.fromkeys(one.species_code for one in subject.batches)
        },
        left=left,
        touches=touches_of(look, subject),
        clean=clean(look, organisation_id=subject.hatchery.organisation_id, on=look.today),
        plates_twice=_plates_twice(look, subject),
        origins={
            one.brought: origin_standing(look, farm, one.brought)
            for one in subject.batches
            if one.brought
        },
        contested=hatcheries.contested(look, {one.lot_id for one in subject.batches}),
        treated=under_treatment(look, {one.lot_id for one in subject.batches}),
        begun=hatcheries.beginnings(look, caught_lots([subject])),
    )
    return Checked(subject, facts_of(look, subject, found), found.touches)


def caught_lots(subjects: Collection[Subject]) -> set[UUID]:
    """Return the lots whose seed is declared as caught in the wild."""
    return {one.lot_id for subject in subjects for one in subject.batches if one.captured_on}


def facts_of(look: Look, subject: Subject, found: Found) -> CheckFacts:
    """Return what the checks look at, from what was read."""
    declared_on = legal_day(subject.declared_at)
    rule = reference.rule(look, "declaration.lead_time", declared_on)
    farm = found.farm
    unfit = {one.reason: one for one in faults(farm)}
    ends = [one for reason, one in unfit.items() if reason in NOT_OPEN]
    campaign = unfit.get(FitReason.CAMPAIGN)
    return CheckFacts(
        hatchery_approved=not ends,
        farm_basis=ends[0].sentence if ends and ends[0].reason is not FitReason.REGISTERED else "",
        campaign=f"{campaign.sentence} {campaign.basis}".strip() if campaign else "",
        confirmed_on=farm.confirmed_on,
        confirm_within_days=farm.confirm_within_days,
        today=look.today,
        declared_at=subject.declared_at,
        first_departure_at=min(subject.departures, default=subject.declared_at),
        earliest_at=earliest(look, subject.declared_at),
        lead_article=rule.article,
        batches=tuple(_batch_facts(look, one, found, declared_on) for one in subject.batches),
        zones=found.touches.sentences,
        zones_passed=found.touches.warnings,
        zone_tests=found.touches.wanted,
        clean=found.clean,
        clean_bars=not found.clean.is_clean and bars(look, look.today),
        plates_twice=found.plates_twice,
        asks=_asks(subject, declared_on),
    )


def _batch_facts(look: Look, one: Asked, found: Found, declared_on: date) -> BatchFacts:
    standing = found.origins[one.brought] if one.brought else None
    return BatchFacts(
        species_name=one.species_name,
        pond=one.pond,
        quantity=one.quantity,
        unit=one.unit,
        free=found.left.get(one.lot_id, 0),
        licence=found.licences[one.species_code],
        captured_on=one.captured_on,
        declare_by=wild_limit(look, one.captured_on, declared_on),
        sites_lacking=tuple(words for name, words in SITES.items() if one.sites.get(name) is False),
        brought_certificate=one.brought,
        brought_words=STANDING_WORDS[standing] if standing else "",
        brought_ok=standing in {None, Standing.MATCHED, Standing.ACCEPTED},
        contest=found.contested.get(one.lot_id, ""),
        held=found.treated.get(one.lot_id, ""),
        not_wild=not_wild(found.begun.get(one.lot_id, frozenset())) if one.captured_on else "",
    )


def _asks(subject: Subject, on: date) -> tuple[tuple[str, ...], ...]:
    """Return per load the open questions of its purpose; empty when no purpose asks anything."""
    rows = purpose_asks()
    if not any(asks_of(rows, purpose, on) for purpose, _said in subject.purposes):
        return ()
    return tuple(tuple(open_asks(rows, purpose, said, on)) for purpose, said in subject.purposes)


def earliest(look: Look, declared_at: datetime) -> datetime:
    """Return the first instant at which seed declared then may leave (提前申报时间)."""
    rule = reference.rule(look, "declaration.lead_time", legal_day(declared_at))
    return lead(declared_at, rule, reference.holidays(look))


def touches_of(look: Look, subject: Subject) -> Touches:
    """Return what zones do to it today: where it leaves, passes and arrives."""
    species = {one.species_code for one in subject.batches}
    points = points_of_farm(look, subject.hatchery.id)
    return touches(look, species, places_of_subject(subject, points))


def wild_limit(look: Look, captured_on: date | None, declared_on: date) -> datetime | None:
    """Return until when that catch must be declared; None when no rule binds on that day."""
    if captured_on is None:
        return None
    rule = reference.binding_rule(look, "declaration.wild_after_capture", declared_on)
    return wild_due(captured_on, rule, reference.holidays(look)) if rule else None


def _plates_twice(look: Look, subject: Subject) -> tuple[str, ...]:
    """Return the plates that another live declaration uses on one of the same days."""
    found = {
        plate
        for plate, departs_at in zip(subject.plates, subject.departures, strict=True)
        if _used(look, plate, departs_at, subject.declaration_id)
    }
    return tuple(sorted(found))


def _used(look: Look, plate: str, departs_at: datetime, but_not: UUID) -> bool:
    since, until = day_of(departs_at)
    return bool(look.rows(PLATE_USED, plate=plate, since=since, until=until, but_not=but_not))


def day_of(departs_at: datetime) -> tuple[datetime, datetime]:
    """Return where the legal day of a departure begins, and where the next one does."""
    day = departs_at.astimezone(SHANGHAI).replace(hour=0, minute=0, second=0, microsecond=0)
    return day, day + timedelta(days=1)
