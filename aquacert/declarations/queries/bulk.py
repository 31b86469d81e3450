"""Workbooks of declarations: judged by the rules of the form, shown row by row, watched while sent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID, uuid4

from sqlalchemy import func, select

from aquacert.declarations.models import Bulk, BulkDraft, Declaration
from aquacert.declarations.parsers import purpose_asks
from aquacert.declarations.queries.catches import faults_of_catch
from aquacert.declarations.queries.faults import faults_of_checks
from aquacert.declarations.queries.holds import free
from aquacert.declarations.queries.machine import checked
from aquacert.declarations.queries.reading import read
from aquacert.declarations.queries.subjects import subject_of
from aquacert.declarations.rules.asks import unanswered
from aquacert.declarations.rules.bulk import (
    DraftState,
    Fault,
    Group,
    Line,
    groups,
    places_of,
)
from aquacert.declarations.rules.plan import amount, beyond_stock
from aquacert.declarations.rules.states import State
from aquacert.declarations.rules.typed import with_days
from aquacert.hatcheries import queries as hatcheries
from aquacert.hatcheries.models import Hatchery
from aquacert.hatcheries.queries import LotLine
from aquacert.kernel.paging import Pages
from aquacert.kernel.work import Look
from aquacert.reference import queries as reference

REMEMBERED = timedelta(days=60)
TWICE = "这一份已经收下过，不会再报一次。真要再报一份，请改数量、车牌或启运时间。"


@dataclass(frozen=True)
class Judged:
    """One declaration of a workbook with everything that is wrong in it."""

    group: Group
    title: str
    faults: tuple[Fault, ...]


@dataclass(frozen=True)
class Progress:
    """How far a workbook is. `failed` stay drafts with the reason beside them."""

    total: int
    sent: int
    failed: int

    @property
    def done(self) -> int:
        """How many are through, well or badly."""
        return self.sent + self.failed


@dataclass(frozen=True)
class Row:
    """One declaration of a workbook as the page shows it."""

    draft: BulkDraft
    number: str
    """The declaration's number, "" before it is sent."""


def lot_names(look: Look, hatchery_id: UUID) -> dict[str, LotLine]:
    """Return the farm's lots that hold something: what the list offers → the lot."""
    return {name_of(lot): lot for lot in hatcheries.lots(look, hatchery_id) if lot.balance}


def name_of(lot: LotLine) -> str:
    """Return how the workbook's list calls a lot; the lot's number makes it unique."""
    parts = (lot.pond_name, lot.species_name, lot.variety, lot.life_stage, lot.number)
    return " ".join(part for part in parts if part)


def judge(look: Look, farm: Hatchery, lines: Sequence[Line]) -> list[Judged]:
    """Judge every declaration of a workbook as its form would be, stock counted over all of them."""
    names = lot_names(look, farm.id)
    found = groups(lines, {name: str(lot.lot_id) for name, lot in names.items()})
    left = {
        str(key): value for key, value in free(look, [lot.lot_id for lot in names.values()]).items()
    }
    taken, judged = _taken(look, farm), []
    for read_in in found:
        # 明天 in a cell is the day after the upload, whenever the draft is sent.
        group = replace(read_in, answers=with_days(read_in.answers, look.today))
        said = group.answers.to_json()
        again = {"": TWICE} if said in taken and not group.faults else {}
        judged.append(_judged(look, farm, group, left, again))
        taken.add(said)
    return judged


def _taken(look: Look, farm: Hatchery) -> set[str]:
    """Return what lately came out of the farm's workbooks and lives: drafts and what was sent.

    A workbook of which some rows were wrong is mended and handed in whole a second time.
    """
    dead = (State.WITHDRAWN.value, State.REFUSED.value)
    rows = look.scalars(
        select(BulkDraft.answers)
        .join(Bulk, Bulk.id == BulkDraft.bulk_id)
        .join(Declaration, Declaration.id == BulkDraft.declaration_id)
        .where(
            Bulk.hatchery_id == farm.id,
            Bulk.made_at > look.now - REMEMBERED,
            Declaration.state.not_in(dead),
        )
    )
    return set(rows)


def _judged(
    look: Look, farm: Hatchery, group: Group, left: dict[str, int], again: Mapping[str, str]
) -> Judged:
    """Judge one; what it takes of the stock is taken from `left`, so that the next one sees it."""
    reading = read(look, farm, group.answers, look.now)
    faults = dict(again or reading.faults)
    if not again:
        faults |= faults_of_catch(look, None, group.answers)
        faults |= unanswered(purpose_asks(), group.answers, look.today)
    if reading.whole and not again:
        plans = [one.plan for one in reading.good_batches()]
        faults |= beyond_stock(plans, left)
        # The id stands for a paper that is not there yet: nothing is held in its name.
        subject = subject_of(farm, reading, uuid4(), look.now)
        faults |= faults_of_checks(checked(look, subject), reading)
        if not faults:
            for plan in plans:
                left[plan.lot] = left.get(plan.lot, 0) - plan.quantity
    told = {(fault.row, fault.column) for fault in group.faults}
    led = [one for one in places_of(group, faults) if (one.row, one.column) not in told]
    said = "、".join(
        f"{one.lot.species_name} {amount(one.quantity, one.lot.unit)}"
        for one in reading.good_batches()
    )
    places = "、".join(
        dict.fromkeys(
            reference.full_name(look, one.destination_code) for one in reading.good_transports()
        )
    )
    title = f"{said} → {places}" if said and places else said or places
    return Judged(group, title, (*group.faults, *led))


def own_bulks(look: Look) -> list[Bulk]:
    """Return the newest workbooks of whoever asks."""
    return look.scalars(
        select(Bulk).where(look.visible(Bulk)).order_by(Bulk.made_at.desc()).limit(20)
    )


def bulk_rows(look: Look, bulk_id: UUID, number: int = 1, *, wrong: bool = False) -> Pages[Row]:
    """Return one page of a workbook's declarations, in the order of the sheet."""
    bulk = look.get(Bulk, bulk_id)
    statement = select(BulkDraft).where(BulkDraft.bulk_id == bulk.id)
    if wrong:
        bad = (DraftState.WRONG.value, DraftState.FAILED.value)
        statement = statement.where(BulkDraft.state.in_(bad))
    found = look.pages(statement.order_by(BulkDraft.number), number, 20)
    ids = [row.declaration_id for row in found.items if row.declaration_id]
    numbers = {
        key: number or ""
        for key, number in look.session.execute(
            select(Declaration.id, Declaration.number).where(Declaration.id.in_(ids))
        )
    }
    rows = [
        Row(row, numbers.get(row.declaration_id, "") if row.declaration_id else "")
        for row in found.items
    ]
    return Pages(rows, found.number, found.size, found.total)


def progress(look: Look, bulk_id: UUID) -> Progress:
    """Return how far a workbook is, counted from its rows."""
    counted = count_states(look, bulk_id)
    sent, failed = counted[DraftState.SENT], counted[DraftState.FAILED]
    return Progress(sent + failed + counted[DraftState.DRAFTED], sent, failed)


def count_states(look: Look, bulk_id: UUID) -> Counter[DraftState]:
    """Return how many declarations of a workbook stand where."""
    rows = look.session.execute(
        select(BulkDraft.state, func.count())
        .where(BulkDraft.bulk_id == bulk_id)
        .group_by(BulkDraft.state)
    )
    return Counter({DraftState(state): int(count) for state, count in rows})


def waiting_drafts(look: Look, bulk_id: UUID) -> list[UUID]:
    """Return the drafts of a workbook that are still to be sent, in the order of the sheet."""
    return look.scalars(
        select(BulkDraft.id)
        .where(BulkDraft.bulk_id == bulk_id, BulkDraft.state == DraftState.DRAFTED.value)
        .order_by(BulkDraft.number)
    )
