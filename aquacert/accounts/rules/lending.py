"""Which role may be lent to whom, and for how long.

An official vet's signature rests on the appointment of that person (Measures 2022 art. 29-33), a
laboratory's on the competence that was authorised (ISO/IEC 17025:2017 6.2.5): neither can be lent.
Who hands out rights or reads the trail does no other work, and lends none of it [P].
"""

from collections.abc import Collection, Mapping
from datetime import date, timedelta
from enum import StrEnum
from types import MappingProxyType

from aquacert.accounts.rules.roles import LAB, Role, clashes

LONGEST = timedelta(days=92)
"""A quarter; whoever is away longer is replaced by an appointment [P]."""
NEVER_LENT = LAB | {Role.ADMINISTRATOR, Role.AUDITOR, Role.CONSIGNEE}


class LendingReason(StrEnum):
    """Why a role is not lent."""

    NEVER = "never"
    NOT_A_VET = "not-a-vet"
    CLASH = "clash"
    OWN = "own"
    HAS_IT = "has-it"
    DATES = "dates"
    TOO_LONG = "too-long"
    TOO_LATE = "too-late"


SENTENCES: Mapping[LendingReason, str] = MappingProxyType(
    {
        LendingReason.NEVER: "这个角色不能托给别人代行",
        LendingReason.NOT_A_VET: "官方兽医的职责只能托给另一位已任命的官方兽医",
        LendingReason.CLASH: "按回避要求，这位同事不能同时行使这个角色",
        LendingReason.OWN: "不能托给自己",
        LendingReason.HAS_IT: "这位同事本来就担任这个角色",
        LendingReason.DATES: "结束日期要不早于开始日期，开始日期要不早于今天",
        LendingReason.TOO_LONG: f"一次最多托 {LONGEST.days} 天，更久请由管理员任命",
        LendingReason.TOO_LATE: "这项任命在那之前就到期了",
    }
)


def lendable(role: Role) -> bool:
    """Whether a role can be lent at all."""
    return role not in NEVER_LENT


def fault(role: Role, held: Collection[Role], *, same_place: bool = False) -> LendingReason | None:
    """Why somebody who holds these roles cannot borrow this one; None if he can.

    `same_place`: he holds it already, for this very body and place. A vet may borrow a vet's
    desk work for another place, but signs where he is appointed himself.
    """
    if not lendable(role):
        return LendingReason.NEVER
    if same_place:
        return LendingReason.HAS_IT
    if role is Role.OFFICIAL_VET and Role.OFFICIAL_VET not in held:
        return LendingReason.NOT_A_VET
    if clashes(held, role):
        return LendingReason.CLASH
    return None


def dates_fault(
    start: date, end: date, today: date, until: date | None = None
) -> LendingReason | None:
    """Why a role cannot be lent from `start` up to and including `end`.

    `until` is the first day on which the lender no longer holds it.
    """
    if start < today or end < start:
        return LendingReason.DATES
    if end - start >= LONGEST:
        return LendingReason.TOO_LONG
    if until is not None and end >= until:
        return LendingReason.TOO_LATE
    return None
