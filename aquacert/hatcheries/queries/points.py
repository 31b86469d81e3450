"""Where a farm lies: the middle of its ponds' outlines."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import select

from aquacert.hatcheries.models import Pond
from aquacert.kernel.work import Look

Point = tuple[float, float]
"""Latitude and longitude in degrees (WGS 84)."""
SOME = 500
DECIMALS = 6


def point_of_farm(look: Look, hatchery_id: UUID) -> Point | None:
    """Return the point that stands for a farm; None where no pond in use has an outline."""
    return points_of_farms(look, {hatchery_id}).get(hatchery_id)


def points_of_farms(look: Look, hatchery_ids: Collection[UUID]) -> dict[UUID, Point]:
    """Return the points of those farms that have any outline, one question for five hundred."""
    corners: defaultdict[UUID, list[Sequence[float]]] = defaultdict(list)
    every = sorted(hatchery_ids)
    for at in range(0, len(every), SOME):
        rows = look.session.execute(
            select(Pond.hatchery_id, Pond.outline).where(
                Pond.hatchery_id.in_(every[at : at + SOME]),
                Pond.outline.is_not(None),
                Pond.left_on.is_(None),
            )
        )
        for farm, outline in rows:
            corners[farm] += outline or ()
    return {farm: middle(found) for farm, found in corners.items() if found}


def middle(corners: Sequence[Sequence[float]]) -> Point:
    """Return the mean of corners given as (longitude, latitude): a farm is a few kilometres wide."""
    count = len(corners)
    return (
        round(sum(one[1] for one in corners) / count, DECIMALS),
        round(sum(one[0] for one in corners) / count, DECIMALS),
    )
