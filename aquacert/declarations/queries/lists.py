"""Lists of declarations: the office's queue with its clocks, the owner's parcels, for programs."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select

from aquacert.declarations.models import Declaration, Load
from aquacert.declarations.queries.facts import BatchLine, batches_of_each
from aquacert.declarations.queries.finding import found_by
from aquacert.declarations.queries.queue import TABS, counted, counted_each, found_ids, tab_ids
from aquacert.declarations.rules.answers import Answers, from_json
from aquacert.declarations.rules.clocks import Countdown, countdown
from aquacert.declarations.rules.states import LabStage, LoadState, State, stones_done
from aquacert.hatcheries.models import Hatchery
from aquacert.hatcheries.queries import lot_lines
from aquacert.hatcheries.rules import grade
from aquacert.kernel.paging import Page, Pages, within
from aquacert.kernel.work import Look
from aquacert.reference import queries as reference

WAITING = frozenset({State.SUBMITTED, State.SUPPLEMENT_REQUESTED})
ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True)
class LoadLine:
    """One load in a list."""

    load_id: UUID
    number: int
    destination_code: str
    destination_name: str
    crosses_province: bool
    departs_at: datetime
    state: str


@dataclass(frozen=True)
class DeclarationLine:
    """One declaration in a list. `clock` is None while no limit runs."""

    declaration_id: UUID
    number: str
    hatchery_name: str
    grade: str
    state: str
    submitted_at: datetime | None
    saved_at: datetime
    clock: Countdown | None
    batches: tuple[BatchLine, ...]
    loads: tuple[LoadLine, ...]
    stones: int
    testing: str
    asked_items: tuple[str, ...]
    reply_due_at: datetime | None
    replied_at: datetime | None
    visit_at: datetime | None
    visit_place: str
    reason: str
    is_proxy: bool
    typed: str = ""
    """What a draft says so far: seed, amount, whereto; empty once it was sent."""
    is_changing: bool = False
    """The declarant changed it after sending and has not sent the change."""


def waiting(look: Look) -> list[Declaration]:
    """Return the declarations that wait for the office's answer, the nearest limit first."""
    return _rows(look, tab_ids(look, "waiting"))


def declarations(
    look: Look, tab: str = "waiting", words: str = "", number: int = 1, size: int = 20
) -> Pages[DeclarationLine]:
    """Return one page of a tab of the office; a tab lists its first five hundred, a search two hundred."""
    tab = tab if tab in TABS else "waiting"
    if words.strip():
        ids = found_ids(look, tab, found_by(look, words))
        total = len(ids)
        number = within(number, size, total)
    else:
        total = counted(look, TABS[tab])
        number = within(number, size, total)
        ids = tab_ids(look, tab, top=number * size)
    shown = _rows(look, ids[(number - 1) * size : number * size])
    return Pages(lines(look, shown), number, size, total)


def counts(look: Look) -> dict[str, int]:
    """Return how many declarations stand under each tab; at most five hundred a tab are counted."""
    return counted_each(look)


def overdue_count(look: Look) -> int:
    """Return how many waiting declarations are past the office's limit."""
    return counted(look, (State.SUBMITTED,), Declaration.answer_due_at < look.now)


def _rows(look: Look, ids: Sequence[UUID]) -> list[Declaration]:
    """Return declarations in the order of their ids."""
    rows = look.scalars(select(Declaration).where(Declaration.id.in_(ids)))
    found = {row.id: row for row in rows}
    return [found[one] for one in ids if one in found]


def mine(
    look: Look, organisation_id: UUID, words: str = "", number: int = 1, size: int = 20
) -> Pages[DeclarationLine]:
    """Return one page of an owner's declarations, what waits for him first, then the newest."""
    # Ids alone come from an index, however many the farm has; whose they are is said already.
    statement = select(Declaration.id).where(Declaration.organisation_id == organisation_id)
    if organisation_id not in look.actor.scope.organisation_ids:
        statement = statement.where(look.visible(Declaration))
    if words.strip():
        statement = statement.where(found_by(look, words))
    found = look.pages(
        statement.order_by(
            Declaration.state != State.SUPPLEMENT_REQUESTED.value, Declaration.id.desc()
        ),
        number,
        size,
    )
    rows = look.scalars(select(Declaration).where(Declaration.id.in_(found.items)))
    by_id = {row.id: row for row in rows}
    items = lines(look, [by_id[key] for key in found.items])
    return Pages(items, found.number, found.size, found.total)


def last_sent(look: Look, organisation_id: UUID) -> Declaration | None:
    """Return the owner's last declaration that was sent, the one 再报一次 copies."""
    return look.one(
        select(Declaration)
        .where(
            look.visible(Declaration),
            Declaration.organisation_id == organisation_id,
            Declaration.submitted_at.is_not(None),
        )
        .order_by(Declaration.submitted_at.desc(), Declaration.id.desc())
    )


def declaration_page(look: Look, after: str | None, size: int) -> Page[Declaration]:
    """Return a stretch of the visible declarations for programs.

    A draft is shown to its own organisation only.
    """
    shown = or_(
        Declaration.submitted_at.is_not(None),
        Declaration.organisation_id == look.actor.organisation_id,
    )
    statement = select(Declaration).where(look.visible(Declaration), shown)
    return look.page(statement, Declaration.id, after, size)


def lines(look: Look, papers: Sequence[Declaration]) -> list[DeclarationLine]:
    """Return declarations as lists show them."""
    farms = {
        row.id: grade(row.level, row.kind)
        for row in look.scalars(
            select(Hatchery).where(Hatchery.id.in_({one.hatchery_id for one in papers}))
        )
    }
    ids = {one.id for one in papers}
    loads, batches = _loads(look, ids), batches_of_each(look, ids)
    typed = _typed(look, [one for one in papers if one.submitted_at is None])
    return [
        _line(
            look,
            paper,
            farms.get(paper.hatchery_id, ""),
            (batches.get(paper.id, ()), loads.get(paper.id, ())),
            typed.get(paper.id, ""),
        )
        for paper in papers
    ]


def _line(
    look: Look,
    paper: Declaration,
    farm: str,
    goods: tuple[Sequence[BatchLine], Sequence[LoadLine]],
    typed: str,
) -> DeclarationLine:
    batches, loads = goods
    states = tuple(LoadState(one.state) for one in loads)
    return DeclarationLine(
        declaration_id=paper.id,
        number=paper.number or "",
        hatchery_name=paper.hatchery_name,
        grade=farm,
        state=paper.state,
        submitted_at=paper.submitted_at,
        saved_at=paper.saved_at,
        clock=clock_of(paper, look.now),
        batches=tuple(batches),
        loads=tuple(loads),
        stones=stones_done(State(paper.state), LabStage(paper.testing), states),
        testing=paper.testing,
        asked_items=tuple(paper.asked_items),
        reply_due_at=paper.reply_due_at,
        replied_at=paper.replied_at,
        visit_at=paper.visit_at,
        visit_place=paper.visit_place,
        reason=paper.reason,
        is_proxy=paper.is_proxy,
        typed=typed,
        is_changing=paper.pending is not None and State(paper.state) in WAITING,
    )


def _typed(look: Look, drafts: Sequence[Declaration]) -> dict[UUID, str]:
    """Return what tells one draft from another, by id."""
    said = {one.id: from_json(one.answers) for one in drafts}
    lots = {
        batch.lot
        for answers in said.values()
        for batch in answers.batches
        if ID.fullmatch(batch.lot)
    }
    found = lot_lines(look, [UUID(lot) for lot in lots]) if lots else {}
    names = {str(key): line.species_name for key, line in found.items()}
    return {key: _words_of(answers, names) for key, answers in said.items()}


def _words_of(answers: Answers, names: Mapping[str, str]) -> str:
    seed = "、".join(
        said
        for one in answers.batches
        if (said := f"{names.get(one.lot, one.species)} {one.quantity}{one.unit}".strip())
    )
    places = "、".join(one.destination.strip() for one in answers.loads if one.destination.strip())
    return f"{seed} → {places}" if places else seed


def clock_of(paper: Declaration, now: datetime) -> Countdown | None:
    """Return the office's running clock, or None when it is stopped or over."""
    if paper.answer_due_at is None or paper.submitted_at is None:
        return None
    return countdown(paper.submitted_at, paper.answer_due_at, now)


def _loads(look: Look, paper_ids: Collection[UUID]) -> dict[UUID, list[LoadLine]]:
    rows = look.scalars(
        select(Load)
        .where(Load.declaration_id.in_(paper_ids))
        .order_by(Load.declaration_id, Load.number)
    )
    found: dict[UUID, list[LoadLine]] = {}
    for row in rows:
        home = reference.province_of(look, row.origin_code)
        found.setdefault(row.declaration_id, []).append(
            LoadLine(
                load_id=row.id,
                number=row.number,
                destination_code=row.destination_code,
                destination_name=reference.full_name(look, row.destination_code),
                crosses_province=reference.province_of(look, row.destination_code) != home,
                departs_at=row.departs_at,
                state=row.state,
            )
        )
    return found
