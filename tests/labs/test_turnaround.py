"""Clocks of tests: started on receipt, stopped and resumed, warned of once, summed up."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from aquacert.accounts.queries.inbox import inbox
from aquacert.kernel.errors import Conflict, Invalid, NotFound
from aquacert.kernel.scope import SYSTEM
from labs.reports.commands import withdraw_report
from labs.turnaround.commands import (
    Mark,
    mark,
    promise_time,
    resume_clock,
    set_hours,
    stop_clock,
    warn_of_late,
)
from labs.turnaround.models import OrderClock
from labs.turnaround.queries import due_of, owed, promises_of, times
from labs.turnaround.rules import Standing, Step, Unit
from tests.make.labs import DISEASE, METHOD, make_items, make_lab, make_report

ZONE = ZoneInfo("Asia/Shanghai")


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


@pytest.fixture
def lab(db):
    db.clock.at = at("2026-05-11T10:00")
    return make_lab(db)


def clock_of(db, lab, code):
    with db.look(lab.technician.actor) as look:
        return next(row for row in look.scalars(owed(look)) if row.blind_code == code)


def due_at(db, lab, code):
    found = clock_of(db, lab, code).due_at
    return None if found is None else found.astimezone(ZONE).replace(tzinfo=None).isoformat()


def test_receiving_an_item_starts_the_clock_of_each_test_by_the_usual_promise(db, lab):
    [code] = make_items(db, lab)
    assert due_at(db, lab, code) == "2026-05-14T23:59:59"


def test_the_laboratorys_own_promise_and_hours_hold_from_their_day(db, lab):
    with db.work(lab.reviewer.actor) as w:
        set_hours(w, lab.lab_id, [(time(9), time(17))], date(2026, 5, 11))
        promise_time(
            w,
            lab.lab_id,
            unit=Unit.WORKING_HOURS,
            value=10,
            from_on=date(2026, 5, 11),
            disease_code=DISEASE,
        )
    [code] = make_items(db, lab)
    assert due_at(db, lab, code) == "2026-05-12T12:00:00"


def test_a_promise_cannot_be_made_for_days_that_are_past(db, lab):
    with pytest.raises(Invalid), db.work(lab.reviewer.actor) as w:
        promise_time(w, lab.lab_id, unit=Unit.HOURS, value=1, from_on=date(2026, 5, 10))
    with db.look(lab.reviewer.actor) as look:
        assert promises_of(look, lab.lab_id) == []


def test_a_stopped_clock_has_no_due_time_and_goes_on_where_it_stood(db, lab):
    [code] = make_items(db, lab)
    item_id = clock_of(db, lab, code).item_id
    db.clock.at = at("2026-05-12T09:00")
    with db.work(lab.reviewer.actor) as w:
        stop_clock(w, item_id, "等送样方确认样品")
    assert due_at(db, lab, code) is None
    with pytest.raises(Conflict), db.work(lab.reviewer.actor) as w:
        stop_clock(w, item_id, "再停一次")
    db.clock.at = at("2026-05-14T09:00")
    with db.work(lab.reviewer.actor) as w:
        resume_clock(w, item_id)
    assert due_at(db, lab, code) == "2026-05-18T23:59:59"


def test_a_clock_is_not_stopped_without_a_reason(db, lab):
    [code] = make_items(db, lab)
    with pytest.raises(Invalid), db.work(lab.reviewer.actor) as w:
        stop_clock(w, clock_of(db, lab, code).item_id, " ")


def test_another_laboratory_cannot_stop_the_clock(db, lab):
    [code] = make_items(db, lab)
    item_id = clock_of(db, lab, code).item_id
    other = make_lab(db)
    with pytest.raises(NotFound), db.work(other.reviewer.actor) as w:
        stop_clock(w, item_id, "不是我的样")


def test_a_laboratory_is_told_once_on_the_morning_of_what_is_due(db, lab):
    make_items(db, lab, 2)
    db.clock.at = at("2026-05-13T18:00")
    with db.work(SYSTEM) as w:
        assert warn_of_late(w) == 0
    db.clock.at = at("2026-05-14T09:00")
    with db.work(SYSTEM) as w:
        assert warn_of_late(w) == 2
    with db.work(SYSTEM) as w:
        assert warn_of_late(w) == 0
    with db.look(lab.technician.actor) as look:
        [message] = [m for m in look.scalars(inbox(look)) if m.kind == "labs.turnaround"]
    assert message.subject.startswith("2 项检测快到期")


def test_what_is_owed_again_is_told_of_again(db, lab):
    [code] = make_items(db, lab)
    db.clock.at = at("2026-05-14T09:00")
    with db.work(SYSTEM) as w:
        assert warn_of_late(w) == 1
    report_id = make_report(db, lab, code)
    with db.work(lab.authoriser.actor) as w:
        withdraw_report(w, report_id, "样品搞混")
    with db.work(SYSTEM) as w:
        assert warn_of_late(w) == 1


def test_due_lines_say_how_each_test_stands(db, lab):
    [code] = make_items(db, lab)
    row = clock_of(db, lab, code)
    db.clock.at = at("2026-05-15T08:00")
    with db.look(lab.technician.actor) as look:
        assert due_of(look, [row.order_id])[row.order_id].standing is Standing.LATE


def test_the_steps_are_summed_up_in_working_hours_without_the_stops(db, lab):
    codes = make_items(db, lab, 10)
    with db.look(lab.technician.actor) as look:
        clocks = {row.blind_code: row for row in look.scalars(owed(look))}
    for hours, code in enumerate(codes, start=1):
        db.clock.at = at("2026-05-12T08:30") + timedelta(minutes=12 * hours)
        with db.work(SYSTEM) as w:
            for what in Mark:
                mark(w, [clocks[code].order_id], what)
            w.record(warn_fact(), on=w.session.get(OrderClock, clocks[code].id))
    with db.look(lab.technician.actor) as look:
        [line] = times(look, lab.lab_id, date(2026, 5, 1), date(2026, 5, 31))
    assert (line.disease_code, line.method_code, line.received, line.reported, line.late) == (
        DISEASE,
        METHOD,
        10,
        10,
        0,
    )
    whole = next(step for step in line.steps if step.step is Step.WHOLE)
    # Received on Monday at 10:00: six working hours that day, then 0.2 hours for each further item.
    assert (whole.tests, whole.p50, whole.p90) == (10, 7.0, 7.8)


def warn_fact():
    from labs.turnaround.commands import LateWarned

    return LateWarned(1)


def test_the_clock_notes_entry_review_and_report_on_the_way(db, lab):
    [code] = make_items(db, lab)
    row = clock_of(db, lab, code)
    make_report(db, lab, code)
    with db.look(lab.technician.actor) as look:
        clock = look.session.get(OrderClock, row.id)
        assert None not in {clock.entered_at, clock.verified_at, clock.reported_at}
        assert look.scalars(owed(look)) == []
