"""One zone against many places at once: what it holds of the papers on the road."""

from __future__ import annotations

from aquacert.kernel.work import Look
from aquacert.surveillance.models import Zone
from aquacert.surveillance.queries.zones import division_codes_of, reach_of
from aquacert.surveillance.rules.zones import Place, Reach


def reach_of_zone(look: Look, zone: Zone) -> Reach:
    """Return what a zone touches, with its shapes; whether it acts today is not asked here."""
    return reach_of(look, zone.disease_code, division_codes_of(look, zone.id))


def bars_at(reach: Reach, place: Place) -> bool:
    """Say whether a zone stops what comes from, or goes to, a place: its inner tier holds it."""
    return reach.tier_at(place) == "protection"
