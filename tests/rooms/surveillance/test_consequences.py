"""A zone shows what it touches above: counts, and only of what it affects."""

from __future__ import annotations

from aquacert.kernel.scope import SYSTEM
from aquacert.surveillance.queries.zones import reach_of
from tests.make.certificates import issue_one, make_ready
from tests.make.declarations import make_declaration


def touched(db, disease: str, place: str) -> dict[str, int]:
    with db.look(SYSTEM) as look:
        return look.impact("zone", reach_of(look, disease, [place]))


def test_open_declarations_and_travelling_certificates_are_counted(house):
    db = house.database
    make_declaration(db)
    origin = "320114"
    assert touched(db, "WSD", origin) == {"待办申报": 1, "在途证明": 0}
    assert touched(db, "WSD", "320100") == {"待办申报": 1, "在途证明": 0}
    assert touched(db, "KHVD", origin) == {"待办申报": 0, "在途证明": 0}
    assert touched(db, "WSD", "320682") == {"待办申报": 0, "在途证明": 0}
    assert touched(db, "WSD", "370212")["待办申报"] == 1


def test_a_certificate_on_the_road_is_counted_at_both_ends(house):
    db = house.database
    issue_one(house, make_ready(db))
    for place in ("320114", "370212"):
        assert touched(db, "WSD", place)["在途证明"] == 1
