"""Distances on the ellipsoid against known values; boxes and cells, over the dateline too."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aquacert.surveillance.rules import geo

PLACES = st.tuples(st.floats(-84, 84), st.floats(-180, 179.999))


@pytest.mark.parametrize(
    ("one", "other", "metres"),
    [
        ((0, 0), (0, 1), 111_319.491),  # a·π/180
        ((0, 0), (90, 0), 10_001_965.729),  # the quarter of a meridian
        ((40.6, -73.8), (51.6, -0.5), 5_551_759.400),  # GeographicLib's own example
        ((10, 179.95), (10, -179.95), 10_964.2),  # over the dateline, not round the earth
        ((32.34, 118.84), (32.34, 118.84), 0),
    ],
)
def test_distances_are_those_of_the_ellipsoid(one, other, metres):
    assert geo.distance_m(*one, *other) == pytest.approx(metres, abs=0.6 if one[0] == 10 else 0.001)
    assert geo.distance_m(*other, *one) == pytest.approx(geo.distance_m(*one, *other), abs=1e-6)


@given(PLACES, st.floats(0, 359), st.floats(1, 100_000))
def test_out_and_back_is_the_same_place(place, azimuth, metres):
    lat, lon = geo.beyond(*place, azimuth, metres)
    assert geo.distance_m(*place, lat, lon) == pytest.approx(metres, abs=0.001)
    again = geo.back(*place, *geo.polar(*place, lat, lon))
    assert geo.distance_m(*again, lat, lon) < 0.001


@given(PLACES, st.floats(100, 60_000), st.floats(0, 359), st.floats(0, 1))
def test_whatever_lies_in_a_circle_lies_in_its_box_and_its_cells(place, metres, azimuth, part):
    lat, lon = place
    box = geo.box_of([(lon, lat)], metres)
    inside = geo.beyond(lat, lon, azimuth, metres * part)
    assert geo.within_box(box, *inside)
    assert geo.cells_of_boxes([box]) & set(geo.cells_of_place(*inside))


def test_a_box_over_the_dateline_is_narrow_and_holds_both_sides():
    box = geo.box_of([(179.95, 10.0)], 20_000)
    assert box.west > 0 > box.east
    assert geo.within_box(box, 10, -179.95)
    assert not geo.within_box(box, 10, 0)
    assert len(geo.cells_of_boxes([box])) < 40
    assert geo.cell_of(10, 180) == geo.cell_of(10, -180)


def test_what_covers_too_many_fine_cells_takes_coarse_ones():
    cells = geo.cells_of_boxes([geo.Box(100, 20, 110, 30)])
    assert len(cells) <= geo.MOST_CELLS
    assert all(cell < 0 for cell in cells)
    assert geo.cells_of_place(25, 105)[1] in cells


def test_a_ring_runs_anticlockwise_and_keeps_its_radius():
    ring = geo.circle_ring(32.34, 118.84, 5_000)
    assert ring[0] == ring[-1]
    assert sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(ring)) > 0
    assert {round(geo.distance_m(32.34, 118.84, y, x)) for x, y in ring} == {5_000}
