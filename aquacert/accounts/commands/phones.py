"""The phone number as user name: one active person a number, changed by its owner."""

from dataclasses import dataclass
from typing import ClassVar

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from aquacert.accounts.commands.challenges import who
from aquacert.accounts.commands.passwords import matches
from aquacert.accounts.commands.step_up import spend_step_up
from aquacert.accounts.commands.warnings import warn
from aquacert.accounts.models import Person
from aquacert.accounts.queries.actors import has_factor
from aquacert.accounts.rules.passkeys import OWN_PHONE
from aquacert.kernel.audit import Fact
from aquacert.kernel.db import blind
from aquacert.kernel.errors import Invalid
from aquacert.kernel.work import Work
from aquacert.reference.rules.phone import parse_phone

TAKEN = "这个号码现在不能用作登录名，请换一个，或带身份证到县里的申报点办理"


@dataclass(frozen=True)
class PhoneChanged(Fact):
    """A person has another phone number, and signs in by it."""

    tag: ClassVar[str] = "accounts:phone:change"
    title: ClassVar[str] = "更换手机号"


def claim_phone(w: Work, person: Person) -> bool:
    """Make a person's number the user name too; False if another active person has it as his.

    The unique index decides, so that of two claims in the same moment one is taken.
    """
    if person.phone_index is None:
        return False
    w.session.flush()
    try:
        with w.session.begin_nested():
            w.session.execute(
                update(Person)
                .where(Person.id == person.id)
                .values(phone_login=person.phone_index)
                .execution_options(synchronize_session=False)
            )
    except IntegrityError:
        return False
    w.session.refresh(person, ["phone_login"])
    return True


def change_phone(w: Work, *, phone: str, password: str) -> None:
    """Change the actor's own number; he confirms with his password, and with a fresh second
    factor (a grant for `OWN_PHONE`) if he has one. Raises `Invalid` at the wrong field.

    Whoever calls counts the tries first (`count_at(w, Gate.PHONE, …)`): the answer tells whether
    a number is taken, five times a day.
    """
    person_id, _session_id = who(w)
    person = w.get_for_change(Person, person_id)
    number = _number(phone)
    if not matches(w.settings.password_cost, person.password_hash, password):
        raise Invalid("口令不对。", password="口令不对，请再输一次")  # noqa: S106 (a sentence)
    person.phone, person.phone_index = number, blind("phone", number)
    person.phone_login = None
    if not claim_phone(w, person):
        raise Invalid(f"{TAKEN}。", phone=TAKEN)
    if has_factor(w, person_id):
        spend_step_up(w, OWN_PHONE)
    warn(w, person_id, "您账号的手机号换过了，以后用新号码登录")
    w.record(PhoneChanged(), on=person)


def _number(typed: str) -> str:
    try:
        return parse_phone(typed)
    except Invalid as error:
        raise Invalid(error.sentence, phone=error.sentence) from error
