"""Gathering what the papers of a declaration say."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from uuid import UUID

from aquacert.accounts.queries.organisations import organisation
from aquacert.accounts.queries.people import person, person_name
from aquacert.declarations.documents import (
    BatchRow,
    LoadRow,
    PaperFacts,
    acceptance,
    application,
    refusal,
    supplement,
)
from aquacert.declarations.models import Declaration
from aquacert.declarations.queries.facts import LoadFacts, all_load_facts, batches_of
from aquacert.declarations.rules.answers import (
    MODE_WORDS,
    PURPOSE_WORDS,
    SOURCE_WORDS,
    Mode,
    Purpose,
    Source,
)
from aquacert.declarations.rules.grounds import GROUND_WORDS, MATERIAL_WORDS, Ground, Material
from aquacert.hatcheries.models import Hatchery
from aquacert.kernel.errors import NotFound
from aquacert.kernel.work import Look
from aquacert.reference import queries as reference
from aquacert.reference.rules.quantity import in_words

KINDS: Mapping[str, tuple[str, Callable[[PaperFacts], bytes]]] = {
    "application": ("申报单", application),
    "acceptance": ("受理单", acceptance),
    "supplement": ("补正告知书", supplement),
    "refusal": ("不予受理通知书", refusal),
}


def papers_of(paper: Declaration) -> list[str]:
    """Return the kinds of paper that this declaration has by now."""
    has = {
        "application": paper.submitted_at is not None,
        "supplement": paper.asked_at is not None,
        "acceptance": paper.answered_at is not None and not paper.ground,
        "refusal": bool(paper.ground),
    }
    return [kind for kind, there in has.items() if there]


def document(look: Look, declaration_id: UUID, kind: str) -> tuple[str, bytes]:
    """Return name and bytes of a paper; raise `NotFound` when the declaration has no such one."""
    paper = look.get(Declaration, declaration_id)
    if kind not in papers_of(paper):
        raise NotFound("这份申报还没有这种文书。")
    title, build = KINDS[kind]
    return f"{title}-{paper.number}.docx", build(paper_facts(look, paper))


def paper_facts(look: Look, paper: Declaration) -> PaperFacts:
    """Return what the papers say about a declaration."""
    farm = look.session.get(Hatchery, paper.hatchery_id)
    if farm is None or paper.submitted_at is None:
        raise NotFound
    clerk = person(look, paper.answered_by_id) if paper.answered_by_id else None
    return PaperFacts(
        number=paper.number or "",
        office=organisation(look, paper.office_id).name_zh,
        owner=paper.hatchery_name,
        phone=paper.phone or farm.phone or "",
        origin=f"{reference.full_name(look, paper.origin_code)}{paper.origin_place}",
        submitted_at=paper.submitted_at,
        declared_by=person_name(look, paper.declared_by_id) if paper.declared_by_id else "",
        batches=tuple(
            BatchRow(
                number=one.number,
                species=one.species_name,
                size=" ".join(part for part in (one.variety, one.life_stage) if part) or "/",
                quantity=in_words(one.quantity, _unit(one.unit)),
                source=SOURCE_WORDS[Source(one.source)],
                pond=one.pond_name,
            )
            for one in batches_of(look, paper.id)
        ),
        loads=tuple(_load(one) for one in all_load_facts(look, paper.id)),
        answered_at=paper.answered_at,
        clerk=(clerk.name or "") if clerk else "",
        clerk_phone=(clerk.phone or "") if clerk else "",
        visit_at=paper.visit_at,
        visit_place=paper.visit_place,
        asked_at=paper.asked_at,
        asked=tuple(MATERIAL_WORDS[Material(item)] for item in paper.asked_items),
        asked_note=paper.asked_note,
        reply_due_at=paper.reply_due_at,
        ground=GROUND_WORDS[Ground(paper.ground)] if paper.ground else "",
        reason=paper.reason,
        is_demo=look.settings.is_demo,
    )


def _load(one: LoadFacts) -> LoadRow:
    said = "、".join(
        f"第 {line.batch_no} 批{line.species_name}{in_words(line.load_quantity, _unit(line.unit))}"
        for line in one.lines
    )
    return LoadRow(
        number=one.load_no,
        contents=said,
        destination=f"{one.destination_name}{one.destination_place}",
        consignee=f"{one.consignee_name}　{one.consignee_phone}",
        carrier=f"{one.carrier_name}　{one.carrier_phone}",
        vehicle=f"{MODE_WORDS[Mode(one.transport_mode)]}　{one.plate}",
        disinfectant=one.disinfectant,
        departs_at=one.departs_at,
        purpose=PURPOSE_WORDS[Purpose(one.purpose)],
    )


def _unit(unit: str) -> str:
    return "千克" if unit == "kg" else unit
