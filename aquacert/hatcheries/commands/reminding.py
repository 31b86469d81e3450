"""Farms are told of a licence that ends: some days before, each day once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import ClassVar
from uuid import UUID

from sqlalchemy import select

from aquacert.accounts import commands as accounts
from aquacert.hatcheries.models import Hatchery, Licence, LicenceTerm
from aquacert.hatcheries.rules.kinds import LICENCE_WORDS, LicenceKind, State
from aquacert.kernel.audit import Fact
from aquacert.kernel.errors import Repeated
from aquacert.kernel.idempotency import once
from aquacert.kernel.look import Look
from aquacert.kernel.scope import SYSTEM
from aquacert.kernel.work import Database, Work

DAYS_BEFORE = (60, 30, 7, 1)
"""Proposals, as the warnings of the owner's page are; no rule fixes them."""


@dataclass(frozen=True)
class LicenceEndTold(Fact):
    """A farm was told that a licence ends."""

    tag: ClassVar[str] = "hatcheries:licence:remind"
    title: ClassVar[str] = "提醒许可证到期"
    number: str
    until_on: date
    days: int


def remind_renewals(database: Database) -> int:
    """Tell every farm whose licence ends in so many days; return how many were told now.

    Run it every hour or so: a day's message is sent once, whoever runs it. A day on which nothing
    ran is passed over; the next of the days comes.
    """
    told = 0
    with database.look(SYSTEM) as look:
        found, today = ending(look), look.today
    for licence_id in found:
        key = once(f"licence-ends:{licence_id}:{today}")
        try:
            with database.work(SYSTEM, once=key) as w:
                _remind(w, licence_id)
                w.reply = ""
        except Repeated:
            continue
        told += 1
    return told


def ending(look: Look) -> list[UUID]:
    """Return the verified licences of open farms that end in so many days and are not renewed."""
    later = select(Licence.renews_id).where(
        Licence.renews_id.is_not(None), Licence.returned_because.is_(None)
    )
    waiting = select(LicenceTerm.licence_id).where(LicenceTerm.verified_at.is_(None))
    return look.scalars(
        select(Licence.id)
        .join(Hatchery, Hatchery.id == Licence.hatchery_id)
        .where(
            Hatchery.state == State.APPROVED.value,
            Licence.verified_at.is_not(None),
            Licence.until_on.in_([look.today + timedelta(days=days) for days in DAYS_BEFORE]),
            Licence.id.not_in(later),
            Licence.id.not_in(waiting),
        )
        .order_by(Licence.id)
    )


def _remind(w: Work, licence_id: UUID) -> None:
    licence = w.get_for_change(Licence, licence_id)
    farm = w.get_for_change(Hatchery, licence.hatchery_id)
    left = (licence.until_on - w.today).days
    words = LICENCE_WORDS[LicenceKind(licence.kind)]
    accounts.tell(
        w,
        to_organisation=farm.organisation_id,
        kind="hatchery",
        subject=f"{words} {licence.number} 还有 {left} 天到期，请登记续期。",
        link="/hatcheries/own/licences",
    )
    fact = LicenceEndTold(licence.number, licence.until_on, left)
    w.record(fact, on=farm, county=farm.division_code)
