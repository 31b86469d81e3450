"""Farms and what a zone is to each of them: for officials, within their own place."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from sqlalchemy import or_, select

from aquacert.hatcheries.models import Hatchery
from aquacert.hatcheries.queries.points import points_of_farms
from aquacert.hatcheries.rules import State
from aquacert.kernel.work import Look
from aquacert.surveillance.models.events import OwnResult, Zone
from aquacert.surveillance.queries.shapes import Extent
from aquacert.surveillance.queries.zones import division_codes_of, reach_of
from aquacert.surveillance.rules.geo import Box, box_of, within_box
from aquacert.surveillance.rules.shapes import Tier, boxes_of, tier_at
from aquacert.surveillance.rules.zones import Place, place_at

MOST_FARMS = 5_000
AROUND_M = 5_000
"""Farms so far outside a zone are shown with it."""


class FarmState(StrEnum):
    """What a zone is to a farm."""

    BARRED = "barred"
    CHECK = "check"
    NEGATIVE = "negative"
    OUTSIDE = "outside"


STATE_WORDS: Mapping[FarmState, str] = {
    FarmState.BARRED: "不能出苗",
    FarmState.CHECK: "待复查",
    FarmState.NEGATIVE: "已查阴性",
    FarmState.OUTSIDE: "区外",
}
ORDER = tuple(FarmState)


@dataclass(frozen=True)
class FarmAt:
    """One farm beside a zone."""

    hatchery_id: UUID
    name: str
    division_code: str
    latitude: float | None
    longitude: float | None
    state: FarmState
    is_assumed: bool
    """It has no coordinates and the zone an outline: it counts as inside."""


def farms_at(look: Look, zone: Zone, extent: Extent) -> list[FarmAt]:
    """Return the visible farms in a zone as it is, or would be, in `extent`, and close around it."""
    codes = division_codes_of(look, zone.id)
    reach = reach_of(look, zone.disease_code, codes, extent.shapes, extent.tier)
    farms = _farms(look, codes)
    points = points_of_farms(look, {farm.id for farm in farms})
    negative = _negatives(look, zone, [farm.organisation_id for farm in farms])
    near = _box_around(extent)
    found = []
    for farm in farms:
        here = place_at(farm.division_code, points.get(farm.id, ()))
        tier, (lat, lon) = reach.tier_at(here), _drawn_at(here, extent)
        if tier is None and not _is_near(near, lat, lon):
            continue
        found.append(
            FarmAt(
                *(farm.id, farm.name, farm.division_code, lat, lon),
                state=_state(tier, is_negative=farm.organisation_id in negative),
                is_assumed=bool(extent.shapes) and lat is None,
            )
        )
    return sorted(found, key=lambda one: (ORDER.index(one.state), one.name))


def _drawn_at(place: Place, extent: Extent) -> tuple[float | None, float | None]:
    """Return where the picture shows a farm: at a pond that lies in the zone, if any does."""
    if not place.points:
        return None, None
    inside = (point for point in place.points if tier_at(extent.shapes, *point) is not None)
    return next(inside, place.points[0])


def counts(farms: Iterable[FarmAt]) -> dict[FarmState, int]:
    """Return how many farms are in each state."""
    some = [farm.state for farm in farms]
    return {state: some.count(state) for state in FarmState}


def _state(tier: Tier | None, *, is_negative: bool) -> FarmState:
    if tier is None:
        return FarmState.OUTSIDE
    if tier is Tier.PROTECTION:
        return FarmState.BARRED
    return FarmState.NEGATIVE if is_negative else FarmState.CHECK


def _farms(look: Look, codes: Collection[str]) -> list[Hatchery]:
    """Return approved farms of the provinces a zone lies in: an outline may pass any county."""
    provinces = sorted({code[:2] for code in codes})
    return look.scalars(
        select(Hatchery)
        .where(
            look.visible(Hatchery),
            Hatchery.state == State.APPROVED.value,
            or_(*(Hatchery.division_code.startswith(one, autoescape=True) for one in provinces)),
        )
        .order_by(Hatchery.id)
        .limit(MOST_FARMS)
    )


def _negatives(look: Look, zone: Zone, organisations: Collection[UUID]) -> set[UUID]:
    """Return the farms with a negative of the disease sampled on the zone's first day or later."""
    if not organisations:
        return set()
    rows = look.scalars(
        select(OwnResult.organisation_id).where(
            OwnResult.disease_code == zone.disease_code,
            OwnResult.sampled_on >= zone.from_on,
            OwnResult.outcome == "negative",
            OwnResult.in_scope,
            OwnResult.is_withdrawn.is_(False),
        )
    )
    return set(rows) & set(organisations)


def _is_near(near: Box | None, latitude: float | None, longitude: float | None) -> bool:
    if near is None or latitude is None or longitude is None:
        return False
    return within_box(near, latitude, longitude)


def _box_around(extent: Extent) -> Box | None:
    boxes = [box for shape in extent.shapes for box in boxes_of(shape)]
    if not boxes:
        return None
    corners = [at for box in boxes for at in ((box.west, box.south), (box.east, box.north))]
    return box_of(corners, AROUND_M)
