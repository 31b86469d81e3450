"""GCJ-02 and back: within a metre anywhere it is shifted, nothing at all anywhere else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aquacert.surveillance.rules import datum, geo


@given(st.floats(18, 53), st.floats(73.6, 135))
def test_there_and_back_is_within_a_metre(latitude, longitude):
    there = datum.to_gcj02(latitude, longitude)
    assert 1 < geo.distance_m(latitude, longitude, *there) < 1_200
    assert geo.distance_m(latitude, longitude, *datum.to_wgs84(*there)) < 1


def test_a_known_place_is_shifted_as_public_maps_shift_it():
    assert datum.to_gcj02(39.908692, 116.397477) == pytest.approx((39.910095, 116.403721), abs=1e-5)


@pytest.mark.parametrize("place", [(48.85, 2.35), (-33.9, 151.2), (10.0, -179.9), (0.0, 110.0)])
def test_outside_what_is_shifted_nothing_is_converted(place):
    assert datum.to_gcj02(*place) == place
    assert datum.to_wgs84(*place) == place


def test_every_position_of_a_geometry_is_converted_longitude_first():
    ring = [[118.0, 32.0], [119.0, 32.0], [119.0, 33.0], [118.0, 32.0]]
    found = datum.geometry_to_wgs84({"type": "Polygon", "coordinates": [ring]})
    for (x, y), (x2, y2) in zip(ring, found["coordinates"][0], strict=True):
        assert (y2, x2) == pytest.approx(datum.to_wgs84(y, x), abs=1e-7)
    assert datum.SURENESS == "unverified"
