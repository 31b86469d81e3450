"""The task list of a declaration: every part with its standing and what it says so far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from aquacert.declarations.models import Declaration
from aquacert.declarations.queries.machine import earliest
from aquacert.declarations.queries.review import Review, review
from aquacert.declarations.rules.answers import PURPOSE_WORDS, SOURCE_WORDS, YES, from_json
from aquacert.declarations.rules.moments import departures
from aquacert.declarations.rules.parts import Part, Piece, Task, piece_of, task_list
from aquacert.declarations.rules.plan import amount
from aquacert.kernel.clock import legal_day
from aquacert.kernel.work import Look
from aquacert.reference import queries as reference
from aquacert.reference.rules.dated import DatedRule
from aquacert.reference.rules.masking import mask_phone


@dataclass(frozen=True)
class Line:
    """One line of the list: the task and what was said so far."""

    task: Task
    said: str


@dataclass
class TaskList:
    """Everything the task list shows."""

    review: Review
    tasks: tuple[Task, ...]
    lines: list[Line] = field(default_factory=list)
    besides: dict[str, str] = field(default_factory=dict)
    """Faults that stand on no part: the farm itself, its record."""


def task_page(look: Look, paper: Declaration) -> TaskList:
    """Return the list of a draft (or of a change of what was sent)."""
    found = review(look, paper)
    tasks = task_list(found.answers, found.faults)
    files = len(look.files_of(paper))
    return TaskList(
        review=found,
        tasks=tasks,
        lines=[Line(one, _said(found, one.piece, files)) for one in tasks],
        besides={name: said for name, said in found.faults.items() if piece_of(name) is None},
    )


def lead_rule(look: Look, paper: Declaration) -> tuple[datetime, DatedRule]:
    """Return the earliest departure of this declaration and the rule that says so."""
    declared_at = paper.submitted_at or look.now
    rule = reference.rule(look, "declaration.lead_time", legal_day(declared_at))
    return earliest(look, declared_at), rule


def departure_choices(look: Look, paper: Declaration) -> list[str]:
    """Return the first lawful departures at the hour of last time, for a single tap."""
    answers = from_json(paper.pending or paper.answers)
    hour = answers.loads[0].departs_at
    if not hour and paper.copied_from_id is not None:
        source = look.session.get(Declaration, paper.copied_from_id)
        hour = from_json(source.answers).loads[0].departs_at if source else ""
    return departures(lead_rule(look, paper)[0], hour)


def _said(found: Review, piece: Piece, files: int) -> str:
    if piece.row is None:
        return _of_all(found, piece, files)
    if piece.part is Part.SEED:
        return _seed(found, piece.row)
    if piece.part is Part.SOURCE:
        batch = found.answers.batches[piece.row]
        words = {key.value: said for key, said in SOURCE_WORDS.items()}.get(batch.source, "")
        return f"{words}、外省来的" if batch.brought == YES else words
    load = found.answers.loads[piece.row]
    if piece.part is Part.PLACE:
        return _joined((load.destination, load.place))
    if piece.part is Part.TRIP:
        return _joined((load.departs_at.replace("T", " "), load.plate))
    return {key.value: said for key, said in PURPOSE_WORDS.items()}.get(load.purpose, "")


def _of_all(found: Review, piece: Piece, files: int) -> str:
    if piece.part is Part.PAPERS:
        return f"{files} 个文件" if files else ""
    if piece.part is Part.CONTACT:
        return mask_phone(found.reading.phone) if found.reading.phone else "用登记的电话"
    return ""


def _seed(found: Review, row: int) -> str:
    batch = found.reading.batches[row]
    if batch is not None:
        lot = batch.lot
        return f"{lot.pond_name} {lot.species_name} {amount(batch.quantity, lot.unit)}"
    typed = found.answers.batches[row]
    line = found.lots.get(typed.lot)
    return _joined((f"{line.pond_name} {line.species_name}" if line else "", typed.quantity))


def _joined(texts: Sequence[str]) -> str:
    return " ".join(one.strip() for one in texts if one.strip())
