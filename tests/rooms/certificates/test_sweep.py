"""What arrives after the issue: a positive or withdrawn report, a zone. The system stops the goods."""

import threading
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from aquacert.accounts.models import InboxMessage
from aquacert.certificates import commands, queries
from aquacert.certificates.checks.queries import in_doubt
from aquacert.certificates.issuing.commands import publish
from aquacert.certificates.recalls.commands.sweep import after_report, after_zone
from aquacert.kernel.audit import AuditEntry
from aquacert.kernel.clock import legal_day
from aquacert.kernel.errors import NotAllowedNow
from aquacert.kernel.scope import SYSTEM
from aquacert.sampling.commands import make_plan
from labs.reports.commands import amend_report, withdraw_report
from labs.reports.queries import report_summary
from tests.make.accounts import make_person
from tests.make.certificates import issue_one, make_ready
from tests.make.declarations import answers
from tests.make.hatcheries import make_hatchery
from tests.make.labs import DISEASE, make_lab, make_report
from tests.make.sampling import tested
from tests.make.surveillance import brought_in, event_of, luhe, zones_of


def status_of(db, certificate_id):
    with db.look(SYSTEM) as look:
        return queries.certificate(look, certificate_id).status


def made_over(db, **changes):
    """A white spot zone, told after the certificate was issued."""
    brought_in(db, luhe(**changes))
    [line] = zones_of(db, event_of(db).id)
    return line.zone.id


def notices(db):
    with db.look(SYSTEM) as look:
        return look.scalars(select(InboxMessage.subject).where(InboxMessage.kind == "recall"))


def test_a_zone_that_comes_after_the_issue_suspends_what_is_on_the_road(house, db):
    certificate_id = issue_one(house)
    zone_id = made_over(db, localityName="Yuhuatai District")
    assert after_zone(db, zone_id) == 1
    assert status_of(db, certificate_id) == "suspended"
    with db.look() as look:
        assert in_doubt(look, certificate_id) == ()
    assert len(notices(db)) == 3
    with db.look(SYSTEM) as look:
        entry = look.one(
            select(AuditEntry).where(AuditEntry.tag == "certificates:certificate:suspend")
        )
    assert (entry.actor, "自动暂停" in entry.reason) == ("系统", True)


def test_news_that_comes_twice_suspends_once_and_not_what_a_person_resumed(house, db):
    certificate_id = issue_one(house)
    zone_id = made_over(db, localityName="Yuhuatai District")
    after_zone(db, zone_id)
    assert after_zone(db, zone_id) == 0
    with db.work(make_person(db, "county_supervisor", division="320114").actor) as w:
        commands.resume_certificate(w, certificate_id, "已核实，不受影响")
    assert after_zone(db, zone_id) == 0
    assert status_of(db, certificate_id) == "valid"


def test_a_zone_elsewhere_stops_nothing(house, db):
    certificate_id = issue_one(house)
    assert after_zone(db, made_over(db)) == 0
    assert status_of(db, certificate_id) == "valid"


def tested_load(db):
    """A load that is ready on a report: (ready, laboratory of another county, report id)."""
    ready, lab = make_ready(db), make_lab(db, division="320402")
    today = legal_day(db.clock.now())
    span = {"from_on": today - timedelta(days=9), "until_on": date(2026, 12, 31)}
    with db.work(SYSTEM) as w:
        species = ready.farm.species_code
        make_plan(w, disease_code=DISEASE, species_code=species, title="监测计划", **span)
    return ready, lab, tested(db, replace(ready.paper, vet=ready.vet), lab, None)


def rested(house, db):
    """A certificate that rests on a report: (laboratory, report id, certificate id)."""
    ready, lab, report_id = tested_load(db)
    return lab, report_id, issue_one(house, ready)


def test_news_in_the_instant_of_publication_still_finds_the_certificate(house, db, monkeypatch):
    ready, lab, report_id = tested_load(db)
    ask = publish.arrived_meanwhile

    def news():
        with db.work(lab.authoriser.actor) as w:
            withdraw_report(w, report_id, "样品搞混")
        after_report(db, report_id)

    thread = threading.Thread(target=news)

    def asked_last(look, found):
        said = ask(look, found)
        thread.start()
        thread.join(0.6)
        return said

    monkeypatch.setattr(publish, "arrived_meanwhile", asked_last)
    certificate_id = issue_one(house, ready)
    thread.join()
    assert status_of(db, certificate_id) == "suspended"


def test_the_end_of_a_corrected_version_suspends_what_rests_on_the_version_before(house, db):
    lab, first, certificate_id = rested(house, db)
    db.clock.forward(minutes=5)
    with db.work(lab.authoriser.actor) as w:
        second = amend_report(w, first, "样品类型录错", {"matrix": "后期仔虾"})
    assert (after_report(db, first), after_report(db, second)) == (0, 0)
    with db.work(lab.authoriser.actor) as w:
        withdraw_report(w, second, "提取空白复核发现污染")
    assert after_report(db, second) == 1
    assert status_of(db, certificate_id) == "suspended"


def test_a_report_that_is_withdrawn_or_turns_positive_suspends_what_rests_on_it(house, db):
    lab, report_id, certificate_id = rested(house, db)
    assert after_report(db, report_id) == 0
    with db.work(lab.authoriser.actor) as w:
        withdraw_report(w, report_id, "提取空白复核发现污染")
    assert after_report(db, report_id) == 1
    assert status_of(db, certificate_id) == "suspended"
    supervisor = make_person(db, "county_supervisor", division="320114")
    with pytest.raises(NotAllowedNow, match="已撤回"), db.work(supervisor.actor) as w:
        commands.resume_certificate(w, certificate_id, "先恢复，等复检")
    with db.look(SYSTEM) as look:
        code = report_summary(look, report_id).blind_code
    positive = make_report(db, lab, code, "24.1", "24.3")
    assert after_report(db, positive) == 1
    with db.look(SYSTEM) as look:
        assert "阳性" in queries.certificate(look, certificate_id).because
    assert (after_report(db, positive), after_report(db, report_id)) == (0, 0)
    with pytest.raises(NotAllowedNow, match="阳性"), db.work(supervisor.actor) as w:
        commands.resume_certificate(w, certificate_id, "已处置")
    with db.work(lab.authoriser.actor) as w:
        withdraw_report(w, positive, "送检管编号贴错")
    db.clock.forward(minutes=5)
    negative = make_report(db, lab, code)
    assert (after_report(db, positive), after_report(db, negative)) == (0, 0)
    with db.work(supervisor.actor) as w:
        commands.resume_certificate(w, certificate_id, "新的阴性报告已出")
    assert status_of(db, certificate_id) == "valid"
    with db.work(lab.authoriser.actor) as w:
        withdraw_report(w, negative, "复检的对照也污染了")
    assert after_report(db, negative) == 1
    assert status_of(db, certificate_id) == "suspended"


def test_consignee_and_checkpoints_of_the_road_are_told_too(house, db):
    farm = make_hatchery(db)
    filled = answers(db, farm, consignee_phone="13912345678")
    buyer = make_person(db, "dealer", phone="13912345678")
    on_the_road = make_person(db, "checkpoint_officer", division="320114")
    elsewhere = make_person(db, "checkpoint_officer", division="440106")
    issue_one(house, make_ready(db, farm=farm, filled=filled))
    assert after_zone(db, made_over(db, localityName="Yuhuatai District")) == 1
    with db.look(SYSTEM) as look:
        told = set(
            look.scalars(select(InboxMessage.to_person_id).where(InboxMessage.kind == "recall"))
        )
    assert {buyer.person_id, on_the_road.person_id} <= told
    assert elsewhere.person_id not in told
