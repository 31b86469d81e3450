"""Whom news may be told to: by role and place, or by the telephone a paper names."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select

from aquacert.accounts.models import Membership, Person
from aquacert.accounts.queries.actors import in_force
from aquacert.accounts.rules.roles import Role
from aquacert.kernel.work import Look


def people_with_role(look: Look, role: Role, division_codes: Collection[str]) -> list[UUID]:
    """Return everybody who holds a role today in one of these divisions."""
    found = select(Membership.person_id).where(
        Membership.role == role.value,
        Membership.division_code.in_(sorted(division_codes)),
        in_force(look),
    )
    return sorted(set(look.scalars(found)))


def people_of_phone(look: Look, phone_index: str | None) -> list[UUID]:
    """Return the accounts whose telephone has this blind index; none for an empty one."""
    if not phone_index:
        return []
    return look.scalars(select(Person.id).where(Person.phone_index == phone_index))
