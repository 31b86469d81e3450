"""A county is found in a whole address, and in nothing less."""

import pytest

from aquacert.surveillance.queries.places import Places
from aquacert.surveillance.queries.projecting import place_of


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ({"country": "中国", "place": "江苏省南通市如皋市"}, "320682"),
        ({"country": "中国", "place": "江苏省南通市如皋市长江镇二案村"}, "320682"),
        ({"country": "中国", "locality": "江苏省南京市六合区"}, "320116"),
        ({"country": "中国", "admin1": "江苏", "locality": "六合"}, "320116"),
        ({"country": "中国", "place": "如皋市"}, None),
        ({"country": "中国", "place": "江苏省某某养殖区"}, None),
        ({"country": "Japan", "place": "江苏省南通市如皋市"}, None),
    ],
)
def test_only_an_address_that_begins_with_its_province_names_a_county(db, written, code):
    with db.look() as look:
        assert Places(look).county(written) == code


def test_a_place_that_is_only_an_address_is_shown():
    assert (
        place_of({"country": "中国", "place": "江苏省南通市如皋市"}) == "江苏省南通市如皋市，中国"
    )
