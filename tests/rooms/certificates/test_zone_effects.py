"""A zone comes, moves, goes: what it holds on the road stops, what it alone held goes on."""

from threading import Thread

import pytest
from sqlalchemy import func, select

from aquacert.accounts.models import InboxMessage
from aquacert.certificates import commands, queries
from aquacert.certificates.models import SuspensionGround
from aquacert.certificates.recalls import queries as recall_queries
from aquacert.certificates.recalls.commands import advance, give_order, zones
from aquacert.certificates.recalls.commands.freeing import let_go
from aquacert.certificates.recalls.commands.sweep import after_beginnings, after_report, after_zone
from aquacert.certificates.recalls.commands.zones import due_of, settle_zone
from aquacert.certificates.rules.recalls import Question
from aquacert.certificates.status.commands import suspend
from aquacert.certificates.status.queries.grounds import standing_grounds
from aquacert.hatcheries.commands.keeping import add_pond
from aquacert.hatcheries.commands.ponds import shape_pond
from aquacert.kernel.scope import SYSTEM
from aquacert.surveillance.commands import confirm_event, deny_event
from aquacert.surveillance.commands.facts import ZoneMoved
from aquacert.surveillance.models import Event, Zone
from labs.reports.commands import withdraw_report
from tests.make.accounts import make_person, signed_in
from tests.make.certificates import issue_one, make_ready
from tests.make.hatcheries import make_hatchery
from tests.make.surveillance import brought_in, event_of, luhe, make_officer, zones_of
from tests.rooms.certificates.test_sweep import rested

HERE = "Yuhuatai District"
COUNTY = "320114"


def line_of(db, certificate_id):
    with db.look(SYSTEM) as look:
        return queries.certificate(look, certificate_id)


def status_of(db, certificate_id):
    return line_of(db, certificate_id).status


def told(db, word=""):
    with db.look(SYSTEM) as look:
        return [
            one.subject
            for one in look.scalars(select(InboxMessage).where(InboxMessage.kind == "recall"))
            if word in one.subject
        ]


def zone_over(db, place=HERE, key="7001", **changes):
    """Import an event, whose rule opens a zone; return (zone, event)."""
    brought_in(db, luhe(Id=key, localityName=place, latitude="", longitude="", **changes))
    event = event_of(db, key)
    return zones_of(db, event.id)[-1].zone.id, event.id


def gone(db, event_id, reason="复检阴性，原报有误"):
    with db.work(SYSTEM) as w:
        deny_event(w, event_id, reason)


def supervisor(db):
    return make_person(db, "county_supervisor", division=COUNTY).actor


def test_what_a_zone_alone_held_is_good_again_when_its_event_is_denied(house, db):
    province = make_person(db, "province_supervisor", division="320000")
    certificate_id = issue_one(house)
    zone_id, event_id = zone_over(db)
    assert settle_zone(db, zone_id).held == 1
    assert status_of(db, certificate_id) == "suspended"
    assert len(told(db, "已自动暂停")) == 3  # holder, office, vet
    assert len(told(db, "建议查看是否召回")) == 1
    with db.look(province.actor) as look:
        [seen] = recall_queries.suggestions(look)
        assert (seen.zone_id, seen.certificates) == (zone_id, 1)
    assert settle_zone(db, zone_id).held == 0  # the same news once more
    gone(db, event_id)
    assert settle_zone(db, zone_id).released == 1
    line = line_of(db, certificate_id)
    assert (line.status, "不再生效" in line.because) == ("valid", True)
    assert len(told(db, "已自动恢复有效")) == 3
    before = len(told(db))
    assert settle_zone(db, zone_id) == settle_zone(db, zone_id)  # late, and twice
    assert (len(told(db)), status_of(db, certificate_id)) == (before, "valid")
    with db.look(province.actor) as look:
        assert recall_queries.suggestions(look) == []


def test_a_certificate_in_two_zones_stays_until_both_are_gone(house, db):
    certificate_id = issue_one(house)
    first, one = zone_over(db)
    second, other = zone_over(db, key="7002", reportingDate="02/05/2026")
    after_zone(db, first), after_zone(db, second)
    assert "2026-05-02" in line_of(db, certificate_id).because
    gone(db, one)
    assert settle_zone(db, first).released == 1
    line = line_of(db, certificate_id)
    assert line.status == "suspended"
    assert "2026-05-01" not in line.because  # the public reason is what still holds it
    assert told(db, "仍因别的原因暂停") != []
    gone(db, other)
    after_zone(db, second)
    assert status_of(db, certificate_id) == "valid"


def test_what_a_person_or_an_order_holds_too_a_zone_does_not_free(house, db):
    ready = make_ready(db)
    certificate_id = issue_one(house, ready)
    zone_id, event_id = zone_over(db)
    with db.work(supervisor(db)) as w:
        suspend(w, certificate_id, "举报在查")
    after_zone(db, zone_id)
    gone(db, event_id)
    after_zone(db, zone_id)
    assert status_of(db, certificate_id) == "suspended"
    with db.work(supervisor(db)) as w:
        commands.resume_certificate(w, certificate_id, "举报不实")
    again, later = zone_over(db, key="7003", reportingDate="03/05/2026")
    after_zone(db, again)
    with db.work(supervisor(db)) as w:
        suspend(w, certificate_id, "一并查")  # what the system stopped a person may hold too
    gone(db, later)
    after_zone(db, again)
    assert status_of(db, certificate_id) == "suspended"
    with db.work(supervisor(db)) as w:
        commands.resume_certificate(w, certificate_id, "查完没有问题")
    third, last = zone_over(db, key="7004", reportingDate="04/05/2026")
    after_zone(db, third)
    with db.work(supervisor(db)) as w:
        order_id = give_order(w, Question(zone_id=third), "疫区出来的苗")
    advance(db, order_id)
    gone(db, last)
    after_zone(db, third)
    assert status_of(db, certificate_id) == "suspended"  # two persons have yet to decide


def test_what_a_report_holds_too_stays_and_what_a_person_freed_is_left_alone(house, db):
    lab, report_id, certificate_id = rested(house, db)
    zone_id, event_id = zone_over(db)
    after_zone(db, zone_id)
    with db.work(lab.authoriser.actor) as w:
        withdraw_report(w, report_id, "样品搞混")
    after_report(db, report_id)
    gone(db, event_id)
    after_zone(db, zone_id)
    line = line_of(db, certificate_id)
    assert (line.status, "检测报告" in line.because) == ("suspended", True)


def test_a_correction_that_moves_the_event_frees_here_and_stops_there(house, db):
    certificate_id = issue_one(house)
    zone_id, event_id = zone_over(db)
    after_zone(db, zone_id)
    with db.work(supervisor(db)) as w:
        commands.resume_certificate(w, certificate_id, "已核实，不受影响")
    after_zone(db, zone_id)
    assert status_of(db, certificate_id) == "valid"  # a person's word holds against this zone
    brought_in(
        db, luhe(localityName="Luhe District", latitude="", longitude=""), name="corrected.csv"
    )
    every = [line.zone.id for line in zones_of(db, event_id)]
    for each in [*reversed(every), *every]:  # in any order, twice
        after_zone(db, each)
    assert status_of(db, certificate_id) == "valid"
    back = {"latitude": "", "longitude": "", "status": "Confirmed", "sumCases": "301"}
    brought_in(db, luhe(localityName=HERE, **back), name="again.csv")
    every = [line.zone.id for line in zones_of(db, event_id)]
    for each in [*reversed(every), *every]:
        after_zone(db, each)
    assert status_of(db, certificate_id) == "suspended"  # a new zone is another reason
    db.clock.forward(days=60)
    after_beginnings(db)  # nobody tells that a zone's last day is over
    assert status_of(db, certificate_id) == "valid"


def test_an_outline_asks_where_the_ponds_are_and_not_only_which_county(house, db):
    farm = make_hatchery(db)
    ring = ((118.70, 31.90), (118.701, 31.90), (118.701, 31.901), (118.70, 31.901))
    with db.work(farm.owner) as w:
        shape_pond(w, farm.pond_id, sort="earth", corners=ring)
        other = tuple((lon - 0.3, lat - 0.1) for lon, lat in ring)  # one pond is enough
        shape_pond(w, add_pond(w, farm.hatchery_id, "远塘"), sort="earth", corners=other)
    certificate_id = issue_one(house, make_ready(db, farm=farm))
    far = {"latitude": "31.99", "longitude": "118.70"}
    db.clock.forward(minutes=1)
    brought_in(db, luhe(localityName=HERE, **far))
    [zone] = zones_of(db, event_of(db).id)
    assert settle_zone(db, zone.zone.id).held == 0  # in the county, ten kilometres away
    near = {"latitude": "31.902", "longitude": "118.70", "reportingDate": "02/05/2026"}
    brought_in(db, luhe(localityName=HERE, **near), name="near.csv")
    live = [line.zone.id for line in zones_of(db, event_of(db).id) if not line.zone.lifted_at]
    assert sum(settle_zone(db, one).held for one in live) == 1
    assert status_of(db, certificate_id) == "suspended"
    db.clock.forward(minutes=5)
    with db.work(farm.owner) as w:  # a farm does not free itself by drawing its pond elsewhere
        shape_pond(w, farm.pond_id, sort="earth", corners=other)
    after_beginnings(db), settle_zone(db, live[0])
    assert status_of(db, certificate_id) == "suspended"
    with db.work(farm.owner) as w:
        shape_pond(w, farm.pond_id, sort="earth", corners=ring)
    db.clock.forward(minutes=5)
    brought_in(db, luhe(localityName=HERE, **far | {"reportingDate": "03/05/2026"}), name="far.csv")
    every = [line.zone.id for line in zones_of(db, event_of(db).id)]
    assert sum(settle_zone(db, one).released for one in every) == 1
    assert status_of(db, certificate_id) == "valid"


def test_the_zones_list_and_its_suggestion_lead_to_what_it_holds(house, db, client):
    certificate_id = issue_one(house)
    province = make_person(db, "province_supervisor", division="320000")
    zone_id, _event = zone_over(db)
    after_zone(db, zone_id)
    signed_in(client, province)
    page = client.get(f"/certificates/?zone={zone_id}").text
    assert f"/certificates/{certificate_id}" in page
    assert f"/certificates/recalls/new?zone={zone_id}" in client.get("/certificates/recalls").text
    other = client.get("/certificates/?zone=00000000-0000-7000-8000-000000000000").text
    assert f"/certificates/{certificate_id}" not in other
    with db.look(SYSTEM) as look:
        rows = look.session.scalar(select(func.count()).select_from(SuspensionGround))
    assert rows == 1


def test_a_zone_that_comes_back_while_it_is_settled_lets_nothing_go(house, db):
    certificate_id = issue_one(house)
    brought_in(db, luhe(localityName=HERE, latitude="", longitude=""))
    [line] = zones_of(db, event_of(db).id)
    zone_id, event_id = line.zone.id, line.zone.event_id
    after_zone(db, zone_id)
    with db.work(SYSTEM) as w:  # an officer's zone acts while its event is confirmed, and not else
        w.get_for_change(Zone, zone_id).is_automatic = False
        w.get_for_change(Event, event_id).is_confirmed = False
        w.record(ZoneMoved({}), on=line.zone)
    with db.look(SYSTEM) as look:
        due = due_of(look, zone_id)
    assert due.less == (certificate_id,)
    done = []

    def late():
        with db.work(SYSTEM) as w:
            done.append(let_go(w, zone_id, due.less, due.no_longer))

    worker = Thread(target=late)
    with db.work(SYSTEM) as w:
        confirm_event(w, event_id, "复检阳性")
        w.session.flush()
        worker.start()  # it waits for this to end, and looks again
    worker.join(20)
    assert done == [0]
    assert settle_zone(db, zone_id).held == 0
    assert status_of(db, certificate_id) == "suspended"


def test_two_workers_with_the_same_news_hold_once_and_free_once(house, db):
    certificate_id = issue_one(house)
    zone_id, event_id = zone_over(db)

    def twice():
        done = []
        workers = [Thread(target=lambda: done.append(settle_zone(db, zone_id))) for _ in range(2)]
        for one in workers:
            one.start()
        for one in workers:
            one.join(30)
        return sum(one.held for one in done), sum(one.released for one in done)

    assert twice() == (1, 0)
    assert len(told(db, "已自动暂停")) == 3
    gone(db, event_id)
    assert twice() == (0, 1)
    assert (status_of(db, certificate_id), len(told(db, "已自动恢复有效"))) == ("valid", 3)


def test_an_event_confirmed_again_after_a_denial_stops_the_goods_again(house, db):
    certificate_id = issue_one(house)
    zone_id, event_id = zone_over(db)
    after_zone(db, zone_id)
    officer = make_officer(db).actor
    with db.work(officer) as w:
        deny_event(w, event_id, "复检阴性")
    after_zone(db, zone_id)
    assert status_of(db, certificate_id) == "valid"
    db.clock.forward(minutes=30)
    with db.work(officer) as w:
        confirm_event(w, event_id, "排除有误，再次复检阳性")
    live = [line.zone.id for line in zones_of(db, event_id) if not line.zone.lifted_at]
    assert [settle_zone(db, one).held for one in live] == [1]
    assert status_of(db, certificate_id) == "suspended"


def test_a_zone_that_cannot_be_settled_keeps_no_other_from_it(house, db, monkeypatch):
    certificate_id = issue_one(house)
    first, _event = zone_over(db)
    second, _other = zone_over(db, key="7002")
    after_zone(db, first), after_zone(db, second)
    db.clock.forward(days=60)

    def broken(database, zone_id, **how):
        if zone_id == min(first, second):
            raise LookupError(zone_id)
        return settle_zone(database, zone_id, **how)

    monkeypatch.setattr(zones, "settle_zone", broken)
    with pytest.raises(LookupError):
        after_beginnings(db)
    with db.look(SYSTEM) as look:
        [left] = standing_grounds(look, {certificate_id})[certificate_id]
    assert left.source_id == min(first, second)
