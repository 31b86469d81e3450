"""The facts behind the machine's checks, gathered alike for a draft and for a submitted paper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import bindparam, select

from aquacert.declarations.models import Declaration, Load
from aquacert.declarations.parsers import purpose_asks
from aquacert.declarations.queries.facts import batches_of, loads_of
from aquacert.declarations.queries.holds import free
from aquacert.declarations.queries.origins import origin_standing
from aquacert.declarations.queries.reading import Reading
from aquacert.declarations.rules.answers import SITES
from aquacert.declarations.rules.asks import asks_of, open_asks
from aquacert.declarations.rules.checks import BatchFacts, Check, CheckFacts, checks
from aquacert.declarations.rules.clocks import wild_due
from aquacert.declarations.rules.states import State
from aquacert.hatcheries import queries as hatcheries
from aquacert.hatcheries.models import Hatchery
from aquacert.hatcheries.rules.fitness import FitReason, faults
from aquacert.hatcheries.rules.origins import STANDING_WORDS, Standing
from aquacert.kernel.clock import SHANGHAI, legal_day
from aquacert.kernel.db import table_of
from aquacert.kernel.errors import NotFound
from aquacert.kernel.quick import Quick
from aquacert.kernel.work import Look
from aquacert.reference import queries as reference
from aquacert.reference.rules.duration import lead
from aquacert.surveillance.queries import Block, blocks

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
class Asked:
    """One batch as the checks see it."""

    lot_id: UUID
    species_code: str
    species_name: str
    pond: str
    quantity: int
    unit: str
    captured_on: date | None
    sites: Mapping[str, bool | None]
    brought: str
    """Number of the certificate it came with from another province; "" when raised here."""


@dataclass(frozen=True)
class Subject:
    """What is to be checked: a draft as read, or a paper as stored."""

    hatchery: Hatchery
    declaration_id: UUID
    declared_at: datetime
    batches: tuple[Asked, ...]
    destinations: tuple[str, ...]
    departures: tuple[datetime, ...]
    plates: tuple[str, ...]
    purposes: tuple[tuple[str, Mapping[str, str]], ...]
    """Per load its purpose and what was answered to what the purpose asks."""


@dataclass(frozen=True)
class Checked:
    """What the checks look at, and the zones behind it: gathered once."""

    subject: Subject
    facts: CheckFacts
    blocked: tuple[Block, ...]


def subject_of(
    hatchery: Hatchery, reading: Reading, declaration_id: UUID, declared_at: datetime
) -> Subject:
    """Return the subject of answers that were read without a fault."""
    transports = reading.good_transports()
    return Subject(
        hatchery=hatchery,
        declaration_id=declaration_id,
        declared_at=declared_at,
        batches=tuple(
            Asked(
                lot_id=one.lot.lot_id,
                species_code=one.lot.species_code,
                species_name=one.lot.species_name,
                pond=one.lot.pond_name,
                quantity=one.quantity,
                unit=one.lot.unit,
                captured_on=one.captured_on,
                sites=one.sites,
                brought=one.brought.certificate if one.brought else "",
            )
            for one in reading.good_batches()
        ),
        destinations=tuple(one.destination_code for one in transports),
        departures=tuple(one.departs_at for one in transports),
        plates=tuple(one.plate for one in transports),
        purposes=tuple((one.purpose.value, one.purpose_answers) for one in transports),
    )


def stored_subject(look: Look, paper: Declaration) -> Subject:
    """Return the subject of a submitted declaration."""
    farm = look.session.get(Hatchery, paper.hatchery_id)
    if farm is None or paper.submitted_at is None:
        raise NotFound
    loads = loads_of(look, paper.id)
    return Subject(
        hatchery=farm,
        declaration_id=paper.id,
        declared_at=paper.submitted_at,
        batches=tuple(
            Asked(
                lot_id=one.lot_id,
                species_code=one.species_code,
                species_name=one.species_name,
                pond=one.pond_name,
                quantity=one.quantity,
                unit=one.unit,
                captured_on=one.captured_on,
                sites=one.sites,
                brought=one.brought_certificate,
            )
            for one in batches_of(look, paper.id)
        ),
        destinations=tuple(load.destination_code for load in loads),
        departures=tuple(load.departs_at for load in loads),
        plates=tuple(load.plate for load in loads),
        purposes=tuple((load.purpose, load.purpose_answers or {}) for load in loads),
    )


def machine_checks(look: Look, paper: Declaration) -> tuple[Check, ...]:
    """Return every check of a submitted declaration as it stands now."""
    return checks(checked(look, stored_subject(look, paper)).facts)


def checked(look: Look, subject: Subject, left: Mapping[UUID, int] | None = None) -> Checked:
    """Gather what the checks look at; `left` is what is free of each lot, when it was just read."""
    blocked = zone_blocks(look, subject)
    if left is None:
        left = free(look, {one.lot_id for one in subject.batches}, but_not=subject.declaration_id)
    return Checked(subject, _facts(look, subject, left, blocked), blocked)


def _facts(
    look: Look, subject: Subject, left: Mapping[UUID, int], blocked: Sequence[Block]
) -> CheckFacts:
    declared_on = legal_day(subject.declared_at)
    rule = reference.rule(look, "declaration.lead_time", declared_on)
    farm = hatcheries.farm_facts(look, subject.hatchery.id)
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
        batches=tuple(
            _batch_facts(look, subject, one, left.get(one.lot_id, 0)) for one in subject.batches
        ),
        zones=tuple(block.sentence for block in blocked),
        plates_twice=_plates_twice(look, subject),
        asks=_asks(subject, declared_on),
    )


def _batch_facts(look: Look, subject: Subject, one: Asked, left: int) -> BatchFacts:
    farm = subject.hatchery.id
    standing = origin_standing(look, farm, one.brought) if one.brought else None
    return BatchFacts(
        species_name=one.species_name,
        pond=one.pond,
        quantity=one.quantity,
        unit=one.unit,
        free=left,
        licence=hatcheries.licence_standing(look, farm, one.species_code, look.today),
        captured_on=one.captured_on,
        declare_by=wild_limit(look, one.captured_on, legal_day(subject.declared_at)),
        sites_lacking=tuple(words for name, words in SITES.items() if one.sites.get(name) is False),
        brought_certificate=one.brought,
        brought_words=STANDING_WORDS[standing] if standing else "",
        brought_ok=standing in {None, Standing.MATCHED, Standing.ACCEPTED},
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


def zone_blocks(look: Look, subject: Subject) -> tuple[Block, ...]:
    """Return every zone that stops this species from leaving here or arriving there, today."""
    species = {one.species_code for one in subject.batches}
    places = {subject.hatchery.division_code, *subject.destinations}
    return blocks(look, species_codes=species, division_codes=places, on=look.today)


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
    day = departs_at.astimezone(SHANGHAI).replace(hour=0, minute=0, second=0, microsecond=0)
    until = day + timedelta(days=1)
    return bool(look.rows(PLATE_USED, plate=plate, since=day, until=until, but_not=but_not))
