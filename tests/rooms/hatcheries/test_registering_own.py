"""Somebody signed in registers a farm with the account he has: no second one."""

from __future__ import annotations

from sqlalchemy import func, select

from aquacert.accounts.models import Organisation, Person
from aquacert.accounts.queries.organisations import organisation
from aquacert.hatcheries.commands import approve_hatchery, correct_hatchery
from aquacert.hatcheries.models import Hatchery
from aquacert.hatcheries.queries import own_hatchery
from aquacert.kernel.scope import SYSTEM
from tests.make.accounts import COUNTY, again, make_person, make_uscc, roles_now, signed_in
from tests.rooms.hatcheries.test_views import farm_form


def text(response):
    return response.get_data(as_text=True)


def count(db, model):
    with db.look(SYSTEM) as look:
        return look.session.scalar(select(func.count()).select_from(model))


def test_a_dealer_registers_a_farm_with_the_account_and_the_body_he_has(db, app):
    dealer = make_person(db, "dealer", division=COUNTY, phone="13900001111")
    with db.look(SYSTEM) as look:
        code = organisation(look, dealer.organisation_id).uscc
    client = signed_in(app.test_client(), dealer)
    first = text(client.get("/hatcheries/register"))
    assert "就用您现在的账号" in first
    assert "13900001111" in first
    assert code in first
    asked = farm_form(uscc=code, division_code=COUNTY)
    people, bodies = count(db, Person), count(db, Organisation)
    checked = text(client.post("/hatcheries/register", data=asked))
    assert "用您现在登录的账号" in checked
    assert 'name="password"' not in checked
    for _twice in range(2):
        sent = client.post("/hatcheries/register", data=asked | {"step": "check"})
        assert sent.status_code == 302, text(sent)
    assert "我的场" in text(client.get(sent.location))
    assert (count(db, Person), count(db, Organisation)) == (people, bodies)
    with db.look(SYSTEM) as look:
        [farm] = look.scalars(select(Hatchery))
        assert (farm.organisation_id, farm.state) == (dealer.organisation_id, "registered")
    assert roles_now(db, dealer.person_id) == {"dealer", "hatchery_owner"}
    clerk = make_person(db, "office_clerk", division=COUNTY)
    with db.work(clerk.actor) as w:
        approve_hatchery(w, farm.id)
    with db.look(again(db, dealer)) as look:
        assert own_hatchery(look).id == farm.id
    with db.look(SYSTEM) as look:
        named = organisation(look, dealer.organisation_id).name_zh
    with db.work(clerk.actor) as w:  # the farm is not all that the dealer's body is
        correct_hatchery(
            w, farm.id, because="照许可证更正", name="塘边分场", division_code="320213"
        )
    with db.look(SYSTEM) as look:
        body = organisation(look, dealer.organisation_id)
        assert (body.name_zh, body.division_code) == (named, COUNTY)
    second = client.post(
        "/hatcheries/register", data=farm_form(once="k2", step="check", division_code=COUNTY)
    )
    assert "您的账号已经有一家苗种场" in text(second)
    assert "不用再登记" in text(client.get("/hatcheries/register"))
    assert count(db, Hatchery) == 1


def test_another_body_s_code_is_refused_and_another_farm_of_his_gets_its_own_body(db, app):
    dealer = make_person(db, "dealer", division=COUNTY)
    other = make_person(db, "carrier", division=COUNTY)
    with db.look(SYSTEM) as look:
        taken = organisation(look, other.organisation_id).uscc
    client = signed_in(app.test_client(), dealer)
    asked = farm_form(uscc=taken, division_code=COUNTY, step="check")
    refused = client.post("/hatcheries/register", data=asked)
    assert (refused.status_code, "已经登记过" in text(refused)) == (422, True)
    asked |= {"uscc": make_uscc(), "once": "k2"}
    assert client.post("/hatcheries/register", data=asked).status_code == 302
    with db.look(again(db, dealer)) as look:
        farm = own_hatchery(look)
        assert farm.organisation_id != dealer.organisation_id
        assert farm.organisation_id == look.actor.organisation_id
    vet = signed_in(app.test_client(), make_person(db, "official_vet", division=COUNTY))
    assert "按回避要求" in text(vet.get("/hatcheries/register"))
