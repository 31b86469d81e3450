"""Places of a feed against the divisions that stand today, and the days of a zone."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import select

from aquacert.kernel.work import Look
from aquacert.reference import queries as reference
from aquacert.reference.models import Division, DivisionLevel
from aquacert.surveillance.rules.events import Values
from aquacert.surveillance.rules.places import Named, find_county, find_province, is_china

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
    provinces: list[Named] = field(default_factory=list)
    below: dict[str, list[Named]] = field(default_factory=dict)

    def county(self, values: Values) -> str | None:
        """Return the county that a report names exactly within its province, or None."""
        if not is_china(str(values.get("country") or "")):
            return None
        if not self.provinces:
            self.provinces = _named(reference.children(self.look, None))
        province = find_province(str(values.get("admin1") or ""), self.provinces)
        if province is None:
            return None
        if province not in self.below:
            codes = reference.descendants(self.look, province) - {province}
            rows = self.look.scalars(select(Division).where(Division.code.in_(sorted(codes))))
            today = self.look.today
            self.below[province] = _named(
                [row for row in rows if row.until_on is None or row.until_on >= today]
            )
        return find_county(str(values.get("locality") or ""), self.below[province])


def _named(rows: list[Division]) -> list[Named]:
    county = DivisionLevel.COUNTY.value
    return [Named(row.code, row.name_zh, row.name_en, row.level == county) for row in rows]
