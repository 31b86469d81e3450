"""One zone against many places at once: what it holds of the papers on the road."""

from __future__ import annotations

from aquacert.kernel.work import Look
from aquacert.surveillance.models import Zone
from aquacert.surveillance.queries.shapes import extent_now
from aquacert.surveillance.queries.zones import division_codes_of, reach_of
from aquacert.surveillance.rules.shapes import Tier
from aquacert.surveillance.rules.zones import Place, Reach


def reach_of_zone(look: Look, zone: Zone) -> Reach:
    """Return what a zone touches as it is drawn now; whether it acts today is not asked here."""
    now = extent_now(look, zone)
    codes = division_codes_of(look, zone.id)
    return reach_of(look, zone.disease_code, codes, now.shapes, now.tier)


def bars_at(reach: Reach, place: Place) -> bool:
    """Say whether a zone stops what comes from, or goes to, a place: its inner tier holds it."""
    return reach.tier_at(place) is Tier.PROTECTION
