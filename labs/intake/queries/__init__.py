"""What is on its way, what has come, and what is owed: the laboratory's view of its items."""

from collections import Counter
from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import Select, func, or_, select

from aquacert.kernel.errors import NotFound
from aquacert.kernel.work import Look
from labs.intake.models import AssayOrder, Consignment, Item, NonConformity
from labs.intake.rules import (
    Condition,
    ConsignmentState,
    FaultKind,
    FaultState,
    ItemKind,
    ItemState,
    Tally,
    blind_code,
)
from labs.register.queries import labs
from labs.register.rules.sending import Workload

AT_ONCE = 500
"""Values in one IN list: SQLite takes 32,766 parameters, a file may hold more codes."""


def consignments(
    look: Look, words: str = "", state: ConsignmentState | None = None
) -> Select[Consignment]:
    """Select the consignments of this actor's laboratory, newest first."""
    wanted = select(Consignment).where(look.visible(Consignment))
    if words.strip():
        wanted = wanted.where(look.matching(Consignment, words))
    if state is not None:
        wanted = wanted.where(Consignment.state == state)
    return wanted.order_by(Consignment.announced_at.desc(), Consignment.id.desc())


def items_of(look: Look, consignment_id: UUID) -> Sequence[Item]:
    """Return the items that came in a consignment, by their code; pools made of them are none."""
    return look.scalars(
        select(Item)
        .where(
            Item.consignment_id == consignment_id,
            Item.kind == ItemKind.SAMPLE,
            look.visible(Item),
        )
        .order_by(Item.blind_code)
    )


def item_by_code(look: Look, code: str) -> Item:
    """Return an item of this actor's laboratory by its blind code.

    Raises `NotFound` alike for an unknown code and for another laboratory's.
    """
    found = blind_code(code)
    row = None
    if found is not None:
        row = look.one(select(Item).where(Item.blind_code == found, look.visible(Item)))
    if row is None:
        raise NotFound("这个盲样号不在本实验室的来样中。请核对标签，或查看送样是否发往别的实验室。")
    return row


def items_by_code(look: Look, lab_id: UUID, codes: Iterable[str]) -> dict[str, Item]:
    """Return a laboratory's items among these codes, in few questions however long the file is."""
    wanted = sorted({found for code in codes if (found := blind_code(code)) is not None})
    found_items: dict[str, Item] = {}
    for start in range(0, len(wanted), AT_ONCE):
        some = wanted[start : start + AT_ONCE]
        rows = look.scalars(select(Item).where(Item.lab_id == lab_id, Item.blind_code.in_(some)))
        found_items |= {row.blind_code: row for row in rows}
    return found_items


def orders_of(look: Look, item_ids: Iterable[UUID]) -> dict[UUID, list[AssayOrder]]:
    """Return what was asked of each item, by disease."""
    ids = list(item_ids)
    orders: dict[UUID, list[AssayOrder]] = {item_id: [] for item_id in ids}
    rows = look.scalars(
        select(AssayOrder).where(AssayOrder.item_id.in_(ids)).order_by(AssayOrder.disease_code)
    )
    for row in rows:
        orders[row.item_id].append(row)
    return orders


def received_items(look: Look, words: str = "") -> Select[Item]:
    """Select the items that are being tested, oldest first."""
    wanted = select(Item).where(look.visible(Item), Item.state == ItemState.RECEIVED)
    if words.strip():
        wanted = wanted.where(look.matching(Item, words))
    return wanted.order_by(Item.received_at, Item.id)


def item_state(look: Look, code: str) -> tuple[ItemState, str] | None:
    """Return how far an item is and in which condition it came, for whoever knows its code; None if unknown.

    The sending side asks by the blind code it made itself, so no row scope applies here.
    """
    found = blind_code(code)
    row = look.one(select(Item).where(Item.blind_code == found)) if found else None
    return None if row is None else (ItemState(row.state), row.condition or "")


def workload(look: Look, lab_ids: Iterable[UUID] | None = None) -> dict[UUID, Workload]:
    """Return what each laboratory (None: every one) has to test now, and what it can do in a day.

    Counts only: whoever chooses a laboratory may know how full it is, so no row scope applies.
    """
    capacity = {line.lab_id: line.capacity_per_day for line in labs(look)}
    wanted = set(capacity) if lab_ids is None else set(lab_ids)
    counted = look.session.execute(
        select(Item.lab_id, Item.state, func.count())
        .where(
            Item.lab_id.in_(wanted),
            Item.kind == ItemKind.SAMPLE,
            Item.state.in_((ItemState.RECEIVED, ItemState.ANNOUNCED)),
        )
        .group_by(Item.lab_id, Item.state)
    )
    counts = {(lab_id, state): count for lab_id, state, count in counted}
    return {
        lab_id: Workload(
            owed=counts.get((lab_id, ItemState.RECEIVED.value), 0),
            on_the_way=counts.get((lab_id, ItemState.ANNOUNCED.value), 0),
            capacity_per_day=capacity.get(lab_id),
        )
        for lab_id in wanted
    }


def tally_of(look: Look, consignment_id: UUID) -> Tally:
    """Return how a box stands against its manifest."""
    items = items_of(look, consignment_id)
    extra = look.session.scalar(
        select(func.count())
        .select_from(NonConformity)
        .where(
            NonConformity.consignment_id == consignment_id, NonConformity.kind == FaultKind.EXTRA
        )
    )
    conditions = Counter(item.condition for item in items)
    missing, rejected = conditions[Condition.MISSING], conditions[Condition.REJECTED]
    waiting = conditions[None]
    received = len(items) - missing - rejected - waiting
    return Tally(len(items), received, missing, rejected, waiting, extra or 0)


def faults(look: Look, words: str = "", *, open_only: bool = True) -> Select[NonConformity]:
    """Select this laboratory's non-conformities, newest first."""
    wanted = select(NonConformity).where(look.visible(NonConformity))
    if words.strip():
        wanted = wanted.where(look.matching(NonConformity, words))
    elif open_only:
        wanted = wanted.where(NonConformity.state == FaultState.OPEN)
    return wanted.order_by(NonConformity.opened_at.desc(), NonConformity.id.desc())


def faults_of(look: Look, consignment_id: UUID) -> Sequence[NonConformity]:
    """Return a box's non-conformities, oldest first."""
    return look.scalars(
        select(NonConformity)
        .where(NonConformity.consignment_id == consignment_id, look.visible(NonConformity))
        .order_by(NonConformity.number)
    )


def box_of(look: Look, text: str) -> Consignment | None:
    """Return the box or consignment of this actor's laboratory that a scanned number names.

    A box's number comes again in time: an open box comes before closed ones, newest first.
    """
    number = "".join(text.split()).upper()
    return (
        look.one(
            select(Consignment)
            .where(
                look.visible(Consignment),
                or_(Consignment.number == number, Consignment.box_number == number),
                Consignment.number != "",
            )
            .order_by(Consignment.completed_at.is_not(None), Consignment.announced_at.desc())
        )
        if number
        else None
    )
