"""How far the certificate behind a purchase was checked: by our own record, or by an official."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from sqlalchemy import func, select, true

from aquacert.accounts import commands as accounts
from aquacert.hatcheries.models import Hatchery, Lot, StockMovement, StockOrigin
from aquacert.hatcheries.queries.origins import origin_in_scope
from aquacert.hatcheries.rules import OPEN, Standing, because_of
from aquacert.hatcheries.rules.origins import Buyer, OurRecord, Seed, compare, is_ours
from aquacert.kernel.audit import Fact
from aquacert.kernel.errors import NotAllowedNow
from aquacert.kernel.work import Work
from aquacert.reference.rules.text import folded

COUNTS = (Standing.MATCHED.value, Standing.ACCEPTED.value)


@dataclass(frozen=True)
class OriginJudged(Fact):
    """A purchase's certificate was checked."""

    tag: ClassVar[str] = "hatcheries:origin:judge"
    title: ClassVar[str] = "核验购入苗种的检疫证明"
    certificate: str
    standing: str


def settle_origin(w: Work, origin_id: UUID, ours: OurRecord | None) -> None:
    """Judge a purchase by our own record; once it is judged nothing is done."""
    number = w.get(StockOrigin, origin_id).certificate_number
    alike = select(StockOrigin.id).where(StockOrigin.certificate_number == number)
    # All under this number, in one order: two judged at once would each not see the other booked.
    w.session.execute(alike.order_by(StockOrigin.id).with_for_update())
    origin = w.get_for_change(StockOrigin, origin_id)
    if origin.standing != Standing.UNCHECKED.value:
        return
    standing, because = weigh(w, origin, ours)
    origin.certificate_id = ours.certificate_id if ours else None
    _judge(w, origin, standing, because)
    if standing is Standing.MISMATCHED:
        tell_buyer(w, origin)


def on_the_spot(w: Work, origin: StockOrigin, *, told_already: bool) -> None:
    """Mark a purchase at once whose number is ours and does not fit; what fits is settled later.

    Only a mismatch is final here: two that book under one number at the same time do not see each
    other yet, and the task that settles them does. `told_already`: the page said so to the buyer.
    """
    number = origin.certificate_number
    if not is_ours(number, w.settings.province):
        return
    ours: OurRecord | None = w.home.impact.ask(w, "certificate_of_number", number)
    standing, because = weigh(w, origin, ours)
    if standing is not Standing.MISMATCHED:
        return
    origin.certificate_id = ours.certificate_id if ours else None
    _judge(w, origin, standing, because)
    if not told_already:
        tell_buyer(w, origin)


def weigh(w: Work, origin: StockOrigin, ours: OurRecord | None) -> tuple[Standing, str]:
    """Compare a purchase with our own record of the number it names."""
    lot, farm = w.get(Lot, origin.lot_id), w.get(Hatchery, origin.hatchery_id)
    movement = w.get(StockMovement, origin.movement_id)
    bought = Seed(lot.species_code, movement.quantity, lot.unit)
    return compare(bought, ours, _booked_under(w, origin), buyer_of(farm))


def why_not(w: Work, lot: Lot, number: str, quantity: int) -> str:
    """Return what does not fit before anything is booked, "" when it fits or is not ours to know."""
    if not is_ours(number, w.settings.province):
        return ""
    ours: OurRecord | None = w.home.impact.ask(w, "certificate_of_number", number)
    farm = w.get(Hatchery, lot.hatchery_id)
    booked = booked_under(w, number)
    bought = Seed(lot.species_code, quantity, lot.unit)
    return compare(bought, ours, booked, buyer_of(farm))[1]


def buyer_of(farm: Hatchery) -> Buyer:
    """Return the farm as a certificate may name it."""
    said = (farm.name, farm.contact_name, farm.phone, farm.place)
    return Buyer(
        farm.organisation_id, farm.division_code, tuple(folded(one) for one in said if one)
    )


def tell_buyer(w: Work, origin: StockOrigin) -> None:
    """Tell the farm what does not fit of the certificate it named."""
    farm = w.get(Hatchery, origin.hatchery_id)
    accounts.tell(
        w,
        to_organisation=farm.organisation_id,
        kind="hatchery",
        subject=f"购入苗种的检疫证明 {origin.certificate_number} 对不上：{origin.because}",
        body="县里核对认可以前，这一批不能申报。记错了编号，请打电话给申报点。",
        link=f"/hatcheries/lots/{origin.lot_id}",
    )


def judge_origin(w: Work, origin_id: UUID, *, accept: bool, because: str = "") -> None:
    """Let an official accept or refuse what our records could not settle.

    A refusal says why, and so does what is accepted against the record.
    """
    origin_in_scope(w, origin_id)
    origin = w.get_for_change(StockOrigin, origin_id)
    if Standing(origin.standing) not in OPEN:
        raise NotAllowedNow("这一笔购入已经核验过。")
    standing = Standing.ACCEPTED if accept else Standing.REFUSED
    _judge(w, origin, standing, because_of(standing, because, Standing(origin.standing)))


def _judge(w: Work, origin: StockOrigin, standing: Standing, because: str) -> None:
    origin.standing, origin.because = standing.value, because
    origin.judged_at, origin.judged_by_id = w.now, w.actor.person_id
    county = w.get(Hatchery, origin.hatchery_id).division_code
    fact = OriginJudged(origin.certificate_number, standing.value)
    w.record(fact, on=origin, county=county, reason=because)


def _booked_under(w: Work, origin: StockOrigin) -> int:
    return booked_under(w, origin.certificate_number, but_not=origin.id)


def booked_under(w: Work, number: str, but_not: UUID | None = None) -> int:
    """Sum what purchases took from one certificate, whoever booked them."""
    total = w.session.scalar(
        select(func.coalesce(func.sum(StockMovement.quantity), 0))
        .join(StockOrigin, StockOrigin.movement_id == StockMovement.id)
        .where(
            StockOrigin.certificate_number == number,
            StockOrigin.id != but_not if but_not else true(),
            StockOrigin.standing.in_(COUNTS),
        )
    )
    return int(total or 0)
