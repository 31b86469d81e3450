"""Say how many items one pool of a method may hold."""

from datetime import date
from uuid import UUID

from sqlalchemy import select

from aquacert.kernel.errors import Conflict, Invalid
from aquacert.kernel.work import Work
from labs.pools.commands.facts import PoolLimitSet
from labs.pools.models import PoolLimit

MOST = 100
"""Beyond this a single positive is diluted out of every method's sight."""


def set_pool_limit(
    w: Work,
    method_code: str,
    most: int,
    *,
    from_on: date,
    source: str,
    may_mix: bool = False,
) -> UUID:
    """Set the limit of a method from a day on and return its id. 1 = no pools.

    Raises `Invalid` for a limit below 1, a day before today or no source; `Conflict` when that day has one already.
    """
    if not 1 <= most <= MOST:
        raise Invalid("每个混样的份数至少是 1", most=f"应为 1 到 {MOST}")
    if from_on < w.today:
        raise Invalid("不能改过去的规则", from_on="应为今天或以后")
    if not source.strip():
        raise Invalid("请写明依据", source="写明标准条款或验证报告")
    taken = select(PoolLimit.id).where(
        PoolLimit.method_code == method_code, PoolLimit.from_on == from_on
    )
    if w.one(taken) is not None:
        raise Conflict("这个方法在这一天已有一条混样规则。")
    row = w.add(
        PoolLimit(
            id=w.new_id(),
            method_code=method_code,
            most=most,
            may_mix=may_mix,
            from_on=from_on,
            source=source.strip(),
            set_by_id=w.actor.person_id,
            set_at=w.now,
        )
    )
    w.record(PoolLimitSet(method_code, most, may_mix, from_on.isoformat()), on=row)
    return row.id
