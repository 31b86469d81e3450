"""Two at once, a neighbour's numbers, rows written by hand: what such a person came to."""

from __future__ import annotations

import secrets
from importlib import import_module

import pytest
from sqlalchemy import event, select, text

from aquacert.certificates import queries as certificates
from aquacert.certificates.checks.commands import check, settle
from aquacert.certificates.checks.queries import in_doubt
from aquacert.certificates.issuing.commands import digest_of_all, issue, issue_many, many
from aquacert.certificates.models import CheckFinding, NumberSegment
from aquacert.certificates.numbers import commands, queries
from aquacert.certificates.switches import commands as switches
from aquacert.hatcheries.commands import stock
from aquacert.hatcheries.models import Lot
from aquacert.kernel.audit import AuditEntry
from aquacert.kernel.ddl import drop
from aquacert.kernel.errors import Conflict, Invalid, NotAllowed
from aquacert.kernel.scope import SYSTEM
from tests.make.accounts import make_organisation, make_person, signed_in, step_up
from tests.make.certificates import confirm, issue_one, look_at, make_ready
from tests.make.numbers import COUNTY, FIRST, hand_all_down, make_levels


def raw(db, *statements, **values):
    with db.engine.begin() as connection:
        for table in ("certificates", "audit_entries", "check_findings"):
            for statement in drop(table, connection.dialect.name):
                connection.execute(text(statement))
        for statement in statements:
            connection.execute(text(statement), values)


def test_a_key_too_long_for_an_index_is_a_key_like_another(app, db):
    browser = signed_in(app.test_client(), make_person(db, "county_supervisor", division=COUNTY))
    sent = {"place": COUNTY, "because": "查明原因", "once": secrets.token_urlsafe(9000)}
    assert browser.post("/certificates/switches/halt", data=sent).status_code == 302
    assert browser.post("/certificates/switches/halt", data=sent).status_code == 302
    other = sent | {"because": "另一个原因"}
    assert browser.post("/certificates/switches/halt", data=other).status_code == 409


def test_two_who_halt_in_the_same_moment_make_one_halt_and_no_500(db):
    first, second = (make_person(db, "county_supervisor", division=COUNTY) for _ in "12")
    with db.work(first.actor) as w:
        switches.halt(w, COUNTY, "查明原因")
    with pytest.raises(Conflict, match="刷新"), db.work(second.actor) as w:
        w.one = lambda _statement: None  # the other one's halt is not there yet
        switches.halt(w, COUNTY, "也查一查")


def test_a_load_that_another_window_reserves_in_the_same_moment_stops_the_batch(
    house, db, monkeypatch
):
    ready = make_ready(db)
    digest = look_at(db, ready).digest
    with db.work(ready.vet.actor) as w:
        commands.reserve_number(
            w,
            office_id=ready.farm.office_id,
            kind="A",
            load_id=ready.load_id,
            county=COUNTY,
        )
    monkeypatch.setattr(many, "in_flight", lambda _look, _load: False)
    step_up(db, ready.vet, digest_of_all([digest]))
    with pytest.raises(Conflict, match="另一个窗口"):
        issue_many(db, ready.vet.actor, [(ready.load_id, digest)], house.keys)


def test_lots_are_locked_before_the_trail_is(house, db):
    ready = make_ready(db)
    with db.look(SYSTEM) as look:
        lots = look.scalars(select(Lot.id))
    asked = []
    event.listen(db.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    with db.work(SYSTEM) as w:
        stock.hold_lots(w, [*lots, *lots])
    assert sum("FROM lots" in one for one in asked) == len(lots) > 0
    assert ready.load_id


@pytest.fixture
def levels(db):
    return hand_all_down(db, make_levels(db))


@pytest.fixture
def neighbour(db, levels):
    """A keeper of another office of the county: the county's segments are in his sight."""
    office = make_organisation(db, division=COUNTY, name="邻申报点", parent_id=levels.county)
    return make_person(db, "number_keeper", organisation_id=office, division=COUNTY)


def test_an_office_keeps_its_hands_off_its_neighbours_numbers(db, levels, neighbour):
    mine, held = neighbour.actor, levels.held["office"]
    with pytest.raises(NotAllowed), db.work(mine) as w:
        commands.void_unused(
            w, held, first=str(FIRST + 60), last=str(FIRST + 60), because="别人的号"
        )
    with pytest.raises(NotAllowed), db.work(mine) as w:
        commands.return_up(w, held, count=1, because="别人的号")
    with pytest.raises(NotAllowed), db.work(mine) as w:
        vet = levels.vet.person_id
        commands.hand_down(w, held, holder_id=levels.office, person_id=vet, count=1)


def test_an_office_answers_no_request_that_goes_to_the_county(db, levels, neighbour):
    with db.work(levels.vet.actor) as w:
        request = commands.ask_numbers(w, kind="A", quantity=5, holder_id=levels.office)
    with pytest.raises(NotAllowed), db.work(neighbour.actor) as w:
        commands.decline_request(w, request, because="不给")
    with pytest.raises(Invalid, match="不符"), db.work(SYSTEM) as w:
        commands.answer_request(w, request, segment_id=levels.held["city"])
    with db.work(SYSTEM) as w:
        commands.answer_request(w, request, segment_id=levels.held["county"])


def test_a_segment_that_comes_between_two_questions_breaks_no_page(db, levels, monkeypatch):
    stocks = import_module("aquacert.certificates.numbers.queries.stock")
    whole = stocks.segment_rows
    monkeypatch.setattr(stocks, "segment_rows", lambda *given: whole(*given)[:1])
    with db.work(levels.vet.actor) as w:
        commands.reserve_number(
            w, office_id=levels.office, kind="A", load_id=w.new_id(), county=COUNTY
        )
    with db.look(SYSTEM) as look:
        assert len(queries.stock(look, "A").holders) == 1
        assert len(look.scalars(select(NumberSegment.id))) > 1


def test_one_spoilt_record_does_not_stop_the_check_of_the_others(house, app, db):
    certificate_id = issue_one(house)
    raw(db, "UPDATE certificates SET record = :junk", junk=b"\x01not what was sealed")
    outcome = check(db, house.keys)
    assert ("row.as_signed", "3200000001") in outcome.found
    assert outcome.issued == 1
    with db.look(SYSTEM) as look:
        page = look.session.execute(text("SELECT public_id FROM certificates")).scalar_one()
        found = look.one(select(CheckFinding).where(CheckFinding.lint == "row.as_signed"))
        assert found.certificate_id == certificate_id
    shown = app.test_client().get(f"/c/{page}")
    assert shown.status_code < 500
    assert "有效" not in shown.text.split("<h1", 1)[-1].split("</h1>", 1)[0]


def test_an_answer_written_by_hand_does_not_close_a_finding(house, db):
    certificate_id = issue_one(house)
    raw(db, "DELETE FROM audit_entries WHERE tag = 'certificates:certificate:plan'")
    check(db, house.keys)
    chief = make_person(db, "province_supervisor", division="320000")
    with db.engine.begin() as connection:
        connection.execute(
            CheckFinding.__table__.update().values(
                settled_at=db.clock.now(),
                settled_by_id=chief.person_id,
                settled_by="省级监管员",
                settled_because="已查明",
            )
        )
    check(db, house.keys)
    with db.look(SYSTEM) as look:
        open_ones = look.scalars(select(CheckFinding).where(CheckFinding.settled_at.is_(None)))
        assert open_ones
        assert in_doubt(look, certificate_id)
    for row in open_ones:
        with db.work(chief.actor) as w:
            settle(w, row.id, "恢复备份时丢失，已核对纸质存根")
    check(db, house.keys)
    with db.look(SYSTEM) as look:
        told = select(AuditEntry.subject_id).where(AuditEntry.tag == "certificates:finding:settle")
        assert look.scalars(told)
        assert certificates.certificate(look, certificate_id).status == "valid"
        assert not look.scalars(select(CheckFinding).where(CheckFinding.settled_at.is_(None)))


def test_a_replacement_without_a_reason_costs_no_number(house, db):
    ready = make_ready(db)
    old = issue_one(house, ready)
    digest = confirm(db, ready, old, "")
    with db.look(SYSTEM) as look:
        before = queries.numbers_left(look, ready.farm.office_id, "A")
    with pytest.raises(Invalid, match="原因"):
        issue(db, ready.vet.actor, ready.load_id, house.keys, digest, replaces_id=old)
    with db.look(SYSTEM) as look:
        assert queries.numbers_left(look, ready.farm.office_id, "A") == before
