"""Builders of bodies, people and signed-in actors; all go through commands."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import pyotp
from sqlalchemy import select

from aquacert.accounts.commands import (
    add_person,
    appoint,
    ask_recovery,
    grant_step_up,
    lend_role,
    make_token,
    open_organisation,
    open_session,
    pass_second_factor,
)
from aquacert.accounts.commands.own_factors import passed_in
from aquacert.accounts.models import Organisation, TotpSecret
from aquacert.accounts.queries import actor_for, memberships_in_force, session_standing
from aquacert.accounts.queries.organisations import organisation
from aquacert.accounts.queries.recovery import recovery_of_secret
from aquacert.accounts.rules.roles import FARM, KINDS_OF_ROLE, NEEDS_SECOND_FACTOR, Role
from aquacert.kernel.scope import SYSTEM, Actor
from aquacert.kernel.work import Database
from aquacert.reference.rules.uscc import check_character

PASSWORD = "five quiet ponds at dawn"
COUNTY = "320114"
COUNT = itertools.count(1)
"""In the names of bodies with five digits, so that they sort alike however many tests ran before."""
NAMES = {
    "agency": "示例县水生动物卫生监督所",
    "lab": "示例水生动物疫病检测中心",
    "hatchery": "示例苗种场",
    "carrier": "示例活鱼运输队",
    "dealer": "示例苗种经销处",
}


@dataclass(frozen=True)
class Made:
    """Somebody made for a test. `actor` is signed in (a real session), second factor passed."""

    person_id: UUID
    username: str
    password: str
    totp_secret: str | None
    organisation_id: UUID
    actor: Actor
    secret: str
    """Secret of the session behind `actor`."""


def make_uscc(division: str = COUNTY) -> str:
    """Return a unified social credit code that nobody has yet."""
    body = f"91{division}{next(COUNT):09d}"
    return body + check_character(body)


def make_organisation(
    db: Database,
    kind: str = "agency",
    *,
    name: str | None = None,
    division: str = COUNTY,
    parent_id: UUID | None = None,
    uscc: str | None = None,
) -> UUID:
    """Open a body and return its id."""
    with db.work(SYSTEM) as w:
        return open_organisation(
            w,
            kind=kind,
            name_zh=name or f"{NAMES[kind]}（{next(COUNT):05d}）",
            uscc=uscc or make_uscc(division),
            division_code=division,
            parent_id=parent_id,
        )


def make_person(
    db: Database,
    role: str = "office_clerk",
    *,
    organisation_id: UUID | None = None,
    division: str | None = None,
    username: str | None = None,
    totp: bool | None = None,
    name: str = "张三丰",
    phone: str = "13800008000",
) -> Made:
    """Add a person with a role (and a body that gives it), sign him in and return both."""
    kind = "hatchery" if Role(role) in FARM else min(KINDS_OF_ROLE[Role(role)])
    place = division or COUNTY
    body = organisation_id or make_organisation(db, kind, division=place)
    user = username or f"{role}{next(COUNT)}"
    has_code = Role(role) in NEEDS_SECOND_FACTOR if totp is None else totp
    secret = pyotp.random_base32(32) if has_code else None
    with db.work(SYSTEM) as w:
        person_id = add_person(
            w,
            username=user,
            password=PASSWORD,
            name=name,
            phone=phone,
            organisation_id=body,
            role=role,
            division_code=division,
            totp=has_code,
            totp_secret=secret,
        )
    session_secret, actor = sign_in(db, person_id, user)
    return Made(person_id, user, PASSWORD, secret, body, actor, session_secret)


def also(db: Database, made: Made, role: str, *, organisation_id: UUID | None = None) -> Actor:
    """Give somebody one more role and return the actor he is now."""
    with db.work(SYSTEM) as w:
        appoint(
            w,
            person_id=made.person_id,
            organisation_id=organisation_id or made.organisation_id,
            role=role,
        )
        if Role(role) in NEEDS_SECOND_FACTOR:  # as if he had passed one when asked for it
            passed_in(w, made.actor.session_id)
    return again(db, made)


def again(db: Database, made: Made) -> Actor:
    """Return the actor as his next request would find him."""
    with db.look() as look:
        return actor_for(look, made.person_id, made.actor.session_id)


def sign_in(
    db: Database,
    person_id: UUID,
    username: str,
    *,
    address: str = "127.0.0.1",
    agent: str = "Linux",
) -> tuple[str, Actor]:
    """Open a session through every step it needs; return its secret and the actor."""
    with db.work(SYSTEM) as w:
        secret = open_session(
            w, person_id, username=username, password=PASSWORD, address=address, agent=agent
        )
    with db.look() as look:
        standing = session_standing(look, secret)
        assert standing is not None
    if standing.state == "half" and not standing.must_enrol:
        code = code_for(db, person_id)
        with db.work(SYSTEM) as w:
            secret = pass_second_factor(w, standing.session_id, code)
    with db.look() as look:
        return secret, actor_for(look, person_id, standing.session_id)


def code_for(db: Database, person_id: UUID) -> str:
    """Return a one-time code that was not used yet; moves the test's clock on when it must."""
    with db.look() as look:
        row = look.one(select(TotpSecret).where(TotpSecret.person_id == person_id))
    assert row is not None
    present = int(db.clock.now().timestamp()) // 30
    wanted = max(present, row.last_counter + 1)
    if wanted > present + 1:
        db.clock.forward(seconds=30 * (wanted - present))
    return pyotp.TOTP(row.secret).generate_otp(wanted)


def lend(db: Database, lender: Made, borrower: Made, *, start: int = 0, end: int = 6) -> UUID:
    """Lend somebody's first role to a colleague, from and until so many days from today."""
    with db.look(SYSTEM) as look:
        held = memberships_in_force(look, lender.person_id)[0].id
    with db.work(lender.actor) as w:
        return lend_role(
            w,
            membership_id=held,
            borrower_id=borrower.person_id,
            from_on=w.today + timedelta(days=start),
            last_on=w.today + timedelta(days=end),
            because="休假",
        )


def ask_back(db: Database, typed: str) -> tuple[str, str]:
    """Ask for one's account as whoever forgot the password does; return the secret and the number."""
    with db.work(SYSTEM) as w:
        secret = ask_recovery(w, typed)
    with db.look(SYSTEM) as look:
        row = recovery_of_secret(look, secret)
    assert row is not None
    return secret, row.number


def step_up(db: Database, made: Made, digest: str) -> None:
    """Let somebody pass the second factor for one previewed digest."""
    code = code_for(db, made.person_id)
    with db.work(made.actor) as w:
        grant_step_up(w, code=code, digest=digest)


def token(db: Database, made: Made, name: str = "测试程序") -> str:
    """Return an API token of somebody."""
    with db.work(made.actor) as w:
        return make_token(w, made.person_id, name)


def signed_in(client, made: Made):
    """Give a test client the session of somebody, as if he had signed in with it; return it."""
    with client.session_transaction() as cookie:
        cookie["_user_id"] = made.secret
        cookie["_fresh"] = True
    return client


def body_of(db: Database, organisation_id: UUID) -> Organisation:
    """Return a body's row."""
    with db.look() as look:
        return organisation(look, organisation_id)


def roles_now(db: Database, person_id: UUID) -> set[str]:
    """Return the roles a person holds today."""
    with db.look() as look:
        return {row.role for row in memberships_in_force(look, person_id)}
