"""Failed checks at the fields they belong to, in the words of the declarant's own page."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime

from aquacert.declarations.models import Declaration
from aquacert.declarations.parsers import purpose_asks
from aquacert.declarations.queries.catches import faults_of_catch
from aquacert.declarations.queries.machine import Checked
from aquacert.declarations.queries.places import told
from aquacert.declarations.queries.reading import Reading
from aquacert.declarations.queries.slots import slots_of
from aquacert.declarations.queries.subjects import Subject
from aquacert.declarations.rules.answers import Answers
from aquacert.declarations.rules.asks import unanswered
from aquacert.declarations.rules.checks import (
    UNDER_TREATMENT,
    CheckFacts,
    Reason,
    checks,
    in_time,
)
from aquacert.declarations.rules.plan import Faults
from aquacert.declarations.rules.slots import missing
from aquacert.kernel.clock import SHANGHAI, legal_day
from aquacert.kernel.work import Look
from aquacert.reference.rules.text import folded
from aquacert.surveillance.rules.zones import Role

RECORD = "存塘数 {days} 天没核对，核对后才能申报。"
HOME = "到达地就是启运地。请写收货的地方在哪里；苗种不出场，不用申报。"
CLASH = "两个窗口里填得不一样，请选一个。"


def faults_of_checks(found: Checked, reading: Reading) -> Faults:
    """Return field → sentence for every check that forbids sending; warnings are not faults."""
    facts = found.facts
    failed = {one.reason for one in checks(facts) if not one.ok}
    faults = _of_the_farm(facts, failed)
    for at, batch in enumerate(facts.batches):
        if not batch.licence.ok:
            faults[f"batches-{at}-lot"] = batch.licence.sentence
        elif batch.held:
            faults[f"batches-{at}-lot"] = f"{UNDER_TREATMENT.format(batch.held)}。"
        elif batch.contest:
            faults[f"batches-{at}-lot"] = batch.contest
    if Reason.UNCLEAN in failed and facts.clean is not None:
        faults.setdefault("hatchery", f"{facts.clean.sentence}，暂停受理。")
    if Reason.LEAD_TIME in failed:
        faults |= _too_soon(facts.earliest_at.astimezone(SHANGHAI), reading)
    if Reason.WILD in failed:
        faults |= _caught_long_ago(facts)
    return faults | _back_home(found.subject, reading) | _zones(found, reading)


def _of_the_farm(facts: CheckFacts, failed: Collection[Reason]) -> Faults:
    faults: Faults = {}
    if Reason.HATCHERY in failed:
        faults["hatchery"] = facts.farm_basis or "县里还没有审核通过，暂时不能申报。"
    if facts.campaign:
        faults["record"] = facts.campaign
    elif Reason.RECORD in failed:
        on = facts.confirmed_on
        faults["record"] = (
            RECORD.format(days=(facts.today - on).days) if on else "请先核对存塘数，再申报。"
        )
    return faults


def _back_home(subject: Subject, reading: Reading) -> Faults:
    """Name every load that would end where it begins: a slip of the pen, never a journey."""
    farm = subject.hatchery
    return {
        f"loads-{at}-place": HOME
        for at, one in enumerate(reading.good_transports())
        if one.destination_code == farm.division_code and folded(one.place) == folded(farm.place)
    }


def _caught_long_ago(facts: CheckFacts) -> Faults:
    return {
        f"batches-{at}-captured_on": "合法捕获的最晚 "
        f"{one.declare_by.astimezone(SHANGHAI):%Y-%m-%d %H:%M} 前申报，已经过了。"
        for at, one in enumerate(facts.batches)
        if one.declare_by and not in_time(one, facts.declared_at)
    }


def _too_soon(earliest: datetime, reading: Reading) -> Faults:
    day = f"{earliest:%Y-%m-%d %H:%M}"
    return {
        f"loads-{at}-departs_at": f"提前的时间不够，最早可以 {day} 启运。"
        for at, one in enumerate(reading.good_transports())
        if one.departs_at < earliest
    }


def _zones(found: Checked, reading: Reading) -> Faults:
    """Name every batch whose species a zone stops here, and every load that goes into one."""
    faults: Faults = {}
    species = [one.lot.species_code for one in reading.good_batches()]
    destinations = [one.destination_code for one in reading.good_transports()]
    for block in found.touches.bars:
        if block.role == Role.DESTINATION:
            ends = ((f"loads-{at}-destination", code) for at, code in enumerate(destinations))
            named = [name for name, code in ends if code == block.division_code]
        elif block.role == Role.ROUTE:
            ways = enumerate(reading.good_transports())
            named = [f"loads-{at}-via" for at, one in ways if block.division_code in one.via_codes]
        else:
            seeds = enumerate(species)
            named = [f"batches-{at}-lot" for at, code in seeds if code == block.species_code]
        for name in named:
            faults.setdefault(name, told(block))
    return faults


def faults_of_paper(look: Look, paper: Declaration, answers: Answers) -> Faults:
    """Return what stands in the way beside the answers themselves.

    Papers that must be there, questions of a purpose that bind, and two windows' unsettled words.
    """
    on = legal_day(paper.submitted_at or look.now)
    faults = missing(slots_of(look, paper, answers)) | faults_of_catch(look, paper, answers)
    faults |= unanswered(purpose_asks(), answers, on)
    waiting: dict[str, str] = json.loads(paper.clashes) if paper.clashes else {}
    return faults | dict.fromkeys(waiting, CLASH)
