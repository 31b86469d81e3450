"""Recipients of our data, and deliveries made for them: frozen, numbered, never twice the same."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import select

from aquacert.kernel.audit import Fact
from aquacert.kernel.errors import Invalid, NotAllowedNow
from aquacert.kernel.outbound import check_address
from aquacert.kernel.work import Look, Work
from aquacert.reference.rules.text import clean
from aquacert.surveillance.models.deliveries import Delivery, DeliveryItem, Recipient
from aquacert.surveillance.queries.giveback import (
    Choice,
    Made,
    ends_of,
    made,
    newer_than,
    taken_before,
)
from aquacert.surveillance.rules.giving import Item, ItemState, Product, State, changed

MOST_CODES = 5_000
LONGEST_TOKEN = 512
WITH_ENDS = frozenset({Product.DHIS2_VALUES, Product.DHIS2_TRACKER})
"""Messages of items; every other product is a file that is sent whole."""
NOTHING_NEW = "没有要发的：这个时期没有数据，或者对方已经收下同样的内容。"
NOTHING_LEFT = "选的这些项目后来又发过新的，不再重发旧的。"


@dataclass(frozen=True)
class RecipientKept(Fact):
    """A recipient was registered or changed; no secret is named."""

    tag: ClassVar[str] = "surveillance:recipient:keep"
    title: ClassVar[str] = "登记数据接收方"
    name: str
    product: str
    address: str
    is_on: bool


@dataclass(frozen=True)
class DeliveryMade(Fact):
    """Data was made ready to leave."""

    tag: ClassVar[str] = "surveillance:delivery:make"
    title: ClassVar[str] = "准备发送数据"
    recipient: str
    product: str
    period: str
    items: int
    ends: int
    skipped: int


@dataclass(frozen=True)
class RecipientSaid:
    """What is put on record of a recipient; `codes` are lines "our code,its id"."""

    name: str
    product: Product
    address: str
    token: str = ""
    codes: str = ""
    is_on: bool = True


@dataclass(frozen=True)
class Planned:
    """What a delivery would send: shown before, frozen when made."""

    made: Made
    items: tuple[Item, ...]
    skipped: int
    faulty: int

    @property
    def ends(self) -> int:
        """How many items take back what was sent before."""
        return sum(one.is_end for one in self.items)


def keep_recipient(w: Work, said: RecipientSaid, recipient_id: UUID | None = None) -> UUID:
    """Register a recipient or change one; return its id. Raises `Invalid` by field."""
    name = clean(said.name, field="name")[:60]
    if not name:
        raise Invalid("请写名称。", name="请写名称。")
    try:
        check_address(said.address, allow_private=w.settings.allow_private_fetch)
    except Invalid as error:
        raise Invalid(error.sentence, address=error.sentence) from None
    same = w.one(select(Recipient.id).where(Recipient.name == name))
    if same is not None and same != recipient_id:
        raise Invalid("这个名称已经有了。", name="这个名称已经有了。")
    values: dict[str, Any] = {
        "name": name,
        "product": said.product.value,
        "address": said.address.strip().rstrip("/"),
        "codes": codes_of(said.codes),
        "is_on": said.is_on,
    }
    if recipient_id is None:
        row = w.add(
            Recipient(
                id=w.new_id(), token=None, made_at=w.now, made_by_id=w.actor.person_id, **values
            )
        )
    else:
        row = w.get_for_change(Recipient, recipient_id)
        if urlsplit(row.address).netloc != urlsplit(values["address"]).netloc:
            row.token = None  # what was agreed with one host is not told to another
        for field, value in values.items():
            setattr(row, field, value)
    _give_token(row, said.token.strip())
    w.record(RecipientKept(row.name, row.product, row.address, row.is_on), on=row)
    return row.id


def _give_token(row: Recipient, token: str) -> None:
    """Keep a new token, where one was entered."""
    if not token:
        return
    if len(token) > LONGEST_TOKEN or not (token.isascii() and token.isprintable()):
        raise Invalid("令牌只能是英文字符。", token="令牌只能是英文字符。")  # noqa: S106
    row.token = token


def codes_of(text: str) -> dict[str, str]:
    """Return a table of codes from its lines; raise `Invalid` naming the line that is none."""
    found: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        ours, _comma, theirs = (one.strip() for one in line.replace("，", ",").partition(","))
        if not ours or not theirs or ours in found or len(found) >= MOST_CODES:
            sentence = f"第 {number} 行应是“我们的代码,对方的编号”，代码不能重复。"
            raise Invalid(sentence, codes=sentence)
        found[ours] = theirs
    return found


def planned(look: Look, recipient: Recipient, choice: Choice) -> Planned:
    """Return what a delivery of this choice would send: new, changed, taken back."""
    product = Product(recipient.product)
    whole = made(look, replace(choice, product=product), recipient.codes)
    good = [one for one in whole.items if not one.fault]
    before = taken_before(look, recipient.id)
    digests = {key: row.digest for key, row in before.items()}
    ends = _ends(look, product, choice, before) if product in WITH_ENDS else {}
    items, skipped = changed(good, digests, ends)
    if product not in WITH_ENDS and items:
        items, skipped = good, 0  # a file is sent whole
    faulty = [one for one in whole.items if one.fault]
    return Planned(whole, (*items, *faulty), skipped, len(faulty))


def prepare(w: Work, recipient_id: UUID, choice: Choice) -> UUID:
    """Freeze what is to be sent and put it in the queue; return the delivery's id.

    Raises `NotAllowedNow` when the recipient is off or has taken the same already.
    """
    recipient = w.get_for_change(Recipient, recipient_id)
    if not recipient.is_on:
        raise NotAllowedNow("这个接收方已停用。")
    found = planned(w, recipient, choice)
    if not found.items:
        raise NotAllowedNow(NOTHING_NEW)
    row = _queued(w, recipient, choice.period.text, choice.span.value)
    row.division_code = found.made.facts.division_code
    row.items, row.skipped = len(found.items), found.skipped
    _write_items(w, row, found.items)
    if Product(recipient.product) not in WITH_ENDS:
        w.session.flush()
        w.attach(row, found.made.data, found.made.name, found.made.media_type)
    fact = DeliveryMade(
        recipient.name, row.product, row.period, row.items, found.ends, found.skipped
    )
    w.record(fact, on=row)
    return row.id


def resend(w: Work, delivery_id: UUID, keys: Collection[str] = ()) -> UUID:
    """Put items of a delivery in the queue again, exactly as they were; all of them without `keys`.

    What was sent anew since is left out. Raises `NotAllowedNow` when nothing is left.
    """
    old = w.get_for_change(Delivery, delivery_id)
    if old.state == State.WAITING.value:
        raise NotAllowedNow("这次发送还在排队，不用重发。")
    recipient = w.get_for_change(Recipient, old.recipient_id)
    rows = again_of(w, delivery_id, keys)
    if not rows:
        raise NotAllowedNow(NOTHING_LEFT)
    row = _queued(w, recipient, old.period, old.span)
    row.division_code, row.product = old.division_code, old.product
    row.items, row.again_of_id = len(rows), old.id
    _write_items(w, row, (Item(one.key, one.body, one.is_end) for one in rows))
    w.session.flush()
    for stored in w.files_of(old):
        w.attach(row, w.read_file(stored), stored.name, stored.media_type)
    ends = sum(one.is_end for one in rows)
    fact = DeliveryMade(recipient.name, row.product, row.period, len(rows), ends, 0)
    w.record(fact, on=row)
    return row.id


def again_of(look: Look, delivery_id: UUID, keys: Collection[str] = ()) -> list[DeliveryItem]:
    """Return the items of a delivery that may be sent again: those not sent anew since."""
    asked = select(DeliveryItem).where(DeliveryItem.delivery_id == delivery_id)
    rows = look.scalars(asked.order_by(DeliveryItem.ordinal))
    return [one for one in rows if (not keys or one.key in set(keys)) and not newer_than(look, one)]


def _ends(
    look: Look, product: Product, choice: Choice, before: Mapping[str, DeliveryItem]
) -> dict[str, Item]:
    """Return what takes back each item that was taken of the same period, grouping and place."""
    division = choice.division_code or f"{look.settings.province}0000"
    same = set(
        look.scalars(
            select(Delivery.id).where(
                Delivery.product == product.value,
                Delivery.period == choice.period.text,
                Delivery.span == choice.span.value,
                Delivery.division_code == division,
            )
        )
    )
    return {
        key: ends_of(product, key, row.body)
        for key, row in before.items()
        if row.delivery_id in same and not row.is_end
    }


def _queued(w: Work, recipient: Recipient, period: str, span: str) -> Delivery:
    return w.add(
        Delivery(
            id=w.new_id(),
            recipient_id=recipient.id,
            product=recipient.product,
            period=period,
            span=span,
            division_code="",
            state=State.WAITING.value,
            items=0,
            skipped=0,
            tries=0,
            made_at=w.now,
            made_by=w.actor.label,
            made_by_id=w.actor.person_id,
            next_at=w.now,
            answer={},
            fault="",
        )
    )


def _write_items(w: Work, row: Delivery, items: Iterable[Item]) -> None:
    w.session.flush()
    for ordinal, one in enumerate(items):
        w.add(
            DeliveryItem(
                id=w.new_id(),
                delivery_id=row.id,
                recipient_id=row.recipient_id,
                ordinal=ordinal,
                key=one.key,
                digest=one.digest,
                is_end=one.is_end,
                body=dict(one.body),
                state=(ItemState.REFUSED if one.fault else ItemState.WAITING).value,
                fault=one.fault,
            )
        )
