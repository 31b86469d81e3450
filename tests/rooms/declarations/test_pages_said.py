"""What pages say beforehand: a capability that is off, a draft that the office fills in."""

from __future__ import annotations

from aquacert.accounts.commands import switch_capability
from aquacert.declarations.commands import save_draft
from aquacert.kernel.scope import SYSTEM
from tests.make.declarations import answers, make_declaration
from tests.make.hatcheries import make_hatchery
from tests.rooms.declarations.test_views import browser, text


def test_what_is_switched_off_is_said_before_anything_is_filled_in(db, app):
    farm = make_hatchery(db)
    make_declaration(db, farm)
    with db.work(farm.clerk) as w:
        save_draft(w, answers(db, farm), hatchery_id=farm.hatchery_id)
    owner = browser(app, farm.owner_secret)
    home = text(owner.get("/declarations/home"))
    assert "会替你填好" in home
    assert "申报点在替您填" in home
    for name in ("declare_online", "farm_sign", "declare_bulk"):
        with db.work(SYSTEM) as w:
            switch_capability(
                w, name=name, division_code=farm.owner.county, is_on=False, because="试点未到"
            )
    home = text(owner.get("/declarations/home"))
    assert "本县还没有启用网上申报" in home
    assert "会替你填好" not in home
    assert "开始填" not in text(owner.get("/declarations/new"))
    assert "还没有启用苗种场申报码" in text(owner.get("/hatcheries/own/sign"))
    assert "还没有启用表格批量申报" in text(owner.get("/declarations/bulk"))
