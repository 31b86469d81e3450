"""The whole road through pages, each persona at her own screen, from registration to arrival."""

from __future__ import annotations

from dataclasses import replace

import pytest

from aquacert.kernel.work import Database
from labs.intake.commands import receive_item
from labs.reports.commands import authorise_report
from labs.review.commands import review_result
from tests.browser.chapters import after, farm, field
from tests.browser.chapters.people import Road
from tests.browser.conftest import run_outbox
from tests.make.accounts import make_organisation, make_person, make_uscc
from tests.make.certificates import give_numbers
from tests.make.labs import Lab, equip_lab, let_also_test, make_lab, make_result

pytestmark = pytest.mark.browser


@pytest.fixture
def road(walk, db, axe, seat) -> Road:
    """The county's office with its vet and numbers, and a laboratory, wait for a farm."""
    walk.axe = axe
    office = make_organisation(db, "agency", name="示例区水生动物卫生监督所")
    clerk = make_person(db, "office_clerk", organisation_id=office, name="受理员")
    vet = make_person(db, "official_vet", organisation_id=office, name="官方兽医")
    chief = make_person(db, "county_supervisor", organisation_id=office, name="监管员")
    for kind in "AB":
        give_numbers(db, office, kind)
    lab = make_lab(db)
    let_also_test(db, lab.lab_id, "WSD", "woah-wsd-qpcr")
    return Road(walk, db, clerk, vet, chief, lab, make_uscc(), seat)


def answer(db: Database, lab: Lab, code: str) -> None:
    """Let the laboratory answer by its commands: test_referral walks its pages."""
    with db.work(lab.receiver.actor) as w:
        receive_item(w, code, "good")
    _instrument, lot_id = equip_lab(db, lab.lab_id, disease="WSD", lot="K-WSD")
    for disease, lot in (("DIV1", lab.lot_id), ("WSD", lot_id)):
        result_id = make_result(db, replace(lab, lot_id=lot), code, disease=disease)
        with db.work(lab.reviewer.actor) as w:
            review_result(w, result_id)
    with db.work(lab.authoriser.actor) as w:
        authorise_report(w, code)


def test_the_road_from_registration_to_arrival(road: Road, house, db):
    farm.register(road)
    farm.approve(road)
    farm.stock_up(road)
    number = farm.declare(road)
    farm.accept(road, number)
    db.clock.forward(days=1)
    field.examine(road)
    code = field.sample_and_send(road)
    field.blocked_from_signing(road)
    answer(db, road.lab, code)
    run_outbox(house)
    db.clock.forward(days=4)
    field.give_the_verdict(road)
    field.sign(road)
    run_outbox(house)
    address = after.download(road, number)
    after.scan(road, address, "有效")
    link = after.send_link(road, number)
    db.clock.forward(days=1)
    after.report_arrival(road, link)
    after.scan(road, address, "已到达")
    after.count(road)
    assert road.walk.faults == []
