"""Failed checks at the fields they belong to, in the words of the declarant's own page."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from aquacert.declarations.queries.machine import Subject, check_facts, zone_blocks
from aquacert.declarations.queries.reading import Reading
from aquacert.declarations.rules.checks import CheckFacts, Reason, checks
from aquacert.declarations.rules.plan import Faults
from aquacert.kernel.clock import SHANGHAI
from aquacert.kernel.work import Look

RECORD = "存塘数 {days} 天没核对，核对后才能申报。"


def faults_of_checks(look: Look, subject: Subject, reading: Reading) -> Faults:
    """Return field → sentence for every check that forbids sending; warnings are not faults."""
    facts = check_facts(look, subject)
    failed = {one.reason for one in checks(facts) if not one.ok}
    faults = _of_the_farm(facts, failed)
    for at, batch in enumerate(facts.batches):
        if not batch.licence.ok:
            faults[f"batches-{at}-lot"] = batch.licence.sentence
    if Reason.LEAD_TIME in failed:
        faults |= _too_soon(facts.earliest_at.astimezone(SHANGHAI), reading)
    if Reason.WILD in failed:
        faults |= _caught_long_ago(facts, reading)
    return faults | _zones(look, subject, reading)


def _of_the_farm(facts: CheckFacts, failed: Collection[Reason]) -> Faults:
    faults: Faults = {}
    if Reason.HATCHERY in failed:
        faults["hatchery"] = "县里还没有审核通过，暂时不能申报。"
    if Reason.RECORD in failed:
        on = facts.confirmed_on
        faults["record"] = (
            RECORD.format(days=(facts.today - on).days) if on else "请先核对存塘数，再申报。"
        )
    return faults


def _caught_long_ago(facts: CheckFacts, reading: Reading) -> Faults:
    limit = facts.wild_within_days or 0
    return {
        f"batches-{at}-captured_on": f"合法捕获的要在捕获后 {limit} 日内申报。"
        for at, one in enumerate(reading.good_batches())
        if one.captured_on and (facts.declared_on - one.captured_on).days > limit
    }


def _too_soon(earliest: datetime, reading: Reading) -> Faults:
    day = f"{earliest:%Y-%m-%d %H:%M}"
    return {
        f"loads-{at}-departs_at": f"提前的时间不够，最早可以 {day} 启运。"
        for at, one in enumerate(reading.good_transports())
        if one.departs_at < earliest
    }


def _zones(look: Look, subject: Subject, reading: Reading) -> Faults:
    faults: Faults = {}
    destinations = [one.destination_code for one in reading.good_transports()]
    for block in zone_blocks(look, subject):
        if block.division_code in destinations:
            at = destinations.index(block.division_code)
            faults[f"loads-{at}-destination"] = block.sentence
        else:
            faults["batches-0-lot"] = block.sentence
    return faults
