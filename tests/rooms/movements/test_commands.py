"""Movements: opened by news, ended with the certificate, reported once, checked on the road."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from aquacert.accounts.queries import inbox_page
from aquacert.certificates.commands import recall, suspend, void
from aquacert.certificates.queries import by_public_id, certificate
from aquacert.declarations.queries import load_facts
from aquacert.hatcheries.queries import balance
from aquacert.kernel.errors import Invalid, NotAllowed, NotAllowedNow, NotFound
from aquacert.kernel.scope import ANONYMOUS, SYSTEM
from aquacert.movements import tasks
from aquacert.movements.commands import (
    confirm_absent,
    log_check,
    make_link,
    open_movement,
    report_arrival,
    report_by_link,
    settle_arrived,
)
from aquacert.movements.models import Movement
from aquacert.movements.queries import (
    arrival,
    case,
    checks_of,
    counts,
    last_place,
    movement,
    overdue,
    public_id_in,
    waiting,
)
from aquacert.movements.rules import Outcome, Point, Report, State
from aquacert.trust.trustlist import TrustList
from tests.make.accounts import make_person
from tests.make.certificates import fresh, issue_one
from tests.make.hatcheries import lot, make_hatchery
from tests.make.movements import make_road


@pytest.fixture
def road(house):
    return make_road(house)


@pytest.fixture
def trust(house):
    return TrustList(house.keys.public_keys())


def row_of(db, road):
    with db.look(SYSTEM) as look:
        return movement(look, road.certificate_id)


def subjects(db, actor):
    with db.look(actor) as look:
        return [message.subject for message in inbox_page(look).items]


def dealer(db):
    return make_person(db, "dealer", division="320412").actor


def test_an_issued_certificate_is_expected_by_the_dated_rule(db, road):
    row = row_of(db, road)
    assert row.state == State.NOT_ARRIVED
    assert (row.number, row.plate, row.quantity, row.unit) == (
        road.number,
        "示A6P208",
        500_000,
        "尾",
    )
    assert row.expected_at == row.departs_at + timedelta(days=2)
    assert row.due_at == row.expected_at + timedelta(hours=72)
    assert row.due_rule.startswith("72 小时（未核实），")


def test_the_news_may_come_twice_and_late(db, house, road):
    tasks.open_movement(db, road.certificate_id)
    with db.look(SYSTEM) as look:
        assert len(look.scalars(select(Movement))) == 1


def test_a_report_opens_a_movement_whose_news_is_late(db, house):
    certificate_id = issue_one(house)
    with db.look(SYSTEM) as look:
        public_id = certificate(look, certificate_id).public_id
    with db.work(dealer(db)) as w:
        report_arrival(w, public_id, Report(500_000))
    with db.look(SYSTEM) as look:
        assert movement(look, certificate_id).state == State.ARRIVED


def test_whoever_holds_the_code_reports_and_everything_says_arrived(db, road):
    with db.work(dealer(db)) as w:
        report_arrival(w, road.public_id.lower(), Report(498_000, note="路上少了一些"))
    row = row_of(db, road)
    assert (row.state, row.received, row.via, row.reported_by) == (
        State.ARRIVED,
        498_000,
        "account",
        "贩运人",
    )
    with db.look(SYSTEM) as look:
        assert by_public_id(look, road.public_id).arrived_at == row.arrived_at
        assert load_facts(look, row.load_id).load_state == "arrived"
    assert f"已到达：{road.number}（凡纳滨对虾）" in subjects(db, road.ready.farm.owner)


def test_the_first_report_stands(db, road):
    with db.work(dealer(db)) as w:
        report_arrival(w, road.public_id, Report(498_000))
    db.clock.forward(hours=1)
    with db.work(dealer(db)) as w:
        report_arrival(w, road.public_id, Report(1))
    assert row_of(db, road).received == 498_000


def test_a_problem_goes_to_the_inbox_of_the_office(db, road):
    with db.work(dealer(db)) as w:
        report_arrival(w, road.public_id, Report(500_000, problem="死了三成"))
    assert any(one.startswith("到达有问题") for one in subjects(db, road.ready.farm.clerk))


def test_a_wrong_report_leaves_nothing(db, road):
    with pytest.raises(Invalid), db.work(dealer(db)) as w:
        report_arrival(w, road.public_id, Report(500_001))
    row = row_of(db, road)
    assert (row.state, row.received) == (State.NOT_ARRIVED, None)


def test_no_such_code_is_not_found(db, road):
    with pytest.raises(NotFound), db.work(dealer(db)) as w:
        report_arrival(w, "AAAAAAAAAA", Report(1))


def test_what_is_void_does_not_arrive_even_before_the_news(db, road):
    with db.work(road.ready.vet.actor) as w:
        void(w, road.certificate_id, "货主取消启运")
    with pytest.raises(NotAllowedNow, match="作废"), db.work(dealer(db)) as w:
        report_arrival(w, road.public_id, Report(500_000))
    tasks.close_movement(db, road.certificate_id)
    tasks.close_movement(db, road.certificate_id)
    assert row_of(db, road).state == State.VOID


def test_closing_a_certificate_that_stands_changes_nothing(db, road):
    tasks.close_movement(db, road.certificate_id)
    assert row_of(db, road).state == State.NOT_ARRIVED


def test_what_arrived_stays_arrived_when_the_paper_is_made_void(db, road):
    with db.work(dealer(db)) as w:
        report_arrival(w, road.public_id, Report(500_000))
    with db.work(fresh(db, road.ready.vet).actor) as w:
        void(w, road.certificate_id, "证上品种写错")
    tasks.close_movement(db, road.certificate_id)
    assert row_of(db, road).state == State.ARRIVED


def test_recalled_goods_can_still_be_traced_to_where_they_arrived(db, road):
    for act in (suspend, recall):
        with db.work(make_person(db, "county_supervisor").actor) as w:
            act(w, road.certificate_id, "病毒检测复查")
    with db.work(dealer(db)) as w:
        report_arrival(w, road.public_id, Report(500_000))
    assert row_of(db, road).state == State.ARRIVED


def test_nothing_arrives_before_the_day_of_its_departure(db, road):
    with db.work(SYSTEM) as w:
        row = w.get_for_change(Movement, road.certificate_id)
        row.departs_at += timedelta(days=1)
        w.record(_moved_for_the_test(), on=row)
    with pytest.raises(NotAllowedNow, match="还没到"), db.work(dealer(db)) as w:
        report_arrival(w, road.public_id, Report(500_000))


def _moved_for_the_test():
    from aquacert.movements.commands.facts import MovementClosed

    return MovementClosed("0", "test")


def test_a_link_reports_once_for_a_stranger(db, road):
    with db.work(road.ready.farm.owner) as w:
        secret = make_link(w, road.certificate_id)
    with db.work(ANONYMOUS) as w:
        report_by_link(w, secret, Report(500_000))
    row = row_of(db, road)
    assert (row.state, row.via, row.reported_by_id) == (State.ARRIVED, "link", None)
    with pytest.raises(NotAllowedNow, match="已经用过"), db.work(ANONYMOUS) as w:
        report_by_link(w, secret, Report(500_000))


def test_a_wrong_link_is_not_found_and_a_wrong_report_does_not_use_it_up(db, road):
    with pytest.raises(NotFound), db.work(ANONYMOUS) as w:
        report_by_link(w, "nonsense", Report(1))
    with db.work(road.ready.farm.owner) as w:
        secret = make_link(w, road.certificate_id)
    with pytest.raises(Invalid), db.work(ANONYMOUS) as w:
        report_by_link(w, secret, Report(600_000))
    with db.work(ANONYMOUS) as w:
        report_by_link(w, secret, Report(500_000))
    assert row_of(db, road).state == State.ARRIVED


def test_only_a_party_makes_a_link(db, road):
    with pytest.raises(NotFound), db.work(dealer(db)) as w:
        make_link(w, road.certificate_id)


def test_a_farm_takes_what_arrived_into_its_own_lot(db, road):
    buyer = make_hatchery(db, stock=10)
    with db.work(buyer.owner) as w:
        report_arrival(w, road.public_id, Report(490_000), lot_id=buyer.lot_id)
    with db.look(SYSTEM) as look:
        assert balance(look, buyer.lot_id) == 490_010


def test_nobody_takes_goods_into_another_farm_s_lot_or_another_species(db, road):
    buyer, other = make_hatchery(db), make_hatchery(db)
    for lot_id in (other.lot_id, lot(db, buyer)):
        with pytest.raises(Invalid) as caught, db.work(buyer.owner) as w:
            report_arrival(w, road.public_id, Report(1), lot_id=lot_id)
        assert set(caught.value.fields) == {"lot_id"}


def test_a_late_arrival_is_listed_told_once_and_looked_after(db, road):
    clerk = road.ready.farm.clerk
    with db.look(clerk) as look:
        assert waiting(look) == (1, 0)
    db.clock.forward(days=6)
    with db.look(clerk) as look:
        assert waiting(look) == (1, 1)
        assert [row.number for row in overdue(look)] == [road.number]
        assert counts(look) == {"open": 1, "overdue": 1, "arrived": 0, "all": 1}
    assert tasks.remind_overdue(db) == 1
    assert tasks.remind_overdue(db) == 0
    assert [one for one in subjects(db, clerk) if one.startswith("逾期未报到达")] != []
    with pytest.raises(Invalid), db.work(clerk) as w:
        confirm_absent(w, road.certificate_id, " ")
    with db.work(clerk) as w:
        confirm_absent(w, road.certificate_id, "车坏在路上，货主电话确认")
    with db.look(clerk) as look:
        assert waiting(look) == (1, 0)
        assert arrival(look, road.certificate_id).state == State.ABSENT
    with db.work(clerk) as w:
        settle_arrived(w, road.certificate_id, "收货地机构来电确认")
    assert (row_of(db, road).state, row_of(db, road).via) == (State.ARRIVED, "office")


def test_the_owner_cannot_settle_his_own_arrival(db, road):
    with pytest.raises(NotAllowed), db.work(road.ready.farm.owner) as w:
        settle_arrived(w, road.certificate_id, "已经到了")
    with pytest.raises(NotAllowed), db.work(road.ready.farm.owner) as w:
        confirm_absent(w, road.certificate_id, "没有到")


def test_a_stranger_sees_no_movement(db, road):
    with db.look(dealer(db)) as look:
        assert counts(look)["all"] == 0
        assert arrival(look, road.certificate_id) is None


def test_a_code_is_found_in_an_address_an_id_or_a_number(db, road):
    with db.look() as look:
        for typed in (
            f"https://cert.example/c/{road.public_id}#123",
            f" {road.public_id.lower()} ",
            f"{road.number[:2]} {road.number[2:6]} {road.number[6:]}",
        ):
            assert public_id_in(look, typed) == road.public_id
        for wrong in ("", "你好", "\x00", "\ud800"):
            with pytest.raises(NotFound):
                public_id_in(look, wrong)


def check(db, road, trust, actor, **decision):
    with db.work(actor) as w:
        return log_check(w, case(w, road.public_id, trust), **decision)


def test_a_checkpoint_far_away_passes_a_lorry_and_its_place_is_remembered(db, road, trust):
    officer = make_person(db, "checkpoint_officer", division="321302").actor
    check(db, road, trust, officer, outcome=Outcome.PASS, place="示例公路检查站")
    with db.look(SYSTEM) as look:
        [log] = checks_of(look, road.certificate_id)
    assert (log.outcome, log.place, log.standing) == ("pass", "示例公路检查站", "valid")
    with db.look(officer) as look:
        assert last_place(look) == "示例公路检查站"


def test_a_lorry_that_is_held_is_told_to_office_and_owner(db, road, trust):
    officer = make_person(db, "checkpoint_officer", division="321302").actor
    check(
        db,
        road,
        trust,
        officer,
        outcome=Outcome.HOLD,
        place="示例站",
        points=[Point.PLATE],
        note="车牌不是证上那辆",
    )
    told = f"检查站扣留：{road.number}（示例站）"
    assert told in subjects(db, road.ready.farm.owner)
    assert told in subjects(db, road.ready.farm.clerk)


def test_what_is_void_unproved_or_out_of_date_does_not_pass(db, road, trust):
    officer = make_person(db, "checkpoint_officer").actor
    with db.look(officer) as look:
        assert case(look, road.public_id, trust).is_good
        assert not case(look, road.public_id, TrustList(())).is_good
    with pytest.raises(Invalid, match="不能放行"):
        check(db, road, TrustList(()), officer, outcome=Outcome.PASS, place="示例站")
    db.clock.forward(days=10)
    with pytest.raises(Invalid, match="不能放行"):
        check(db, road, trust, officer, outcome=Outcome.PASS, place="示例站")


def test_the_log_of_checks_cannot_be_changed(db, road, trust):
    officer = make_person(db, "checkpoint_officer").actor
    check(db, road, trust, officer, outcome=Outcome.PASS, place="示例站")
    for statement in ("UPDATE movement_checks SET place = 'x'", "DELETE FROM movement_checks"):
        with pytest.raises(DBAPIError, match="append-only"), db.engine.begin() as connection:
            connection.execute(text(statement))


def test_opening_twice_in_one_work_is_harmless(db, road):
    with db.work(SYSTEM) as w:
        assert open_movement(w, road.certificate_id) == road.certificate_id
