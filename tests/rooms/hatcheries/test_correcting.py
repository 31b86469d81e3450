"""The county corrects a farm's registration: on record, once, told to the owner."""

from __future__ import annotations

import re

from sqlalchemy import select

from aquacert.accounts.models import InboxMessage
from aquacert.accounts.queries.offices import office_of
from aquacert.accounts.queries.organisations import organisation
from aquacert.declarations.commands import submit_declaration
from aquacert.declarations.queries.facts import declaration, loads_of
from aquacert.hatcheries.queries import hatchery, licence_standing, licences
from aquacert.hatcheries.queries.twins import twin_lines
from aquacert.kernel.audit import AuditEntry
from aquacert.kernel.scope import SYSTEM
from tests.make.accounts import COUNTY, make_person, signed_in, token
from tests.make.declarations import draft, make_declaration
from tests.make.hatcheries import make_hatchery, register

OTHER = "320213"


def text(response):
    return response.get_data(as_text=True)


def typed(page):
    """Return the long fields of a page as they stand in it."""
    return dict(re.findall(r'<textarea[^>]*name="(\w+)"[^>]*>\s*([^<]*)<', page))


def corrected(look, farm_id):
    return look.scalars(
        select(AuditEntry)
        .where(AuditEntry.title == "更正苗种场登记内容", AuditEntry.subject_id == str(farm_id))
        .order_by(AuditEntry.chain)
    )


def test_the_county_corrects_a_farm_with_a_reason_once_and_on_record(db, app):
    paper = make_declaration(db)
    farm = paper.farm
    register(db, name="碧波水产苗种场", place="镇西 9 号", phone="13700007000")
    clerk = signed_in(app.test_client(), make_person(db, "office_clerk", division=COUNTY))
    here = f"/hatcheries/{farm.hatchery_id}"
    assert f"{here}/correct" in text(clerk.get(here))
    form = text(clerk.get(f"{here}/correct"))
    seen = re.search(r'name="seen"[^>]*value="(\w+)"', form)[1]
    with db.look(SYSTEM) as look:
        [held] = licences(look, farm.hatchery_id)
    species = f"species_{held.licence_id.hex}"
    asked = {
        "seen": seen,
        "name": "碧波水产苗种厂",
        "division_code": COUNTY,
        "place": "镇西 9 号",
        "level": "national",
        "kind": "original",
        species: "草鱼、鲫",
        "because": "照新营业执照和许可证",
        "once": "a",
    }
    refused = clerk.post(f"{here}/correct", data=asked | {species: "大白鲨", "because": "错了"})
    assert refused.status_code == 422
    assert "没有叫“大白鲨”" in text(refused)
    for key in ("a2", "a2", "b"):
        answer = clerk.post(f"{here}/correct", data=asked | {"once": key})
        assert answer.status_code == 302, text(answer)
    stale = clerk.post(f"{here}/correct", data=asked | {"name": "别的名", "once": "c"})
    assert (stale.status_code, "有人更正过" in text(stale)) == (409, True)
    assert "照新营业执照和许可证" in text(stale)  # what was typed is still there
    with db.look(SYSTEM) as look:
        row = hatchery(look, farm.hatchery_id)
        assert (row.name, row.level, row.kind) == ("碧波水产苗种厂", "national", "original")
        assert organisation(look, row.organisation_id).name_zh == "碧波水产苗种厂"
        assert not licence_standing(look, row.id, farm.species_code, look.today).ok
        [entry] = corrected(look, row.id)
        assert entry.reason == "照新营业执照和许可证"
        said = "；".join(entry.change["corrections"])
        assert "名称：示例苗种场 → 碧波水产苗种厂" in said
        assert "的品种：凡纳滨对虾、草鱼 → 草鱼、鲫" in said
        assert "级别类型：省级良种场 → 国家级原种场" in said
        [told] = look.scalars(select(InboxMessage).where(InboxMessage.subject.like("%更正了%")))
        assert "照新营业执照和许可证" in told.body
        assert declaration(look, paper.declaration_id).state == "submitted"
    chief = make_person(db, "county_supervisor", division=COUNTY)
    with db.look(chief.actor) as look:
        [pair] = twin_lines(look).items
        assert farm.hatchery_id in {pair.one.id, pair.other.id}


def test_another_county_corrects_nothing_and_a_farm_may_be_put_into_its_right_county(db, app):
    farm = make_hatchery(db)
    begun = draft(db, farm)
    elsewhere = make_person(db, "office_clerk", division=OTHER)
    here = f"/hatcheries/{farm.hatchery_id}/correct"
    stranger = signed_in(app.test_client(), elsewhere)
    assert stranger.get(here).status_code == 404
    door = f"/api/v1{here}"
    asked = {"because": "地点填错了县", "division_code": OTHER, "name": "江边苗种场"}
    asked["because"] = asked["because"].ljust(300, "。")  # as long as the page lets it be
    mine = make_person(db, "office_clerk", division=COUNTY)
    ways = {who: {"Authorization": f"Bearer {token(db, who)}"} for who in (mine, elsewhere)}
    client = app.test_client()
    assert client.post(door, json=asked, headers=ways[elsewhere]).status_code == 404
    odd = client.post(door, json=asked | {"name": {"a": 1}}, headers=ways[mine])
    assert set(odd.get_json()["fields"]) == {"name"}
    head = ways[mine] | {"Idempotency-Key": "k1"}
    for _twice in range(2):
        assert client.post(door, json=asked, headers=head).get_json()["changed"] is True
    short = client.post(
        door, json=asked | {"because": "错", "level": "city"}, headers=ways[elsewhere]
    )
    assert "because" in short.get_json()["fields"]
    with db.look(SYSTEM) as look:
        row = hatchery(look, farm.hatchery_id)
        assert row.division_code == OTHER
        body = organisation(look, row.organisation_id)
        assert (body.division_code, body.name_zh) == (OTHER, "江边苗种场")
        assert [one.chain for one in corrected(look, row.id)] == sorted((COUNTY, OTHER))
    assert (
        client.get(f"/api/v1/hatcheries/{farm.hatchery_id}", headers=ways[mine]).status_code == 404
    )
    # What was begun before is sent as the farm is registered now, to the office of its place.
    with db.work(farm.owner) as w:
        submit_declaration(w, begun, statement=True)
    with db.look(SYSTEM) as look:
        paper = declaration(look, begun)
        assert (paper.origin_code, paper.number[:6]) == (OTHER, OTHER)
        assert paper.office_id == office_of(look, OTHER)
        assert {one.origin_code for one in loads_of(look, begun)} == {OTHER}
    # Back again over the page: whoever put it elsewhere is led to his list, not to what is gone.
    page = text(stranger.get(here))
    seen = re.search(r'name="seen"[^>]*value="(\w+)"', page)[1]
    told = dict(re.findall(r'name="(\w+)"[^>]*value="([^"]*)"', page))
    back = {"seen": seen, "division_code": COUNTY, "because": "地点没有填错", "once": "z"}
    chosen = {"level": "provincial", "kind": "improved"}
    led = stranger.post(here, data=told | typed(page) | chosen | back)
    assert led.status_code == 302, text(led)
    assert stranger.get(led.location).status_code == 200
