"""Getting back in without anybody else knowing the password.

Whoever forgot it asks on his own device and gets a number; an officer who sees the person and the
identity document lets that very device choose a new password (the road of RFC 8628, walked by two
people in one room). So an administrator cannot set or learn it (OWASP ASVS 5.0 V6.4.6), and a
request for an unknown name looks like any other (V6.3.8). Staff need a second officer [P].
"""

import re
import unicodedata
from collections.abc import Collection, Mapping
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType

from aquacert.accounts.rules.roles import TRADE, Role
from aquacert.kernel.states import Moves


class RecoveryState(StrEnum):
    """Where a request stands."""

    ASKED = "asked"
    WAITING = "waiting"
    OPEN = "open"
    USED = "used"
    ENDED = "ended"


class RecoveryAct(StrEnum):
    """What happens to a request."""

    START = "start"
    START_STAFF = "start-staff"
    CONFIRM = "confirm"
    USE = "use"
    END = "end"


_S, _A = RecoveryState, RecoveryAct
MOVES: Moves[RecoveryState, RecoveryAct] = Moves(
    {
        (_S.ASKED, _A.START): _S.OPEN,
        (_S.ASKED, _A.START_STAFF): _S.WAITING,
        (_S.WAITING, _A.CONFIRM): _S.OPEN,
        (_S.OPEN, _A.USE): _S.USED,
        (_S.ASKED, _A.END): _S.ENDED,
        (_S.WAITING, _A.END): _S.ENDED,
        (_S.OPEN, _A.END): _S.ENDED,
    }
)
LIVE = frozenset({_S.ASKED, _S.WAITING, _S.OPEN})


class Document(StrEnum):
    """What the officer looked at."""

    IDENTITY_CARD = "identity-card"
    PASSPORT = "passport"
    RESIDENCE = "residence"
    VET_CARD = "vet-card"


DOCUMENT_NAMES: Mapping[Document, str] = MappingProxyType(
    {
        Document.IDENTITY_CARD: "居民身份证",
        Document.PASSPORT: "护照",
        Document.RESIDENCE: "港澳台居民居住证或外国人永久居留身份证",
        Document.VET_CARD: "官方兽医证和居民身份证",
    }
)

LASTS: Mapping[RecoveryState, timedelta] = MappingProxyType(
    {
        _S.ASKED: timedelta(minutes=30),
        _S.WAITING: timedelta(hours=24),
        _S.OPEN: timedelta(minutes=30),
    }
)
"""How long a request stays in each state [P]."""

OFFICERS = frozenset(
    {
        Role.COUNTY_SUPERVISOR,
        Role.CITY_SUPERVISOR,
        Role.PROVINCE_SUPERVISOR,
        Role.ADMINISTRATOR,
    }
)
HIGH = frozenset({Role.PROVINCE_SUPERVISOR, Role.ADMINISTRATOR, Role.AUDITOR})
"""Who hands out rights, reads the trail or stands over the province: never let in from below."""
ABOVE = frozenset({Role.PROVINCE_SUPERVISOR, Role.ADMINISTRATOR})
NUMBER_DIGITS = 8
CODES = 10
"""Recovery codes of one printing."""
CODE_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"
"""No 0 O 1 l i: codes are copied from paper."""
CODE_LENGTH = 12
CODE = re.compile(rf"[{CODE_LETTERS}]{{{CODE_LENGTH}}}")


def is_staff(roles: Collection[Role]) -> bool:
    """Whether a second officer is asked for: whoever is not of the trade, or is nobody now."""
    return not roles or not set(roles) <= TRADE


def may_start(officer: Collection[Role], person: Collection[Role]) -> bool:
    """Whether an officer may let somebody with these roles back in.

    A clerk only the trade; whoever hands out rights only somebody who does so too, or stands over
    the province: else two supervisors of a county could make themselves its administrator.
    """
    if HIGH & set(person) and not ABOVE & set(officer):
        return False
    if OFFICERS & set(officer):
        return True
    return Role.OFFICE_CLERK in officer and not is_staff(person)


def as_code(typed: str) -> str | None:
    """The recovery code that somebody typed, without gaps and in lower case; None if it is none."""
    plain = unicodedata.normalize("NFKC", typed).lower()
    code = "".join(char for char in plain if char not in " -_.\u2010\u2013\u2014")
    return code if CODE.fullmatch(code) else None


def in_groups(code: str) -> str:
    """A code as it is printed, in groups of four."""
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))
