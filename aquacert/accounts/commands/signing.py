"""The permission of an official vet to sign: withdrawn at once, given back with a reason.

The appointment stands meanwhile (Measures 2022 art. 29-33 give it and its number); whoever may not
sign may still visit. Signing asks `accounts.queries.signer`, which reads what is written here.
"""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar
from uuid import UUID

from sqlalchemy import select

from aquacert.accounts.commands.inbox import tell
from aquacert.accounts.models import Membership, SigningStop
from aquacert.accounts.rules.roles import Role
from aquacert.kernel.audit import Fact
from aquacert.kernel.errors import Invalid, NotAllowed, NotAllowedNow
from aquacert.kernel.work import Work

SHORTEST_REASON = 2


@dataclass(frozen=True)
class SigningWithdrawn(Fact):
    """An official vet may not sign any more."""

    tag: ClassVar[str] = "accounts:signing:withdraw"
    title: ClassVar[str] = "停止签字权限"
    number: str


@dataclass(frozen=True)
class SigningRestored(Fact):
    """An official vet may sign again."""

    tag: ClassVar[str] = "accounts:signing:restore"
    title: ClassVar[str] = "恢复签字权限"
    number: str


@dataclass(frozen=True)
class AppointmentLimited(Fact):
    """The period of an official vet's appointment was set."""

    tag: ClassVar[str] = "accounts:appointment:limit"
    title: ClassVar[str] = "更改官方兽医任期"
    number: str
    until_on: date | None


def withdraw_signing(w: Work, membership_id: UUID, *, because: str) -> None:
    """Withdraw the permission to sign: what is not signed by now, he does not sign."""
    row = _vet(w, membership_id)
    said = _reason(because)
    if _live(w, row.id) is not None:
        raise NotAllowedNow("这位官方兽医的签字权限已经停止。")
    w.add(
        SigningStop(
            id=w.new_id(),
            membership_id=row.id,
            withdrawn_on=w.today,
            withdrawn_at=w.now,
            because=said,
            by=w.actor.label,
            restored_on=None,
            restored_at=None,
            restored_because="",
            restored_by="",
        )
    )
    fact = SigningWithdrawn(row.appointment_number or "")
    w.record(fact, on=("people", str(row.person_id)), county=row.division_code, reason=said)
    words = "您的签字权限已停止，现在不能签发检疫证明。原因："
    tell(w, to_person=row.person_id, kind="signing", subject=words + said, body="")


def restore_signing(w: Work, membership_id: UUID, *, because: str) -> None:
    """Give the permission to sign back."""
    row = _vet(w, membership_id)
    said = _reason(because)
    stop = _live(w, row.id)
    if stop is None:
        raise NotAllowedNow("这位官方兽医的签字权限没有停止。")
    stop.restored_on, stop.restored_at = w.today, w.now
    stop.restored_because, stop.restored_by = said, w.actor.label
    fact = SigningRestored(row.appointment_number or "")
    w.record(fact, on=("people", str(row.person_id)), county=row.division_code, reason=said)
    tell(w, to_person=row.person_id, kind="signing", subject="您的签字权限已恢复。")


def limit_appointment(w: Work, membership_id: UUID, *, until_on: date | None, because: str) -> None:
    """Say until when an official vet is appointed (None: without end); a renewal as well.

    `until_on` is the first day on which it no longer holds. An appointment that is over stays over:
    a new one is made, with its own first day.
    """
    row = _vet(w, membership_id)
    said = _reason(because)
    if row.until_on is not None and row.until_on <= w.today:
        raise NotAllowedNow("这项任命已经结束，请重新任命。")
    if until_on is not None and until_on <= max(row.from_on, w.today):
        sentence = "任期的最后一天不能早于今天，也不能早于任命之日"
        raise Invalid(f"{sentence}。", last_on=sentence)
    row.until_on = until_on
    fact = AppointmentLimited(row.appointment_number or "", until_on)
    w.record(fact, on=("people", str(row.person_id)), county=row.division_code, reason=said)


def _vet(w: Work, membership_id: UUID) -> Membership:
    """Return the appointment locked, so that two officers do not withdraw twice."""
    row = w.get_for_change(Membership, membership_id)
    if row.role != Role.OFFICIAL_VET:
        raise NotAllowedNow("只有官方兽医有签字权限。")
    if row.person_id == w.actor.person_id:
        raise NotAllowed("不能改自己的签字权限，请由另一位办理。")
    return row


def _live(w: Work, membership_id: UUID) -> SigningStop | None:
    found = select(SigningStop).where(
        SigningStop.membership_id == membership_id, SigningStop.restored_at.is_(None)
    )
    return w.one(found)


def _reason(because: str) -> str:
    said = because.strip()
    if len(said) < SHORTEST_REASON:
        raise Invalid("请写原因。", because="请写原因，会留在记录里，本人也看得到")
    return said
