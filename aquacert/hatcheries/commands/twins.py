"""Two farms that look alike: judged not the same once and for all, or merged with a trace (S2)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from sqlalchemy import select

from aquacert.accounts import commands as accounts
from aquacert.accounts.models import Membership
from aquacert.accounts.queries import person
from aquacert.accounts.queries.actors import in_force
from aquacert.accounts.queries.organisations import organisation
from aquacert.accounts.rules.roles import FARM, TRADE, Kind
from aquacert.accounts.rules.states import PersonState
from aquacert.hatcheries.commands.keeping import add_pond
from aquacert.hatcheries.commands.stock import move_lot
from aquacert.hatcheries.commands.stock.posting import hold_farm
from aquacert.hatcheries.models import FarmPerson, Hatchery, Licence, Lot, Pond, TwinJudgement
from aquacert.hatcheries.queries.twins import judgement
from aquacert.hatcheries.rules.kinds import MOVES, Act, State
from aquacert.hatcheries.rules.outline import pond_name
from aquacert.hatcheries.rules.people import ONE_EACH
from aquacert.hatcheries.rules.twins import Outcome
from aquacert.kernel.audit import Fact
from aquacert.kernel.errors import Invalid, NotAllowedNow, NotFound, NotReady
from aquacert.kernel.work import Work

SHORTEST = 4


@dataclass(frozen=True)
class TwinsTold(Fact):
    """An officer said that two farms that look alike are two."""

    tag: ClassVar[str] = "hatcheries:twins:differ"
    title: ClassVar[str] = "判定不是同一家苗种场"
    one: UUID
    other: UUID


@dataclass(frozen=True)
class HatcheriesMerged(Fact):
    """Two registrations of one farm became one."""

    tag: ClassVar[str] = "hatcheries:hatchery:merge"
    title: ClassVar[str] = "合并苗种场登记"
    survivor: UUID
    merged: UUID
    merged_name: str
    ponds: int
    lots: int
    licences: int
    people: int


def tell_apart(w: Work, one_id: UUID, other_id: UUID, because: str) -> None:
    """Say that two farms are two: the pair never comes back to the queue."""
    said = _reason(because)
    one, _other = _both(w, one_id, other_id)
    _judge(w, one_id, other_id, Outcome.DIFFERENT, said)
    w.record(TwinsTold(one_id, other_id), on=one, county=one.division_code, reason=said)


def merge_hatcheries(
    w: Work, survivor_id: UUID, merged_id: UUID, because: str, *, coming: Collection[UUID] = ()
) -> None:
    """Let one registration go up in another: what is kept, what moves, who and why stay on record.

    Stock goes over by ledger movements, licences and the roll by their rows; declarations,
    certificates, diary and ledger of the old one stay under it and lead on to the survivor. Of the
    accounts only the people in `coming` act for the survivor: anybody can register with the
    telephone of a farm. Raises `NotReady` while something of a higher room is open on the one that
    goes.
    """
    said = _reason(because)
    kept, gone = _both(w, survivor_id, merged_id)
    if kept.state != State.APPROVED.value:
        raise NotAllowedNow("留下的一家要是已登记（审核通过）的，请先审核，或留另一家。")
    MOVES.after(State(gone.state), Act.MERGE)
    hold_farm(w, gone.id)
    for county in sorted({kept.division_code, gone.division_code}):
        w.hold_trail(county)
    open_things = {label: n for label, n in w.impact("hatchery", gone.id).items() if n}
    if open_things:
        reasons = [f"要并入的一家还有{label} {count} 件" for label, count in open_things.items()]
        raise NotReady(reasons, "还有没办完的事，办完才能合并。")
    moved = _move_stock(w, kept, gone, said) | {
        "许可证": _move_licences(w, kept, gone),
        "人员": _move_people(w, kept, gone, said, coming),
        "名册": _move_roll(w, kept, gone),
    }
    w.move(gone, MOVES, Act.MERGE, because=said)
    gone.merged_into_id = kept.id
    _judge(w, kept.id, gone.id, Outcome.MERGED, said, kept.id, moved)
    fact = HatcheriesMerged(
        kept.id,
        gone.id,
        gone.name,
        moved["塘口"],
        moved["批"],
        moved["许可证"],
        moved["人员"],
    )
    w.record(fact, on=kept, county=kept.division_code, reason=said)
    if organisation(w, gone.organisation_id).kind == Kind.HATCHERY.value:
        accounts.close_organisation(w, gone.organisation_id, reason=f"并入 {kept.name}：{said}")
    accounts.tell(
        w,
        to_organisation=kept.organisation_id,
        kind="hatchery",
        subject=f"县里把“{gone.name}”的登记并入了本场，请核对塘口、存塘和许可证。",
        body=_who_came(moved["人员"]),
        link="/hatcheries/own",
    )


def _both(w: Work, one_id: UUID, other_id: UUID) -> tuple[Hatchery, Hatchery]:
    """Return both farms locked in one order; neither merged, the pair not judged yet."""
    if one_id == other_id:
        raise NotFound
    held = {key: w.get_for_change(Hatchery, key) for key in sorted((one_id, other_id))}
    if any(farm.state == State.MERGED.value for farm in held.values()):
        raise NotAllowedNow("其中一家已经并入别的登记，请看最新的列表。")
    if judgement(w, one_id, other_id) is not None:
        raise NotAllowedNow("这一对已经有人判过，请看“已判”。")
    return held[one_id], held[other_id]


def _judge(
    w: Work,
    one_id: UUID,
    other_id: UUID,
    outcome: Outcome,
    because: str,
    survivor_id: UUID | None = None,
    moved: dict[str, int] | None = None,
) -> None:
    w.add(
        TwinJudgement(
            id=w.new_id(),
            one_id=min(one_id, other_id),
            other_id=max(one_id, other_id),
            outcome=outcome.value,
            survivor_id=survivor_id,
            because=because,
            moved=moved or {},
            at=w.now,
            by_id=w.actor.person_id,
            by=w.actor.label,
        )
    )


def _move_stock(w: Work, kept: Hatchery, gone: Hatchery, because: str) -> dict[str, int]:
    """Move every lot that holds something into a pond of the same name at the survivor."""
    lots = w.scalars(
        select(Lot).where(Lot.hatchery_id == gone.id, Lot.balance > 0).order_by(Lot.number)
    )
    names = dict(
        w.session.execute(select(Pond.id, Pond.name).where(Pond.hatchery_id == gone.id)).all()
    )
    taken = set(w.scalars(select(Pond.name).where(Pond.hatchery_id == kept.id)))
    ponds: dict[UUID, UUID] = {}
    for lot in lots:
        if lot.pond_id not in ponds:
            name = _free(names[lot.pond_id], taken)
            ponds[lot.pond_id] = add_pond(w, kept.id, name)
            taken.add(name)
        move_lot(w, lot.id, ponds[lot.pond_id], f"合并登记：{because}")
    return {"塘口": len(ponds), "批": len(lots)}


def _free(name: str, taken: set[str]) -> str:
    """Return the pond's name as it is kept, marked when the survivor has one of that name."""
    name = pond_name(name)
    if name not in taken:
        return name
    number = 1
    while (marked := pond_name(f"{name}（并入{number if number > 1 else ''}）")) in taken:
        number += 1
    return marked


def _move_licences(w: Work, kept: Hatchery, gone: Hatchery) -> int:
    rows = w.scalars(select(Licence).where(Licence.hatchery_id == gone.id))
    for row in rows:
        row.hatchery_id = kept.id
    return len(rows)


def _move_roll(w: Work, kept: Hatchery, gone: Hatchery) -> int:
    """Move who is who; where there may be one of a post, the survivor's own stays in it."""
    filled = set(
        w.scalars(
            select(FarmPerson.post).where(
                FarmPerson.hatchery_id == kept.id, FarmPerson.until_on.is_(None)
            )
        )
    )
    rows = w.scalars(select(FarmPerson).where(FarmPerson.hatchery_id == gone.id))
    for row in rows:
        row.hatchery_id = kept.id
        if row.until_on is None and row.post in ONE_EACH & filled:
            row.until_on = w.today
    return len(rows)


def _move_people(
    w: Work, kept: Hatchery, gone: Hatchery, because: str, coming: Collection[UUID]
) -> int:
    """End the roles at the old body; appoint at the survivor's only who was chosen to come."""
    held = set(_roles(w, kept.organisation_id))
    is_farm = organisation(w, gone.organisation_id).kind == Kind.HATCHERY.value
    ending = TRADE if is_farm else FARM
    moved, left = 0, set()
    for row in w.scalars(
        select(Membership).where(
            Membership.organisation_id == gone.organisation_id,
            Membership.role.in_(sorted(role.value for role in ending)),
            in_force(w),
        )
    ):
        accounts.end_appointment(w, row.id, reason=because)
        if (row.person_id, row.role) in held:
            continue
        if row.person_id not in coming:
            left.add(row.person_id)
        elif person(w, row.person_id).state == PersonState.ACTIVE.value:
            accounts.appoint(
                w,
                person_id=row.person_id,
                organisation_id=kept.organisation_id,
                role=row.role,
            )
            moved += 1
    for person_id in sorted(left):
        accounts.tell(
            w,
            to_person=person_id,
            kind="hatchery",
            subject=f"县里把“{gone.name}”的登记并入了“{kept.name}”，您在原来那份登记的角色结束了。",
            body="要替留下的一家办事，请和那家的负责人或县里联系。",
        )
    return moved


def _who_came(people: int) -> str:
    """Tell the survivor's owner who can act for the farm from now on."""
    if not people:
        return "原来那份登记的账号没有转过来。"
    return f"原来那份登记有 {people} 个账号转过来了，也能替本场申报。不是本场的人，请马上打电话给县里。"


def _roles(w: Work, organisation_id: UUID) -> list[tuple[UUID, str]]:
    rows = w.session.execute(
        select(Membership.person_id, Membership.role).where(
            Membership.organisation_id == organisation_id, in_force(w)
        )
    )
    return [(row.person_id, row.role) for row in rows]


def _reason(because: str) -> str:
    said = " ".join(because.split())
    if len(said) < SHORTEST:
        raise Invalid("请写明理由。", because=f"理由不少于 {SHORTEST} 个字，会一直留着")
    return said[:300]
