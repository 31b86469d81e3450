"""A farm ends, and begins again: what still hangs on it is shown first, and stops it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from sqlalchemy import func, select

from aquacert.accounts import commands as accounts
from aquacert.accounts.queries.organisations import agencies_for
from aquacert.hatcheries.commands.stock.posting import hold_farm
from aquacert.hatcheries.models import FarmSign, Hatchery, Lot
from aquacert.hatcheries.rules.kinds import MOVES, Act, State
from aquacert.kernel.audit import Fact
from aquacert.kernel.errors import Invalid, NotAllowedNow, NotReady
from aquacert.kernel.look import Look
from aquacert.kernel.work import Work

SHORTEST = 4


@dataclass(frozen=True)
class HatcheryClosed(Fact):
    """A farm closed: it declares no more, its history stays."""

    tag: ClassVar[str] = "hatcheries:hatchery:close"
    title: ClassVar[str] = "苗种场关闭"
    name: str
    because: str


@dataclass(frozen=True)
class ReopeningAsked(Fact):
    """The owner of a closed farm asks its county to open it again."""

    tag: ClassVar[str] = "hatcheries:hatchery:ask-reopening"
    title: ClassVar[str] = "苗种场申请重新开放"
    because: str


@dataclass(frozen=True)
class HatcheryReopened(Fact):
    """The county opened a closed farm again."""

    tag: ClassVar[str] = "hatcheries:hatchery:reopen"
    title: ClassVar[str] = "苗种场重新开放"
    name: str


def left_over(look: Look, hatchery_id: UUID) -> dict[str, int]:
    """Return what still hangs on a farm, by its name, only what is not nothing.

    Higher rooms count theirs (`kernel.impact`, kind "hatchery"); ours are lots that hold stock.
    """
    stocked = select(func.count()).where(Lot.hatchery_id == hatchery_id, Lot.balance > 0)
    found = {
        **look.impact("hatchery", hatchery_id),
        "有存塘的批": look.session.scalar(stocked) or 0,
    }
    return {label: count for label, count in found.items() if count}


def check_empty(w: Work, hatchery_id: UUID) -> None:
    """Raise `NotReady` naming everything that must be settled before a farm ends."""
    found = left_over(w, hatchery_id)
    if found:
        reasons = [f"还有{label} {count} 件" for label, count in found.items()]
        raise NotReady(reasons, "还有没办完的事，办完才能关闭。存塘请先出证、转走或登记处理。")


def close_hatchery(w: Work, hatchery_id: UUID, because: str) -> None:
    """Close a farm for a reason: by its owner, or by its county.

    Raises `NotReady` while declarations are open or stock is left.
    """
    said = _reason(because)
    farm = w.get_for_change(Hatchery, hatchery_id)
    MOVES.after(State(farm.state), Act.CLOSE)
    hold_farm(w, farm.id)
    check_empty(w, farm.id)
    w.move(farm, MOVES, Act.CLOSE, because=said)
    farm.closed_on, farm.closed_because, farm.reopening_because = w.today, said, None
    for sign in w.scalars(
        select(FarmSign).where(FarmSign.hatchery_id == farm.id, FarmSign.ended_at.is_(None))
    ):
        sign.ended_at = w.now
    w.record(HatcheryClosed(farm.name, said), on=farm, county=farm.division_code, reason=said)
    accounts.tell(
        w,
        to_organisation=farm.organisation_id,
        kind="hatchery",
        subject="苗种场已关闭，不能再申报。要重新开放，请在“我的场”里申请。",
        link="/hatcheries/own",
    )


def ask_reopening(w: Work, hatchery_id: UUID, because: str) -> None:
    """Ask the county to open a closed farm again; asked twice, the later reason stands."""
    said = _reason(because)
    farm = w.get_for_change(Hatchery, hatchery_id)
    if farm.state != State.CLOSED.value:
        raise NotAllowedNow("这家苗种场没有关闭，不用申请。")
    farm.reopening_because = said
    w.record(ReopeningAsked(said), on=farm, county=farm.division_code, reason=said)
    for body in agencies_for(w, farm.division_code)[:1]:
        accounts.tell(
            w,
            to_organisation=body.id,
            kind="hatchery",
            subject="有苗种场申请重新开放，请核对后答复。",
            link=f"/hatcheries/{farm.id}",
        )


def reopen_hatchery(w: Work, hatchery_id: UUID) -> None:
    """Open a closed farm again; its base record must be confirmed anew before it declares."""
    farm = w.get_for_change(Hatchery, hatchery_id)
    w.move(farm, MOVES, Act.REOPEN)
    farm.closed_on = farm.closed_because = farm.reopening_because = farm.confirmed_on = None
    w.record(HatcheryReopened(farm.name), on=farm, county=farm.division_code)
    accounts.tell(
        w,
        to_organisation=farm.organisation_id,
        kind="hatchery",
        subject="苗种场已重新开放。请先核对基础信息和存塘数，再申报。",
        link="/hatcheries/own/confirm",
    )


def _reason(because: str) -> str:
    said = " ".join(because.split())
    if len(said) < SHORTEST:
        raise Invalid("请写明原因。", because=f"原因不少于 {SHORTEST} 个字。")
    return said[:300]
