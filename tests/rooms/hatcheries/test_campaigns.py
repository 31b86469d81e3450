"""The data check of the province, and which office a farm declares at."""

from __future__ import annotations

import io
from datetime import timedelta
from uuid import UUID

import openpyxl
import pytest
from sqlalchemy import func, select

from aquacert.accounts.commands import close_office, open_office, switch_capability
from aquacert.accounts.models import InboxMessage
from aquacert.accounts.queries import office_of
from aquacert.declarations.commands.bulk import read_bulk
from aquacert.hatcheries.commands import (
    answer_campaign,
    assign_office,
    end_campaign,
    make_sign,
    open_campaign,
    settle_answer,
)
from aquacert.hatcheries.models import StockMovement
from aquacert.hatcheries.queries import (
    balance,
    campaigns_blocking,
    due_campaigns,
    fit_to_declare,
    hatchery,
)
from aquacert.hatcheries.queries.campaigns import campaign, farm_lines, progress
from aquacert.hatcheries.rules.counts import Counted
from aquacert.hatcheries.tasks import announce_campaign
from aquacert.kernel.errors import Invalid, NotAllowedNow, NotFound
from aquacert.kernel.scope import SYSTEM
from aquacert.sampling.commands import take_self_test
from tests.make.accounts import COUNTY, make_organisation, make_person, signed_in
from tests.make.hatcheries import make_hatchery, register

OTHER = "320213"


@pytest.fixture
def chief(db):
    return make_person(db, "province_supervisor", division="320000")


def opened(db, chief, **other):
    asked = {
        "title": "基础信息核对",
        "entries": ["name", "phone", "licences"],
        "questions": ["还有几口塘在用？"],
    } | other
    with db.work(chief.actor) as w:
        days = asked.pop("days", 10)
        return open_campaign(w, due_on=w.today + timedelta(days=days), **asked)


CALLED = "三口，问老张 138 0000-8000"


def text(response):
    return response.get_data(as_text=True)


def test_every_farm_is_told_once_and_counties_see_who_is_missing(db, chief):
    one, two = make_hatchery(db), make_hatchery(db, division_code=OTHER)
    register(db)
    key = opened(db, chief)
    announce_campaign(db, key)
    announce_campaign(db, key)
    with db.look(SYSTEM) as look:
        told = select(func.count()).where(InboxMessage.kind == "campaign")
        assert look.session.scalar(told) == 2
    with db.work(one.owner) as w, pytest.raises(Invalid) as raised:
        answer_campaign(w, key, one.hatchery_id, said={"phone": "12"})
    assert set(raised.value.fields) == {"q0"}
    with db.work(one.owner) as w, pytest.raises(Invalid, match="电话"):
        answer_campaign(w, key, one.hatchery_id, said={"phone": "12", "q0": "3 口"})
    said = {"name": "新的场名", "phone": "13900009999", "q0": "3 口", "other": "不收"}
    with db.work(one.owner) as w:
        answer = answer_campaign(w, key, one.hatchery_id, said=said)
    with db.look(chief.actor) as look:
        row = campaign(look, key)
        here, there = sorted(progress(look, row), key=lambda line: line.division_code)
        assert (here.division_code, here.farms, here.by_phone, here.unsettled) == (COUNTY, 1, 1, 1)
        assert (there.missing, there.percent) == (1, 0)
        [missing] = farm_lines(look, row).items
        assert missing.farm.id == two.hatchery_id
        [wrong] = farm_lines(look, row, show="wrong").items
        assert wrong.said["场名"] == "新的场名"
        assert hatchery(look, one.hatchery_id).phone == "13900009999"
    clerk = one.clerk
    with db.look(clerk) as look:
        assert [line.division_code for line in progress(look, campaign(look, key))] == [COUNTY]
    with db.work(clerk) as w:
        settle_answer(w, answer)
        with pytest.raises(NotAllowedNow):
            settle_answer(w, answer)
    with db.look(clerk) as look:
        assert progress(look, campaign(look, key))[0].unsettled == 0


def test_a_farm_that_has_not_answered_is_held_back_after_the_day_until_a_visit_or_the_end(
    db, chief
):
    farm, other = make_hatchery(db), make_hatchery(db)
    key = opened(db, chief, blocks=True, days=0)
    with db.look(SYSTEM) as look:
        [line] = due_campaigns(look, farm.hatchery_id)
        assert not line.is_late
        assert campaigns_blocking(look, farm.hatchery_id) == []
    db.clock.forward(days=1)
    with db.look(SYSTEM) as look:
        assert campaigns_blocking(look, farm.hatchery_id) == ["基础信息核对"]
        assert "campaign" in {one.reason.value for one in fit_to_declare(look, farm.hatchery_id)}
    with db.work(farm.clerk) as w:
        answer_campaign(w, key, farm.hatchery_id, said={"q0": "两口"}, way="visit")
    with db.work(farm.owner) as w, pytest.raises(NotAllowedNow, match="到场"):
        answer_campaign(w, key, farm.hatchery_id, said={"q0": "三口"})
    with db.work(chief.actor) as w:
        end_campaign(w, key)
    with db.look(SYSTEM) as look:
        assert campaigns_blocking(look, other.hatchery_id) == []
    with db.work(other.owner) as w, pytest.raises(NotAllowedNow, match="结束"):
        answer_campaign(w, key, other.hatchery_id, said={"q0": "三口"})
    with db.work(chief.actor) as w, pytest.raises(Invalid) as raised:
        open_campaign(w, title="", due_on=w.today - timedelta(days=1))
    assert set(raised.value.fields) == {"title", "entries", "due_on"}


def test_the_check_is_opened_followed_and_answered_on_its_pages(db, app, chief):
    farm, quiet = make_hatchery(db), make_hatchery(db, name="安静苗种场")
    desk = signed_in(app.test_client(), chief)
    asked = {
        "title": "年度核对",
        "entries": ["name", "stock"],
        "questions": "几口塘？",
        "once": "c1",
    }
    assert desk.post("/hatcheries/campaigns/new", data=asked).status_code == 422
    sent = desk.post("/hatcheries/campaigns/new", data=asked | {"due_on": "2099-01-01"})
    assert sent.status_code == 302, text(sent)
    assert "安静苗种场" in text(desk.get(sent.location))
    key = sent.location.rsplit("/", 1)[1]
    phone = app.test_client()
    with phone.session_transaction() as cookie:
        cookie["_user_id"] = farm.owner_secret
    own = f"/hatcheries/own/campaigns/{key}"
    assert own in text(phone.get("/hatcheries/own"))
    assert "几口塘？" in text(phone.get(own))
    assert phone.post(own, data={"name": "", "q0": "", "once": "c2"}).status_code == 422
    lot = farm.lot_id
    stamped = phone.post(own, data={"name": "新名", "q0": CALLED, "once": "c2b"})
    assert (stamped.status_code, "请选“对”或“不对”" in text(stamped)) == (422, True)
    counted = {
        "name": "新名",
        "q0": CALLED,
        f"standing-{lot}": "wrong",
        f"number-{lot}": "119万",
        f"why-{lot}": "死亡没记",
        f"seen-{lot}": "1200000",
    }
    another = {quiet.lot_id: Counted(1, "数错了")}
    with pytest.raises(NotFound), db.work(chief.actor) as w:  # of another farm
        answer_campaign(
            w, UUID(key), farm.hatchery_id, said={"q0": CALLED}, way="visit", counted=another
        )
    for once in ("c3", "c3", "c3b"):
        assert phone.post(own, data=counted | {"once": once}).status_code == 302
    with db.look(SYSTEM) as look:
        assert balance(look, lot) == 1_190_000
        booked = look.scalars(select(StockMovement).where(StockMovement.kind == "correction"))
        assert [row.quantity for row in booked] == [-10_000]
    assert own not in text(phone.get("/hatcheries/own"))
    county = app.test_client()
    with county.session_transaction() as cookie:
        cookie["_user_id"] = farm.clerk_secret
    visit = f"/hatcheries/campaigns/{key}/visit/{quiet.hatchery_id}"
    assert "几口塘？" in text(county.get(visit))
    seen = {f"standing-{quiet.lot_id}": "right", f"seen-{quiet.lot_id}": "1200000"}
    assert county.post(visit, data=seen | {"q0": "一口", "once": "c4"}).status_code == 302
    assert "台账 1 200 000 尾，现在 1 190 000 尾（死亡没记）" in text(
        county.get(f"{sent.location}?show=all")
    )
    assert "100%" in text(county.get("/hatcheries/campaigns"))
    assert "新名" in text(county.get(f"{sent.location}?show=wrong"))
    book = desk.get(f"/hatcheries/campaigns/{key}/farms.xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(book.data)).active
    assert not any("138" in str(row[7]) for row in sheet.values)
    assert {row[4] for row in sheet.values} == {"怎样核对", "企业自己核对", "现场核对"}
    assert desk.post(f"/hatcheries/campaigns/{key}/end", data={"once": "c5"}).status_code == 302


def test_farms_are_assigned_to_an_office_that_serves_them(db, app, chief):
    farm, far = make_hatchery(db), make_hatchery(db, division_code=OTHER)
    body = make_organisation(db)
    texts = {"address": "东滩路 1 号", "phone": "025-52345678", "hours": "工作日"}
    with db.work(SYSTEM) as w:
        hall = open_office(
            w, organisation_id=body, division_code=COUNTY, name_zh="东滩申报点", **texts
        )
    with db.work(SYSTEM) as w, pytest.raises(Invalid, match="不服务"):
        assign_office(w, [far.hatchery_id], hall)
    clerk = app.test_client()
    with clerk.session_transaction() as cookie:
        cookie["_user_id"] = farm.clerk_secret
    page = "/hatcheries/assignment"
    assert "东滩申报点" in text(clerk.get(page))
    assert clerk.post(page, data={"office": str(hall), "once": "a1"}).status_code == 422
    ticked = {"office": str(hall), "farm": str(farm.hatchery_id), "once": "a2"}
    assert clerk.post(page, data=ticked).status_code == 302
    with db.look(SYSTEM) as look:
        row = hatchery(look, farm.hatchery_id)
        assert office_of(look, row.division_code, row.office_id) == body
    with db.work(SYSTEM) as w:
        close_office(w, hall, closed_on=None, because="撤并")
    with db.work(SYSTEM) as w, pytest.raises(NotAllowedNow):
        assign_office(w, [farm.hatchery_id], hall)


def test_what_a_county_has_not_switched_on_is_refused_at_its_door(db, chief):
    farm = make_hatchery(db)
    for name in ("declare_bulk", "self_test", "farm_sign"):
        with db.work(chief.actor) as w:
            switch_capability(w, name=name, division_code=COUNTY, is_on=False, because="下一批再上")
    with db.work(farm.owner) as w:
        for act in (
            lambda: read_bulk(w, b"any"),
            lambda: take_self_test(w, farm.lot_id, "DIV1"),
            lambda: make_sign(w, farm.hatchery_id),
        ):
            with pytest.raises(NotAllowedNow, match="还没有启用"):
                act()


def test_nobody_is_asked_for_what_he_answered_or_for_what_is_over(db, chief):
    farm = make_hatchery(db)
    key, over = opened(db, chief, questions=[]), opened(db, chief, title="作废的核对")
    with db.work(farm.owner) as w:
        answer_campaign(w, key, farm.hatchery_id, said={})
    with db.work(chief.actor) as w:
        end_campaign(w, over)
    for campaign_id in (key, over):
        announce_campaign(db, campaign_id)
    with db.look(SYSTEM) as look:
        told = select(func.count()).where(InboxMessage.kind == "campaign")
        assert look.session.scalar(told) == 0
