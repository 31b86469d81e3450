"""Receive items one by one, and put right what was written wrongly, by a new fact each time."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from aquacert.kernel.errors import Conflict, Invalid, NotAllowedNow, NotFound
from aquacert.kernel.journal import JournalEntry
from aquacert.kernel.work import Work
from labs.custody import commands as custody
from labs.custody.queries import chain, noted
from labs.custody.rules import Act
from labs.intake.commands.boxes import arrived, complete, reopen
from labs.intake.commands.facts import ItemReceived, ReceiptCorrected
from labs.intake.commands.faults import open_fault, settle_faults
from labs.intake.models import Consignment, Item
from labs.intake.queries import item_by_code, orders_of
from labs.intake.rules import (
    CONDITION_WORDS,
    ITEM_MOVES,
    UNFIT,
    Condition,
    FaultKind,
    ItemAct,
    ItemKind,
    ItemState,
    Scanned,
    Took,
    act_of,
    blind_code,
    correction_of,
    fault_of,
)
from labs.register.queries import laboratory
from labs.register.rules import LabState
from labs.turnaround import commands as turnaround

TAKE_BACK_WITHIN = timedelta(minutes=1)
USED = (Act.OPENED, Act.ALIQUOTED, Act.POOLED, Act.TESTED, Act.DESTROYED)
"""After these an item was received beyond doubt."""


@dataclass(frozen=True, slots=True)
class Scan:
    """What one scan did: how it was taken, of which item, under which non-conformity."""

    took: Took
    code: str
    condition: str = ""
    fault_number: str = ""
    elsewhere: str = ""
    """Number of the other consignment that the item was announced with."""


def receive_item(w: Work, code: str, condition: Condition | str, note: str = "") -> UUID:
    """Receive an item in a condition and return its id; a second scan with the same condition changes nothing.

    Raises `NotFound` for a code of no item here; `NotAllowedNow` while the laboratory is suspended, which may
    then only turn away what arrives, so that its sender samples again.
    """
    found = Condition(condition)
    consignment, item = _locked(w, code)
    if item.kind != ItemKind.SAMPLE:
        raise NotFound("混样是在实验室里做的，不用收样。")
    if item.condition is not None:
        if item.condition == found:
            return item.id
        raise Conflict(
            f"这个盲样已登记为“{CONDITION_WORDS[Condition(item.condition)]}”，"
            "要改请用“更正”，原来的登记会保留。"
        )
    lab_row = laboratory(w, item.lab_id)
    if lab_row.state != LabState.ACTIVE and found not in UNFIT:
        raise NotAllowedNow("本实验室已暂停承检，不能收样；请登记拒收，送样方会另送别处。")
    text = note.strip()
    if found is Condition.REJECTED and not text:
        raise Invalid("拒收样品时请写明原因", note="请写明拒收的原因")
    arrived(w, consignment)
    _write(w, item, found, text)
    w.move(item, ITEM_MOVES, act_of(found), because=text)
    fact = ItemReceived(item.blind_code, found)
    w.record(fact, on=item, county=lab_row.division_code, reason=text)
    _link(w, consignment, item, found, text)
    _clocks(w, item, consignment)
    complete(w, consignment)
    return item.id


def _clocks(w: Work, item: Item, consignment: Consignment) -> None:
    """Let the promised time of each test run from now on, or no more when the item cannot be tested."""
    if item.state != ItemState.RECEIVED:
        turnaround.drop(w, item.id)
        return
    turnaround.start(
        w,
        lab_id=item.lab_id,
        item_id=item.id,
        blind_code=item.blind_code,
        announced_at=consignment.announced_at,
        orders=[
            turnaround.Ordered(order.id, order.disease_code, order.method_code)
            for order in orders_of(w, [item.id])[item.id]
        ],
    )


def correct_receipt(w: Work, code: str, condition: Condition | str, because: str) -> UUID:
    """Write that an item came in another condition than was written; the first fact stays.

    Raises `Invalid` without a reason, `NotAllowedNow` once the item was opened, pooled or tested.
    """
    found = Condition(condition)
    consignment, item = _locked(w, code)
    if item.condition is None:
        raise NotAllowedNow("这份样品还没有登记，直接收样就可以。")
    if item.condition == found:
        return item.id
    if not because.strip():
        raise Invalid("请写明为什么更正。", because="例如：扫错了，样品其实渗漏")
    was, state = Condition(item.condition), ItemState(item.state)
    _unused(w, item, becomes_unfit=found in UNFIT)
    settle_faults(w, item.id, f"更正为“{CONDITION_WORDS[found]}”：{because.strip()}")
    first = (item.received_at, item.received_by_id)
    _write(w, item, found, because.strip())
    if was is not Condition.MISSING:  # it came when it came: the report states that day
        item.received_at, item.received_by_id = first
    w.move(item, ITEM_MOVES, correction_of(state, found), because=because.strip())
    w.record(ReceiptCorrected(item.blind_code, was, found), on=item, reason=because.strip())
    _link(w, consignment, item, found, because.strip(), replaces=_last_receipt(w, item.blind_code))
    _clocks(w, item, consignment)
    return item.id


def take_back_receipt(w: Work, consignment_id: UUID) -> str:
    """Take back this person's last receipt of a box within a minute; return the item's code.

    Nothing is rewritten: the chain gains a fact that says which one no longer holds, and the item
    waits to be looked at again. Raises `NotAllowedNow` when there is none.
    """
    consignment = w.get_for_change(Consignment, consignment_id)
    item = w.one(
        select(Item)
        .join(JournalEntry, JournalEntry.subject_id == Item.id)
        .where(
            JournalEntry.subject_kind == Item.__tablename__,
            JournalEntry.act.in_((ItemAct.RECEIVE.value, ItemAct.TURN_AWAY.value)),
            JournalEntry.by_id == w.actor.person_id,
            JournalEntry.at >= w.now - TAKE_BACK_WITHIN,
            Item.consignment_id == consignment_id,
            Item.condition.is_not(None),
            w.visible(Item),
        )
        .order_by(JournalEntry.seq.desc())
    )
    if item is None:
        raise NotAllowedNow("一分钟内没有您登记的样品可以撤回；更早的请用“更正”。")
    item = w.get_for_change(Item, item.id)
    _unused(w, item, becomes_unfit=True)
    was, last = Condition(item.condition or Condition.GOOD), _last_receipt(w, item.blind_code)
    settle_faults(w, item.id, "撤回了这次登记")
    item.condition, item.condition_note = None, ""
    item.received_at, item.received_by_id = None, None
    w.move(item, ITEM_MOVES, ItemAct.TAKE_BACK, because="一分钟内撤回")
    w.record(ReceiptCorrected(item.blind_code, was, "taken_back"), on=item)
    public = {"condition": "taken_back", "replaces": str(last)}
    custody.note(w, item.blind_code, Act.RECEIVED, public=public)
    _clocks(w, item, consignment)
    reopen(w, consignment)
    return item.blind_code


def take_in(w: Work, consignment_id: UUID, scanned: Scanned) -> Scan:
    """Take one scan at an open box, whatever it is of; nothing that lies in a box is ever lost.

    An item of this box is received; an item of another box of this laboratory is received there
    and written down as extra here; any other code becomes a non-conformity of its own, with the
    same words for a code of another laboratory and for a code of nobody.
    """
    consignment = w.get_for_change(Consignment, consignment_id)
    code = blind_code(scanned.code)
    if code is None:
        raise Invalid(
            "这不是盲样号：盲样号只有字母、数字和短横线。",
            code="这不是盲样号，请重新扫，或照标签输入",
        )
    item = w.one(
        select(Item).where(
            Item.blind_code == code, Item.lab_id == consignment.lab_id, w.visible(Item)
        )
    )
    if item is None or item.kind != ItemKind.SAMPLE:
        fault = open_fault(w, consignment, FaultKind.EXTRA, code, reason=scanned.note)
        arrived(w, consignment)
        return Scan(Took.EXTRA, code, fault_number=fault.number)
    again = item.condition is not None
    receive_item(w, code, scanned.condition, scanned.note)
    if item.consignment_id != consignment_id:
        fault = open_fault(w, consignment, FaultKind.EXTRA, code, item_id=item.id)
        there = w.get(Consignment, item.consignment_id)
        return Scan(Took.ELSEWHERE, code, scanned.condition, fault.number, there.number)
    return Scan(Took.AGAIN if again else Took.RECEIVED, code, scanned.condition)


def _locked(w: Work, code: str) -> tuple[Consignment, Item]:
    """Lock an item's box and then the item, as closing the box does: two at one box wait, for ever never."""
    item = item_by_code(w, code)
    consignment = w.get_for_change(Consignment, item.consignment_id)
    return consignment, w.get_for_change(Item, item.id)


def _write(w: Work, item: Item, found: Condition, text: str) -> None:
    item.condition = found.value
    item.condition_note = text
    item.received_at = w.now
    item.received_by_id = w.actor.person_id


def _link(
    w: Work,
    consignment: Consignment,
    item: Item,
    found: Condition,
    text: str,
    *,
    replaces: int = 0,
) -> None:
    """Write the chain's link of a receipt, and its non-conformity unless the item came well."""
    public = {"condition": found.value}
    kind = fault_of(found)
    if kind is not None:
        fault = open_fault(w, consignment, kind, item.blind_code, reason=text, item_id=item.id)
        public["nonconformity"] = fault.number
    if replaces:
        public["replaces"] = str(replaces)
    act = Act.REJECTED if found in UNFIT else Act.RECEIVED
    custody.note(w, item.blind_code, act, public=public)


def _unused(w: Work, item: Item, *, becomes_unfit: bool) -> None:
    """Refuse to make an item unfit, or not received, once the laboratory has worked on it."""
    if becomes_unfit and any(noted(w, item.blind_code, act) for act in USED):
        raise NotAllowedNow("这份样品已经开封或检测，收样登记不能再改成没收到或不能检。")


def _last_receipt(w: Work, code: str) -> int:
    links = chain(w, code)
    return next((x.sequence for x in reversed(links) if x.act in {Act.RECEIVED, Act.REJECTED}), 0)
