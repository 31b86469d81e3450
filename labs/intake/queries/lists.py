"""The lists of a laboratory's items as questions, and the question whether any item is on none.

Each list's condition is written for itself, in SQL, so that `unlisted` proves something: it counts
for each item how many lists hold it, and reports those for which that is not exactly one.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Integer, and_, case, cast, exists, func, or_, select

from aquacert.kernel.work import Look
from labs.custody.models import CustodyLink
from labs.custody.rules import Act
from labs.intake.models import Consignment, Item, NonConformity
from labs.intake.rules import FaultState, ItemKind, ItemState
from labs.intake.rules.lists import LONGEST_TRANSIT, OPEN, Listed, age_mark, is_late

AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Waiting:
    """One item on a list: since when it stands there, and how that looks."""

    code: str
    consignment: Consignment
    listed: Listed
    since: datetime
    mark: str
    late: bool


def _condition(listed: Listed) -> ColumnElement[bool]:
    tested = exists().where(
        CustodyLink.blind_code == Item.blind_code, CustodyLink.act == Act.TESTED.value
    )
    fault = exists().where(
        NonConformity.item_id == Item.id, NonConformity.state == FaultState.OPEN.value
    )
    announced = Item.state == ItemState.ANNOUNCED.value
    received = Item.state == ItemState.RECEIVED.value
    unfit = Item.state == ItemState.UNFIT.value
    table: Mapping[Listed, ColumnElement[bool]] = {
        Listed.IN_TRANSIT: and_(announced, Consignment.arrived_at.is_(None)),
        Listed.ARRIVED: and_(announced, Consignment.arrived_at.is_not(None)),
        Listed.TO_TEST: and_(received, ~tested),
        Listed.TESTED: and_(received, tested),
        Listed.UNFIT_OPEN: and_(unfit, fault),
        Listed.UNFIT: and_(unfit, ~fault),
        Listed.REPORTED: Item.state == ItemState.REPORTED.value,
    }
    return table[listed]


def waiting(look: Look, listed: Listed, most: int = 500) -> Sequence[Waiting]:
    """Return the items on one list, the longest waiting first."""
    rows = look.session.execute(
        select(Item, Consignment)
        .join(Consignment, Consignment.id == Item.consignment_id)
        .where(look.visible(Item), Item.kind == ItemKind.SAMPLE, _condition(listed))
        .order_by(func.coalesce(Item.received_at, Consignment.announced_at), Item.blind_code)
        .limit(most)
    )
    return [_waiting(look, item, box, listed) for item, box in rows]


def counts(look: Look) -> dict[Listed, int]:
    """Return how many items each list holds, in one question."""
    wanted = select(*(_sum(_condition(listed)) for listed in Listed)).select_from(Item)
    row = look.session.execute(
        wanted.join(Consignment, Consignment.id == Item.consignment_id).where(
            look.visible(Item), Item.kind == ItemKind.SAMPLE
        )
    ).one()
    return dict(zip(Listed, (int(n or 0) for n in row), strict=True))


def ageing(look: Look, days: int) -> dict[Listed, int]:
    """Return how many open items have been on their way or here for so many days or more."""
    since = look.now - timedelta(days=days)
    wanted = select(*(_sum(_condition(listed)) for listed in OPEN)).select_from(Item)
    row = look.session.execute(
        wanted.join(Consignment, Consignment.id == Item.consignment_id).where(
            look.visible(Item), Item.kind == ItemKind.SAMPLE, Consignment.announced_at <= since
        )
    ).one()
    return dict(zip(OPEN, (int(n or 0) for n in row), strict=True))


def long_in_transit(look: Look) -> int:
    """Return how many items have been on their way for more than a day."""
    found = look.session.scalar(
        select(func.count())
        .select_from(Item)
        .join(Consignment, Consignment.id == Item.consignment_id)
        .where(
            look.visible(Item),
            Item.kind == ItemKind.SAMPLE,
            _condition(Listed.IN_TRANSIT),
            Consignment.announced_at < look.now - LONGEST_TRANSIT,
        )
    )
    return found or 0


def lists_of(look: Look, codes: Collection[str]) -> dict[str, Listed]:
    """Return on which list each of these codes stands, for whoever knows them; unknown ones left out.

    The sending side asks by the codes it made itself, so no row scope applies here.
    """
    where = case(*((_condition(listed), listed.value) for listed in Listed), else_="")
    found: dict[str, Listed] = {}
    wanted = sorted(codes)
    for start in range(0, len(wanted), AT_ONCE):
        some = wanted[start : start + AT_ONCE]
        rows = look.session.execute(
            select(Item.blind_code, where)
            .join(Consignment, Consignment.id == Item.consignment_id)
            .where(Item.blind_code.in_(some))
        )
        found |= {code: Listed(listed) for code, listed in rows if listed}
    return found


def unlisted(look: Look) -> Sequence[str]:
    """Return the codes of items that are on no list, or on more than one; must be empty.

    An item whose consignment is gone, or whose state is a word nobody knows, is on no list.
    """
    held = sum((_one(_condition(listed)) for listed in Listed), start=_one(Item.id.is_(None)))
    return look.scalars(
        select(Item.blind_code)
        .outerjoin(Consignment, Consignment.id == Item.consignment_id)
        .where(
            look.visible(Item),
            Item.kind == ItemKind.SAMPLE,
            Item.state != ItemState.REPORTED.value,  # its list asks for nothing else
            or_(held != 1, Consignment.id.is_(None)),
        )
        .order_by(Item.blind_code)
    )


def _one(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return cast(case((condition, 1), else_=0), Integer)


def _sum(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(_one(condition))


def _waiting(look: Look, item: Item, box: Consignment, listed: Listed) -> Waiting:
    since = {
        Listed.IN_TRANSIT: box.announced_at,
        Listed.ARRIVED: box.arrived_at or box.announced_at,
    }.get(listed, item.received_at or box.announced_at)
    return Waiting(
        item.blind_code,
        box,
        listed,
        since,
        age_mark(box.announced_at, look.now) if listed in OPEN else "",
        is_late(listed, box.announced_at, look.now),
    )
