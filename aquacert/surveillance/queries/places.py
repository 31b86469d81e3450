"""Places of a feed against the divisions that stand today, and the days of a zone."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field

from sqlalchemy import select

from aquacert.hatcheries.queries.places import find_place
from aquacert.kernel.errors import Invalid
from aquacert.kernel.work import Look
from aquacert.reference import queries as reference
from aquacert.reference.models import Division, DivisionLevel
from aquacert.surveillance.rules.events import Values, plain_name
from aquacert.surveillance.rules.places import Named, find_county, find_province, is_china

COUNTY_ENDS = "县市区旗"
ZONE_DAYS = "zone.days"
"""Rule: whole days of a zone that the import opens. A proposal of this product, not law."""


def zone_days(look: Look) -> int | None:
    """Return the days of an automatic zone today; None when no rule binds yet."""
    rule = reference.binding_rule(look, ZONE_DAYS, look.today)
    return rule.value if rule else None


@dataclass
class Places:
    """Finds counties by name; keeps each province's list for the length of one import."""

    look: Look
    top: list[Named] = field(default_factory=list)
    provinces: dict[str, str | None] = field(default_factory=dict)
    homes: dict[tuple[str, str], bool] = field(default_factory=dict)
    below: dict[str, list[Named]] = field(default_factory=dict)
    addresses: dict[str, str | None] = field(default_factory=dict)

    def is_home(self, values: Values) -> bool:
        """Say whether a report is of China: it says so, or names no country and a province of China.

        A county's own table has no column for the country: it must not pass for an event abroad.
        """
        written = (str(values.get("country") or ""), str(values.get("admin1") or ""))
        found = self.homes.get(written)
        if found is None:
            country, admin1 = written
            found = is_china(country) if country else self.province(admin1) is not None
            self.homes[written] = found
        return found

    def province(self, written: str) -> str | None:
        """Return the code of the province of China that a cell names exactly, or None."""
        if written not in self.provinces:
            self.top = self.top or _named(reference.children(self.look, None))
            self.provinces[written] = find_province(written, self.top)
        return self.provinces[written]

    def county(self, values: Values) -> str | None:
        """Return the county that a report names exactly within its province, or None."""
        if not self.is_home(values):
            return None
        province = self.province(str(values.get("admin1") or ""))
        if province is None:
            return self.addressed(str(values.get("place") or values.get("locality") or ""))
        if province not in self.below:
            codes = reference.descendants(self.look, province) - {province}
            rows = self.look.scalars(select(Division).where(Division.code.in_(sorted(codes))))
            today = self.look.today
            self.below[province] = _named(
                [row for row in rows if row.until_on is None or row.until_on >= today]
            )
        return find_county(str(values.get("locality") or ""), self.below[province])

    def addressed(self, text: str) -> str | None:
        """Return the county of a whole Chinese address (江苏省南通市如皋市长江镇…), or None.

        Only an address that begins with its province counts: a bare name may be anybody's.
        """
        if text not in self.addresses:
            self.top = self.top or _named(reference.children(self.look, None))
            said = plain_name(text)
            begins = any(said.startswith(plain_name(one.name_zh)) for one in self.top)
            self.addresses[text] = self._county_in(said) if begins else None
        return self.addresses[text]

    def _county_in(self, said: str) -> str | None:
        for end in reversed([at for at, letter in enumerate(said) if letter in COUNTY_ENDS]):
            with suppress(Invalid):
                return find_place(self.look, said[: end + 1])
        return None


def _named(rows: list[Division]) -> list[Named]:
    county = DivisionLevel.COUNTY.value
    return [Named(row.code, row.name_zh, row.name_en, row.level == county) for row in rows]
