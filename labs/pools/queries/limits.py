"""How many items one pool of a method may hold on a day."""

from datetime import date

from sqlalchemy import select

from aquacert.kernel.work import Look
from labs.pools.models import PoolLimit
from labs.pools.rules import SHIPPED, Limit, limit_on
from labs.register.models import LabScope


def limit_for(look: Look, scope: LabScope, on: date) -> Limit | None:
    """Return the limit that holds for a method on a day: the province's own, else the shipped one of its kind."""
    own = limit_on(limits_of(look, scope.method_code), on)
    return own or limit_on((one for one in SHIPPED if one.method == scope.kind), on)


def limits_of(look: Look, method_code: str) -> list[Limit]:
    """Return what the province set for a method, oldest first."""
    rows = look.scalars(
        select(PoolLimit).where(PoolLimit.method_code == method_code).order_by(PoolLimit.from_on)
    )
    return [
        Limit(row.method_code, row.most, row.may_mix, row.from_on, row.source, is_marked=False)
        for row in rows
    ]


def may_use(look: Look, limit: Limit | None) -> bool:
    """Tell whether a limit may be applied here: one that nobody could check binds in no production."""
    return limit is None or not (limit.is_marked and look.settings.is_production)
