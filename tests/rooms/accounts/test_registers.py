"""The officials' registers: offices, who may sign, vehicles, roll-out switches."""

from __future__ import annotations

from datetime import timedelta

import pytest

from aquacert.accounts.commands import (
    add_vehicle,
    change_office,
    close_office,
    close_organisation,
    end_vehicle,
    limit_appointment,
    open_office,
    restore_signing,
    switch_capability,
    withdraw_signing,
)
from aquacert.accounts.queries import (
    board,
    may_sign,
    memberships_in_force,
    office_for,
    office_of,
    places_named,
    published_offices,
    refuse_if_off,
    signer,
    turns_page,
    vehicles_of,
    vets_of,
)
from aquacert.accounts.rules.capabilities import Capability
from aquacert.kernel.errors import Invalid, NotAllowed, NotAllowedNow, NotFound
from aquacert.kernel.scope import SYSTEM
from tests.make.accounts import COUNTY, make_organisation, make_person, make_uscc, signed_in

OFFICE = {
    "name_zh": "东滩申报点",
    "address": "示例镇东滩路 1 号",
    "phone": "025-52345678转8",
    "hours": "工作日 8:30–17:30",
}
CITY = f"{COUNTY[:4]}00"


def opened(db, body, division=COUNTY, **other):
    with db.work(SYSTEM) as w:
        asked = OFFICE | other
        return open_office(w, organisation_id=body, division_code=division, **asked)


def appointment(db, vet):
    with db.look() as look:
        [row] = memberships_in_force(look, vet.person_id)
        return row.id


def text(response):
    return response.get_data(as_text=True)


def test_the_assigned_office_answers_else_the_only_one_of_the_place_else_the_county(db):
    county, city = make_organisation(db), make_organisation(db, division=CITY)
    with db.look() as look:
        assert office_for(look, COUNTY) is None
        assert office_of(look, COUNTY) == county
    hall = opened(db, city, CITY)
    with db.look() as look:
        assert office_of(look, COUNTY) == city
        assert [line.serves for line in published_offices(look)] == [(CITY,)]
    near = opened(db, county)
    with db.look() as look:
        assert office_for(look, COUNTY).id == near
        assert office_of(look, COUNTY) == county
        assert office_of(look, COUNTY, hall) == city
    other = make_organisation(db)
    opened(db, other, name_zh="西滩申报点")
    with db.look() as look:
        assert office_for(look, COUNTY) is None
        assert office_of(look, COUNTY) == county
    with db.work(SYSTEM) as w:
        close_office(w, hall, closed_on=None, because="并入县里")
    with db.look() as look:
        assert office_of(look, COUNTY, hall) == county
        assert hall not in {line.office_id for line in published_offices(look)}


def test_an_office_says_everything_that_is_wrong_and_serves_only_its_body_s_places(db):
    body = make_organisation(db)
    with db.work(SYSTEM) as w, pytest.raises(Invalid) as raised:
        open_office(w, organisation_id=body, division_code="320213", phone="12")
    assert set(raised.value.fields) == {"name_zh", "address", "hours", "phone", "division_code"}
    office_id = opened(db, body)
    with pytest.raises(Invalid):
        opened(db, body)
    with db.work(SYSTEM) as w:
        change_office(w, office_id, serves=[], published=False, **(OFFICE | {"hours": "每天"}))
    with db.look(SYSTEM) as look:
        assert published_offices(look) == []
        assert places_named(look, "玄武区、320106", CITY) == ["320102", "320106"]
        with pytest.raises(Invalid, match="没有"):
            places_named(look, "崂山区", CITY)
    with db.work(SYSTEM) as w, pytest.raises(Invalid):
        day = w.today - timedelta(days=1)
        close_office(w, office_id, closed_on=day, because="撤并")
    stranger = make_person(db, "county_supervisor", division="320213")
    with db.work(stranger.actor) as w, pytest.raises(NotFound):
        close_office(w, office_id, closed_on=None, because="撤并")


def test_whoever_may_not_sign_stops_signing_at_once_and_stays_appointed(db):
    vet = make_person(db, "official_vet", division=COUNTY)
    chief = make_person(db, "county_supervisor", division=COUNTY)
    held = appointment(db, vet)
    with db.work(chief.actor) as w:
        withdraw_signing(w, held, because="证明出错待查")
    with db.look() as look:
        assert not may_sign(look, vet.person_id, COUNTY, look.today)
        assert may_sign(look, vet.person_id, COUNTY, look.today - timedelta(days=1)) is False
        assert not signer(look, vet.person_id, COUNTY, look.today).is_on_record
        assert [line.may_sign for line in vets_of(look, vet.organisation_id, look.today)] == [False]
    with db.work(chief.actor) as w, pytest.raises(NotAllowedNow):
        withdraw_signing(w, held, because="再停一次")
    with db.work(vet.actor) as w, pytest.raises(NotAllowed):
        restore_signing(w, held, because="自己恢复")
    db.clock.forward(days=2)
    with db.look() as look:
        first = look.today - timedelta(days=2)
        assert may_sign(look, vet.person_id, COUNTY, first)
        assert signer(look, vet.person_id, COUNTY, first).is_on_record
        assert not may_sign(look, vet.person_id, COUNTY, first + timedelta(days=1))
    with db.work(chief.actor) as w:
        restore_signing(w, held, because="查明无误")
        last = w.today + timedelta(days=30)
        limit_appointment(w, held, until_on=last, because="任期一年")
    with db.look() as look:
        assert may_sign(look, vet.person_id, COUNTY, look.today)
        assert not may_sign(look, vet.person_id, COUNTY, last)
        assert not may_sign(look, vet.person_id, COUNTY, first + timedelta(days=1))


def test_a_plate_is_on_record_once_in_the_province(db):
    agency = make_organisation(db)
    carrier, other = make_organisation(db, "carrier"), make_organisation(db, "dealer")
    with db.work(SYSTEM) as w:
        vehicle = add_vehicle(w, carrier, plate="苏A·12345", fitted="充氧水箱")
        with pytest.raises(Invalid, match="登记过"):
            add_vehicle(w, other, plate="苏A12345")
        with pytest.raises(NotAllowedNow):
            add_vehicle(w, agency, plate="苏A12346")
    with db.work(SYSTEM) as w:
        assert end_vehicle(w, vehicle) == carrier
        add_vehicle(w, other, plate="苏A12345")
    with db.look() as look:
        assert vehicles_of(look, carrier) == []
        assert [row.plate for row in vehicles_of(look, carrier, past=True)] == ["苏A12345"]


def test_each_turn_of_a_switch_says_who_when_and_why(db):
    chief = make_person(db, "province_supervisor", division="320000")
    name = Capability.DECLARE_ONLINE.value
    with db.work(chief.actor) as w:
        switch_capability(w, name=name, division_code=CITY, is_on=False, because="下半年再上")
    db.clock.forward(seconds=1)
    with db.work(chief.actor) as w:
        switch_capability(w, name=name, division_code=COUNTY, is_on=True, because="试点")
        with pytest.raises(NotAllowedNow):
            switch_capability(w, name=name, division_code=COUNTY, is_on=True, because="再来")
        with pytest.raises(Invalid):
            switch_capability(w, name="no", division_code=COUNTY, is_on=True, because="试点")
    with db.look() as look:
        refuse_if_off(look, Capability.DECLARE_ONLINE, COUNTY)
        with pytest.raises(NotAllowedNow, match="还没有启用网上申报"):
            refuse_if_off(look, Capability.DECLARE_ONLINE, "320102")
        here, there = board(look, [COUNTY, "320102"])
        assert [one.said_by for one in (here.switches[0], there.switches[0])] == [COUNTY, CITY]
        assert [(t.is_on, t.because, t.by) for t in turns_page(look, CITY).items] == [
            (True, "试点", chief.actor.label),
            (False, "下半年再上", chief.actor.label),
        ]


def test_the_registers_are_kept_at_the_desk_and_offices_are_published(db, app):
    chief = make_person(db, "province_supervisor", division="320000")
    vet = make_person(db, "official_vet", division=COUNTY)
    carrier = make_organisation(db, "carrier")
    desk = signed_in(app.test_client(), chief)
    sent = desk.post(
        "/accounts/offices/new",
        data=OFFICE
        | {
            "organisation_id": str(vet.organisation_id),
            "division_code": COUNTY,
            "published": "y",
            "once": "o1",
        },
    )
    assert sent.status_code == 302, text(sent)
    assert "东滩申报点" in text(desk.get(sent.location))
    public = text(app.test_client().get("/offices"))
    assert "东滩申报点" in public
    assert 'href="tel:02552345678,8"' in public  # an extension is dialled after a pause
    assert "没有找到申报点" in text(app.test_client().get("/offices?q=没有的"))
    assert desk.post(f"{sent.location}/close", data={"once": "o2"}).status_code == 422
    with db.work(SYSTEM) as w, pytest.raises(NotAllowedNow, match="申报点"):
        close_organisation(w, vet.organisation_id, reason="机构改革")
    held = appointment(db, vet)
    address = f"/accounts/vets/{held}"
    stopped = {"because": "待查", "once": "o3"}
    assert desk.post(f"{address}/withdraw", data=stopped).status_code == 302
    assert "待查" in text(desk.get(address))
    assert "已停止" in text(desk.get("/accounts/vets"))
    body = f"/accounts/organisations/{carrier}"
    assert desk.post(f"{body}/vehicles", data={"plate": "苏A00", "once": "o4"}).status_code == 422
    assert desk.post(f"{body}/vehicles", data={"plate": "苏A12345"}).status_code == 302
    assert "12345" in text(desk.get(body))
    turned = {"name": "farm_sign", "division_code": "雨花台区", "turn": "off", "because": "二期"}
    for place, key in (("、", "s1"), ("雨花台区、江宁区", "s2")):
        two = turned | {"division_code": place, "once": key}
        assert desk.post("/accounts/switches", data=two).status_code == 422
    there = desk.post("/accounts/switches", data=turned | {"once": "o5"})
    assert there.status_code == 302
    twice = desk.post("/accounts/switches", data=turned | {"once": "o6", "because": "二期照旧"})
    assert (twice.status_code, "二期照旧" in text(twice)) == (409, True)
    assert "没有改变" in text(twice)
    assert "二期" in text(desk.get(there.location))
    nobody = signed_in(app.test_client(), vet)
    assert nobody.get("/accounts/offices").status_code == 403


def test_a_county_keeps_carriers_and_dealers_and_no_other_body(db, app):
    chief = make_person(db, "county_supervisor", division=COUNTY)
    carrier = make_organisation(db, "carrier")
    desk = signed_in(app.test_client(), chief)
    asked = {"name_zh": "示例运苗队", "uscc": make_uscc(), "division_code": COUNTY, "once": "k1"}
    there = "/accounts/organisations/new"
    assert desk.post(there, data=asked | {"kind": "lab"}).status_code == 422
    assert desk.post(there, data=asked | {"kind": "dealer", "once": "k2"}).status_code == 302
    ended = {"reason": "不再运苗", "once": "k3"}
    assert desk.post(f"/accounts/organisations/{carrier}/close", data=ended).status_code == 302
    own = f"/accounts/organisations/{chief.organisation_id}"
    assert desk.post(f"{own}/close", data=ended | {"once": "k4"}).status_code == 403
    assert "注销单位" not in text(desk.get(own))
