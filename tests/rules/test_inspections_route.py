"""The vet's road: what is for today, in which order, how far in a straight line."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from aquacert.inspections.rules.route import Part, Stop, is_overdue, order, part_of

NOW = datetime(2026, 5, 9, 1, 0, tzinfo=UTC)
"""09:00 in Shanghai."""


@pytest.mark.parametrize(
    ("hours", "part"),
    [(None, Part.TODAY), (-30, Part.TODAY), (-1, Part.TODAY), (14.9, Part.TODAY),
     (15.1, Part.TOMORROW), (38.9, Part.TOMORROW), (39.1, Part.LATER)],
)  # fmt: skip
def test_a_visit_stands_on_its_legal_day_and_what_is_overdue_today(hours, part):
    at = None if hours is None else NOW + timedelta(hours=hours)
    assert part_of(at, is_done=False, now=NOW) is part
    assert part_of(at, is_done=True, now=NOW) is Part.DONE
    assert is_overdue(at, NOW) is (hours is not None and hours < -9)


def stop(number: int, hours: float | None, area: str = "320682", spot=None) -> Stop:
    at = None if hours is None else NOW + timedelta(hours=hours)
    return Stop(UUID(int=number), at, area, f"镇{number}", spot)


def numbers(*stops: Stop) -> list[int]:
    return [leg.stop.declaration_id.int for leg in order(stops)]


def test_time_comes_before_place_and_no_time_last():
    assert numbers(stop(1, 3), stop(2, 1, "320999"), stop(3, None), stop(4, 2)) == [2, 4, 1, 3]


def test_at_one_time_the_nearest_to_the_stop_before_is_next():
    first = stop(1, 0, spot=(32.0, 120.0))
    far, near = stop(2, 1, "320600", (32.5, 120.0)), stop(3, 1, "320699", (32.1, 120.0))
    unknown = stop(4, 1, "320100")
    legs = order([unknown, far, near, first])
    assert [leg.stop.declaration_id.int for leg in legs] == [1, 3, 2, 4]
    assert [leg.away_m and round(leg.away_m / 1000) for leg in legs] == [None, 11, 44, None]


def test_without_outlines_the_division_and_the_place_decide():
    assert numbers(stop(2, 1, "320682"), stop(1, 1, "320682"), stop(3, 1, "320101")) == [3, 1, 2]


def test_a_way_is_not_told_across_a_stop_whose_place_is_unknown():
    legs = order([stop(1, 0, spot=(32.0, 120.0)), stop(2, 1), stop(3, 2, spot=(32.1, 120.0))])
    assert [leg.away_m for leg in legs] == [None, None, None]
