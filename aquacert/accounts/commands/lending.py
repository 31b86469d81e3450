"""Lending a role to a colleague from day to day, and taking it back."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import ClassVar
from uuid import UUID

from sqlalchemy import select

from aquacert.accounts.commands.challenges import who
from aquacert.accounts.commands.inbox import tell
from aquacert.accounts.commands.warnings import warn
from aquacert.accounts.models import Delegation, Membership, Person
from aquacert.accounts.queries.actors import in_force, lent_to, memberships_in_force
from aquacert.accounts.rules.lending import SENTENCES, LendingReason, dates_fault, fault
from aquacert.accounts.rules.roles import ROLE_NAMES, Role
from aquacert.accounts.rules.states import PersonState
from aquacert.kernel.audit import Fact
from aquacert.kernel.errors import Invalid, NotAllowed, NotAllowedNow, NotFound
from aquacert.kernel.permissions import P
from aquacert.kernel.work import Work

LINK = "/accounts/delegations"
LONGEST_REASON = 200


@dataclass(frozen=True)
class RoleLent(Fact):
    """Somebody's powers are a colleague's too, from a day up to and including another."""

    tag: ClassVar[str] = "accounts:delegation:make"
    title: ClassVar[str] = "托同事代行职责"
    role: str
    borrower_id: UUID
    from_on: date
    last_on: date


@dataclass(frozen=True)
class LendingEnded(Fact):
    """Powers that were lent are back."""

    tag: ClassVar[str] = "accounts:delegation:end"
    title: ClassVar[str] = "收回代行职责"
    role: str
    borrower_id: UUID


def lend_role(
    w: Work, *, membership_id: UUID, borrower_id: UUID, from_on: date, last_on: date, because: str
) -> UUID:
    """Lend one of the actor's own appointments to a colleague of the same body; return its id.

    From `from_on` up to and including `last_on`. Raises `Invalid` at the wrong field, `NotFound`
    for an appointment that is not the actor's.
    """
    lender_id, _session_id = who(w)
    row = w.get_for_change(Membership, membership_id)
    if row.person_id != lender_id or row not in memberships_in_force(w, lender_id):
        raise NotFound
    _check_dates(row, from_on, last_on, w.today)
    _check_borrower(w, row, borrower_id)
    _check_free(w, row, from_on, last_on)
    if not because.strip() or len(because) > LONGEST_REASON:
        raise Invalid("请写明理由。", because=f"请写 1 到 {LONGEST_REASON} 个字，例如出差、休假")
    lending = w.add(
        Delegation(
            id=w.new_id(),
            membership_id=row.id,
            lender_id=lender_id,
            borrower_id=borrower_id,
            organisation_id=row.organisation_id,
            division_code=row.division_code,
            role=row.role,
            from_on=from_on,
            until_on=last_on + timedelta(days=1),
            because=because.strip(),
            made_at=w.now,
            ended_at=None,
            ended_by="",
        )
    )
    name = ROLE_NAMES[Role(row.role)]
    _say(w, borrower_id, f"同事托您代行{name}，从 {from_on} 到 {last_on}")
    warn(w, lender_id, f"您的{name}职责托给了同事，从 {from_on} 到 {last_on}", link=LINK)
    w.record(
        RoleLent(row.role, borrower_id, from_on, last_on),
        on=lending,
        county=row.division_code,
        reason=lending.because,
    )
    return lending.id


def end_lending(w: Work, delegation_id: UUID) -> None:
    """Take lent powers back, or give them back; over at the borrower's next request.

    Raises `NotAllowed` for anybody but the two and who administers them.
    """
    row = w.get_for_change(Delegation, delegation_id)
    is_party = w.actor.person_id in {row.lender_id, row.borrower_id}
    if w.actor.is_token or not (is_party or w.actor.may(P.ACCOUNT_MANAGE)):
        raise NotAllowed
    if row.ended_at is not None or row.until_on <= w.today:
        raise NotAllowedNow("这次代行已经结束。")
    _end(w, row, w.actor.label)


def end_lending_of(w: Work, membership_id: UUID) -> None:
    """End what was lent of an appointment that has just ended."""
    rows = w.scalars(
        select(Delegation).where(
            Delegation.membership_id == membership_id,
            Delegation.ended_at.is_(None),
            Delegation.until_on > w.today,
        )
    )
    for row in rows:
        _end(w, row, "任命已终止")


def _end(w: Work, row: Delegation, by: str) -> None:
    row.ended_at, row.ended_by = w.now, by
    name = ROLE_NAMES[Role(row.role)]
    for person_id in {row.lender_id, row.borrower_id} - {w.actor.person_id}:
        _say(w, person_id, f"代行{name}已经结束")
    fact = LendingEnded(row.role, row.borrower_id)
    w.record(fact, on=row, county=row.division_code)


def _say(w: Work, person_id: UUID, subject: str) -> None:
    tell(w, to_person=person_id, kind="delegation", subject=subject, link=LINK)


def _check_dates(row: Membership, from_on: date, last_on: date, today: date) -> None:
    wrong = dates_fault(from_on, last_on, today, row.until_on)
    if wrong is not None:
        raise Invalid(f"{SENTENCES[wrong]}。", last_on=SENTENCES[wrong])


def _check_borrower(w: Work, row: Membership, borrower_id: UUID) -> None:
    """Raise `Invalid` unless this is a colleague of the body who may hold the role besides."""
    if borrower_id == row.person_id:
        raise Invalid(f"{SENTENCES[LendingReason.OWN]}。", borrower_id=SENTENCES[LendingReason.OWN])
    colleague = select(Membership.id).where(
        Membership.person_id == borrower_id,
        Membership.organisation_id == row.organisation_id,
        in_force(w),
    )
    person = w.session.get(Person, borrower_id)
    if person is None or person.state != PersonState.ACTIVE or w.one(colleague.limit(1)) is None:
        raise Invalid("只能托给本单位在任的同事。", borrower_id="只能托给本单位在任的同事")
    own = memberships_in_force(w, borrower_id)
    held = {Role(one.role) for one in [*own, *lent_to(w, borrower_id)]}
    place = (row.role, row.organisation_id, row.division_code)
    same = any((one.role, one.organisation_id, one.division_code) == place for one in own)
    if (wrong := fault(Role(row.role), held, same_place=same)) is not None:
        field = "membership_id" if wrong is LendingReason.NEVER else "borrower_id"
        raise Invalid(f"{SENTENCES[wrong]}。", **{field: SENTENCES[wrong]})


def _check_free(w: Work, row: Membership, from_on: date, last_on: date) -> None:
    """Raise `Invalid` if the appointment is lent to anybody on one of these days."""
    other = select(Delegation.id).where(
        Delegation.membership_id == row.id,
        Delegation.ended_at.is_(None),
        Delegation.from_on <= last_on,
        Delegation.until_on > from_on,
    )
    if w.one(other.limit(1)) is not None:
        sentence = "这几天里这项职责已经托给了同事，请先收回"
        raise Invalid(f"{sentence}。", membership_id=sentence)
