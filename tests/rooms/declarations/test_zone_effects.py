"""A zone over open declarations: stopped and told once, freed and told again; asked tests; warned."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from aquacert.accounts.models import InboxMessage
from aquacert.certificates.issuing.queries import readiness
from aquacert.declarations import tasks
from aquacert.declarations.commands import accept_declaration, submit_declaration
from aquacert.declarations.queries import all_load_facts, checks_of_each, machine_checks
from aquacert.declarations.queries.facts import declaration
from aquacert.declarations.queries.review import review
from aquacert.declarations.queries.zoned import holds_of
from aquacert.declarations.rules.checks import Reason
from aquacert.hatcheries.commands.ponds import shape_pond
from aquacert.hatcheries.queries.points import points_of_farm
from aquacert.kernel.errors import Invalid, NotReady
from aquacert.kernel.scope import SYSTEM
from aquacert.sampling.commands import make_plan
from aquacert.sampling.queries import required_tests
from aquacert.sampling.tasks import report_changed
from aquacert.surveillance.commands import deny_event
from aquacert.surveillance.commands.shapes import Change, adjust_zone, confirm_version
from aquacert.surveillance.queries.clean import clean
from aquacert.surveillance.rules.shapes import Tier
from tests.make.accounts import make_person
from tests.make.certificates import check_batches, fresh, make_ready
from tests.make.declarations import answers, draft, make_declaration
from tests.make.hatcheries import make_hatchery
from tests.make.labs import DISEASE, make_lab
from tests.make.sampling import tested
from tests.make.surveillance import brought_in, event_of, luhe, make_officer, zones_of

HERE = {"localityName": "Yuhuatai District", "latitude": "", "longitude": ""}
WAY, BARE = "江苏省南京市六合区、安徽省滁州市南谯区", {"latitude": "", "longitude": ""}


def zone_of(db, key="7001"):
    return zones_of(db, event_of(db, key).id)[-1].zone.id


def told(db):
    with db.look(SYSTEM) as look:
        return look.scalars(select(InboxMessage.subject).where(InboxMessage.kind == "zone"))


def test_open_declarations_are_stopped_told_once_and_freed_when_the_zone_goes(db, client):
    farm = make_hatchery(db)
    waiting = make_declaration(db, farm)
    assigned = make_declaration(db, farm, filled=answers(db, farm, "1000"), state="assigned")
    brought_in(db, luhe(**HERE))
    tasks.zone_changed(db, zone_of(db))
    both = {waiting.declaration_id, assigned.declaration_id}
    with db.look(SYSTEM) as look:
        held = holds_of(look, both)
        assert set(held) == both
        said = held[waiting.declaration_id][0].because
    assert "启运地江苏省南京市雨花台区" in said
    assert "没有登记坐标" not in said  # the list of the zone says it; no outline was drawn
    assert len(told(db)) == 5  # farm and office of both, the vet of one
    tasks.zone_changed(db, zone_of(db))
    tasks.zones_begun(db)
    assert len(told(db)) == 5
    with pytest.raises(NotReady) as stopped, db.work(farm.clerk) as w:
        accept_declaration(w, waiting.declaration_id)
    assert any("启运地雨花台区" in reason for reason in stopped.value.reasons)
    with client.session_transaction() as cookie:
        cookie["_user_id"], cookie["_fresh"] = farm.clerk_secret, True
    for at in (f"/declarations/?zone={zone_of(db)}", f"/declarations/{assigned.declaration_id}"):
        assert "启运地江苏省南京市雨花台区" in client.get(at).text
    with db.work(SYSTEM) as w:
        deny_event(w, event_of(db).id, "复检阴性")
    tasks.zone_changed(db, zone_of(db))
    with db.look(SYSTEM) as look:
        assert holds_of(look, both) == {}
    assert len([one for one in told(db) if "可以继续办" in one]) == 5
    tasks.zone_changed(db, zone_of(db))
    assert len(told(db)) == 10
    with db.work(farm.clerk) as w:
        accept_declaration(w, waiting.declaration_id)


def test_a_correction_that_moves_the_event_stops_there_and_frees_here(db):
    farm = make_hatchery(db)
    paper = make_declaration(db, farm).declaration_id
    brought_in(db, luhe(**HERE))
    tasks.zone_changed(db, zone_of(db))
    moved = luhe(localityName="Luhe District", reportingDate="02/05/2026", **BARE)
    brought_in(db, moved, name="moved.csv")
    zones = [line.zone.id for line in zones_of(db, event_of(db).id)]
    for one in [*reversed(zones), *zones]:
        tasks.zone_changed(db, one)
    with db.look(SYSTEM) as look:
        assert holds_of(look, [paper]) == {}
    assert len(told(db)) == 4
    db.clock.forward(days=60)
    tasks.zones_begun(db)
    assert len(told(db)) == 4


def test_a_zone_on_the_way_warns_and_one_at_the_end_stops(db):
    farm = make_hatchery(db)
    brought_in(db, luhe(**BARE))
    paper = draft(db, farm, answers(db, farm, via=WAY))
    with db.look(farm.owner) as look:
        found = review(look, declaration(look, paper))
    assert found.faults == {}
    assert any("途经六合区" in one for one in found.warnings)
    with db.work(farm.owner) as w:
        submit_declaration(w, paper, statement=True)
    with db.look(SYSTEM) as look:
        [load] = all_load_facts(look, paper)
        assert load.via_codes == ("320116", "341103")
        row = declaration(look, paper)
        one = {check.reason for check in machine_checks(look, row) if not check.ok}
        many = {check.reason for check in checks_of_each(look, [paper])[paper] if not check.ok}
    assert one == many == {Reason.PASSES}
    other = draft(db, farm, answers(db, farm, "1000", destination="江苏省南京市六合区"))
    with pytest.raises(Invalid) as error, db.work(farm.owner) as w:
        submit_declaration(w, other, statement=True)
    assert error.value.fields["loads-0-destination"].startswith("到达地六合区")
    wrong = draft(db, farm, answers(db, farm, "1000", via="六合区、不知哪县"))
    with pytest.raises(Invalid) as error, db.work(farm.owner) as w:
        submit_declaration(w, wrong, statement=True)
    assert "不知哪县" in error.value.fields["loads-0-via"]


def test_an_outline_asks_for_the_ponds_place_and_says_when_it_is_assumed(db):
    farm = make_hatchery(db)
    paper = make_declaration(db, farm).declaration_id
    near = luhe(localityName="Yuhuatai District", latitude="31.902", longitude="118.70")
    brought_in(db, near)
    tasks.zone_changed(db, zone_of(db))
    with db.look(SYSTEM) as look:
        assert "没有登记坐标，先按在区内算" in holds_of(look, [paper])[paper][0].because
        assert points_of_farm(look, farm.hatchery_id) == ()
    away = ((118.40, 31.90), (118.401, 31.90), (118.401, 31.901), (118.40, 31.901))
    with db.work(farm.owner) as w:
        shape_pond(w, farm.pond_id, sort="earth", corners=away)
    tasks.zone_changed(db, zone_of(db))
    with db.look(SYSTEM) as look:
        assert points_of_farm(look, farm.hatchery_id) == ((31.9005, 118.4005),)
        assert holds_of(look, [paper]) == {}


def test_a_surveillance_zone_asks_a_fresh_negative_and_bars_nothing(house, db):
    ready = make_ready(db)
    brought_in(db, luhe(**HERE))
    zone_id = zone_of(db)
    with db.work(make_officer(db).actor) as w:
        until = zones_of(db, event_of(db).id)[0].zone.until_on
        change = Change(1, until, (), "只作外围监视", Tier.SURVEILLANCE)
        version = adjust_zone(w, zone_id, change).id
    with db.work(make_person(db, "surveillance_officer", division="320100").actor) as w:
        confirm_version(w, version, "同意")
    tasks.zone_changed(db, zone_id)
    with db.look(ready.vet.actor) as look:
        found = readiness(look, ready.load_id)
        needed = required_tests(look, ready.paper.declaration_id, ready.paper.batch_ids[0])
    said = {str(one.reason) for one in found.reasons}
    assert "zone-test-missing" in said
    assert "zone-blocked" not in said
    assert [(one.disease_code, str(one.because)) for one in needed] == [("WSD", "zone")]
    assert any("请留意" in one for one in told(db))


def test_the_clean_check_shows_its_evidence_and_asks_the_disease_again(db):
    lab, paper = make_lab(db, division="320402"), make_declaration(db, state="assigned")
    farm = paper.farm
    with db.look(SYSTEM) as look:
        before = clean(look, organisation_id=farm.organisation_id, on=look.today)
        plan = {"from_on": look.today, "until_on": look.today + timedelta(days=9)}
    assert (before.months, before.is_clean) == (12, True)
    with db.work(SYSTEM) as w:
        make_plan(w, disease_code=DISEASE, species_code=farm.species_code, title="计划", **plan)
    db.clock.forward(days=5)
    vet = fresh(db, paper.vet)
    check_batches(db, paper, vet.actor)
    report_id = tested(db, replace(paper, vet=vet), lab, "24.1", "24.3")
    report_changed(db, report_id)
    db.clock.forward(days=6)  # the plan is over: nothing else asks for the test
    later = make_declaration(db, farm, filled=answers(db, farm, "1000"))
    with db.look(SYSTEM) as look:
        found = clean(look, organisation_id=farm.organisation_id, on=look.today)
        checks = machine_checks(look, declaration(look, later.declaration_id))
        [again] = checks_of_each(look, [later.declaration_id]).values()
        needed = required_tests(look, later.declaration_id, later.batch_ids[0])
        old = clean(look, organisation_id=farm.organisation_id, on=date(2028, 1, 1))
    assert (found.diseases, old.is_clean) == ({DISEASE}, True)
    [check] = [one for one in checks if one.reason is Reason.CLEAN]
    assert (check in again, check.ok, check.hard) == (True, False, False)
    assert "阳性（报告" in check.basis
    assert (DISEASE, "past") in {(one.disease_code, str(one.because)) for one in needed}
