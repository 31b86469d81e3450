"""What a hostile reader tried at these doors, and must not come to again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from aquacert.certificates import commands, queries
from aquacert.certificates.checks.queries import in_doubt
from aquacert.certificates.models import Certificate, CertificateNumber, NumberMovement
from aquacert.certificates.numbers.queries import stock
from aquacert.certificates.recalls.commands import advance, confirm, give_order, reject
from aquacert.certificates.recalls.commands.sweep import after_zone
from aquacert.certificates.recalls.queries import order
from aquacert.certificates.rules.recalls import Question, RecallAct, decision_digest
from aquacert.certificates.tasks import zones_begun
from aquacert.kernel.errors import NotAllowed, NotAllowedNow
from aquacert.kernel.scope import SYSTEM
from aquacert.surveillance.commands.facts import ZoneMoved
from aquacert.surveillance.models import Zone
from tests.make.accounts import make_person, signed_in, step_up
from tests.make.certificates import issue_one
from tests.make.surveillance import brought_in, event_of, luhe, zones_of

COUNTY = "320114"
HUGE = 10**30


def supervisor(db):
    return make_person(db, "county_supervisor", division=COUNTY)


def ordered(db, question=None):
    with db.work(supervisor(db).actor) as w:
        order_id = give_order(w, question or Question(county=COUNTY), "批号混用")
    advance(db, order_id)
    return order_id


def decided(db, order_id, act):
    second = supervisor(db)
    with db.look(SYSTEM) as look:
        digest = order(look, order_id).digest
    step_up(db, second, decision_digest(RecallAct(act.__name__), digest))
    with db.work(second.actor) as w:
        act(w, order_id, "情况属实")
    advance(db, order_id)


def status_of(db, certificate_id):
    with db.look(SYSTEM) as look:
        assert in_doubt(look, certificate_id) == ()
        return queries.certificate(look, certificate_id).status


def zone_here(db):
    brought_in(db, luhe(localityName="Yuhuatai District"))
    [line] = zones_of(db, event_of(db).id)
    return line.zone.id


def test_a_recalled_number_has_its_line_in_the_ledger_like_any_other_void_one(house, db):
    issue_one(house)
    decided(db, ordered(db), confirm)
    with db.look(SYSTEM) as look:
        number = look.one(select(CertificateNumber))
        [line] = look.scalars(select(NumberMovement).where(NumberMovement.act == "void"))
        assert (line.first, line.last) == (int(number.number), int(number.number))
        assert line.because == number.because == "召回：情况属实"
        assert (line.kind, line.from_id, line.segment_id) == (
            "A",
            number.office_id,
            number.segment_id,
        )
        assert line.from_code == number.county
        reason = look.session.execute(text("SELECT state, reason FROM v_numbers")).one()
        assert tuple(reason) == ("void", "召回：情况属实")
        [held] = stock(look, "A").holders.values()
        assert (held.used, held.void, held.left, held.balances) == (0, 1, 999, True)


def test_rejecting_one_order_does_not_free_what_another_holds(house, db):
    certificate_id = issue_one(house)
    first, other = ordered(db), ordered(db, Question(species_code=species_of(db)))
    decided(db, first, reject)
    assert status_of(db, certificate_id) == "suspended"
    decided(db, other, confirm)
    assert status_of(db, certificate_id) == "recalled"


def test_the_last_order_rejected_gives_back_what_it_was(house, db):
    certificate_id = issue_one(house)
    first, other = ordered(db), ordered(db, Question(species_code=species_of(db)))
    decided(db, first, reject)
    decided(db, other, reject)
    assert status_of(db, certificate_id) == "valid"


def species_of(db):
    with db.look(SYSTEM) as look:
        return look.one(select(Certificate.species_code))


@pytest.mark.parametrize("act", [commands.resume_certificate, commands.void])
def test_one_person_alone_takes_nothing_out_of_an_order(house, db, act):
    certificate_id = issue_one(house)
    ordered(db)
    with pytest.raises(NotAllowedNow, match="第二人"), db.work(supervisor(db).actor) as w:
        act(w, certificate_id, "没有问题")
    assert status_of(db, certificate_id) == "suspended"


def test_a_zone_that_comes_while_an_order_waits_outlives_its_rejection(house, db):
    certificate_id = issue_one(house)
    order_id = ordered(db)
    zone_id = zone_here(db)
    assert after_zone(db, zone_id) == 1
    assert after_zone(db, zone_id) == 0
    decided(db, order_id, reject)
    assert status_of(db, certificate_id) == "suspended"


def test_what_the_system_suspended_is_not_recalled_by_one_person(house, db):
    certificate_id = issue_one(house)
    assert after_zone(db, zone_here(db)) == 1
    with pytest.raises(NotAllowed, match="两个人"), db.work(supervisor(db).actor) as w:
        commands.recall(w, certificate_id, "在管控区内")
    decided(db, ordered(db), confirm)
    assert status_of(db, certificate_id) == "recalled"


def test_a_number_no_database_counts_to_is_no_500(house, app, db):
    certificate_id = issue_one(house)
    browser = signed_in(app.test_client(), supervisor(db))
    for address in (
        f"/certificates/recalls/new?county={COUNTY}&page={HUGE}",
        f"/certificates/recalls?page={HUGE}",
        f"/certificates/{certificate_id}/copies/{HUGE}.pdf",
        f"/certificates/{certificate_id}/copies/{2**63}.pdf",
        f"/certificates/checks?page={HUGE}",
        f"/certificates/numbers?page={HUGE}",
        f"/certificates/numbers/movements?page={HUGE}&q={HUGE}",
        f"/certificates/?page={HUGE}&q=%F0%9F%90%9F",
        f"/trust/status/{HUGE}",
    ):
        answer = browser.get(address)
        assert answer.status_code < 500, (address, answer.status_code)


def test_a_zone_laid_for_tomorrow_stops_tomorrow_what_was_issued_today(house, db):
    certificate_id = issue_one(house)
    zone_id = zone_here(db)
    with db.work(SYSTEM) as w:
        zone = w.get_for_change(Zone, zone_id)
        zone.from_on = w.today + timedelta(days=1)
        w.record(ZoneMoved({}), on=zone)
    assert after_zone(db, zone_id) == 0
    assert zones_begun(db) == 0
    db.clock.forward(days=1)
    assert zones_begun(db) == 1
    assert zones_begun(db) == 0
    assert status_of(db, certificate_id) == "suspended"


def test_an_unexpected_error_of_the_database_tells_the_log_nothing_that_was_entered(db):
    assert db.engine.hide_parameters
    assert db.reader.hide_parameters
    with pytest.raises(DBAPIError) as told, db.look(SYSTEM) as look:
        look.session.execute(text("SELECT nothing FROM nowhere WHERE name = :name"), {"name": "甲"})
    assert "甲" not in str(told.value)
