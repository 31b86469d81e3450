"""The desk: the law behind a clock, everything missing asked at once, vets' days, calls, finding."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from sqlalchemy import event, select, text
from sqlalchemy.exc import DatabaseError

from aquacert.declarations.commands import (
    CallNote,
    accept_declaration,
    ask_supplement,
    assign_vet,
    note_call,
)
from aquacert.declarations.models import PhoneCall
from aquacert.declarations.queries import (
    checks_of_each,
    declaration,
    declarations,
    machine_checks,
)
from aquacert.declarations.queries.calls import call_chain, call_page, calls_of, owed
from aquacert.declarations.queries.finding import by_number
from aquacert.declarations.queries.office import basis_of, missing_papers
from aquacert.declarations.queries.workload import day_view, week_counts
from aquacert.declarations.rules.checks import Reason
from aquacert.hatcheries.commands import book_stock
from aquacert.kernel.errors import Invalid, NotFound
from aquacert.kernel.scope import SYSTEM
from tests.make.accounts import make_person
from tests.make.declarations import answers, make_declaration
from tests.make.hatcheries import make_hatchery
from tests.make.surveillance import make_zone
from tests.rooms.declarations.test_views import browser
from tests.rooms.declarations.test_views import text as words


@pytest.fixture
def farm(db):
    return make_hatchery(db)


def test_a_clock_names_its_rule_and_what_is_missing_is_asked_all_at_once(db, farm):
    paper = make_declaration(db, farm)
    with db.look(farm.clerk) as look:
        row = declaration(look, paper.declaration_id)
        running, missing = basis_of(look, row), missing_papers(look, row)
    assert "第十二条" in running.article
    assert running.mark == "待复核"
    assert not running.stopped
    if missing:
        with pytest.raises(Invalid) as error, db.work(farm.clerk) as w:
            ask_supplement(w, paper.declaration_id, items=["lab_report"], sure=False)
        assert "只能告知一次" in error.value.fields["items"]
    items = [*(one.value for one in missing), "lab_report"]
    with db.work(farm.clerk) as w:
        ask_supplement(w, paper.declaration_id, items=items, sure=False)
    with db.look(farm.clerk) as look:
        stopped = basis_of(look, declaration(look, paper.declaration_id))
    assert stopped.stopped
    assert stopped.mark == "未核实"


def test_a_clerk_sees_who_is_free_and_which_visits_lie_too_near(db, farm):
    busy = make_person(db, "official_vet", organisation_id=farm.office_id)
    free = make_person(db, "official_vet", organisation_id=farm.office_id)
    at = db.clock.now() + timedelta(days=1)
    for step, plate in ((0, "示A6P208"), (1, "示A6P209"), (5, "示A6P210")):
        paper = make_declaration(db, farm, filled=answers(db, farm, "1万", plate=plate))
        with db.work(farm.clerk) as w:
            accept_declaration(w, paper.declaration_id, visit_at=at + timedelta(hours=step))
            if step < 5:
                assign_vet(w, paper.declaration_id, busy.person_id)
    on = date(2026, 5, 10)
    with db.look(farm.clerk) as look:
        rows = {row.vet_id: row for row in day_view(look, on)}
        week = dict(week_counts(look, on))
    assert next(iter(rows)) is None
    assert len(rows[None].visits) == 1
    assert rows[busy.person_id].open_count == 2
    assert len(rows[busy.person_id].clashes) == 1
    assert rows[free.person_id].visits == ()
    assert week[on] == 3
    stranger = make_person(db, "office_clerk", division="320115")
    with db.look(stranger.actor) as look:
        assert not any(row.visits for row in day_view(look, on))


def test_calls_are_kept_encrypted_linked_and_never_changed(db, farm):
    paper = make_declaration(db, farm)
    note = CallNote(
        said="什么时候来检疫",
        caller_name="张三",
        caller_phone="138 0000 8000",
        subject="visit",
        follow_up_on=db.clock.now().date(),
    )
    with db.work(farm.clerk) as w:
        call_id = note_call(w, note, declaration_id=paper.declaration_id)
    with db.look(farm.clerk) as look:
        assert owed(look, look.today) == 1
        for asked in ("13800008000", paper.number):
            assert [one.id for one in call_page(look, asked).items] == [call_id]
        assert call_page(look, "张三").total == 0
    with db.work(farm.clerk) as w:
        back = CallNote(said="回电", answered="明天上午九点", direction="out")
        note_call(w, back, after_id=call_id)
    with db.look(farm.clerk) as look:
        assert owed(look, look.today) == 0
        chain = call_chain(look, call_id)
        assert [one.caller_phone for one in chain] == ["13800008000"] * 2
        assert len(calls_of(look, paper.declaration_id)) == 2
    with db.engine.begin() as line:
        raw = line.execute(text("SELECT caller_name, said FROM phone_calls")).all()
    assert not any("张三".encode() in bytes(name) for name, _said in raw if name)
    with pytest.raises(DatabaseError, match="append-only"), db.engine.begin() as line:
        line.execute(text("UPDATE phone_calls SET taken_by = 'x'"))
    stranger = make_person(db, "office_clerk", division="320115")
    with pytest.raises(NotFound), db.look(stranger.actor) as look:
        call_chain(look, call_id)
    for wrong, field in (
        (CallNote(said="", answered="好"), "said"),
        (CallNote(said="问进度"), "answered"),
        (CallNote(said="问", answered="好", at=db.clock.now() + timedelta(hours=1)), "at"),
        (CallNote(said="问进度", answered="好", caller_phone="1"), "caller_phone"),
    ):
        with pytest.raises(Invalid) as error, db.work(farm.clerk) as w:
            note_call(w, wrong)
        assert field in error.value.fields
    with db.look(SYSTEM) as look:
        assert len(look.scalars(select(PhoneCall))) == 2


def test_a_declaration_is_found_by_its_number_whole_short_or_by_its_farm(db, farm):
    paper = make_declaration(db, farm)
    with db.look(farm.clerk) as look:
        for said in (
            *(paper.number, "0509-001", "０５０９－００１", "20260509", "320114-20260509"),
            *("示例苗种", "slmzc", farm.uscc),
        ):
            assert declarations(look, "waiting", said).total == 1, said
        for said in ("0508-001", "320115-20260509-001", "别家苗种场", "  ?"):
            assert declarations(look, "waiting", said).total == 0, said
        assert by_number(look, "0509-001").id == paper.declaration_id
    stranger = make_person(db, "office_clerk", division="320115")
    with db.look(stranger.actor) as look:
        assert by_number(look, paper.number) is None


def test_nine_rows_of_the_queue_cost_as_many_questions_as_three_and_are_flagged_as_if_alone(
    db, app, farm
):
    """What stock, plates, zones, licences and days say is the same, read for one or for all."""
    other = make_hatchery(db, stock=700_000)
    clerk = browser(app, farm.clerk_secret)

    def send(count, whose, **load):
        return [
            make_declaration(db, whose, filled=answers(db, whose, "10万", **load)).declaration_id
            for _ in range(count)
        ]

    def asked():
        seen = []
        note = lambda *given: seen.append(given[2])  # noqa: E731
        event.listen(db.reader, "before_cursor_execute", note)
        page = words(clerk.get("/declarations/"))
        event.remove(db.reader, "before_cursor_execute", note)
        return page.count("js-row") or page.count("<tr"), len(seen)

    sent = send(3, farm)
    asked()
    few = asked()
    sent += send(2, farm, plate="苏A12345")
    sent += send(3, other, destination="江苏省南京市六合区")
    sent += send(1, other, destination="广东省湛江市雷州市", plate="示A6P208")
    asked()
    many = asked()
    assert many[0] == few[0] + 6
    assert many[1] == few[1]
    with db.work(other.owner) as w:
        book_stock(w, other.lot_id, "death", 550_000)
    make_zone(db)
    failed = []
    for days in (0, 400):
        db.clock.forward(days=days)
        with db.look(SYSTEM) as look:
            together = checks_of_each(look, sent)
            apart = {one: machine_checks(look, declaration(look, one)) for one in sent}
        assert together == apart
        failed.append({one.reason for checks in apart.values() for one in checks if not one.ok})
    assert failed[0] == {Reason.STOCK, Reason.ZONE, Reason.PLATE}
    assert failed[1] >= {Reason.LICENCE, Reason.RECORD, Reason.PLATE}
    with db.look(make_person(db, "office_clerk", division="320115").actor) as look:
        assert checks_of_each(look, sent) == {}


def test_the_desks_pages(db, app, farm):
    paper = make_declaration(db, farm)
    vet = make_person(db, "official_vet", organisation_id=farm.office_id)
    clerk = browser(app, farm.clerk_secret)
    queue = words(clerk.get("/declarations/"))
    for said in ("第十二条", "逐项依据", "快捷键", 'data-key="a"', "data-due", "当天 0 件"):
        assert said in queue, said
    asked = words(clerk.get(f"/declarations/?pick={paper.declaration_id}&answer=supplement"))
    assert "没勾的不用补" in asked
    day = words(clerk.get(f"/declarations/vets?day=2026-05-11&for={paper.declaration_id}"))
    assert f"vet={vet.person_id}" in day
    assert clerk.get("/declarations/vets?day=x&for=y").status_code == 200
    today = words(clerk.get(f"/declarations/vets?for={paper.declaration_id}"))
    offered = re.findall(r"at=2026-05-09T(\d\d):00", today)  # it is 09:42
    assert offered == [f"{hour}" for hour in range(10, 19)]
    chosen = f"/declarations/?pick={paper.declaration_id}&vet={vet.person_id}&at=2026-05-11T09:00"
    assert 'value="2026-05-11T09:00"' in words(clerk.get(chosen))
    new = f"/declarations/calls/new?declaration={paper.declaration_id}"
    assert paper.number in words(clerk.get(new))
    wrong = clerk.post(new, data={"said": "问进度", "subject": "progress", "once": "a"})
    assert wrong.status_code == 422
    data = {"direction": "in", "subject": "progress", "said": "问进度", "answered": "明天"}
    kept = clerk.post(new, data={**data, "number": "0509-001", "once": "b"})
    assert kept.status_code == 302
    assert "问进度" in words(clerk.get(kept.location))
    nobody = clerk.post("/declarations/calls/new", data={**data, "number": "1", "once": "c"})
    assert nobody.status_code == 422
    assert "问进度" in words(clerk.get(f"/declarations/{paper.declaration_id}"))
    assert "问进度" in words(clerk.get("/declarations/calls"))
    # A telephone number is searched by POST and stands in no address.
    page = clerk.post("/declarations/calls", data={"q": "13800008000"})
    assert page.status_code == 200
    assert 'method="post"' in words(page)
    assert "没有找到" in words(clerk.post("/declarations/calls", data={"q": "13911112222"}))
    owner = browser(app, farm.owner_secret)
    for path in ("calls", "vets", "proxy"):
        assert owner.get(f"/declarations/{path}").status_code == 403
