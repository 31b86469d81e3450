"""Who acts, and which rows are theirs to see.

A row is seen by any of its parties (origin, destination, assigned body, organisation, lab). A
model names its party columns in `__parties__`; `Scope.covers` is the pure form of the rule and
`Scope.where` the SQL form; a property test holds them equal.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, false, or_, true

from aquacert.kernel.permissions import P

Parties = Mapping[str, tuple[str, ...]]
"""Kind of party ("divisions", "organisations", "labs", "people") → columns that name it."""


@dataclass(frozen=True)
class Scope:
    """What a person's rows are. `divisions` already holds every descendant of a jurisdiction."""

    everything: bool = False
    divisions: frozenset[str] = frozenset()
    organisation_ids: frozenset[UUID] = frozenset()
    lab_ids: frozenset[UUID] = frozenset()
    person_id: UUID | None = None

    def holds(self, kind: str, value: object) -> bool:
        """Say whether one party value of this kind is within the scope."""
        return value is not None and value in self._values(kind)

    def covers(self, parties: Parties, values: Mapping[str, object]) -> bool:
        """Say whether a row with these column values is visible: pure twin of `where`."""
        if self.everything:
            return True
        return any(
            self.holds(kind, values.get(column))
            for kind, columns in parties.items()
            for column in columns
        )

    def where(self, model: Any) -> ColumnElement[bool]:  # noqa: ANN401 (any mapped class)
        """Return the SQL condition under which a row of `model` is visible."""
        parties: Parties | None = model.__parties__
        if self.everything or parties is None:
            return true()
        conditions = [
            getattr(model, column).in_(sorted(self._values(kind)))
            for kind, columns in parties.items()
            for column in columns
            if self._values(kind)
        ]
        return or_(*conditions) if conditions else false()

    def _values(self, kind: str) -> frozenset[Any]:
        if kind == "people":
            return frozenset({self.person_id} if self.person_id else ())
        table: dict[str, frozenset[Any]] = {
            "divisions": self.divisions,
            "organisations": self.organisation_ids,
            "labs": self.lab_ids,
        }
        return table[kind]


@dataclass(frozen=True)
class Actor:
    """One person (or the system) at one moment: never an ORM row, so it can cross transactions."""

    person_id: UUID | None = None
    session_id: UUID | None = None
    label: str = ""
    """Role name for people to read; never a personal name."""
    roles: frozenset[str] = frozenset()
    permissions: frozenset[P] = frozenset()
    scope: Scope = field(default_factory=Scope)
    organisation_id: UUID | None = None
    county: str = ""
    """Division whose audit chain this person's acts go to when the subject names none."""
    is_token: bool = False
    """Came by API token: may do, but never signs."""
    token_name: str = ""
    """Name of that token, for rooms that made one for a machine; "" for people."""
    elder: bool = False
    locale: str = ""
    lent_roles: frozenset[str] = frozenset()
    """Those of `roles` that a colleague lent until a day; `label` marks them 代."""

    @property
    def is_known(self) -> bool:
        """Say whether somebody is signed in."""
        return self.person_id is not None

    def may(self, permission: P | str) -> bool:
        """Say whether this person holds the permission."""
        return P(permission) in self.permissions


SYSTEM = Actor(label="系统", permissions=frozenset(P), scope=Scope(everything=True))
"""Tasks and the command line act as the system itself."""
ANONYMOUS = Actor(label="访客")
