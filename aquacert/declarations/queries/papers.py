"""Gathering what the opening forms of a declaration say, and the rendition of a form by kind."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from aquacert.accounts.queries.organisations import issuer
from aquacert.accounts.queries.people import person, person_name
from aquacert.declarations.documents import (
    AnswerFacts,
    ApplicationFacts,
    FormFacts,
    SupplementFacts,
    sheet_of,
)
from aquacert.declarations.models import Declaration
from aquacert.declarations.queries.facts import LoadFacts, batches_of, load_facts_of
from aquacert.declarations.queries.filed import latest, sheet_of_form
from aquacert.declarations.queries.slots import held_of
from aquacert.declarations.rules.answers import (
    MODE_WORDS,
    PURPOSE_WORDS,
    SOURCE_WORDS,
    Mode,
    Purpose,
    Source,
)
from aquacert.declarations.rules.filing import SHORT_WORDS, FormKind
from aquacert.declarations.rules.grounds import (
    GROUND_ARTICLE,
    GROUND_WORDS,
    MATERIAL_WORDS,
    Ground,
    Material,
)
from aquacert.kernel.clock import SHANGHAI, legal_day
from aquacert.kernel.errors import NotFound
from aquacert.kernel.sheetdocx import docx_of
from aquacert.kernel.sheets import Sheet
from aquacert.kernel.work import Look
from aquacert.reference import queries as reference
from aquacert.reference.rules.quantity import in_words

KINDS: Mapping[str, tuple[str]] = {
    kind.value: (SHORT_WORDS[kind],)
    for kind in (
        FormKind.APPLICATION,
        FormKind.ACCEPTANCE,
        FormKind.SUPPLEMENT,
        FormKind.REFUSAL,
    )
}
"""The forms that a declaration itself makes, by the name in their address."""


def papers_of(paper: Declaration) -> list[str]:
    """Return the kinds of opening form that this declaration has by now."""
    has = {
        FormKind.APPLICATION: paper.submitted_at is not None,
        FormKind.SUPPLEMENT: paper.asked_at is not None,
        FormKind.ACCEPTANCE: paper.answered_at is not None and not paper.ground,
        FormKind.REFUSAL: bool(paper.ground),
    }
    return [kind.value for kind, there in has.items() if there]


def document(look: Look, declaration_id: UUID, kind: str) -> tuple[str, bytes]:
    """Return name and .docx of an opening form; raise `NotFound` when there is no such one yet."""
    sheet = opening_sheet(look, look.get(Declaration, declaration_id), kind)
    paper = look.get(Declaration, declaration_id)
    return f"{KINDS[kind][0]}-{paper.number}.docx", docx_of(sheet)


def opening_sheet(look: Look, paper: Declaration, kind: str) -> Sheet:
    """Return the filed form, or one without a number for a declaration older than the filing."""
    if kind not in papers_of(paper):
        raise NotFound("这份申报还没有这种文书。")
    row = latest(look, FormKind(kind), paper.id)
    if row is not None:
        return sheet_of_form(row)
    return sheet_of(FormKind(kind), FACTS[FormKind(kind)](look, paper).plain(), "")


def application_facts(look: Look, paper: Declaration) -> ApplicationFacts:
    """Return what the 申报单 says about a submitted declaration."""
    if paper.submitted_at is None:
        raise NotFound
    batches, loads, held = (
        batches_of(look, paper.id),
        load_facts_of(look, paper),
        held_of(look, paper),
    )
    return ApplicationFacts(
        **common_facts(look, paper, paper.submitted_at),
        # Every load names the owner's telephone: the paper's own, else the farm's.
        phone=loads[0].owner_phone if loads else paper.phone or "",
        species=_once(one.species_name for one in batches),
        quantity="；".join(in_words(one.quantity, unit_words(one.unit)) for one in batches),
        source=_once(SOURCE_WORDS[Source(one.source)] for one in batches),
        purpose=_once(PURPOSE_WORDS[Purpose(one.purpose)] for one in loads),
        origin=origin_words(look, paper),
        departs="；".join(dict.fromkeys(time_words(one.departs_at) for one in loads)),
        destination="；".join(dict.fromkeys(map(destination_words, loads))),
        submitted=time_words(paper.submitted_at),
        declared_by=person_name(look, paper.declared_by_id) if paper.declared_by_id else "",
        is_proxy=paper.is_proxy,
        attached=_once(word for key, word in MATERIAL_WORDS.items() if key.value in held),
        batches=tuple(
            (
                str(one.number),
                one.species_name,
                " ".join(part for part in (one.variety, one.life_stage) if part) or "/",
                in_words(one.quantity, unit_words(one.unit)),
                SOURCE_WORDS[Source(one.source)],
                one.pond_name,
            )
            for one in batches
        ),
        loads=tuple(_load(one) for one in loads),
    )


def answer_facts(look: Look, paper: Declaration) -> AnswerFacts:
    """Return what the 受理单 or the 不予受理通知书 says."""
    if paper.answered_at is None:
        raise NotFound
    name, phone = _clerk(look, paper.answered_by_id)
    return AnswerFacts(
        **common_facts(look, paper, paper.answered_at),
        origin=origin_words(look, paper),
        is_accepted=not paper.ground,
        visit_day=day_words(paper.visit_at) if paper.visit_at else "",
        visit_time=time_words(paper.visit_at) if paper.visit_at else "",
        visit_place=paper.visit_place,
        ground=GROUND_WORDS[Ground(paper.ground)] if paper.ground else "",
        article=GROUND_ARTICLE if paper.ground else "",
        reason=paper.reason,
        clerk=name,
        clerk_phone=phone,
    )


def supplement_facts(look: Look, paper: Declaration) -> SupplementFacts:
    """Return what the 补正告知书 says."""
    if paper.asked_at is None:
        raise NotFound
    name, phone = _clerk(look, paper.answered_by_id or look.actor.person_id)
    return SupplementFacts(
        **common_facts(look, paper, paper.asked_at),
        origin=origin_words(look, paper),
        asked=tuple(MATERIAL_WORDS[Material(item)] for item in paper.asked_items),
        note=paper.asked_note,
        reply_due=time_words(paper.reply_due_at) if paper.reply_due_at else "",
        article=GROUND_ARTICLE,
        clerk=name,
        clerk_phone=phone,
    )


FACTS: Mapping[FormKind, Callable[[Look, Declaration], FormFacts]] = {
    FormKind.APPLICATION: application_facts,
    FormKind.ACCEPTANCE: answer_facts,
    FormKind.REFUSAL: answer_facts,
    FormKind.SUPPLEMENT: supplement_facts,
}


def origin_words(look: Look, paper: Declaration) -> str:
    """Return province, city, county and place of departure, without a space."""
    return f"{reference.full_name(look, paper.origin_code)}{paper.origin_place}"


def destination_words(load: LoadFacts) -> str:
    """Return province, city, county and place of arrival, without a space."""
    return f"{load.destination_name}{load.destination_place}"


def day_words(instant: datetime) -> str:
    """Return 2026 年 5 月 9 日 in Asia/Shanghai."""
    day = instant.astimezone(SHANGHAI)
    return f"{day.year} 年 {day.month} 月 {day.day} 日"


def time_words(instant: datetime) -> str:
    """Return 2026 年 5 月 9 日 16:00 in Asia/Shanghai."""
    return f"{day_words(instant)} {instant.astimezone(SHANGHAI):%H:%M}"


def unit_words(unit: str) -> str:
    """Return a unit as a form prints it."""
    return "千克" if unit == "kg" else unit


def common_facts(look: Look, paper: Declaration, at: datetime) -> dict[str, Any]:
    """Return what every form of this declaration says, dated on the legal day of `at`."""
    return {
        "office": issuer(look, paper.office_id).name_zh,
        "declaration_no": paper.number or "",
        "owner": paper.hatchery_name,
        "day": legal_day(at).isoformat(),
        "is_demo": look.settings.is_demo,
    }


def _load(one: LoadFacts) -> tuple[str, ...]:
    said = "；".join(
        f"第 {line.batch_no} 批{line.species_name}"
        f"{in_words(line.load_quantity, unit_words(line.unit))}"
        for line in one.lines
    )
    return (
        str(one.load_no),
        said,
        destination_words(one),
        time_words(one.departs_at),
        f"{MODE_WORDS[Mode(one.transport_mode)]} {one.plate}".strip(),
        f"装运前经{one.disinfectant}消毒" if one.disinfectant else "",
        PURPOSE_WORDS[Purpose(one.purpose)],
    )


def _clerk(look: Look, person_id: UUID | None) -> tuple[str, str]:
    """Return name and phone of the official who handles the case: both stand on the form."""
    row = person(look, person_id) if person_id else None
    return ((row.name or ""), (row.phone or "")) if row else ("", "")


def _once(words: Iterable[str]) -> str:
    return "、".join(dict.fromkeys(words))
