"""Checks, their findings and photographs, and the verdicts that certificates ask for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, bindparam, exists, func, select

from aquacert.declarations.models import Declaration
from aquacert.declarations.queries import facts as papers
from aquacert.declarations.rules.states import State as PaperState
from aquacert.inspections.models import BatchCheck, Finding, Photo, VerdictDoubt
from aquacert.inspections.parsers import checklist
from aquacert.inspections.rules import (
    OUTCOMES,
    Act,
    Answer,
    Item,
    Kind,
    Slot,
    State,
    Suspect,
    Value,
    Verdict,
    suspects,
    temperature_of,
)
from aquacert.kernel.db import table_of
from aquacert.kernel.errors import NotFound
from aquacert.kernel.files import StoredFile
from aquacert.kernel.quick import Quick
from aquacert.kernel.work import Look

CHECKS, DOUBTS = table_of(BatchCheck), table_of(VerdictDoubt)
CHECKS_OF = Quick(
    select(
        *(
            CHECKS.c[name]
            for name in (
                *("id", "batch_id", "state", "quantity", "vet_id", "decided_at"),
                *("suspected", "isolated_at"),
            )
        ),
        exists()
        .where(DOUBTS.c.check_id == CHECKS.c.id, DOUBTS.c.stands != Act.PASS.value)
        .label("is_doubted"),
    ).where(CHECKS.c.declaration_id == bindparam("paper"))
)


@dataclass(frozen=True)
class CheckLine:
    """One batch with its check, for a page; `check` is None before the visit begins."""

    batch: papers.BatchLine
    check: BatchCheck | None

    @property
    def state(self) -> State:
        """Where the batch's check stands."""
        return State(self.check.state) if self.check else State.OPEN


@dataclass(frozen=True)
class CheckSheet:
    """Everything on the page of one batch's check."""

    check: BatchCheck
    batch: papers.BatchLine
    items: tuple[Item, ...]
    findings: Mapping[str, Finding]
    photos: tuple[Photo, ...]

    @property
    def answers(self) -> Mapping[str, Value]:
        """Item → what was found; a number or a menu of which only a judgement is known is open."""
        found: dict[str, Value] = {}
        for item in self.items:
            row = self.findings.get(item.key)
            value = value_of(item, row) if row else None
            if value is not None:
                found[item.key] = value
        return found

    @property
    def slots(self) -> frozenset[Slot]:
        """Slots that hold a photograph."""
        return frozenset(Slot(photo.slot) for photo in self.photos)

    @property
    def suspects(self) -> list[Suspect]:
        """Diseases that the findings may point to, whatever the species: a hint, never a verdict."""
        answers = self.answers
        return suspects(self.items, answers, temperature_of(answers))


def value_of(item: Item, row: Finding) -> Value | None:
    """Return a finding as its item's answer; None when the row does not say it."""
    if item.kind is Kind.NUMBER:
        return row.amount
    if item.kind is Kind.PICK:
        return tuple(row.picks) if row.picks else None
    return Answer(row.answer)


def visits(look: Look, *, mine: bool) -> Select[Declaration]:
    """Return the declarations that wait for a visit or were visited, newest visit last."""
    states = (PaperState.ASSIGNED.value, PaperState.INSPECTED.value)
    chosen = select(Declaration).where(
        look.visible(Declaration), Declaration.state.in_(states), Declaration.vet_id.is_not(None)
    )
    if mine:
        chosen = chosen.where(Declaration.vet_id == look.actor.person_id)
    return chosen.order_by(Declaration.state, Declaration.visit_at, Declaration.id)


def open_checks(look: Look) -> int:
    """Return how many declarations of this person's scope wait for their visit."""
    waiting = select(func.count()).where(
        look.visible(Declaration), Declaration.state == PaperState.ASSIGNED.value
    )
    return look.session.scalar(waiting.select_from(Declaration)) or 0


def batch_check(look: Look, check_id: UUID) -> BatchCheck:
    """Return a check, or raise `NotFound` (also out of scope)."""
    return look.get(BatchCheck, check_id)


def checks_of(look: Look, declaration_id: UUID) -> list[CheckLine]:
    """Return every batch of a declaration with its check, in order of the batches."""
    papers.declaration(look, declaration_id)
    rows = look.scalars(select(BatchCheck).where(BatchCheck.declaration_id == declaration_id))
    found = {row.batch_id: row for row in rows}
    return [
        CheckLine(batch, found.get(batch.batch_id))
        for batch in papers.batches_of(look, declaration_id)
    ]


def sheet(look: Look, check_id: UUID) -> CheckSheet:
    """Return the page of one batch's check."""
    check = batch_check(look, check_id)
    batches = papers.batches_of(look, check.declaration_id)
    batch = next((line for line in batches if line.batch_id == check.batch_id), None)
    if batch is None:
        raise NotFound
    findings = look.scalars(select(Finding).where(Finding.check_id == check.id))
    photos = look.scalars(select(Photo).where(Photo.check_id == check.id).order_by(Photo.id))
    return CheckSheet(
        check,
        batch,
        checklist(check.checklist),
        {row.item: row for row in findings},
        tuple(photos),
    )


def verdicts(look: Look, declaration_id: UUID) -> Mapping[UUID, Verdict]:
    """Return batch → verdict; a batch whose check never began is not in the mapping."""
    rows = look.rows(CHECKS_OF, paper=declaration_id)
    return {
        row.batch_id: Verdict(
            batch_id=row.batch_id,
            outcome=OUTCOMES[State(row.state)],
            quantity=row.quantity,
            vet_id=row.vet_id,
            at=row.decided_at,
            suspected=frozenset(row.suspected),
            inspection_id=row.id,
            is_isolated=row.isolated_at is not None,
            is_doubted=bool(row.is_doubted),
        )
        for row in rows
    }


def photo_file(look: Look, photo_id: UUID) -> StoredFile:
    """Return a photograph's file when its check is in scope; raise `NotFound` otherwise."""
    photo = look.session.get(Photo, photo_id)
    if photo is None:
        raise NotFound
    batch_check(look, photo.check_id)
    file = look.session.get(StoredFile, photo.file_id)
    if file is None:
        raise NotFound
    return file
