"""What a farm is registered as, as one thing: so that it can be corrected as it was seen."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from aquacert.hatcheries.models import Hatchery, Licence, LicenceSpecies
from aquacert.hatcheries.rules import LicenceKind
from aquacert.kernel.work import Look


@dataclass(frozen=True)
class RegisteredLicence:
    """A seed-production licence and the species it names."""

    licence_id: UUID
    number: str
    species: frozenset[str]


@dataclass(frozen=True)
class Registered:
    """What the county may correct of a farm's registration."""

    name: str
    division_code: str
    place: str
    level: str
    kind: str
    licences: tuple[RegisteredLicence, ...]

    def mark(self) -> str:
        """Return a short mark that differs as soon as anything of it does."""
        held = [(str(one.licence_id), sorted(one.species)) for one in self.licences]
        whole = repr((self.name, self.division_code, self.place, self.level, self.kind, held))
        return hashlib.sha256(whole.encode()).hexdigest()[:16]


def as_registered(look: Look, farm: Hatchery) -> Registered:
    """Return what a farm is registered as now."""
    rows = look.session.execute(
        select(Licence.id, Licence.number, LicenceSpecies.species_code)
        .outerjoin(LicenceSpecies, LicenceSpecies.licence_id == Licence.id)
        .where(Licence.hatchery_id == farm.id, Licence.kind == LicenceKind.SEED.value)
        .order_by(Licence.number, Licence.id)
    )
    held: dict[UUID, tuple[str, set[str]]] = {}
    for key, number, code in rows:
        held.setdefault(key, (number, set()))[1].update(() if code is None else (code,))
    return Registered(
        farm.name,
        farm.division_code,
        farm.place,
        farm.level,
        farm.kind,
        tuple(
            RegisteredLicence(key, number, frozenset(codes))
            for key, (number, codes) in held.items()
        ),
    )
