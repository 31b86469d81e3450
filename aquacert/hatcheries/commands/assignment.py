"""Which 申报点 a farm declares at: assigned by its county, or by its place when nobody did."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from aquacert.accounts.queries import office, office_lines
from aquacert.hatcheries.models import Hatchery
from aquacert.kernel.audit import Fact
from aquacert.kernel.errors import Invalid, NotAllowedNow
from aquacert.kernel.work import Work
from aquacert.reference.queries import division_path

MOST = 200


@dataclass(frozen=True)
class OfficeAssigned(Fact):
    """A farm declares at this office from now on; "" when it goes by its place."""

    tag: ClassVar[str] = "hatcheries:hatchery:assign-office"
    title: ClassVar[str] = "分配申报点"
    office: str


def assign_office(w: Work, hatchery_ids: Iterable[UUID], office_id: UUID | None) -> int:
    """Assign farms to an office (None: by their place); return how many changed.

    Declarations already on the way stay where they are. Raises `Invalid` for a closed office, and
    for one that does not serve the place of a farm, naming the farm.
    """
    keys = sorted(set(hatchery_ids))
    if not keys:
        raise Invalid("请先勾选苗种场。", farms="请先勾选苗种场")
    if len(keys) > MOST:
        raise Invalid(f"一次最多分配 {MOST} 家。", farms=f"一次最多分配 {MOST} 家")
    name, serves = "", frozenset[str]()
    if office_id is not None:
        row = office(w, office_id)
        if row.closed_on is not None and row.closed_on <= w.today:
            raise NotAllowedNow("这个申报点已经撤销，请另选一个。")
        [line] = office_lines(w, [row])
        name, serves = row.name_zh, frozenset(line.serves)
    changed = 0
    farms = [w.get_for_change(Hatchery, key) for key in keys]
    for farm in sorted(farms, key=lambda one: one.division_code):
        path = {place.code for place in division_path(w, farm.division_code)}
        if office_id is not None and not serves & path:
            sentence = f"{name}不服务{farm.name}所在的区划"
            raise Invalid(f"{sentence}。", office=sentence)
        if farm.office_id == office_id:
            continue
        farm.office_id = office_id
        w.record(OfficeAssigned(name), on=farm, county=farm.division_code)
        changed += 1
    return changed
