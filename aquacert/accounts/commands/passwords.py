"""Hashing passwords with argon2id (RFC 9106), and changing them.

64 MiB, two lanes, `settings.password_cost` passes: measured at about 0.1 to 0.25 s a try.
A cost of 1 is for tests and takes 8 MiB.
"""

import secrets
from functools import cache
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from aquacert.accounts.commands.facts import PasswordChanged
from aquacert.accounts.commands.throttles import release
from aquacert.accounts.commands.warnings import warn
from aquacert.accounts.models import Person
from aquacert.accounts.queries.actors import roles_now
from aquacert.accounts.queries.passwords import policy_of
from aquacert.accounts.rules.passwords import as_typed, weakness
from aquacert.accounts.rules.throttling import Gate
from aquacert.kernel.errors import Invalid
from aquacert.kernel.work import Work

# No 0 O 1 l I: a first password is read out on the telephone.
READABLE = "23456789abcdefghijkmnpqrstuvwxyz"


@cache
def _hasher(cost: int) -> PasswordHasher:
    if cost <= 1:  # tests only: hundreds of people are made, none is attacked
        return PasswordHasher(time_cost=1, memory_cost=512, parallelism=1)
    return PasswordHasher(time_cost=cost, memory_cost=64 * 1024, parallelism=2)


@cache
def _nobody(cost: int) -> str:
    """Return a hash no password matches, so that an unknown name takes as long as a known one."""
    return _hasher(cost).hash(secrets.token_hex(32))


def hash_password(cost: int, password: str) -> str:
    """Return the argon2id hash of a password."""
    return _hasher(cost).hash(as_typed(password))


def matches(cost: int, password_hash: str | None, password: str) -> bool:
    """Say whether a password is right; takes as long when there is no such person (None)."""
    try:
        _hasher(cost).verify(password_hash or _nobody(cost), as_typed(password))
    except (VerificationError, InvalidHashError, UnicodeEncodeError):
        return False
    return password_hash is not None


def needs_new_hash(cost: int, password_hash: str) -> bool:
    """Say whether a hash was made with other parameters than those of today."""
    return _hasher(cost).check_needs_rehash(password_hash)


def first_password() -> str:
    """Return a random first password of 16 readable characters (80 bits) in groups of four."""
    letters = [secrets.choice(READABLE) for _ in range(16)]
    return "-".join("".join(letters[i : i + 4]) for i in range(0, 16, 4))


def change_password(w: Work, *, old: str, new: str) -> None:
    """Let a person change the own password; raise `Invalid` at the wrong field.

    Whoever calls ends the person's other sign-ins (`end_sessions`).
    """
    person = w.get_for_change(Person, _own_id(w))
    if not matches(w.settings.password_cost, person.password_hash, old):
        raise Invalid("现在的口令不对。", old="现在的口令不对，请再输一次")
    take_password(w, person, new)
    release(w, Gate.ACCOUNT, own_gate(person.id))
    warn(w, person.id, "您的口令换过了")
    w.record(PasswordChanged(by_administrator=False), on=person)


def own_gate(person_id: UUID) -> str:
    """Return what guesses at the password are counted under, of somebody who is signed in."""
    return f"own {person_id}"


def take_password(w: Work, person: Person, new: str) -> None:
    """Keep a person's own choice; raise `Invalid` at `new` if it is weak or the old one."""
    policy = policy_of(w, roles_now(w, person.id))
    wrong = weakness(new, policy, known=[person.username, person.phone or ""])
    if matches(w.settings.password_cost, person.password_hash, new):
        wrong = "新口令要和原来的不同"
    if wrong:
        raise Invalid(f"{wrong}。", new=wrong)
    person.password_hash = hash_password(w.settings.password_cost, new)
    person.password_changed_at = w.now
    person.must_change_password, person.password_stopped_at = False, None
    w.session.flush()


def _own_id(w: Work) -> UUID:
    if w.actor.person_id is None:
        raise Invalid("请先登录。")
    return w.actor.person_id
