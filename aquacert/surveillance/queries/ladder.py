"""The ladder of farms and areas: its evidence gathered from everything this room knows."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select

from aquacert.kernel.clock import legal_day
from aquacert.kernel.errors import NotFound
from aquacert.kernel.scope import Scope
from aquacert.kernel.work import Look
from aquacert.reference import queries as reference
from aquacert.surveillance.models import (
    Event,
    ExpressReport,
    LadderFinding,
    MonitoringPoint,
    MonthlyDisease,
    MonthlyReport,
    OwnResult,
)
from aquacert.surveillance.parsers.monitoring import number
from aquacert.surveillance.queries.monthly import STANDING
from aquacert.surveillance.rules import express
from aquacert.surveillance.rules.ladder import (
    KIND_OF,
    Evidence,
    Finding,
    Kind,
    Ladder,
    Rung,
    Terms,
    area_rung,
    replay,
)
from aquacert.surveillance.rules.own import NEGATIVE, POSITIVE, Purpose

QUIET_RULE = "ladder.quiet"
NEGATIVES, CONFIRMS = "ladder.negatives", "plan.reference_confirms"
MOST = 5_000
"""Pieces of evidence gathered at once; a province's positives of some years."""


@dataclass(frozen=True)
class FarmLadder:
    """One farm and disease: where it stands, and why."""

    organisation_id: UUID
    disease_code: str
    disease_name: str
    division_code: str
    evidence: tuple[Evidence, ...]
    ladder: Ladder


@dataclass(frozen=True)
class AreaLadder:
    """One county and disease: the gravest of its farms, and what reports from outside say."""

    division_code: str
    county: str
    disease_code: str
    disease_name: str
    rung: Rung
    farms: tuple[FarmLadder, ...]
    events: tuple[Event, ...]


def farm_ladders(
    look: Look, organisation_ids: Collection[UUID] = (), disease_code: str = ""
) -> list[FarmLadder]:
    """Return every ladder of these farms (all of this reader's place when empty), gravest first.

    A farm and disease of which only negatives are known has no ladder. Of a whole place the negatives
    are left out: they move no rung.
    """
    asked = frozenset(organisation_ids)
    found: dict[tuple[UUID, str], list[Evidence]] = {}
    places: dict[tuple[UUID, str], str] = {}
    for farm, disease, place, one in _gathered(look, asked, disease_code):
        found.setdefault((farm, disease), []).append(one)
        places.setdefault((farm, disease), place)
    lines = [
        FarmLadder(
            organisation_id=farm,
            disease_code=disease,
            disease_name=reference.disease(look, disease).name_zh,
            division_code=places[farm, disease],
            evidence=tuple(known),
            ladder=replay(known),
        )
        for (farm, disease), known in found.items()
        if any(one.kind is not Kind.NEGATIVE for one in known)
    ]
    grave = {rung: n for n, rung in enumerate((Rung.CONFIRMED, Rung.SUSPECTED, Rung.RESOLVED))}
    return sorted(
        lines, key=lambda one: (grave.get(one.ladder.rung, 9), one.division_code, one.disease_code)
    )


def farm_ladder(look: Look, organisation_id: UUID, disease_code: str) -> FarmLadder:
    """Return the ladder of one farm and disease, or raise `NotFound` (also out of scope)."""
    lines = farm_ladders(look, [organisation_id], disease_code)
    if not lines:
        raise NotFound
    return lines[0]


def area_ladders(look: Look) -> list[AreaLadder]:
    """Return each county of this reader's place and disease that has a ladder, gravest first."""
    farms: dict[tuple[str, str], list[FarmLadder]] = {}
    for one in farm_ladders(look):
        farms.setdefault((one.division_code, one.disease_code), []).append(one)
    events: dict[tuple[str, str], list[Event]] = {}
    for event in _outside(look):
        key = (event.division_code or "", event.disease_code or "")
        events.setdefault(key, []).append(event)
    lines = [
        AreaLadder(
            division_code=code,
            county=reference.full_name(look, code),
            disease_code=disease,
            disease_name=reference.disease(look, disease).name_zh,
            rung=area_rung(
                [
                    *(one.ladder.rung for one in farms.get((code, disease), ())),
                    *(rung_of_event(row) for row in events.get((code, disease), ())),
                ]
            ),
            farms=tuple(farms.get((code, disease), ())),
            events=tuple(events.get((code, disease), ())),
        )
        for code, disease in {*farms, *events}
    ]
    grave = {rung: n for n, rung in enumerate((Rung.CONFIRMED, Rung.SUSPECTED, Rung.RESOLVED))}
    return sorted(
        lines, key=lambda one: (grave.get(one.rung, 9), one.division_code, one.disease_code)
    )


def terms_on(look: Look, on: date) -> Terms:
    """Return what must be shown before a disease counts as resolved."""
    rule = reference.binding_rule(look, QUIET_RULE, on)
    return Terms(number(NEGATIVES, on, 1), 0 if rule is None else rule.value)


def rung_of_event(row: Event) -> Rung:
    """Return the rung that an event of a feed stands for."""
    if row.is_confirmed:
        return Rung.CONFIRMED
    said = row.verdict or row.status
    return Rung.DENIED if said == "denied" else Rung.SUSPECTED


def _gathered(
    look: Look, farms: frozenset[UUID], disease: str
) -> Iterable[tuple[UUID, str, str, Evidence]]:
    yield from _results(look, farms, disease)
    yield from _reports(look, farms, disease)
    yield from _months(look, farms, disease)
    yield from _findings(look, farms, disease)


def _results(
    look: Look, farms: frozenset[UUID], disease: str
) -> Iterable[tuple[UUID, str, str, Evidence]]:
    """Yield results: of farms asked for all, else positives alone, since negatives move no rung."""
    chosen = select(OwnResult).where(
        look.visible(OwnResult), OwnResult.outcome.in_([NEGATIVE, POSITIVE])
    )
    if farms:
        chosen = chosen.where(OwnResult.organisation_id.in_(sorted(farms)))
    else:
        chosen = chosen.where(OwnResult.outcome == POSITIVE)
    if disease:
        chosen = chosen.where(OwnResult.disease_code == disease)
    for row in look.scalars(chosen.order_by(OwnResult.sampled_on.desc(), OwnResult.id).limit(MOST)):
        kind = _kind(row)
        if kind is None:
            continue
        one = Evidence(
            kind=kind,
            on=row.sampled_on,
            ref=f"result:{row.id}",
            said=row.report_no,
            by=row.lab_name,
            is_withdrawn=row.is_withdrawn,
        )
        yield row.organisation_id, row.disease_code, row.division_code, one


def _kind(row: OwnResult) -> Kind | None:
    """Return what a result is to the ladder; a negative counts only as official and in scope."""
    if row.outcome == NEGATIVE:
        counts = row.in_scope and row.purpose != Purpose.SELF
        return Kind.NEGATIVE if counts else None
    if row.purpose == Purpose.SELF:
        return Kind.SELF_POSITIVE
    waits = row.purpose == Purpose.PLAN and number(CONFIRMS, row.sampled_on, 0)
    return Kind.PLAN_POSITIVE if waits else Kind.POSITIVE


def _reports(
    look: Look, farms: frozenset[UUID], disease: str
) -> Iterable[tuple[UUID, str, str, Evidence]]:
    """Yield express reports. A farm's own people see that there was one, never its words."""
    chosen = select(ExpressReport)
    if not _own_only(look.actor.scope, farms):
        chosen = chosen.where(look.visible(ExpressReport))
    if farms:
        chosen = chosen.where(ExpressReport.organisation_id.in_(sorted(farms)))
    for row in look.scalars(chosen.order_by(ExpressReport.id.desc()).limit(MOST)):
        for code in map(str, row.diseases):
            if disease and code != disease:
                continue
            seen = Evidence(
                Kind.EXPRESS, legal_day(row.seen_at), f"express:{row.id}", by="官方兽医"
            )
            yield row.organisation_id, code, row.division_code, seen
            if row.closed_at is not None:
                yield row.organisation_id, code, row.division_code, _closed(look, row, code)


def _closed(look: Look, row: ExpressReport, code: str) -> Evidence:
    """Return what came of an express report for one disease: its event's verdict."""
    key = express.event_key(row.id, code)
    event = look.one(select(Event).where(Event.source == express.SOURCE, Event.source_key == key))
    is_sure = event is not None and event.verdict == "confirmed"
    kind = Kind.EXPRESS_CONFIRMED if is_sure else Kind.EXPRESS_DENIED
    day = legal_day(row.closed_at or row.raised_at)
    return Evidence(kind, day, f"closed:{row.id}", row.basis, "监测员")


def _months(
    look: Look, farms: frozenset[UUID], disease: str
) -> Iterable[tuple[UUID, str, str, Evidence]]:
    chosen = (
        select(MonthlyReport, MonthlyDisease.disease_code, MonitoringPoint.code)
        .join(MonthlyDisease, MonthlyDisease.report_id == MonthlyReport.id)
        .join(MonitoringPoint, MonitoringPoint.id == MonthlyReport.point_id)
        .where(
            look.visible(MonthlyReport),
            MonthlyReport.state.in_(STANDING),
            MonthlyDisease.disease_code.is_not(None),
        )
        .order_by(MonthlyReport.month_on.desc())
        .limit(MOST)
    )
    if farms:
        chosen = chosen.where(MonthlyReport.organisation_id.in_(sorted(farms)))
    if disease:
        chosen = chosen.where(MonthlyDisease.disease_code == disease)
    for row, written, point in look.session.execute(chosen):
        code = str(written)
        said = f"{point} {row.month_on:%Y-%m}"
        one = Evidence(Kind.MONTHLY, row.month_on, f"month:{row.id}:{code}", said, "监测点")
        yield row.organisation_id, code, row.division_code, one


def _findings(
    look: Look, farms: frozenset[UUID], disease: str
) -> Iterable[tuple[UUID, str, str, Evidence]]:
    chosen = select(LadderFinding).where(look.visible(LadderFinding))
    if farms:
        chosen = chosen.where(LadderFinding.organisation_id.in_(sorted(farms)))
    if disease:
        chosen = chosen.where(LadderFinding.disease_code == disease)
    for row in look.scalars(chosen.order_by(LadderFinding.id.desc()).limit(MOST)):
        one = Evidence(
            kind=KIND_OF[Finding(row.finding)],
            on=row.found_on,
            ref=f"finding:{row.id}",
            said=row.basis,
            by=row.found_by,
            saw=frozenset(map(str, row.saw)),
        )
        yield row.organisation_id, row.disease_code, row.division_code, one


def _outside(look: Look) -> list[Event]:
    """Return the events of feeds in this reader's place; our own are the farms' ladders."""
    chosen = select(Event).where(
        Event.is_domestic.is_(True),
        Event.disease_code.is_not(None),
        Event.division_code.is_not(None),
        Event.source.not_in(["own", express.SOURCE]),
    )
    if not look.actor.scope.everything:
        chosen = chosen.where(Event.division_code.in_(sorted(look.actor.scope.divisions)))
    return look.scalars(chosen.order_by(Event.reported_on.desc()).limit(MOST))


def _own_only(scope: Scope, farms: frozenset[UUID]) -> bool:
    """Say whether only the reader's own farms are asked for."""
    return bool(farms) and farms <= scope.organisation_ids
