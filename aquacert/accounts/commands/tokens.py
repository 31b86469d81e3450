"""Keys for programs, and one-time links for people without an account."""

import secrets
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import Select, select

from aquacert.accounts.commands.challenges import who
from aquacert.accounts.commands.facts import LinkMade, TokenEnded, TokenMade
from aquacert.accounts.commands.step_up import spend_step_up
from aquacert.accounts.commands.warnings import warn
from aquacert.accounts.models import ApiToken, ConsigneeLink
from aquacert.accounts.queries.actors import has_factor, secret_hash
from aquacert.accounts.queries.sign_in import consignee_subject
from aquacert.accounts.rules.passkeys import OWN_TOKENS
from aquacert.kernel.errors import Invalid, NotAllowedNow, NotFound
from aquacert.kernel.permissions import P
from aquacert.kernel.work import Work

TOKEN_DAYS = 365
LINK_DAYS = 30
PREFIX = "aq_"
TOLD = "拿着它的程序能替您查和填，不能签字。如果不是您本人，请马上停用它并更换口令。"


def make_token(
    w: Work, person_id: UUID, name: str, *, scopes: Sequence[str] = (), days: int = TOKEN_DAYS
) -> str:
    """Make a key with which a program acts for a person, and return it; it is shown this once.

    Only its hash is kept. `scopes` cut it down to some permissions; a token never signs.
    """
    title = name.strip()
    if not title or len(title) > 60:
        raise Invalid("请给令牌起个名字。", name="请写 1 到 60 个字，说明给哪个程序用")
    unknown = [scope for scope in scopes if scope not in set(P)]
    if unknown:
        raise Invalid(f"没有这项权限：{unknown[0]}。", scopes=f"没有这项权限：{unknown[0]}")
    secret = PREFIX + secrets.token_urlsafe(32)
    row = w.add(
        ApiToken(
            id=w.new_id(),
            person_id=person_id,
            name=title,
            token_hash=secret_hash(secret),
            scopes=sorted(scopes),
            made_at=w.now,
            expires_at=w.now + timedelta(days=days),
            ended_at=None,
        )
    )
    w.record(TokenMade(title), on=row)
    return secret


def make_own_token(w: Work, name: str) -> str:
    """Make a token of the actor's own; needs a living grant for `OWN_TOKENS` from whoever has a
    second factor. He is told.
    """
    person_id, _session_id = who(w)
    secret = make_token(w, person_id, name)
    if has_factor(w, person_id):
        spend_step_up(w, OWN_TOKENS)
    warn(w, person_id, "您的账号做了一个接口令牌", body=TOLD, link="/accounts/tokens")
    return secret


def end_token(w: Work, token_id: UUID) -> None:
    """Stop one of the actor's own tokens at once."""
    row = w.get_for_change(ApiToken, token_id)
    if row.person_id != w.actor.person_id:
        raise NotFound
    if row.ended_at is None:
        row.ended_at = w.now
        w.record(TokenEnded(row.name), on=row)


def end_tokens(w: Work, person_id: UUID) -> int:
    """Stop every living token of a person, whose account another had; return how many."""
    return _end_all(w, select(ApiToken).where(ApiToken.person_id == person_id))


def end_tokens_named(w: Work, person_id: UUID, name: str) -> int:
    """Stop every living token of a person that bears this name, at once; return how many.

    For rooms that made them for a machine they keep a register of; they judge who may.
    """
    named = (ApiToken.person_id == person_id, ApiToken.name == name)
    return _end_all(w, select(ApiToken).where(*named))


def _end_all(w: Work, some: Select[ApiToken]) -> int:
    rows = w.session.scalars(some.where(ApiToken.ended_at.is_(None)).with_for_update()).all()
    for row in rows:
        row.ended_at = w.now
        w.record(TokenEnded(row.name), on=row)
    return len(rows)


def make_consignee_link(w: Work, subject_id: UUID, *, days: int = LINK_DAYS) -> str:
    """Make a one-time link secret for somebody without an account to report one arrival."""
    secret = secrets.token_urlsafe(24)
    row = w.add(
        ConsigneeLink(
            id=w.new_id(),
            token_hash=secret_hash(secret),
            subject_id=subject_id,
            made_at=w.now,
            expires_at=w.now + timedelta(days=days),
            used_at=None,
        )
    )
    w.record(LinkMade("已发出"), on=row)
    return secret


def use_consignee_link(w: Work, secret: str) -> UUID:
    """Use a link up inside the act it allows, and return what it is for."""
    subject_id = consignee_subject(w, secret)
    row = w.one(
        select(ConsigneeLink)
        .where(ConsigneeLink.token_hash == secret_hash(secret), ConsigneeLink.used_at.is_(None))
        .with_for_update()
    )
    if row is None:
        raise NotAllowedNow("这个链接已经用过了，到达已经登记，不用再填。")
    row.used_at = w.now
    w.record(LinkMade("已使用"), on=row)
    return subject_id
