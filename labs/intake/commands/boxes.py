"""A box as a whole: it arrives, it is reconciled against its manifest, it is closed."""

from uuid import UUID

from sqlalchemy import select

from aquacert.kernel.errors import Invalid
from aquacert.kernel.topics import Topic
from aquacert.kernel.work import Work
from labs.custody.commands import note
from labs.custody.rules import Act
from labs.intake.commands.facts import BoxArrived, BoxClosed, ItemReceived
from labs.intake.commands.faults import open_fault
from labs.intake.models import Consignment, Item
from labs.intake.queries import items_of, tally_of
from labs.intake.rules import (
    CONSIGNMENT_MOVES,
    ITEM_MOVES,
    Condition,
    ConsignmentAct,
    ConsignmentState,
    FaultKind,
    ItemKind,
    ItemState,
    act_of,
)
from labs.register.queries import laboratory


def arrive_box(w: Work, consignment_id: UUID) -> None:
    """Note that a box is in the laboratory, still to be opened; a second time changes nothing."""
    consignment = w.get_for_change(Consignment, consignment_id)
    if not arrived(w, consignment):
        return
    shown = {"box": consignment.box_number or consignment.number, "carrier": consignment.carrier}
    for item in items_of(w, consignment_id):
        note(w, item.blind_code, Act.HANDED_OVER, public=shown)


def arrived(w: Work, consignment: Consignment) -> bool:
    """Note the first sign of a box in the laboratory; say whether this was it."""
    if consignment.arrived_at is not None:
        return False
    consignment.arrived_at = w.now
    county = laboratory(w, consignment.lab_id).division_code
    w.record(BoxArrived(consignment.number), on=consignment, county=county)
    return True


def close_box(w: Work, consignment_id: UUID, because: str = "") -> None:
    """Close a box: whatever of its manifest was not seen is missing, and that needs a reason.

    A box that is closed already stays as it is. The sender is told either way.
    """
    consignment = w.get_for_change(Consignment, consignment_id)
    if consignment.state == ConsignmentState.RECEIVED:
        return
    left = [item for item in items_of(w, consignment_id) if item.state == ItemState.ANNOUNCED.value]
    if left and not because.strip():
        raise Invalid(
            f"还有 {len(left)} 份没有扫到，写明原因才能清点完毕。",
            because="例如：箱内没有这几份，已电话告知送样方",
        )
    consignment.short_because = because.strip()
    for item in left:
        _missing(w, consignment, item, because.strip())
    complete(w, consignment)


def complete(w: Work, consignment: Consignment) -> None:
    """Close a box once every item of its manifest has been looked at; tell its sender."""
    left = w.one(
        select(Item.id).where(
            Item.consignment_id == consignment.id,
            Item.kind == ItemKind.SAMPLE,
            Item.state == ItemState.ANNOUNCED,
        )
    )
    if left is not None or consignment.state == ConsignmentState.RECEIVED:
        return
    consignment.completed_at = w.now
    w.move(consignment, CONSIGNMENT_MOVES, ConsignmentAct.COMPLETE)
    tally = tally_of(w, consignment.id)
    fact = BoxClosed(consignment.number, tally.expected, tally.received, tally.missing, tally.extra)
    w.record(fact, on=consignment, reason=consignment.short_because)
    w.tell(Topic.CONSIGNMENT_CLOSED, consignment.id)


def reopen(w: Work, consignment: Consignment) -> None:
    """Open a closed box again: one of its items waits to be looked at."""
    if consignment.state == ConsignmentState.RECEIVED:
        consignment.completed_at = None
        w.move(consignment, CONSIGNMENT_MOVES, ConsignmentAct.REOPEN)


def _missing(w: Work, consignment: Consignment, item: Item, because: str) -> None:
    item.condition = Condition.MISSING.value
    item.condition_note = because
    item.received_at = w.now
    item.received_by_id = w.actor.person_id
    w.move(item, ITEM_MOVES, act_of(Condition.MISSING), because=because)
    w.record(ItemReceived(item.blind_code, Condition.MISSING), on=item, reason=because)
    fault = open_fault(
        w, consignment, FaultKind.MISSING, item.blind_code, reason=because, item_id=item.id
    )
    public = {"condition": Condition.MISSING.value, "nonconformity": fault.number}
    note(w, item.blind_code, Act.REJECTED, public=public)
