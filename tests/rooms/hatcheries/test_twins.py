"""One farm with two accounts: found, judged, merged with a trace (S2)."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from aquacert.accounts.models import InboxMessage
from aquacert.accounts.queries import memberships_in_force
from aquacert.accounts.queries.organisations import organisation
from aquacert.hatcheries.commands import merge_hatcheries, tell_apart
from aquacert.hatcheries.models import Hatchery, Licence, StockMovement, TwinJudgement
from aquacert.hatcheries.queries import hatchery, lots, own_hatchery, survivor_of
from aquacert.hatcheries.queries.twins import judged_pages, twin_lines
from aquacert.hatcheries.rules.twins import Like
from aquacert.kernel.errors import Invalid, NotAllowedNow, NotFound, NotReady
from aquacert.kernel.scope import SYSTEM
from tests.make.accounts import COUNTY, make_person, signed_in
from tests.make.declarations import make_declaration
from tests.make.hatcheries import again, make_hatchery, register

OTHER = "320213"
SAME = {"name": "碧波水产苗种场", "phone": "13900009000"}


@pytest.fixture
def chief(db):
    return make_person(db, "county_supervisor", division=COUNTY)


def text(response):
    return response.get_data(as_text=True)


def test_a_second_registration_is_found_with_its_reasons_and_a_judged_pair_stays_away(db, chief):
    first = make_hatchery(db, **SAME)
    second = register(db, **SAME | {"name": "碧波苗种有限公司", "place": "别处"})
    register(db, name="西河鱼种场", phone="13700007000", place="西河口")
    with db.look(chief.actor) as look:
        [line] = twin_lines(look).items
        assert {line.one.id, line.other.id} == {first.hatchery_id, second}
        assert {Like.PHONE, Like.NAME_SAME} <= set(line.reasons)
        assert line.score >= 90
    elsewhere = make_person(db, "county_supervisor", division=OTHER)
    with db.look(elsewhere.actor) as look:
        assert twin_lines(look).items == []
    with db.work(elsewhere.actor) as w, pytest.raises(NotFound):
        tell_apart(w, first.hatchery_id, second, "两家各有执照")
    with db.work(chief.actor) as w, pytest.raises(Invalid):
        tell_apart(w, first.hatchery_id, second, "不")
    with db.work(chief.actor) as w:
        tell_apart(w, second, first.hatchery_id, "两家各有执照")
    with db.work(chief.actor) as w, pytest.raises(NotAllowedNow, match="判过"):
        merge_hatcheries(w, first.hatchery_id, second, "后来发现是同一家")
    with db.look(chief.actor) as look:
        assert twin_lines(look).items == []
        [said] = judged_pages(look).items
        assert (said.outcome, said.because) == ("different", "两家各有执照")


def test_a_merge_moves_stock_by_the_ledger_and_licences_and_people(db, chief):
    kept, gone = make_hatchery(db, 700, **SAME), make_hatchery(db, 300, **SAME)
    with db.work(chief.actor) as w:
        merge_hatcheries(
            w,
            kept.hatchery_id,
            gone.hatchery_id,
            "同一负责人登记了两次",
            coming=[gone.owner.person_id],
        )
    with db.look(SYSTEM) as look:
        row = look.session.get(Hatchery, gone.hatchery_id)
        assert (row.state, row.merged_into_id) == ("merged", kept.hatchery_id)
        here = [(one.pond_name, one.balance) for one in lots(look, kept.hatchery_id)]
        assert sorted(here) == [("2 号塘", 700), ("2 号塘(并入)", 300)]
        assert sum(one.balance for one in lots(look, gone.hatchery_id)) == 0
        ledger = look.scalars(
            select(StockMovement)
            .where(StockMovement.lot_id == gone.lot_id)
            .order_by(StockMovement.position)
        )
        assert [(one.quantity, one.balance) for one in ledger] == [(300, 300), (-300, 0)]
        assert "同一负责人登记了两次" in ledger[-1].reason
        held = look.scalars(select(Licence).where(Licence.hatchery_id == kept.hatchery_id))
        assert len(held) == 2
        [now] = memberships_in_force(look, gone.owner.person_id)
        assert now.organisation_id == kept.organisation_id
        assert organisation(look, gone.organisation_id).state == "closed"
        assert survivor_of(look, gone.hatchery_id) == kept.hatchery_id
        [said] = look.scalars(select(TwinJudgement))
        assert (said.survivor_id, said.by) == (kept.hatchery_id, chief.actor.label)
        assert said.moved == {"塘口": 1, "批": 1, "许可证": 1, "人员": 1, "名册": 0}
    with db.look(again(db, gone.owner)) as look:
        assert own_hatchery(look).id == kept.hatchery_id
    with db.work(chief.actor) as w, pytest.raises(NotAllowedNow):
        merge_hatcheries(w, kept.hatchery_id, gone.hatchery_id, "再合并一次")


def test_the_accounts_of_the_merged_registration_get_nothing_unless_they_are_chosen(db, chief):
    kept, gone = make_hatchery(db, **SAME), make_hatchery(db, **SAME)
    with db.work(chief.actor) as w:
        merge_hatcheries(w, kept.hatchery_id, gone.hatchery_id, "同一家登记了两次")
    with db.look(SYSTEM) as look:
        assert memberships_in_force(look, gone.owner.person_id) == []
        [told] = look.scalars(
            select(InboxMessage).where(InboxMessage.to_person_id == gone.owner.person_id)
        )
        assert "角色结束了" in told.subject
        [owner] = look.scalars(
            select(InboxMessage).where(
                InboxMessage.to_organisation_id == kept.organisation_id,
                InboxMessage.subject.contains("并入了本场"),
            )
        )
        assert "没有转过来" in owner.body


def test_what_is_open_stops_a_merge_and_the_one_that_stays_must_be_approved(db, chief):
    paper = make_declaration(db, state="submitted")
    waiting, twin = register(db), make_hatchery(db).hatchery_id
    with db.work(chief.actor) as w, pytest.raises(NotReady) as raised:
        merge_hatcheries(w, twin, paper.farm.hatchery_id, "同一家登记了两次")
    assert "待办申报 1 件" in str(raised.value.reasons)
    with db.work(chief.actor) as w, pytest.raises(NotAllowedNow, match="审核"):
        merge_hatcheries(w, waiting, twin, "同一家登记了两次")
    with db.work(chief.actor) as w:
        merge_hatcheries(w, twin, waiting, "同一家登记了两次")
    with db.look(SYSTEM) as look:
        assert hatchery(look, waiting).state == "merged"


def test_two_farms_are_judged_side_by_side_and_the_old_link_leads_on(db, app, chief):
    kept, gone = make_hatchery(db, **SAME), make_hatchery(db, **SAME)
    desk = signed_in(app.test_client(), chief)
    assert "联系电话相同" in text(desk.get("/hatcheries/twins"))
    address = f"/hatcheries/twins/{kept.hatchery_id}/{gone.hatchery_id}"
    shown = text(desk.get(address))
    assert "名称相同" in shown
    assert SAME["phone"] not in shown
    assert len(re.findall('name="coming"', shown)) == 2
    assert "可能和另外 1 家是同一家" in text(desk.get(f"/hatcheries/{kept.hatchery_id}"))
    assert address in text(desk.get(f"/hatcheries/{kept.hatchery_id}"))
    clerk = signed_in(app.test_client(), make_person(db, "office_clerk", division=COUNTY))
    met = text(clerk.get(f"/hatcheries/{kept.hatchery_id}"))
    assert f'<a href="/hatcheries/{gone.hatchery_id}">' in met
    assert desk.post(f"{address}/merge", data={"why": "一", "once": "m1"}).status_code == 422
    asked = {"survivor": str(kept.hatchery_id), "why": "同一家登记了两次", "once": "m2"}
    for _time in range(2):
        done = desk.post(f"{address}/merge", data=asked)
        assert done.status_code == 302
        assert str(kept.hatchery_id) in done.location
    assert (
        desk.post(f"{address}/apart", data={"because": "不是的吧", "once": "m3"}).status_code == 409
    )
    led = desk.get(f"/hatcheries/{gone.hatchery_id}")
    assert (led.status_code, str(kept.hatchery_id) in led.location) == (302, True)
    assert "同一家登记了两次" in text(desk.get("/hatcheries/twins/judged"))
    assert desk.get(f"/hatcheries/twins/{kept.hatchery_id}/{kept.hatchery_id}").status_code == 404


def test_only_a_farm_that_was_approved_is_offered_to_stay(db, app, chief):
    waiting = [register(db, **SAME), register(db, **SAME)]
    desk = signed_in(app.test_client(), chief)
    assert 'name="survivor"' not in text(desk.get(f"/hatcheries/twins/{waiting[0]}/{waiting[1]}"))
    kept = make_hatchery(db, **SAME)
    page = text(desk.get(f"/hatcheries/twins/{kept.hatchery_id}/{waiting[0]}"))
    assert re.findall(r'name="survivor"[^>]*value="([^"]+)"', page) == [str(kept.hatchery_id)]


def test_a_merge_refused_keeps_the_typed_reason_and_says_why_in_true_words(db, app, chief):
    paper = make_declaration(db)
    other = make_hatchery(db)
    desk = signed_in(app.test_client(), chief)
    here = f"/hatcheries/twins/{other.hatchery_id}/{paper.farm.hatchery_id}"
    asked = {"survivor": str(other.hatchery_id), "why": "同一家登记了两次", "once": "m"}
    refused = desk.post(f"{here}/merge", data=asked)
    shown = text(refused)
    assert refused.status_code == 409
    assert "还有没办完的事，办完才能合并。" in shown
    assert "待办申报 1 件" in shown
    assert 'value="同一家登记了两次"' in shown
    assert "打开后有人更新过" not in shown


def test_after_a_merge_the_county_says_which_licence_stands(db, app, chief):
    kept, gone = make_hatchery(db, **SAME), make_hatchery(db, **SAME)
    desk = signed_in(app.test_client(), chief)
    here = f"/hatcheries/twins/{kept.hatchery_id}/{gone.hatchery_id}/merge"
    asked = {"survivor": str(kept.hatchery_id), "why": "同一家登记了两次", "once": "m"}
    choose = desk.post(here, data=asked).location
    with db.look(SYSTEM) as look:
        held = look.scalars(select(Licence).where(Licence.hatchery_id == kept.hatchery_id))
        wanted, other = sorted(held, key=lambda row: row.number)
    page = text(desk.get(choose))
    assert wanted.number in page
    assert other.number in page
    assert choose in text(desk.get(f"/hatcheries/{kept.hatchery_id}"))
    because = "原件已经核对过"
    none = desk.post(choose, data={"because": because, "once": "a"})
    assert (none.status_code, "至少选一份" in text(none)) == (422, True)
    said = {"standing": str(wanted.id), "because": because}
    for once in ("b", "b"):
        assert desk.post(choose, data=said | {"once": once}).status_code == 302
    assert desk.post(choose, data=said | {"once": "c"}).status_code == 409
    with db.look(SYSTEM) as look:
        rows = {row.id: row for row in look.scalars(select(Licence))}
        assert rows[wanted.id].stands_at is not None
        assert rows[other.id].verified_at is None
        assert because in rows[other.id].returned_because
    assert choose not in text(desk.get(f"/hatcheries/{kept.hatchery_id}"))
