"""How far the certificate behind a purchase was checked: by our own record, or by an official."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from sqlalchemy import func, select

from aquacert.accounts import commands as accounts
from aquacert.hatcheries.models import Hatchery, Lot, StockMovement, StockOrigin
from aquacert.hatcheries.queries.origins import origin_in_scope
from aquacert.hatcheries.rules import OPEN, Standing, because_of
from aquacert.hatcheries.rules.origins import Seed, compare
from aquacert.kernel.audit import Fact
from aquacert.kernel.errors import NotAllowedNow
from aquacert.kernel.work import Work

COUNTS = (Standing.MATCHED.value, Standing.ACCEPTED.value)


@dataclass(frozen=True)
class OriginJudged(Fact):
    """A purchase's certificate was checked."""

    tag: ClassVar[str] = "hatcheries:origin:judge"
    title: ClassVar[str] = "核验购入苗种的检疫证明"
    certificate: str
    standing: str


@dataclass(frozen=True, slots=True)
class OurRecord:
    """What we know of one of our own certificates; `worthless` is its standing when it is none."""

    certificate_id: UUID
    seed: Seed
    worthless: str
    sold_by: UUID | None = None
    """The body it was issued to."""


def settle_origin(w: Work, origin_id: UUID, ours: OurRecord | None) -> None:
    """Judge a purchase by our own record; once it is judged nothing is done."""
    number = w.get(StockOrigin, origin_id).certificate_number
    alike = select(StockOrigin.id).where(StockOrigin.certificate_number == number)
    # All under this number, in one order: two judged at once would each not see the other booked.
    w.session.execute(alike.order_by(StockOrigin.id).with_for_update())
    origin = w.get_for_change(StockOrigin, origin_id)
    if origin.standing != Standing.UNCHECKED.value:
        return
    lot, farm = w.get(Lot, origin.lot_id), w.get(Hatchery, origin.hatchery_id)
    quantity = w.get(StockMovement, origin.movement_id).quantity
    bought = Seed(lot.species_code, quantity, lot.unit)
    standing, because = compare(
        bought,
        ours.seed if ours else None,
        _booked_under(w, origin),
        ours.worthless if ours else "",
        is_own=ours is not None and ours.sold_by == farm.organisation_id,
    )
    origin.certificate_id = ours.certificate_id if ours else None
    _judge(w, origin, standing, because)
    if standing is Standing.MISMATCHED:
        accounts.tell(
            w,
            to_organisation=farm.organisation_id,
            kind="hatchery",
            subject=f"购入苗种的检疫证明 {number} 对不上：{because}",
            body="记错了编号，请打电话给申报点，由县里核对。",
            link=f"/hatcheries/lots/{lot.id}",
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
    """Sum what other purchases took from the same certificate, whoever booked them."""
    total = w.session.scalar(
        select(func.coalesce(func.sum(StockMovement.quantity), 0))
        .join(StockOrigin, StockOrigin.movement_id == StockMovement.id)
        .where(
            StockOrigin.certificate_number == origin.certificate_number,
            StockOrigin.id != origin.id,
            StockOrigin.standing.in_(COUNTS),
        )
    )
    return int(total or 0)
