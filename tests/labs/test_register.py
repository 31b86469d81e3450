"""What a laboratory holds and what entitles it, through commands."""

from datetime import timedelta

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError

from aquacert.kernel.clock import legal_day
from aquacert.kernel.errors import Conflict, Invalid, NotAllowed, NotAllowedNow, NotFound
from aquacert.kernel.scope import SYSTEM
from labs.bench.commands import commit_file, enter_result, stage_file
from labs.intake.commands import announce
from labs.intake.queries import workload
from labs.register import commands, queries
from labs.register.models import KitLot
from tests.make.accounts import make_person
from tests.make.labs import (
    DISEASE,
    METHOD,
    announced,
    blind,
    make_items,
    make_lab,
    rdml_file,
)

DAY = timedelta(days=1)
TEST = (DISEASE, METHOD)


def sends(db, lab_id):
    """Return what stands against sending to the laboratory today; and hold announce to the same."""
    with db.look() as look:
        found = queries.send_fault(look, lab_id, *TEST, look.today)
        offered = {line.lab_id for line in queries.labs_in_scope(look, *TEST, look.today)}
    assert (lab_id in offered) is (found == "")
    if found:
        with pytest.raises(NotAllowedNow) as refused, db.work(SYSTEM) as w:
            announce(w, lab_id=lab_id, items=[announced(blind(), db)])
        assert refused.value.sentence == found
    else:
        with db.work(SYSTEM) as w:
            announce(w, lab_id=lab_id, items=[announced(blind(), db)])
    return found


def test_designating_writes_the_accreditations_as_dated_rows(db):
    made = make_lab(db)
    with db.look() as look:
        kinds = {row.kind: row.number for row in queries.accreditations_of(look, made.lab_id)}
    assert kinds == {"designated": "", "cma": "示例-CMA-0001"}


def test_an_accreditation_taken_away_or_lapsed_stops_new_samples_and_a_new_one_lets_them_in(db):
    made, today = make_lab(db), legal_day(db.clock.now())
    assert sends(db, made.lab_id) == ""
    with db.look() as look:
        [row] = [r for r in queries.accreditations_of(look, made.lab_id) if r.kind == "designated"]
    with pytest.raises(NotAllowed), db.work(made.authoriser.actor) as w:
        commands.end_accreditation(w, row.id, "不愿意了")
    with db.work(SYSTEM) as w:
        commands.end_accreditation(w, row.id, "省里撤销")
    assert "省级指定" in sends(db, made.lab_id)
    with db.look() as look:
        assert not queries.in_scope(look, made.lab_id, *TEST, today)
    with db.work(SYSTEM) as w:
        commands.accredit(w, made.lab_id, kind="designated", from_on=today, until_on=today + DAY)
    assert sends(db, made.lab_id) == ""
    with pytest.raises(Conflict), db.work(SYSTEM) as w:
        commands.accredit(w, made.lab_id, kind="designated", from_on=today, until_on=today)


def test_a_scope_that_needs_cnas_waits_for_it(db):
    made, today = make_lab(db), legal_day(db.clock.now())
    last = today + 400 * DAY
    with db.work(SYSTEM) as w:
        commands.add_scope(
            w,
            made.lab_id,
            disease_code="WSD",
            method_code="woah-wsd-qpcr",
            from_on=today,
            until_on=last,
            needs_cnas=True,
        )
    with db.look() as look:
        assert "CNAS" in queries.send_fault(look, made.lab_id, "WSD", "woah-wsd-qpcr", today)
        assert not queries.in_scope(look, made.lab_id, "WSD", "woah-wsd-qpcr", today)
    with db.work(SYSTEM) as w:
        commands.accredit(
            w, made.lab_id, kind="cnas", number="L1", from_on=today, until_on=today + DAY
        )
    with db.look() as look:
        assert queries.send_fault(look, made.lab_id, "WSD", "woah-wsd-qpcr", today) == ""
        assert queries.lab(look, made.lab_id).cnas_number == "L1"


def test_a_failed_proficiency_test_stops_the_scope_until_the_province_writes_a_good_one(db):
    made, today = make_lab(db), legal_day(db.clock.now())
    taken = {"disease_code": DISEASE, "taken_on": today}
    with db.work(made.authoriser.actor) as w:
        commands.record_proficiency(w, made.lab_id, **taken, outcome="unsatisfactory")
    assert "不满意" in sends(db, made.lab_id)
    with db.look() as look:
        assert queries.in_scope(look, made.lab_id, *TEST, today)
    db.clock.forward(days=1)
    later = {"disease_code": DISEASE, "taken_on": today + DAY, "outcome": "satisfactory"}
    with pytest.raises(NotAllowed, match="省里"), db.work(made.authoriser.actor) as w:
        commands.record_proficiency(w, made.lab_id, **later)
    with db.work(SYSTEM) as w:
        commands.record_proficiency(w, made.lab_id, **later, next_due_on=today + 2 * DAY)
    assert sends(db, made.lab_id) == ""
    db.clock.forward(days=2)
    assert "至今没有结果" in sends(db, made.lab_id)


def test_what_was_written_of_a_proficiency_test_or_a_calibration_stays(db):
    made = make_lab(db)
    for table in ("lab_calibrations", "lab_proficiency_tests"):
        with db.work(SYSTEM) as w:
            commands.record_proficiency(
                w, made.lab_id, disease_code=DISEASE, taken_on=w.today, outcome="questionable"
            )
        with pytest.raises(DBAPIError, match="append-only"), db.engine.begin() as line:
            line.execute(text(f"DELETE FROM {table}"))


def test_an_instrument_is_entered_calibrated_and_retired(db):
    made, today = make_lab(db), legal_day(db.clock.now())
    with db.work(made.technician.actor) as w:
        key = commands.add_instrument(w, made.lab_id, code="QPCR-90", name="荧光定量 PCR 仪")
        assert "没有校准" in queries.instrument_fault(w, key, today)
        commands.calibrate(w, key, calibrated_on=today, until_on=today + 20 * DAY)
        assert queries.instrument_fault(w, key, today) == ""
        assert "过期" in queries.instrument_fault(w, key, today + 21 * DAY)
    with db.look(made.technician.actor) as look:
        lines = {line.instrument.code: line for line in queries.instruments_of(look, made.lab_id)}
    assert lines["QPCR-90"].ending == "soon"
    with pytest.raises(Invalid, match="编号"), db.work(made.technician.actor) as w:
        commands.add_instrument(w, made.lab_id, code="QPCR-90", name="另一台")
    with db.work(made.technician.actor) as w:
        commands.retire_instrument(w, key, "主板坏了")
        assert "停用" in queries.instrument_fault(w, key, today)


def test_a_lot_is_entered_once_opened_once_and_withdrawn_with_a_reason(db):
    made, today = make_lab(db), legal_day(db.clock.now())
    lot = {"kit": "DIV1 试剂盒", "lot": "K9", "expires_on": today + 90 * DAY}
    with db.work(made.technician.actor) as w:
        key = commands.add_lot(w, made.lab_id, **lot, disease_code=DISEASE, days_after_opening=7)
        assert "开封日" in queries.lot_fault(w, key, today)
        commands.open_lot(w, key)
        assert queries.lot_fault(w, key, today + 7 * DAY) == ""
        assert "7 天" in queries.lot_fault(w, key, today + 8 * DAY)
        assert [line.lot.lot for line in queries.lots_of(w, made.lab_id, "WSD")] == []
    with pytest.raises(Conflict), db.work(made.technician.actor) as w:
        commands.add_lot(w, made.lab_id, **lot)
    with pytest.raises(NotAllowedNow), db.work(made.technician.actor) as w:
        commands.open_lot(w, key)
    with pytest.raises(Invalid), db.work(made.technician.actor) as w:
        commands.withdraw_lot(w, key, " ")
    with db.work(made.technician.actor) as w:
        commands.withdraw_lot(w, key, "厂家召回")
        assert "厂家召回" in queries.lot_fault(w, key, today)


def test_a_lot_used_up_is_fine_until_that_day(db):
    made, today = make_lab(db), legal_day(db.clock.now())
    with db.work(made.technician.actor) as w:
        commands.finish_lot(w, made.lot_id)
        assert queries.lot_fault(w, made.lot_id, today) == ""
        assert "用完" in queries.lot_fault(w, made.lot_id, today + DAY)


def test_nobody_keeps_another_laboratorys_things(db):
    made, other = make_lab(db), make_lab(db)
    today = legal_day(db.clock.now())
    stranger = other.technician.actor
    with pytest.raises(NotAllowed), db.work(stranger) as w:
        commands.add_instrument(w, made.lab_id, code="X", name="X")
    with pytest.raises(NotFound), db.work(stranger) as w:
        commands.calibrate(w, made.instrument_id, calibrated_on=today, until_on=today)
    with pytest.raises(NotFound), db.work(stranger) as w:
        commands.withdraw_lot(w, made.lot_id, "不是我的")
    with db.look(stranger) as look, pytest.raises(NotFound):
        look.get(KitLot, made.lot_id)


def test_an_authorisation_binds_once_the_laboratory_keeps_any_of_that_act(db):
    made, today = make_lab(db), legal_day(db.clock.now())
    one, two = made.technician, make_person(db, "lab_technician", organisation_id=made.lab_id)

    def fault(look, person, act="test"):
        return queries.staff_fault(look, person.person_id, act, *TEST, made.lab_id, today)

    with db.look() as look:
        assert fault(look, one) == fault(look, two) == ""
    span = {"from_on": today, "until_on": today + 365 * DAY}
    with db.work(made.authoriser.actor) as w:
        key = commands.authorise_staff(
            w, made.lab_id, one.person_id, act="test", disease_code=DISEASE, **span
        )
    with db.look() as look:
        assert fault(look, one) == ""
        assert "没有检测" in fault(look, two)
        assert fault(look, two, "review") == ""
    with db.work(made.authoriser.actor) as w:
        commands.end_authorisation(w, key, "调离")
        assert "收回" in fault(w, one)
    with pytest.raises(NotAllowed, match="自己"), db.work(made.authoriser.actor) as w:
        commands.authorise_staff(w, made.lab_id, made.authoriser.person_id, act="sign", **span)
    outsider = make_lab(db).technician.person_id
    with pytest.raises(Invalid, match="本实验室"), db.work(SYSTEM) as w:
        commands.authorise_staff(w, made.lab_id, outsider, act="test", **span)


def test_whom_the_laboratory_did_not_authorise_to_test_enters_no_result_by_any_way(db):
    made, today = make_lab(db), legal_day(db.clock.now())
    other = make_person(db, "lab_technician", organisation_id=made.lab_id)
    code, by_file = make_items(db, made, 2)
    with db.work(made.authoriser.actor) as w:
        commands.authorise_staff(
            w, made.lab_id, made.technician.person_id, act="test", from_on=today, until_on=today
        )
    with pytest.raises(NotAllowed, match="没有检测"), db.work(other.actor) as w:
        enter_result(w, code, DISEASE, DISEASE, None)
    with db.work(other.actor) as w:
        file_id = stage_file(w, made.lab_id, rdml_file(db, {by_file: None}), "run.rdml")
    with pytest.raises(NotAllowed, match="没有检测"), db.work(other.actor) as w:
        commit_file(w, file_id)
    with db.work(made.technician.actor) as w:
        enter_result(w, code, DISEASE, DISEASE, None)
        commit_file(w, file_id)


def test_a_file_is_not_taken_with_equipment_of_another_laboratory(db):
    made, other = make_lab(db), make_lab(db)
    [code] = make_items(db, made)
    with db.work(made.technician.actor) as w:
        file_id = stage_file(w, made.lab_id, rdml_file(db, {code: None}), "run.rdml")
    for wrong in ({"instrument_id": other.instrument_id}, {"lot_id": other.lot_id}):
        with pytest.raises(NotFound), db.work(made.technician.actor) as w:
            commit_file(w, file_id, **wrong)


def test_a_lot_for_another_test_is_a_fault_of_the_run(db):
    made = make_lab(db)
    with db.work(made.authoriser.actor) as w:
        mine = commands.add_lot(
            w, made.lab_id, kit="A", lot="1", disease_code=DISEASE, expires_on=w.today
        )
        assert queries.lot_fault(w, mine, w.today, TEST) == ""
        assert queries.lot_fault(w, mine, w.today) == ""
        assert "登记为" in queries.lot_fault(w, mine, w.today, ("WSD", METHOD))


def test_all_laboratories_are_judged_at_once_as_each_is_alone(db):
    made = [make_lab(db) for _ in range(3)]
    today = legal_day(db.clock.now())
    with db.work(SYSTEM) as w:
        commands.suspend_lab(w, made[0].lab_id, "整改")
        [held, *_rest] = queries.accreditations_of(w, made[1].lab_id)
        commands.end_accreditation(w, held.id, "吊销")
    tests = [TEST, ("WSD", "none")]
    asked = 0

    def count(*_args):
        nonlocal asked
        asked += 1

    with db.look() as look:
        event.listen(db.reader, "before_cursor_execute", count)
        found = queries.send_faults(look, tests, today)
        event.remove(db.reader, "before_cursor_execute", count)
        assert asked < 10
        for (lab_id, *test), fault in found.items():
            assert fault.sentence == queries.send_fault(look, lab_id, *test, today)
            assert fault.in_scope == queries.in_scope(look, lab_id, *test, today)
    assert len({fault.sentence for fault in found.values()}) > 3


def test_the_workload_counts_what_is_owed_and_warns_without_forbidding(db):
    made = make_lab(db)
    with db.work(made.authoriser.actor) as w:
        commands.set_capacity(w, made.lab_id, 2)
    make_items(db, made, 2)
    with db.work(SYSTEM) as w:
        announce(w, lab_id=made.lab_id, items=[announced(blind(), db)])
    with db.look() as look:
        load = workload(look, [made.lab_id])[made.lab_id]
    assert (load.owed, load.on_the_way, load.capacity_per_day, load.is_full) == (2, 1, 2, True)
    assert sends(db, made.lab_id) == ""
