"""The stop switch: who may turn it, what it stops, who may turn it back."""

from html import unescape

import pytest
from sqlalchemy import select

from aquacert.certificates import commands
from aquacert.certificates.issuing.queries.guard import arrived_meanwhile
from aquacert.certificates.models import CertificateNumber, IssuingHalt
from aquacert.certificates.rules.reasons import Reason
from aquacert.certificates.switches import commands as switches
from aquacert.certificates.switches.queries import halted, halts, switch_words
from aquacert.kernel.audit import AuditEntry
from aquacert.kernel.errors import Invalid, NotAllowed, NotAllowedNow, NotFound, NotReady
from aquacert.kernel.scope import SYSTEM
from tests.make.accounts import make_person, signed_in
from tests.make.certificates import confirm, look_at, make_ready

COUNTY, CITY, OTHER, PROVINCE = "320114", "320100", "320581", "320000"


def supervisor(db, level="county", division=COUNTY):
    return make_person(db, f"{level}_supervisor", division=division)


def turn_off(db, made, division, because="查出批号混用"):
    with db.work(made.actor) as w:
        return switches.halt(w, division, because)


def asked(db, county):
    with db.look(SYSTEM) as look:
        return halted(look, county)


def test_an_ordinary_day_stops_nothing(db):
    assert asked(db, COUNTY) == ""


@pytest.mark.parametrize(
    ("level", "home", "stopped", "free"),
    [
        ("county", COUNTY, [COUNTY], [OTHER, CITY]),
        ("city", CITY, [COUNTY, CITY], [OTHER]),
        ("province", PROVINCE, [COUNTY, CITY, OTHER], []),
    ],
)
def test_a_halt_reaches_its_place_and_everything_below(db, level, home, stopped, free):
    turn_off(db, supervisor(db, level, home), home)
    assert all("查出批号混用" in asked(db, code) for code in stopped)
    assert [asked(db, code) for code in free] == [""] * len(free)


def test_a_halted_load_is_not_ready_and_spends_no_number(house, db):
    ready = make_ready(db)
    digest = confirm(db, ready)
    county = ready.paper.farm.division if hasattr(ready.paper.farm, "division") else COUNTY
    with db.work(SYSTEM) as w:
        switches.halt(w, PROVINCE, "全省停")
    assert [reason.reason for reason in look_at(db, ready).reasons] == [Reason.HALTED], county
    with pytest.raises(NotReady):
        commands.issue(db, ready.vet.actor, ready.load_id, house.keys, digest)
    with db.look(SYSTEM) as look:
        assert look.scalars(select(CertificateNumber)) == []


def test_a_halt_between_the_last_check_and_publication_is_seen(db):
    ready = make_ready(db)
    found = look_at(db, ready)
    with db.look(ready.vet.actor) as look:
        assert arrived_meanwhile(look, found) == ()
    with db.work(SYSTEM) as w:
        switches.halt(w, PROVINCE, "全省停")
    with db.look(ready.vet.actor) as look:
        assert [one.reason for one in arrived_meanwhile(look, found)] == [Reason.HALTED]


def test_a_county_resumes_its_own_halt_with_a_reason(db):
    made = supervisor(db)
    halt_id = turn_off(db, made, COUNTY)
    with pytest.raises(Invalid), db.work(made.actor) as w:
        switches.resume(w, halt_id, " ")
    with db.work(made.actor) as w:
        switches.resume(w, halt_id, "已改正")
    assert asked(db, COUNTY) == ""
    with pytest.raises(NotAllowedNow), db.work(made.actor) as w:
        switches.resume(w, halt_id, "再来")
    with db.look(SYSTEM) as look:
        tags = look.scalars(
            select(AuditEntry.tag).where(AuditEntry.subject_kind == IssuingHalt.__tablename__)
        )
    assert tags == ["certificates:issuing:halt", "certificates:issuing:resume"]


def test_only_the_province_resumes_what_the_province_halted(db):
    county, province = supervisor(db), supervisor(db, "province", PROVINCE)
    halt_id = turn_off(db, province, COUNTY)
    with db.look(county.actor) as look:
        assert [line.may_resume for line in halts(look)] == [False]
    with pytest.raises(NotAllowed, match="上级"), db.work(county.actor) as w:
        switches.resume(w, halt_id, "我们好了")
    assert asked(db, COUNTY)
    with db.work(province.actor) as w:
        switches.resume(w, halt_id, "已核实")
    assert asked(db, COUNTY) == ""


def test_a_county_cannot_halt_another_or_all(db):
    made = supervisor(db)
    for place in (OTHER, PROVINCE, CITY):
        with pytest.raises(NotFound):
            turn_off(db, made, place)


def test_two_halts_by_two_levels_are_two_and_one_twice_is_one(db):
    county, province = supervisor(db), supervisor(db, "province", PROVINCE)
    first = turn_off(db, county, COUNTY)
    assert turn_off(db, county, COUNTY) == first
    assert turn_off(db, province, COUNTY) != first


def test_the_switch_is_on_the_page_and_in_the_frame(client, db):
    made = supervisor(db)
    browser = signed_in(client, made)
    assert "出证开关：正常" in unescape(browser.get("/certificates/switches").text)
    form = {"place": COUNTY, "because": "设备故障", "once": "h1"}
    assert browser.post("/certificates/switches/halt", data=form).status_code == 302
    assert browser.post("/certificates/switches/halt", data=form).status_code == 302
    page = unescape(browser.get("/certificates/switches").text)
    assert "设备故障" in page
    assert "出证开关：已停" in page
    with db.look(made.actor) as look:
        [line] = halts(look)
        assert switch_words(look) == "已停"
    answer = browser.post(
        f"/certificates/switches/{line.halt_id}/resume", data={"because": "修好了", "once": "r1"}
    )
    assert answer.status_code == 302
    assert "出证开关：正常" in unescape(browser.get("/certificates/switches").text)


def test_a_vet_sees_the_switch_and_cannot_turn_it(client, db):
    browser = signed_in(client, make_person(db, "official_vet"))
    assert "出证开关：正常" in unescape(browser.get("/certificates/").text)
    assert browser.get("/certificates/switches").status_code == 403
