"""Whom to ring: the office that answers for a place, by its public number."""

import re
from dataclasses import dataclass
from uuid import UUID

from aquacert.accounts.queries.offices import office_for
from aquacert.accounts.queries.organisations import agencies_for
from aquacert.kernel.work import Look


@dataclass(frozen=True)
class TelephoneLine:
    """An office's name and number; `phone` is empty while nobody has registered one."""

    name: str
    phone: str

    @property
    def dial(self) -> str:
        """The number as `tel:` takes it."""
        return dial(self.phone)


def dial(phone: str) -> str:
    """Return a number as `tel:` takes it: digits, and a pause before an extension (RFC 3966)."""
    number, _, extension = phone.partition("转")
    digits = re.sub(r"[^0-9+]", "", number)
    return f"{digits},{extension}" if extension else digits


def telephone_of(look: Look, division: str, office_id: UUID | None = None) -> TelephoneLine | None:
    """Return the number of the office that answers for a place; None where there is no office."""
    office = office_for(look, division, office_id)
    if office is not None and office.phone:
        return TelephoneLine(office.name_zh, office.phone)
    found = agencies_for(look, division)
    if not found:
        return None
    body = next((one for one in found if one.phone), found[0])
    return TelephoneLine(body.name_zh, body.phone)
