"""What the journeys share: walking a certificate's pages as its people do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from aquacert.app import runner_of
from aquacert.http.house import House
from tests.make.accounts import Made, code_for, make_person, sign_in
from tests.make.certificates import Ready
from tests.make.reader import Reader

SIGN = "/certificates/loads/{}"


@dataclass
class Story:
    """A load that is ready or on its way, and whoever reads about it."""

    house: House
    reader: Any
    ready: Ready

    @property
    def db(self):
        """The installation's database."""
        return self.house.database

    def vet(self, made: Made | None = None) -> Reader:
        """The vet who checked, at his phone."""
        return self.reader(made or self.ready.vet)

    def owner(self) -> Reader:
        """The owner, signed in anew."""
        farm = self.ready.farm
        return self.reader(secret=sign_in(self.db, farm.owner.person_id, farm.uscc.lower())[0])

    def sign(self, vet: Reader | None = None) -> Reader:
        """Issue through the sign page; the reader stands on the certificate."""
        vet = vet or self.vet()
        if "loads" not in vet.path:
            vet.open(SIGN.format(self.ready.load_id))
        vet.press("签发并盖章", code=code_for(self.db, self.ready.vet.person_id))
        assert vet.path.startswith("/certificates/"), vet.text
        return vet

    def work_off(self) -> None:
        """Let the worker run what waits."""
        runner_of(self.house).run_all()


def public_path(certificate: Reader) -> str:
    """Return the public page's path from a certificate's page."""
    address = next(href for said, href in certificate.read.links if "/c/" in href)
    return address.removeprefix("https://cert.example")


def stranger_from(db, division: str) -> list[Made]:
    """Return officials of another county: clerk, vet, supervisor, surveillance officer."""
    roles = ("office_clerk", "official_vet", "county_supervisor", "surveillance_officer")
    return [make_person(db, role, division=division) for role in roles]
