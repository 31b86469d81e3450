"""What the field record says about a visit: read once, when its last batch is decided."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final
from uuid import UUID

from aquacert.accounts import queries as accounts
from aquacert.declarations.documents import RecordFacts, sheet_of
from aquacert.declarations.queries import facts as papers
from aquacert.declarations.queries.filed import latest, sheet_of_form
from aquacert.declarations.queries.papers import (
    common_facts,
    destination_words,
    origin_words,
    time_words,
    unit_words,
)
from aquacert.declarations.rules.answers import (
    MODE_WORDS,
    PURPOSE_WORDS,
    SOURCE_WORDS,
    Mode,
    Purpose,
    Source,
)
from aquacert.declarations.rules.filing import FormKind
from aquacert.inspections.queries.checks import CheckSheet, checks_of, sheet
from aquacert.inspections.rules import SECTION_WORDS, STATE_WORDS, State, unfolded, value_words
from aquacert.kernel.sheets import Sheet
from aquacert.kernel.work import Look
from aquacert.reference import queries as reference
from aquacert.reference.rules.quantity import in_words

CERTIFICATE_LATER: Final = "（出证后填）"


def record_sheet(look: Look, declaration_id: UUID) -> Sheet:
    """Return the filed record, or what it would say while the visit goes on: without a number."""
    papers.declaration(look, declaration_id)
    row = latest(look, FormKind.RECORD, declaration_id)
    if row is not None:
        return sheet_of_form(row)
    return sheet_of(FormKind.RECORD, record_facts(look, declaration_id).plain(), "")


def record_facts(look: Look, declaration_id: UUID) -> RecordFacts:
    """Return what the record says now."""
    paper = papers.declaration(look, declaration_id)
    sheets = [sheet(look, line.check.id) for line in checks_of(look, declaration_id) if line.check]
    loads = papers.all_load_facts(look, declaration_id)
    decided = [one.check.decided_at for one in sheets if one.check.decided_at]
    checked_at = max(decided, default=None)
    return RecordFacts(
        **common_facts(look, paper, checked_at or look.now),
        address=origin_words(look, paper),
        declared=time_words(paper.submitted_at or paper.started_at),
        checked=time_words(checked_at) if checked_at else "",
        place=paper.visit_place or paper.origin_place,
        species=_once(one.batch.species_name for one in sheets),
        quantity="；".join(_quantity(one) for one in sheets),
        purpose=_once(PURPOSE_WORDS[Purpose(one.purpose)] for one in loads),
        source=_once(SOURCE_WORDS[Source(one.batch.source)] for one in sheets),
        origin=origin_words(look, paper),
        destination="；".join(dict.fromkeys(map(destination_words, loads))),
        vehicle=_once(f"{MODE_WORDS[Mode(one.transport_mode)]} {one.plate}" for one in loads),
        treatment=_treatment(sheets),
        certificates=CERTIFICATE_LATER,
        vet=accounts.person_name(look, paper.vet_id) if paper.vet_id else "",
        batches=tuple(_batch(look, one) for one in sheets),
        findings=tuple(line for one in sheets for line in _findings(one)),
        photos=f"{sum(len(one.photos) for one in sheets)} 张",
    )


def _quantity(one: CheckSheet) -> str:
    return in_words(one.check.quantity or one.batch.quantity, unit_words(one.batch.unit))


def _batch(look: Look, one: CheckSheet) -> tuple[str, ...]:
    suspected = (reference.disease(look, code).name_zh for code in one.check.suspected)
    return (
        str(one.batch.number),
        f"{one.batch.species_name} {one.batch.life_stage}".strip(),
        _quantity(one),
        STATE_WORDS[State(one.check.state)],
        "、".join(suspected) or "/",
        one.check.note or "/",
    )


def _findings(one: CheckSheet) -> Iterator[tuple[str, ...]]:
    answers = one.answers
    for item in unfolded(one.items, answers):
        found = value_words(item, answers[item.key]) if item.key in answers else ""
        yield str(one.batch.number), SECTION_WORDS[item.section], item.ask, found


def _treatment(sheets: Sequence[CheckSheet]) -> str:
    """Return what follows from the verdicts, in the words of the record's line 检疫处理."""
    if any(one.check.state == State.OPEN.value for one in sheets):
        return ""
    failed = [str(one.batch.number) for one in sheets if one.check.state == State.FAILED.value]
    if not failed:
        return "现场检疫合格"
    return f"第 {'、'.join(failed)} 批不合格，不出具动物检疫证明，出具检疫处理通知单"


def _once(words: Iterable[str]) -> str:
    return "、".join(dict.fromkeys(words))
