"""An officer's finding about a farm and disease: confirmed, denied or resolved, on evidence.

What the finding changes goes through the commands that exist: the farm's own events get their
verdict, a resolution proposes to lift the zones they hold (a second person agrees, as with every
zone that is freed). Everything else follows from that by itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from sqlalchemy import select

from aquacert.accounts import commands as accounts
from aquacert.kernel.audit import Fact
from aquacert.kernel.errors import Invalid, NotAllowedNow
from aquacert.kernel.work import Work
from aquacert.reference.rules.text import clean
from aquacert.surveillance.commands.ownevents import OWN, key_of
from aquacert.surveillance.commands.shapes import ask_lift
from aquacert.surveillance.commands.verdicts import confirm_event, deny_event
from aquacert.surveillance.commands.zones import must_be_theirs
from aquacert.surveillance.models import Event, EventChange, ExpressReport, LadderFinding, Zone
from aquacert.surveillance.queries.ladder import FarmLadder, farm_ladder, terms_on
from aquacert.surveillance.queries.shapes import proposed_of
from aquacert.surveillance.rules import express
from aquacert.surveillance.rules.events import Status
from aquacert.surveillance.rules.ladder import FINDING_WORDS, SENTENCES, Finding, lack_for


@dataclass(frozen=True)
class LadderFound(Fact):
    """An officer confirmed, denied or resolved a disease at a farm."""

    tag: ClassVar[str] = "surveillance:ladder:find"
    title: ClassVar[str] = "认定场的疫病状态"
    organisation_id: UUID
    disease_code: str
    finding: str
    saw: int


def find_on_farm(
    w: Work, organisation_id: UUID, disease_code: str, finding: Finding, basis: str
) -> UUID:
    """Write an officer's finding and bring events and zones to it; return the finding's id.

    Raises `NotFound` where nothing is known, `NotAllowed` outside the officer's place,
    `NotAllowedNow` while the evidence does not allow it, `Invalid` without a basis.
    """
    farm = farm_ladder(w, organisation_id, disease_code)
    must_be_theirs(w, {farm.division_code})
    w.hold_trail(farm.division_code)  # two officers at once: the second sees the first's finding
    farm = farm_ladder(w, organisation_id, disease_code)
    basis = clean(basis, field="basis")
    if len(basis) < 2:
        sentence = "请写明依据，例如参考实验室报告号、阴性报告号。"
        raise Invalid(sentence, basis=sentence)
    lack = lack_for(finding, farm.evidence, w.today, terms_on(w, w.today))
    if lack is not None:
        raise NotAllowedNow(SENTENCES[lack])
    row = w.add(
        LadderFinding(
            id=w.new_id(),
            organisation_id=organisation_id,
            division_code=farm.division_code,
            disease_code=disease_code,
            finding=finding.value,
            basis=basis,
            saw=sorted(one.ref for one in farm.evidence if not one.is_withdrawn),
            found_on=w.today,
            found_at=w.now,
            found_by=w.actor.label,
            found_by_id=w.actor.person_id,
        )
    )
    fact = LadderFound(organisation_id, disease_code, finding.value, len(row.saw))
    w.record(fact, on=row, county=row.division_code, reason=basis)
    for event in _events(w, farm):
        _bring(w, event, finding, basis)
    _tell(w, farm, finding)
    return row.id


def _events(w: Work, farm: FarmLadder) -> list[Event]:
    """Return the events that rest on this farm: our own of its years, and its express reports'."""
    years = {one.on.year for one in farm.evidence}
    keys = [key_of(farm.organisation_id, farm.disease_code, year) for year in sorted(years)]
    told = w.scalars(
        select(ExpressReport.id).where(ExpressReport.organisation_id == farm.organisation_id)
    )
    raised = [express.event_key(report_id, farm.disease_code) for report_id in told]
    return [
        *w.scalars(select(Event).where(Event.source == OWN, Event.source_key.in_(keys))),
        *w.scalars(
            select(Event).where(Event.source == express.SOURCE, Event.source_key.in_(raised))
        ),
    ]


def _bring(w: Work, event: Event, finding: Finding, basis: str) -> None:
    """Bring one event to a finding; a resolution leaves its history and asks for its zones' end."""
    if finding is Finding.RESOLVE:
        _end(w, event, basis)
        live = select(Zone.id).where(Zone.event_id == event.id, Zone.lifted_at.is_(None))
        for zone_id in w.scalars(live.order_by(Zone.id)):
            if proposed_of(w, zone_id) is None:
                ask_lift(w, zone_id, basis)
    elif finding is Finding.CONFIRM and not event.is_confirmed:
        confirm_event(w, event.id, basis)
    elif finding is Finding.DENY and event.verdict != Status.DENIED.value:
        deny_event(w, event.id, basis)


def _end(w: Work, event: Event, basis: str) -> None:
    """Write the day on which a farm's event ended; the next positive writes its values anew."""
    was, today = event.content.get("ended_on"), w.today.isoformat()
    if not event.is_confirmed or was is not None:
        return
    event.content = {**event.content, "ended_on": today}
    event.changed_at = w.now
    w.add(
        EventChange(
            id=w.new_id(),
            event_id=event.id,
            at=w.now,
            by=w.actor.label,
            by_id=w.actor.person_id,
            reason=basis,
            diff={"ended_on": [None, today]},
        )
    )


def _tell(w: Work, farm: FarmLadder, finding: Finding) -> None:
    accounts.tell(
        w,
        to_organisation=farm.organisation_id,
        kind="ladder",
        subject=f"{farm.disease_name}：监测员认定为“{FINDING_WORDS[finding]}”",
        link="/surveillance/ladder/mine",
    )
