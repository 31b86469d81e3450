"""What certificates are worth now, and which slot of which status list speaks for them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import bindparam, func, select

from aquacert.certificates.models import (
    Certificate,
    Issuance,
    Standing,
    StatusListing,
    StatusRefusal,
    StatusVersion,
)
from aquacert.certificates.rules.states import LIST_VALUES, Status
from aquacert.kernel.db import table_of
from aquacert.kernel.errors import Conflict, NotFound
from aquacert.kernel.quick import Quick
from aquacert.kernel.work import Look
from aquacert.trust import statuslist

MOST_LISTS = 99
"""Lists of one quarter: NN in YYYYQNN."""

ISSUANCES = table_of(Issuance)
TAKEN = Quick(
    select(ISSUANCES.c.id)
    .where(
        ISSUANCES.c.status_list == bindparam("number"),
        ISSUANCES.c.status_index == bindparam("index"),
    )
    .limit(1)
)


def standing(look: Look, certificate_id: UUID) -> Standing:
    """Return the standing of a certificate that is visible; raise `NotFound` otherwise."""
    look.get(Certificate, certificate_id)
    found = look.session.get(Standing, certificate_id)
    if found is None:
        raise NotFound
    return found


def first_list(on: date) -> int:
    """Return the number of the quarter's first list: 2026-05-18 → 2026201."""
    quarter = (on.month - 1) // 3 + 1
    return on.year * 1000 + quarter * 100 + 1


def free_slot(look: Look, on: date) -> tuple[int, int]:
    """Return (list, index): a free random slot of this quarter.

    A slot that a plan took is never free again, even when the plan was abandoned. A list so full
    that draws keep meeting taken slots is left as it is, and the next one is opened.
    """
    first = first_list(on)
    for number in range(first, first + MOST_LISTS):
        try:
            return number, statuslist.random_index(lambda at, n=number: _is_taken(look, n, at))  # type: ignore[misc]
        except Conflict:
            continue
    raise Conflict("本季度的状态清单都满了，请联系管理员。")


def changed(look: Look, number: int) -> Mapping[int, statuslist.Status]:
    """Return every slot of a list that is not plainly valid."""
    rows = look.session.execute(
        select(Certificate.status_index, Standing.status)
        .join(Standing, Standing.id == Certificate.id)
        .where(Certificate.status_list == number, Standing.status != Status.VALID.value)
    )
    return {index: statuslist.Status(LIST_VALUES[Status(state)]) for index, state in rows}


def listing(look: Look, number: int) -> StatusListing:
    """Return a status list as last published; raise `NotFound` when there is none yet."""
    found = look.one(select(StatusListing).where(StatusListing.number == number))
    if found is None:
        raise NotFound("没有这份状态清单。")
    return found


def last_listing_at(look: Look) -> datetime | None:
    """Return when a status list was last published; None before the first."""
    return look.session.scalar(select(func.max(StatusListing.published_at)))


def version(look: Look, number: int, at: int) -> StatusVersion:
    """Return one published version of a status list; raise `NotFound` when there is none."""
    asked = select(StatusVersion).where(StatusVersion.number == number, StatusVersion.version == at)
    found = look.one(asked)
    if found is None:
        raise NotFound("没有这一版状态清单。")
    return found


def published_lists(look: Look) -> list[int]:
    """Return the number of every list ever published, oldest first."""
    return look.scalars(select(StatusListing.number).order_by(StatusListing.number))


def refusals(look: Look) -> list[StatusRefusal]:
    """Return every list that was not published because it took back what is final."""
    return look.scalars(select(StatusRefusal).order_by(StatusRefusal.id))


def status_list_of(look: Look, certificate_id: UUID) -> int:
    """Return which list speaks for a visible certificate."""
    return look.get(Certificate, certificate_id).status_list


def list_numbers(look: Look) -> list[int]:
    """Return the number of every list that a certificate points to, oldest first."""
    rows = select(Certificate.status_list).distinct().order_by(Certificate.status_list)
    return look.scalars(rows)


def stale_lists(look: Look, before: datetime) -> list[int]:
    """Return the lists not published since `before`: those in use, and this quarter's first."""
    fresh = set(
        look.scalars(select(StatusListing.number).where(StatusListing.published_at > before))
    )
    used = {*list_numbers(look), first_list(look.today)}
    return sorted(used - fresh)


def counts(look: Look) -> dict[str, int]:
    """Return how many visible certificates there are by status."""
    rows = look.session.execute(
        select(Standing.status, func.count())
        .join(Certificate, Certificate.id == Standing.id)
        .where(look.visible(Certificate))
        .group_by(Standing.status)
    )
    return {status: int(count) for status, count in rows}


def _is_taken(look: Look, number: int, index: int) -> bool:
    return look.row(TAKEN, number=number, index=index) is not None
