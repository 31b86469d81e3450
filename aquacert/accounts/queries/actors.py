"""From a session or a token to the frozen `Actor` that every unit of work runs as.

Read anew at each request, so that a role taken away stops at once (ASVS V8.3.2).
"""

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.orm import aliased
from sqlalchemy.sql import ColumnElement

from aquacert.accounts.models import (
    ApiToken,
    Delegation,
    Membership,
    Passkey,
    Person,
    SignInSession,
    TotpSecret,
)
from aquacert.accounts.queries.passwords import policy_of
from aquacert.accounts.rules import passwords, roles, sessions
from aquacert.accounts.rules.roles import Role
from aquacert.accounts.rules.sessions import SessionState
from aquacert.accounts.rules.states import PersonState
from aquacert.kernel.clock import legal_day
from aquacert.kernel.errors import NotSignedIn
from aquacert.kernel.permissions import P, permissions_of
from aquacert.kernel.scope import Actor, Scope
from aquacert.kernel.work import Look
from aquacert.reference.queries import descendants

# What a stolen token must not do: sign, decide over certificates, or hand out rights.
NEVER_BY_TOKEN = frozenset(
    {
        P.ACCOUNT_MANAGE,
        P.ACCOUNT_RECOVER,
        P.CERTIFICATE_ISSUE,
        P.CERTIFICATE_RECALL,
        P.CERTIFICATE_REPLACE,
        P.CERTIFICATE_SUSPEND,
        P.CERTIFICATE_VOID,
        P.LAB_AUTHORISE,
        P.LAB_SYSTEMS,
        P.LAB_REVIEW,
        P.SELF_KEEP,
    }
)


@dataclass(frozen=True)
class SessionStanding:
    """Where the session behind a cookie stands, and what it must do before anything else."""

    session_id: UUID
    person_id: UUID
    state: SessionState
    must_enrol: bool
    must_change_password: bool
    is_worth_touching: bool
    """The last sighting is old enough to be written again."""


def secret_hash(secret: str) -> str:
    """SHA-256 of a random secret of 256 bits, as kept in the database."""
    return hashlib.sha256(secret.encode()).hexdigest()


def in_force(look: Look) -> ColumnElement[bool]:
    """Return the condition under which a membership holds on the legal day."""
    return and_(
        Membership.from_on <= look.today,
        or_(Membership.until_on.is_(None), Membership.until_on > look.today),
    )


def memberships_in_force(look: Look, person_id: UUID) -> list[Membership]:
    """Return what a person is today, the oldest appointment first."""
    return look.scalars(
        select(Membership)
        .where(Membership.person_id == person_id, in_force(look))
        .order_by(Membership.from_on, Membership.id)
    )


def lent_to(look: Look, person_id: UUID) -> list[Membership]:
    """Return the appointments of colleagues whose powers this person has today.

    Only while the lender holds the appointment and may sign in, and the borrower still belongs
    to that body; an official vet's only while the borrower is an official vet himself; and none
    that never meets a role of his own, given to him after the lending was agreed.
    """
    own = aliased(Membership)
    belongs = exists().where(
        own.person_id == person_id,
        own.organisation_id == Membership.organisation_id,
        own.from_on <= look.today,
        or_(own.until_on.is_(None), own.until_on > look.today),
    )
    rows = look.scalars(
        select(Membership)
        .join(Delegation, Delegation.membership_id == Membership.id)
        .join(Person, Person.id == Delegation.lender_id)
        .where(
            Delegation.borrower_id == person_id,
            Delegation.ended_at.is_(None),
            Delegation.from_on <= look.today,
            Delegation.until_on > look.today,
            Person.state == PersonState.ACTIVE,
            in_force(look),
            belongs,
        )
        .order_by(Membership.id)
    )
    if not rows:
        return rows
    held = roles_of(memberships_in_force(look, person_id))
    return [
        row
        for row in rows
        if (row.role != Role.OFFICIAL_VET or Role.OFFICIAL_VET in held)
        and not roles.clashes(held, Role(row.role))
    ]


def roles_now(look: Look, person_id: UUID) -> frozenset[Role]:
    """Return the roles somebody has today, own and lent."""
    held = memberships_in_force(look, person_id)
    return roles_of(held) | (roles_of(lent_to(look, person_id)) if held else frozenset())


def roles_of(held: Iterable[Membership]) -> frozenset[Role]:
    """Return the roles that memberships give."""
    return frozenset(Role(membership.role) for membership in held)


def scope_of(look: Look, held: Collection[Membership], person_id: UUID) -> Scope:
    """Return the rows that somebody with these memberships may see.

    Agency people see their division and all below it; trade people their own organisations; lab
    people their laboratory (`lab_ids` are the ids of its organisation). A province-wide role sees
    everything when it was given for the province itself.
    """
    province = f"{look.settings.province}0000"
    divisions: set[str] = set()
    for code in {m.division_code for m in held if Role(m.role) in roles.AGENCY}:
        divisions |= descendants(look, code)
    return Scope(
        everything=any(
            Role(m.role) in roles.PROVINCE_WIDE and m.division_code == province for m in held
        ),
        divisions=frozenset(divisions),
        organisation_ids=frozenset(m.organisation_id for m in held),
        lab_ids=frozenset(m.organisation_id for m in held if Role(m.role) in roles.LAB),
        person_id=person_id,
    )


def actor_for(
    look: Look,
    person_id: UUID,
    session_id: UUID | None = None,
    token: ApiToken | None = None,
) -> Actor:
    """Return the frozen Actor of a person; raise `NotSignedIn` if he may not act at all.

    With `token`, the permissions are those a token may have, cut down to the token's scopes; what
    a colleague lent is never had by token.
    """
    person = look.session.get(Person, person_id)
    if person is None or person.state != PersonState.ACTIVE:
        raise NotSignedIn("这个账号不能登录，请联系管理员。")
    held = memberships_in_force(look, person_id)
    lent = lent_to(look, person_id) if held and token is None else []
    own, names = roles_of(held), roles_of([*held, *lent])
    # Whoever has a farm beside another trade acts for the farm: only a farm declares.
    first = next((one for one in held if one.role in roles.FARM), held[0] if held else None)
    may = permissions_of(frozenset(str(name) for name in names))
    if token is not None:
        may -= NEVER_BY_TOKEN
        may &= frozenset(P(scope) for scope in token.scopes) or may
    return Actor(
        person_id=person_id,
        session_id=session_id,
        label=roles.label(own, names),
        roles=frozenset(str(name) for name in names),
        permissions=may,
        scope=scope_of(look, [*held, *lent], person_id),
        organisation_id=first.organisation_id if first is not None else None,
        county=first.division_code if first is not None else "",
        is_token=token is not None,
        token_name="" if token is None else token.name,
        elder=person.elder,
        locale=person.locale,
        lent_roles=frozenset(str(name) for name in names - own),
    )


def session_standing(look: Look, secret: str) -> SessionStanding | None:
    """Return where the session with this secret stands; None if it is over or never was.

    A session without a second factor is half open again from the moment its person gets a role
    that needs one (ASVS 5.0 V8.3.2).
    """
    row = look.one(select(SignInSession).where(SignInSession.secret_hash == secret_hash(secret)))
    if row is None or row.state == SessionState.ENDED:
        return None
    person = look.session.get_one(Person, row.person_id)
    names = roles_now(look, row.person_id)
    if person.state != PersonState.ACTIVE or not is_live(look, row, names):
        return None
    owes = row.factor_at is None and roles.needs_second_factor(names)
    return SessionStanding(
        session_id=row.id,
        person_id=row.person_id,
        state=SessionState.HALF if owes else SessionState(row.state),
        must_enrol=needs_code(person, names) and not has_factor(look, row.person_id),
        must_change_password=person.must_change_password
        or passwords.is_stale(person.password_changed_at, look.now, policy_of(look, names)),
        is_worth_touching=not row.seen_at <= look.now < row.seen_at + sessions.TOUCH,
    )


def is_live(look: Look, row: SignInSession, names: frozenset[Role]) -> bool:
    """Say whether a session's time is not up yet."""
    if row.state == SessionState.HALF:
        return look.now - row.opened_at < sessions.HALF
    policy = sessions.policy_for(names, look.settings.session_hours)
    return sessions.is_live(row.opened_at, row.seen_at, look.now, policy)


def needs_code(person: Person, names: Collection[Role]) -> bool:
    """Say whether this person signs in with a one-time code: by role, or by own wish."""
    return person.wants_second_factor or roles.needs_second_factor(names)


def has_code(look: Look, person_id: UUID) -> bool:
    """Say whether the person has a confirmed TOTP seed."""
    found = select(TotpSecret.id).where(
        TotpSecret.person_id == person_id, TotpSecret.confirmed_at.is_not(None)
    )
    return look.one(found) is not None


def has_passkey(look: Look, person_id: UUID) -> bool:
    """Say whether the person has a passkey or a security key."""
    return look.one(select(Passkey.id).where(Passkey.person_id == person_id).limit(1)) is not None


def has_factor(look: Look, person_id: UUID) -> bool:
    """Say whether the person has any second factor."""
    return has_code(look, person_id) or has_passkey(look, person_id)


def token_actor(look: Look, secret: str) -> Actor:
    """Return the Actor behind an API token; raise `NotSignedIn` if it is unknown, ended or old."""
    row = look.one(select(ApiToken).where(ApiToken.token_hash == secret_hash(secret)))
    if row is None or row.ended_at is not None or row.expires_at <= look.now:
        raise NotSignedIn("访问令牌无效、已停用或已过期，请换一个。")
    return actor_for(look, row.person_id, None, row)


def days_left(look: Look, token: ApiToken) -> int:
    """Return how many legal days a token still lasts."""
    return (legal_day(token.expires_at) - look.today).days
