"""What happens to a certificate after its signature, in chromium: void, suspend, replace."""

from __future__ import annotations

import pytest

from tests.browser.conftest import run_outbox
from tests.browser.hand import SMALL
from tests.make.accounts import code_for, make_person
from tests.make.certificates import fresh
from tests.make.movements import make_road

pytestmark = pytest.mark.browser


@pytest.fixture
def road(house):
    return make_road(house)


def verdict_of(walk, road, name):
    """Return what a buyer reads first, and the page's own words."""
    hand = walk.hand(SMALL).open(f"/c/{road.public_id}")
    said = hand.look(name)
    verdict = hand.page.inner_text(".verdict h1")
    hand.close()
    return verdict, said


def test_a_certificate_is_made_void_with_a_reason(walk, as_person, axe, house, db, road):
    walk.axe = axe
    vet = as_person(fresh(db, road.ready.vet), wide=False)
    vet.open(f"/certificates/{road.certificate_id}").look("certificate")
    vet.follow("作废这张证书").look("void")
    vet.press("作废这张证书").look("void_without_reason")
    vet.fill(because="货主取消启运").press("作废这张证书")
    assert "已作废" in vet.look("voided")
    run_outbox(house)
    verdict, said = verdict_of(walk, road, "scan_void")
    assert verdict == "无效"
    assert "作废" in said
    assert walk.faults == []


def test_a_replaced_certificate_leads_on(walk, as_person, axe, house, db, road):
    walk.axe = axe
    vet = as_person(fresh(db, road.ready.vet), wide=False)
    vet.open(f"/certificates/{road.certificate_id}").follow("换证").look("replace")
    vet.fill(because="车辆故障，换车运输").press("换证")
    assert "换证：代替" in vet.look("sign_replacement")
    vet.fill(code=code_for(db, road.ready.vet.person_id)).press("签发并盖章")
    assert "代替旧证" in vet.look("replacement")
    run_outbox(house)
    verdict, said = verdict_of(walk, road, "scan_replaced")
    assert (verdict, "换证" in said) == ("无效", True)
    buyer = walk.hand(SMALL).open(f"/c/{road.public_id}")
    buyer.go("main a[href^='/c/']")
    buyer.look("scan_successor")
    assert buyer.page.inner_text(".verdict h1") == "有效"
    assert walk.faults == []


def test_a_suspended_certificate_tells_the_driver_to_wait(walk, as_person, house, db, road):
    office = road.ready.farm.office_id
    chief = as_person(make_person(db, "county_supervisor", organisation_id=office))
    chief.open(f"/certificates/{road.certificate_id}/suspend").look("suspend")
    chief.fill(because="接到死亡报告，先停运核实").press("暂停这张证书")
    assert "暂停" in chief.look("suspended")
    run_outbox(house)
    assert verdict_of(walk, road, "scan_suspended")[0] == "暂停（勿运）"
    assert walk.faults == []
