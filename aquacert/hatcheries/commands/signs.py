"""The sign at the gate: made once, made anew when it was copied or lost; the old one is dead."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from sqlalchemy import select

from aquacert.accounts.queries.switches import refuse_if_off
from aquacert.accounts.rules.capabilities import Capability
from aquacert.hatcheries.models import FarmSign, Hatchery
from aquacert.hatcheries.rules.kinds import State
from aquacert.kernel.audit import Fact
from aquacert.kernel.errors import NotAllowedNow
from aquacert.kernel.work import Work

TOKEN_BYTES = 16
"""128 random bits: nobody comes upon a sign by guessing."""


@dataclass(frozen=True)
class SignMade(Fact):
    """A farm got a sign; one that stood before is dead from now."""

    tag: ClassVar[str] = "hatcheries:sign:make"
    title: ClassVar[str] = "制作申报码牌"
    replaces: bool


def make_sign(w: Work, hatchery_id: UUID) -> FarmSign:
    """Give the farm a new sign and end the one before; raise `NotAllowedNow` unless approved.

    A county may not have switched signs on yet (`Capability.FARM_SIGN`).
    """
    farm = w.get_for_change(Hatchery, hatchery_id)
    if farm.state != State.APPROVED.value:
        raise NotAllowedNow("登记审核通过的苗种场才有申报码。")
    refuse_if_off(w, Capability.FARM_SIGN, farm.division_code)
    alive = w.one(
        select(FarmSign).where(FarmSign.hatchery_id == farm.id, FarmSign.ended_at.is_(None))
    )
    if alive is not None:
        alive.ended_at = w.now
        w.session.flush()
    sign = w.add(
        FarmSign(
            id=w.new_id(),
            hatchery_id=farm.id,
            token=secrets.token_urlsafe(TOKEN_BYTES),
            made_at=w.now,
        )
    )
    w.record(SignMade(alive is not None), on=farm, county=farm.division_code)
    return sign
