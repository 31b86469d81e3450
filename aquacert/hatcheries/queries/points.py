"""Where a farm lies: at each of its ponds in use that has an outline."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import bindparam, select

from aquacert.hatcheries.models import Pond
from aquacert.kernel.db import table_of
from aquacert.kernel.quick import Quick
from aquacert.kernel.work import Look

Point = tuple[float, float]
"""Latitude and longitude in degrees (WGS 84)."""
Points = tuple[Point, ...]
SOME = 500
DECIMALS = 6


PONDS = table_of(Pond)
OUTLINES = Quick(
    select(PONDS.c.outline).where(
        PONDS.c.hatchery_id == bindparam("farm"),
        PONDS.c.outline.is_not(None),
        PONDS.c.left_on.is_(None),
    )
)


def points_of_farm(look: Look, hatchery_id: UUID) -> Points:
    """Return the middles of a farm's ponds; none where no pond in use has an outline.

    Asked at every step of issuing: a statement made once.
    """
    found = {middle(row.outline) for row in look.rows(OUTLINES, farm=hatchery_id) if row.outline}
    return tuple(sorted(found))


def points_of_farms(look: Look, hatchery_ids: Collection[UUID]) -> dict[UUID, Points]:
    """Return the middles of the ponds of those farms that have any outline.

    Every pond for itself: a farm with one pond within a zone is within it, wherever its others are.
    """
    found: defaultdict[UUID, set[Point]] = defaultdict(set)
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
            if outline:
                found[farm].add(middle(outline))
    return {farm: tuple(sorted(points)) for farm, points in found.items()}


def middle(corners: Sequence[Sequence[float]]) -> Point:
    """Return the mean of corners given as (longitude, latitude): a pond is small."""
    count = len(corners)
    return (
        round(sum(one[1] for one in corners) / count, DECIMALS),
        round(sum(one[0] for one in corners) / count, DECIMALS),
    )
