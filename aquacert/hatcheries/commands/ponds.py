"""A pond's outline, size and end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from sqlalchemy import func, select

from aquacert.hatcheries.models import Hatchery, Lot, Pond
from aquacert.hatcheries.rules.outline import (
    LARGEST_M2,
    Corner,
    Sort,
    area_m2,
    volume_m3,
)
from aquacert.kernel.audit import Fact
from aquacert.kernel.errors import Invalid, NotAllowedNow
from aquacert.kernel.work import Work

DEEPEST_CM = 10_000


@dataclass(frozen=True)
class PondShaped(Fact):
    """A pond's outline or size was put on record."""

    tag: ClassVar[str] = "hatcheries:pond:shape"
    title: ClassVar[str] = "登记塘口大小"
    name: str
    corners: int
    area_m2: int | None
    volume_m3: int | None


@dataclass(frozen=True)
class PondLeft(Fact):
    """The farm no longer uses a pond, or uses it again."""

    tag: ClassVar[str] = "hatcheries:pond:leave"
    title: ClassVar[str] = "塘口停用或恢复"
    name: str
    is_used: bool


def shape_pond(
    w: Work,
    pond_id: UUID,
    *,
    sort: str = "",
    corners: tuple[Corner, ...] = (),
    area: int | None = None,
    depth_cm: int | None = None,
    volume: int | None = None,
) -> None:
    """Put a pond's kind, outline and size on record.

    With an outline the area is computed, whatever was typed; without a volume it is area × depth.
    """
    farm = w.get_for_change(Hatchery, w.get(Pond, pond_id).hatchery_id)
    pond = w.get_for_change(Pond, pond_id)
    size = area_m2(corners) if corners else area
    _check(size, depth_cm, volume)
    pond.sort = Sort(sort).value if sort in set(Sort) else None
    pond.outline = [[lon, lat] for lon, lat in corners] if corners else None
    pond.area_m2, pond.depth_cm = size, depth_cm
    pond.volume_m3 = volume or volume_m3(size, depth_cm)
    fact = PondShaped(pond.name, len(corners), pond.area_m2, pond.volume_m3)
    w.record(fact, on=farm, county=farm.division_code)


def leave_pond(w: Work, pond_id: UUID, *, is_used: bool) -> None:
    """Say that a pond is no longer used (or is again); refused while it holds stock."""
    farm = w.get_for_change(Hatchery, w.get(Pond, pond_id).hatchery_id)
    pond = w.get_for_change(Pond, pond_id)
    if (pond.left_on is None) == is_used:
        raise NotAllowedNow("这个塘口已经是这样，请刷新看最新情况。")
    held = select(func.count()).where(Lot.pond_id == pond.id, Lot.balance > 0)
    if not is_used and w.session.scalar(held):
        raise NotAllowedNow("塘里还有存塘，转走或处理后才能停用。")
    pond.left_on = None if is_used else w.today
    w.record(PondLeft(pond.name, is_used), on=farm, county=farm.division_code)


def _check(area: int | None, depth_cm: int | None, volume: int | None) -> None:
    wrong: dict[str, str] = {}
    if area is not None and not 0 < area <= LARGEST_M2:
        wrong["area"] = f"面积要在 1 到 {LARGEST_M2:,} 平方米之间。"
    if depth_cm is not None and not 0 < depth_cm <= DEEPEST_CM:
        wrong["depth"] = f"水深要在 1 到 {DEEPEST_CM:,} 厘米之间。"
    if volume is not None and not 0 < volume <= LARGEST_M2 * 100:
        wrong["volume"] = "水体太大，请核对。"
    if wrong:
        raise Invalid("塘口大小不对。", **wrong)
