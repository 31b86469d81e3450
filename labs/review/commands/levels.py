"""Say how many persons must verify a method's results."""

from datetime import date
from uuid import UUID

from sqlalchemy import select

from aquacert.kernel.errors import Conflict, Invalid
from aquacert.kernel.work import Work
from labs.review.commands.facts import ReviewLevelSet
from labs.review.models import ReviewLevel
from labs.review.rules import FLOOR

MOST = 5


def set_review_level(
    w: Work, method_code: str, verifiers: int, *, from_on: date, because: str
) -> UUID:
    """Set how many verify a method's results from a day on and return the row's id.

    Raises `Invalid` below the floor (one verifier beside the authoriser), for a past day or without a reason;
    `Conflict` when that day has a rule already.
    """
    if not FLOOR <= verifiers <= MOST:
        raise Invalid(f"复核人数应在 {FLOOR} 到 {MOST} 之间", verifiers="不能少于一人")
    if from_on < w.today:
        raise Invalid("不能改过去的规则", from_on="应为今天或以后")
    if not because.strip():
        raise Invalid("请写明原因", because="必须写原因")
    taken = select(ReviewLevel.id).where(
        ReviewLevel.method_code == method_code, ReviewLevel.from_on == from_on
    )
    if w.one(taken) is not None:
        raise Conflict("这个方法在这一天已有一条复核规则。")
    row = w.add(
        ReviewLevel(
            id=w.new_id(),
            method_code=method_code,
            verifiers=verifiers,
            from_on=from_on,
            because=because.strip(),
            set_by_id=w.actor.person_id,
            set_at=w.now,
        )
    )
    fact = ReviewLevelSet(method_code, verifiers, from_on.isoformat())
    w.record(fact, on=row, reason=because.strip())
    return row.id
