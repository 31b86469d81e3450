"""Which demands on passwords are in force."""

from collections.abc import Collection, Mapping

from sqlalchemy import select

from aquacert.accounts.models import PasswordRules
from aquacert.accounts.rules.passwords import PROPOSED, Audience, PasswordPolicy, audience_of
from aquacert.accounts.rules.roles import Role
from aquacert.kernel.work import Look


def password_rules(look: Look, audience: Audience) -> PasswordRules | None:
    """Return the row in force for some people; None = what we propose still stands."""
    return look.one(
        select(PasswordRules)
        .where(PasswordRules.audience == audience, PasswordRules.from_at <= look.now)
        .order_by(PasswordRules.from_at.desc(), PasswordRules.id.desc())
        .limit(1)
    )


def as_policy(row: PasswordRules | None, audience: Audience) -> PasswordPolicy:
    """Return a row's demands, or those proposed where there is none."""
    if row is None:
        return PROPOSED[audience]
    return PasswordPolicy(shortest=row.shortest, kinds=row.kinds, days=row.days)


def policy_of(look: Look, roles: Collection[Role]) -> PasswordPolicy:
    """Return the demands in force on somebody with these roles."""
    audience = audience_of(roles)
    return as_policy(password_rules(look, audience), audience)


def password_rows(look: Look) -> Mapping[Audience, PasswordRules | None]:
    """Return the row in force for each kind of people."""
    return {audience: password_rules(look, audience) for audience in Audience}


def password_history(look: Look) -> list[PasswordRules]:
    """Return every row there was, the newest first."""
    return look.scalars(
        select(PasswordRules).order_by(PasswordRules.from_at.desc(), PasswordRules.id.desc())
    )
