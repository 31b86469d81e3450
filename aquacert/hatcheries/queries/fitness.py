"""Whether a farm may declare: the one place that answers it for everybody."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import bindparam, select

from aquacert.hatcheries.models import Hatchery, Licence
from aquacert.hatcheries.queries.campaigns import campaigns_blocking, campaigns_blocking_each
from aquacert.hatcheries.queries.farms import licence_standing
from aquacert.hatcheries.rules import LicenceFacts, standing
from aquacert.hatcheries.rules.fitness import FarmFacts, Fault, faults
from aquacert.hatcheries.rules.kinds import LicenceKind
from aquacert.kernel.db import table_of
from aquacert.kernel.errors import NotFound
from aquacert.kernel.quick import Quick
from aquacert.kernel.work import Look
from aquacert.reference import queries as reference

CONFIRM_RULE = "hatchery.confirm"
FARMS, LICENCES = table_of(Hatchery), table_of(Licence)
_STANDING = select(FARMS.c.id, FARMS.c.state, FARMS.c.closed_on, FARMS.c.confirmed_on)
STANDING = Quick(_STANDING.where(FARMS.c.id == bindparam("farm")))
_WATERS = (
    select(LICENCES.c.hatchery_id, LICENCES.c.until_on)
    .where(
        LICENCES.c.kind == LicenceKind.WATERS.value,
        LICENCES.c.from_on <= bindparam("on"),
        LICENCES.c.verified_at.is_not(None),
    )
    .order_by(LICENCES.c.until_on.desc())
)
WATERS_UNTIL = Quick(_WATERS.where(LICENCES.c.hatchery_id == bindparam("farm")))


def fit_to_declare(look: Look, hatchery_id: UUID) -> list[Fault]:
    """Return everything that stands between the farm and a declaration today, hard and soft.

    A declaration may be sent when no fault `is_hard`. Reads past row scope: the caller has shown
    that the farm is the actor's to see. Raises `NotFound` for no such farm.
    """
    return faults(farm_facts(look, hatchery_id))


def farm_facts(look: Look, hatchery_id: UUID) -> FarmFacts:
    """Return what `fit_to_declare` judges, read anew: who waited for a farm sees it closed."""
    farm = look.row(STANDING, farm=hatchery_id)
    if farm is None:
        raise NotFound
    return FarmFacts(
        state=farm.state,
        today=look.today,
        licence=licence_standing(look, hatchery_id, None, look.today),
        waters_until=waters_until(look, hatchery_id),
        confirmed_on=farm.confirmed_on,
        confirm_within_days=confirm_within(look),
        closed_on=farm.closed_on,
        unanswered="、".join(campaigns_blocking(look, hatchery_id)),
    )


def facts_of_farms(
    look: Look, hatchery_ids: Collection[UUID], held: Mapping[UUID, Sequence[LicenceFacts]]
) -> dict[UUID, FarmFacts]:
    """Return the same of several farms, by id: as many questions for one as for a hundred.

    `held` is what `licences_held` said of them.
    """
    farms = look.session.execute(_STANDING.where(FARMS.c.id.in_(hatchery_ids)))
    waters, asked = _waters(look, hatchery_ids), campaigns_blocking_each(look, hatchery_ids)
    within = confirm_within(look)
    return {
        farm.id: FarmFacts(
            state=farm.state,
            today=look.today,
            licence=standing(held.get(farm.id, ()), None, look.today),
            waters_until=waters.get(farm.id),
            confirmed_on=farm.confirmed_on,
            confirm_within_days=within,
            closed_on=farm.closed_on,
            unanswered="、".join(asked.get(farm.id, ())),
        )
        for farm in farms
    }


def confirm_within(look: Look) -> int:
    """Return the days within which the base record must be confirmed again.

    The dated rule decides where it binds, else the installation's setting.
    """
    found = reference.binding_rule(look, CONFIRM_RULE, look.today)
    return found.value if found else look.settings.stock_confirm_days


def waters_until(look: Look, hatchery_id: UUID) -> date | None:
    """Return the last day of the verified waters certificate that ends last; None without one."""
    row = look.row(WATERS_UNTIL, farm=hatchery_id, on=look.today)
    return None if row is None else row.until_on


def _waters(look: Look, hatchery_ids: Collection[UUID]) -> dict[UUID, date]:
    statement = _WATERS.where(LICENCES.c.hatchery_id.in_(hatchery_ids))
    found: dict[UUID, date] = {}
    for row in look.session.execute(statement, {"on": look.today}):
        found.setdefault(row.hatchery_id, row.until_on)
    return found
