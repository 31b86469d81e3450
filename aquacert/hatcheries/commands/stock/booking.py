"""What an owner books: hatch, capture, purchase with its certificate, death, disposal, correction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar
from uuid import UUID

from aquacert.hatcheries.commands.stock.origins import on_the_spot, why_not
from aquacert.hatcheries.commands.stock.posting import About, Entry, own_lot, post
from aquacert.hatcheries.models import Hatchery, Lot, StockOrigin
from aquacert.hatcheries.parsers.papers import Paper
from aquacert.hatcheries.rules import (
    BY_HAND,
    Kind,
    certificate_number,
    first_standing,
    happened,
)
from aquacert.kernel.audit import Fact
from aquacert.kernel.errors import Invalid
from aquacert.kernel.topics import Topic
from aquacert.kernel.work import Work


@dataclass(frozen=True)
class StockBought(Fact):
    """Seed was bought in; `certificate` is the number it travelled with, "" when none is named."""

    tag: ClassVar[str] = "hatcheries:stock:buy"
    title: ClassVar[str] = "购入苗种的检疫证明"
    lot: str
    certificate: str
    standing: str


@dataclass(frozen=True, slots=True)
class Provenance:
    """The certificate a purchase came with: its number and a photograph, as the buyer shows them."""

    number: str = ""
    photo: Paper | None = None
    asked: bool = False
    """A person sees the answer: a number of ours that does not fit is told before it is booked."""
    sure: bool = False
    """He was told and books it all the same; the county settles it."""


UNKNOWN = Provenance()
CONFIRM = "要照样记入，请勾这一项。"


def book_stock(
    w: Work,
    lot_id: UUID,
    kind: str,
    quantity: int,
    reason: str = "",
    *,
    happened_on: date | None = None,
    provenance: Provenance = UNKNOWN,
) -> Entry:
    """Write one entry; positive quantities, the kind says whether they add or take.

    Raises `Invalid` when stock would fall below zero, when the kind wants a reason, for a day that
    cannot be, or for a kind that is never booked by hand. A purchase keeps its certificate's number
    and photograph; without a number it is booked and stands open for the county to see.
    """
    if kind not in BY_HAND:
        raise Invalid("变动原因不对。", kind="这一种不能手工记：出证、到达和转塘由系统自动记。")
    if kind == Kind.PURCHASE:  # its certificate names the farm: the farm before its lots, always
        w.get_for_change(Hatchery, w.get(Lot, lot_id).hatchery_id)
    lot = own_lot(w, lot_id)
    on = happened(happened_on, w.today)
    if kind == Kind.PURCHASE and provenance.asked and not provenance.sure:
        refuse_unfit(w, lot, provenance.number, quantity)
    entry = post(w, lot, Kind(kind), quantity, About(reason, happened_on=on))
    if entry.kind is Kind.PURCHASE:
        keep_origin(w, entry, lot.hatchery_id, (lot.number, lot.division_code), provenance)
    return entry


def dispose_stock(
    w: Work, lot_id: UUID, quantity: int, because: str, *, happened_on: date | None = None
) -> Entry:
    """Book what was destroyed; the reason is the disposal's (order, record number)."""
    return book_stock(w, lot_id, Kind.DISPOSAL, quantity, because, happened_on=happened_on)


def correct_stock(w: Work, lot_id: UUID, counted: int, reason: str) -> Entry | None:
    """Set the lot to what was counted, with a reason; None when the count is what stands."""
    lot = own_lot(w, lot_id)
    if counted < 0:
        raise Invalid("清点数不能是负数。", counted="请填 0 或大于 0 的整数。")
    if counted == lot.balance:
        return None
    return post(w, lot, Kind.CORRECTION, counted - lot.balance, About(reason))


def refuse_unfit(w: Work, lot: Lot, number: str, quantity: int) -> None:
    """Raise `Invalid` at the number when it is one of ours and does not fit this purchase."""
    if because := why_not(w, lot, certificate_number(number), quantity):
        raise Invalid(
            "检疫证明对不上。",
            certificate_number=f"{because}请核对编号；没抄错也可以照记，县里核对认可以前这一批不能申报。",
            sure=CONFIRM,
        )


def keep_origin(
    w: Work, entry: Entry, hatchery_id: UUID, names: tuple[str, str], came: Provenance
) -> UUID:
    """Keep the certificate behind a purchase and let higher rooms look it up.

    `names` are the lot's number and its county, for the trail.
    """
    number = certificate_number(came.number)
    origin = w.add(
        StockOrigin(
            id=w.new_id(),
            movement_id=entry.id,
            lot_id=entry.lot_id,
            hatchery_id=hatchery_id,
            certificate_number=number,
            standing=first_standing(number).value,
            because="",
            booked_at=w.now,
        )
    )
    w.session.flush()
    if number:
        on_the_spot(w, origin, told_already=came.sure)
    if came.photo is not None:
        w.attach(origin, came.photo.data, came.photo.name, came.photo.media_type)
    w.record(StockBought(names[0], number, origin.standing), on=origin, county=names[1])
    if number:
        w.tell(Topic.STOCK_BOUGHT, origin.id)
    return origin.id
