"""Whether a farm may declare: the one place that answers it for everybody."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import func, select

from aquacert.hatcheries.models import Hatchery, Licence
from aquacert.hatcheries.queries.campaigns import campaigns_blocking
from aquacert.hatcheries.queries.farms import licence_standing
from aquacert.hatcheries.rules.fitness import FarmFacts, Fault, faults
from aquacert.hatcheries.rules.kinds import LicenceKind
from aquacert.kernel.errors import NotFound
from aquacert.kernel.work import Look
from aquacert.reference import queries as reference

CONFIRM_RULE = "hatchery.confirm"


def fit_to_declare(look: Look, hatchery_id: UUID) -> list[Fault]:
    """Return everything that stands between the farm and a declaration today, hard and soft.

    A declaration may be sent when no fault `is_hard`. Reads past row scope: the caller has shown
    that the farm is the actor's to see. Raises `NotFound` for no such farm.
    """
    # Read anew: whoever waited for a farm that was being closed must see it closed.
    fresh = select(Hatchery).where(Hatchery.id == hatchery_id)
    farm = look.one(fresh.execution_options(populate_existing=True))
    if farm is None:
        raise NotFound
    return faults(
        FarmFacts(
            state=farm.state,
            today=look.today,
            licence=licence_standing(look, farm.id, None, look.today),
            waters_until=waters_until(look, farm.id),
            confirmed_on=farm.confirmed_on,
            confirm_within_days=confirm_within(look),
            closed_on=farm.closed_on,
            unanswered="、".join(campaigns_blocking(look, farm.id)),
        )
    )


def confirm_within(look: Look) -> int:
    """Return the days within which the base record must be confirmed again.

    The dated rule decides where it binds, else the installation's setting.
    """
    found = reference.binding_rule(look, CONFIRM_RULE, look.today)
    return found.value if found else look.settings.stock_confirm_days


def waters_until(look: Look, hatchery_id: UUID) -> date | None:
    """Return the last day of the verified waters certificate that ends last; None without one."""
    return look.session.scalar(
        select(func.max(Licence.until_on)).where(
            Licence.hatchery_id == hatchery_id,
            Licence.kind == LicenceKind.WATERS.value,
            Licence.from_on <= look.today,
            Licence.verified_at.is_not(None),
        )
    )
