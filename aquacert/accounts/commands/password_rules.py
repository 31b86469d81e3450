"""Setting what is asked of passwords."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from aquacert.accounts.models import PasswordRules
from aquacert.accounts.rules.passwords import (
    AUDIENCE_NAMES,
    NATIONAL,
    Audience,
    PasswordPolicy,
    deviations,
    policy_faults,
)
from aquacert.kernel.audit import Fact
from aquacert.kernel.errors import Invalid, NotAllowed
from aquacert.kernel.permissions import P
from aquacert.kernel.work import Work

SHORTEST_REASON = 10
LONGEST_REASON = 500


@dataclass(frozen=True)
class PasswordRulesSet(Fact):
    """What is asked of some people's passwords changed."""

    tag: ClassVar[str] = "accounts:password-rules:set"
    title: ClassVar[str] = "调整口令要求"
    audience: str
    shortest: int
    kinds: int
    days: int | None
    deviations: tuple[str, ...]


def set_password_rules(
    w: Work, *, audience: str, shortest: int, kinds: int, days: int | None, because: str
) -> UUID:
    """Set the demands for some people from now on; only who administers the whole province may.

    Leaving GB/T 22239-2019 for staff takes a reason that can be read (S1b P2!). Passwords that
    stand are judged by age at once and by form when they are next changed.
    """
    if not (w.actor.may(P.ACCOUNT_MANAGE) and w.actor.scope.everything) or w.actor.is_token:
        raise NotAllowed("口令要求由省级系统管理员调整。")
    policy = PasswordPolicy(shortest=shortest, kinds=kinds, days=days)
    wrong = policy_faults(policy)
    if audience not in set(Audience):
        wrong["audience"] = "请选择对谁的要求"
    said = because.strip()
    least = SHORTEST_REASON if _leaves_national(audience, policy) else 1
    if not least <= len(said) <= LONGEST_REASON:
        wrong["because"] = f"请写明理由，{least} 到 {LONGEST_REASON} 个字；偏离国标的要写清为什么"
    if wrong:
        raise Invalid(next(iter(wrong.values())) + "。", **wrong)
    row = w.add(
        PasswordRules(
            id=w.new_id(),
            audience=audience,
            shortest=shortest,
            kinds=kinds,
            days=days,
            because=said,
            set_by=w.actor.label,
            from_at=w.now,
        )
    )
    left = tuple(str(one) for one in deviations(policy))
    name = AUDIENCE_NAMES[Audience(audience)]
    w.record(PasswordRulesSet(name, shortest, kinds, days, left), on=row, reason=said)
    return row.id


def _leaves_national(audience: str, policy: PasswordPolicy) -> bool:
    return audience != Audience.FARM and bool(NATIONAL & set(deviations(policy)))
