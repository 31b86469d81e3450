"""Deliveries sent: outside of any transaction, again with growing waits, settled by the answer.

A reply that was lost is asked for by sending the same items under the same ids again: the other
side finds nothing to change. Of each recipient the oldest waiting delivery goes first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar
from uuid import UUID

import structlog
from sqlalchemy import select

from aquacert.kernel.audit import Fact
from aquacert.kernel.downloads import Reply, post
from aquacert.kernel.errors import AquaCertError, Invalid, Unavailable
from aquacert.kernel.scope import SYSTEM
from aquacert.kernel.work import Database, Work
from aquacert.surveillance.models.deliveries import Delivery, DeliveryItem, Recipient
from aquacert.surveillance.queries.giveback import JSON, due, payload
from aquacert.surveillance.rules.dhis2out import Answer, read_tracker_answer, read_values_answer
from aquacert.surveillance.rules.giving import Item, ItemState, Product, State, next_wait

CLAIM = timedelta(minutes=10)
SECONDS = 60.0
OF_VALUES = "/dataValueSets?importStrategy=CREATE_AND_UPDATE"
OF_TRACKER = "/tracker?async=false&importStrategy=CREATE_AND_UPDATE&atomicMode=OBJECT"
DHIS2 = frozenset({Product.DHIS2_VALUES, Product.DHIS2_TRACKER})
FINAL = frozenset({400, 404, 405, 409, 410, 413, 415, 422})
"""Answers that trying again would not change."""
NO_TOKEN = frozenset({401, 403})
log = structlog.get_logger("giveback")


@dataclass(frozen=True)
class DeliverySettled(Fact):
    """A delivery came to its end."""

    tag: ClassVar[str] = "surveillance:delivery:settle"
    title: ClassVar[str] = "数据发送有结果"
    recipient: str
    state: str
    taken: int
    refused: int
    fault: str


@dataclass(frozen=True)
class Parcel:
    """What is sent, read once."""

    delivery_id: UUID
    product: Product
    url: str
    token: str
    body: bytes
    media_type: str
    items: tuple[Item, ...]
    allow_private: bool


@dataclass(frozen=True)
class Result:
    """How one try went. `is_final`: trying again would not change it."""

    fault: str = ""
    status: int | None = None
    is_final: bool = True
    counts: Mapping[str, int] | None = None
    refused: Mapping[str, str] | None = None


def deliver_due(database: Database, *, seconds: float = SECONDS) -> list[State]:
    """Send what is due; one that fails does not stop the others. Return their states."""
    with database.look(SYSTEM) as look:
        ids = due(look)
    found = []
    for delivery_id in ids:
        try:
            found.append(deliver(database, delivery_id, seconds=seconds))
        except AquaCertError as error:
            log.warning("a delivery failed", delivery=str(delivery_id), sentence=error.sentence)
    return found


def deliver(database: Database, delivery_id: UUID, *, seconds: float = SECONDS) -> State:
    """Send one delivery now and write down what was answered; return its state."""
    parcel = _claimed(database, delivery_id)
    if parcel is None:
        with database.look(SYSTEM) as look:
            return State(look.get(Delivery, delivery_id).state)
    result = _sent(parcel, seconds) if parcel.items else Result(refused={})
    with database.work(SYSTEM) as w:
        return _settle(w, delivery_id, result)


def _claimed(database: Database, delivery_id: UUID) -> Parcel | None:
    """Take a delivery and return what to send; None when another worker has it or it is settled."""
    with database.work(SYSTEM) as w:
        row = w.get_for_change(Delivery, delivery_id)
        is_taken = row.claimed_until is not None and row.claimed_until > w.now
        if row.state != State.WAITING.value or is_taken:
            return None
        row.claimed_until = w.now + CLAIM
        recipient = w.get(Recipient, row.recipient_id)
        product = Product(row.product)
        rows = _waiting(w, delivery_id)
        items = tuple(Item(one.key, one.body, one.is_end) for one in rows)
        body, media_type = b"", JSON
        if product in DHIS2:
            body = payload(product, items)
        else:
            [stored] = w.files_of(row)
            body, media_type = w.read_file(stored), stored.media_type
        return Parcel(
            row.id,
            product,
            _url(product, recipient),
            recipient.token or "",
            body,
            media_type,
            items,
            w.settings.allow_private_fetch,
        )


def _url(product: Product, recipient: Recipient) -> str:
    if product not in DHIS2:
        return recipient.address
    if product is Product.DHIS2_TRACKER:
        return recipient.address + OF_TRACKER + ("" if recipient.codes else "&idScheme=CODE")
    schemes = "&dataElementIdScheme=CODE&orgUnitIdScheme=CODE"
    return recipient.address + OF_VALUES + ("" if recipient.codes else schemes)


def _sent(parcel: Parcel, seconds: float) -> Result:
    scheme = "ApiToken" if parcel.token.startswith("d2pat_") else "Bearer"
    headers = {
        "Content-Type": parcel.media_type,
        "Accept": JSON,
        "Idempotency-Key": str(parcel.delivery_id),
    }
    if parcel.token:
        headers["Authorization"] = f"{scheme} {parcel.token}"
    try:
        reply = post(
            parcel.url,
            parcel.body,
            headers,
            allow_private=parcel.allow_private,
            seconds=seconds,
        )
    except Unavailable as error:
        return Result(error.sentence, is_final=False)
    except Invalid as error:
        return Result(error.sentence)
    return _judged(parcel, reply)


def _judged(parcel: Parcel, reply: Reply) -> Result:
    """Return what a reply means for every item."""
    if reply.status in NO_TOKEN:
        return Result(f"对方不认令牌（{reply.status}），请核对令牌。", reply.status, is_final=False)
    if reply.status >= 500 or reply.status in {408, 429}:
        return Result(f"对方出了故障（{reply.status}），会再发。", reply.status, is_final=False)
    answer = _answer(parcel, reply)
    if answer is not None and answer.is_read:
        refused = dict(answer.refused)
        if answer.took_nothing:
            words = answer.message or "对方整份没收。"
            refused = {one.key: refused.get(one.key, words) for one in parcel.items}
        return Result(status=reply.status, counts=answer.counts, refused=refused)
    if reply.status // 100 != 2:
        words = f"：{answer.message}" if answer and answer.message else "。"
        final = reply.status in FINAL
        return Result(f"对方拒收（{reply.status}）{words}", reply.status, is_final=final)
    if parcel.product in DHIS2:
        return Result("对方的答复看不懂，不知道收下没有，会再发。", reply.status, is_final=False)
    return Result(status=reply.status, refused={})


def _answer(parcel: Parcel, reply: Reply) -> Answer | None:
    if parcel.product is Product.DHIS2_VALUES:
        return read_values_answer(reply.json, parcel.items)
    if parcel.product is Product.DHIS2_TRACKER:
        return read_tracker_answer(reply.json, parcel.items)
    return None


def _settle(w: Work, delivery_id: UUID, result: Result) -> State:
    row = w.get_for_change(Delivery, delivery_id)
    recipient = w.get(Recipient, row.recipient_id)
    row.tries, row.tried_at, row.claimed_until = row.tries + 1, w.now, None
    row.status, row.fault = result.status, result.fault
    if result.fault:
        wait = None if result.is_final else next_wait(row.tries)
        if wait is not None:
            row.next_at = w.now + wait
            return State.WAITING
        state = State.DEAD
        _mark(w, delivery_id, {}, row.fault)
    else:
        row.answer = dict(result.counts or {})
        state = _mark(w, delivery_id, result.refused or {})
    row.state, row.settled_at, row.next_at = state.value, w.now, None
    states = w.scalars(select(DeliveryItem.state).where(DeliveryItem.delivery_id == row.id))
    taken = states.count(ItemState.TAKEN.value)
    refused = states.count(ItemState.REFUSED.value)
    w.record(DeliverySettled(recipient.name, state.value, taken, refused, row.fault), on=row)
    return state


def _mark(w: Work, delivery_id: UUID, refused: Mapping[str, str], of_all: str = "") -> State:
    """Say of every item whether it was taken; `of_all` is why none was."""
    for one in _waiting(w, delivery_id):
        one.fault = refused.get(one.key, of_all)
        one.state = (ItemState.REFUSED if one.fault else ItemState.TAKEN).value
    w.session.flush()
    states = w.scalars(select(DeliveryItem.state).where(DeliveryItem.delivery_id == delivery_id))
    return State.PARTLY if ItemState.REFUSED.value in states else State.DELIVERED


def _waiting(w: Work, delivery_id: UUID) -> Sequence[DeliveryItem]:
    return w.scalars(
        select(DeliveryItem)
        .where(
            DeliveryItem.delivery_id == delivery_id,
            DeliveryItem.state == ItemState.WAITING.value,
        )
        .order_by(DeliveryItem.ordinal)
    )
