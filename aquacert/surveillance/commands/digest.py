"""The weekly digest: made once for each week and division, told to whoever watches over it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import select

from aquacert.accounts import commands as accounts
from aquacert.accounts.models import Membership
from aquacert.accounts.queries.actors import in_force
from aquacert.accounts.rules.roles import Role
from aquacert.kernel.audit import Fact
from aquacert.kernel.scope import SYSTEM
from aquacert.kernel.work import Database, Work
from aquacert.reference import queries as reference
from aquacert.surveillance.models import WeeklyDigest
from aquacert.surveillance.queries.crosswalk import waiting_count
from aquacert.surveillance.queries.digest import items_of, made_for, stale_feeds
from aquacert.surveillance.rules.digest import body, content, week_before
from aquacert.surveillance.rules.risk import week_of

READERS = (
    Role.SURVEILLANCE_OFFICER,
    Role.COUNTY_SUPERVISOR,
    Role.CITY_SUPERVISOR,
    Role.PROVINCE_SUPERVISOR,
)
KIND = "digest"


@dataclass(frozen=True)
class DigestMade(Fact):
    """The digests of a week were made and told."""

    tag: ClassVar[str] = "surveillance:digest:make"
    title: ClassVar[str] = "编发每周疫情摘要"
    week: str
    divisions: int
    told: int


def make_digests(database: Database) -> int:
    """Make the digests of the last whole week, once; return how many. Run it as often as one likes.

    It is due on Monday; a worker that stood still then makes it when it runs again.
    """
    with database.look(SYSTEM) as look:
        week = week_of(week_before(look.today))
        if f"{look.settings.province}0000" in made_for(look, week):
            return 0
    with database.work(SYSTEM) as w:
        return make(w, week_before(w.today))


def make(w: Work, monday: date) -> int:
    """Make the digests of one week within a running act; divisions that have one keep it."""
    week, province = week_of(monday), f"{w.settings.province}0000"
    done = made_for(w, week)
    items, stale, unmapped = items_of(w, monday), stale_feeds(w), waiting_count(w)
    readers = _readers(w, province)
    wanted = {province, *readers, *(item.division_code for item in items)}
    codes = sorted((wanted & reference.descendants(w, province)) - done)
    first: WeeklyDigest | None = None
    told = 0
    for code in codes:
        said = content(items, reference.descendants(w, code), stale, unmapped)
        row = w.add(
            WeeklyDigest(
                id=w.new_id(),
                week=week,
                from_on=monday,
                division_code=code,
                made_at=w.now,
                content=said,
            )
        )
        first = first or row
        told += _tell(w, row, said, readers.get(code, ()))
    if first is not None:
        w.record(DigestMade(week, len(codes), told), on=first)
    return len(codes)


def _readers(w: Work, province: str) -> Mapping[str, tuple[UUID, ...]]:
    """Return who is to be told, by the division they watch over."""
    found: dict[str, set[UUID]] = {}
    rows = w.session.execute(
        select(Membership.division_code, Membership.person_id).where(
            Membership.role.in_([role.value for role in READERS]),
            Membership.division_code.in_(sorted(reference.descendants(w, province))),
            in_force(w),
        )
    )
    for code, person_id in rows:
        if code is not None:
            found.setdefault(code, set()).add(person_id)
    return {code: tuple(sorted(people)) for code, people in found.items()}


def _tell(w: Work, row: WeeklyDigest, said: Mapping[str, Any], people: tuple[UUID, ...]) -> int:
    place = reference.full_name(w, row.division_code)
    for person_id in people:
        accounts.tell(
            w,
            to_person=person_id,
            kind=KIND,
            subject=f"每周疫情摘要 {row.week} {place}",
            body=body(said),
            link=f"/surveillance/digests/{row.id}",
        )
    return len(people)
