"""Wild seed as it is told while it is typed: the day against its clock, the lot against its ledger."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from aquacert.declarations.models import Declaration
from aquacert.declarations.queries.machine import wild_limit
from aquacert.declarations.rules.answers import Answers, BatchAnswer, Source
from aquacert.declarations.rules.catches import not_wild
from aquacert.declarations.rules.plan import Faults
from aquacert.hatcheries import queries as hatcheries
from aquacert.kernel.clock import SHANGHAI, legal_day
from aquacert.kernel.errors import Invalid
from aquacert.kernel.work import Look
from aquacert.reference.rules.dates import Side, day_words, read_day


def faults_of_catch(look: Look, paper: Declaration | None, answers: Answers) -> Faults:
    """Return what is wrong with the wild batches, each by itself, however much is still open."""
    wild = {
        at: batch for at, batch in enumerate(answers.batches) if batch.source == Source.WILD.value
    }
    if not wild:
        return {}
    faults: Faults = {}
    for at, batch in wild.items():
        if said := late(look, paper, batch.captured_on):
            faults[f"batches-{at}-captured_on"] = said
    begun = hatcheries.beginnings(look, [one for b in wild.values() if (one := _id(b))])
    for at, batch in wild.items():
        lot_id = _id(batch)
        if lot_id is not None and (said := not_wild(begun.get(lot_id, frozenset()))):
            faults[f"batches-{at}-source"] = said
    return faults


def late(look: Look, paper: Declaration | None, text: str) -> str:
    """Return why a catch of that day comes too late, or an empty text; also for no clear day."""
    declared_at = (paper.submitted_at if paper else None) or look.now
    try:
        on = read_day(text, look.today, side=Side.PAST)
    except Invalid:
        return ""
    if on > look.today:
        return ""
    limit = wild_limit(look, on, legal_day(declared_at))
    if limit is None or declared_at <= limit:
        return ""
    return (
        f"{day_words(on)}捕获的，最晚 {limit.astimezone(SHANGHAI):%Y-%m-%d %H:%M} 前申报，"
        "已经过了。请先打电话给申报点，问怎么办。"
    )


def read_back(look: Look, paper: Declaration, values: Mapping[str, str]) -> dict[str, list[str]]:
    """Return for each typed day what was understood and, of a catch, why it is late: at its field."""
    told: dict[str, list[str]] = {}
    for name, text in values.items():
        if name.endswith(("-captured_on", "-brought_on")):
            on = _day(look, text)
            is_catch = name.endswith("-captured_on")
            told[name] = [
                day_words(on) if on else "",
                late(look, paper, text) if is_catch else "",
            ]
    return told


def _day(look: Look, text: str) -> date | None:
    try:
        return read_day(text, look.today, side=Side.PAST)
    except Invalid:
        return None


def _id(batch: BatchAnswer) -> UUID | None:
    try:
        return UUID(batch.lot.strip())
    except ValueError:
        return None
