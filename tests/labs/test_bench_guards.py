"""What nobody may slip into a run: later controls, second answers, wells of a dropped plate, one well counted twice."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import event

from aquacert.kernel.clock import legal_day
from aquacert.kernel.errors import Invalid, NotAllowedNow
from aquacert.kernel.scope import SYSTEM
from labs.bench.commands import Typed, enter_control, enter_result, enter_wells, import_run
from labs.bench.models import BenchRun, Result
from labs.bench.queries import results_of, run_validity
from labs.bench.rules import RunFault
from labs.instruments.documents import write_rdml
from labs.instruments.rules import Role
from labs.intake.models import Item
from labs.plates.commands import drop_worksheet
from labs.pools.commands import dissolve_pool
from labs.pools.models import Pool
from labs.register.commands import add_lot
from labs.register.queries import scopes_of
from labs.review.commands import review_result
from tests.make.labs import (
    DISEASE,
    make_import,
    make_items,
    make_lab,
    make_pool_of,
    make_result,
    plate,
    rdml_file,
)
from tests.make.plates import make_run, make_strict, make_strict_items


def test_a_control_is_not_written_into_a_files_run_a_plates_or_a_verified_one(db):
    lab = make_lab(db)
    codes = make_items(db, lab, 2)
    [run_id] = make_import(db, lab, rdml_file(db, {codes[0]: None}, positive=None)).run_ids
    with pytest.raises(Invalid, match="仪器文件"), db.work(lab.technician.actor) as w:
        enter_control(w, run_id, Role.POSITIVE, DISEASE, "24.8")
    result_id = make_result(db, lab, codes[1])
    with db.work(lab.reviewer.actor) as w:
        review_result(w, result_id)
        run_id = w.get(Result, result_id).run_id
    with pytest.raises(NotAllowedNow, match="复核通过"), db.work(lab.technician.actor) as w:
        enter_control(w, run_id, Role.NTC, DISEASE, "30")
    equipment = make_strict(db, lab)
    [code] = make_strict_items(db, lab, 1)
    run_id = make_run(db, lab, equipment)
    with pytest.raises(Invalid, match="工作单"), db.work(lab.technician.actor) as w:
        enter_control(w, run_id, Role.NTC, "WSD", None)
    with pytest.raises(Invalid, match="工作单"), db.work(lab.technician.actor) as w:
        enter_result(w, code, "WSD", "WSD", "30", run_id=run_id, well="A1")


def test_a_test_held_by_a_pool_and_a_pool_given_up_are_not_answered_by_hand(db):
    lab = make_lab(db)
    codes = make_items(db, lab, 2, keep_apart="g")
    pool_id = make_pool_of(db, lab, codes)
    with pytest.raises(NotAllowedNow, match="混样"), db.work(lab.technician.actor) as w:
        enter_result(w, codes[0], DISEASE, DISEASE, None)
    with db.work(lab.technician.actor) as w:
        code = dissolve_pool(w, pool_id, "管子破了") or w.get(Pool, pool_id).code
    with pytest.raises(NotAllowedNow, match="混样"), db.work(lab.technician.actor) as w:
        enter_result(w, code, DISEASE, DISEASE, None)


def test_the_wells_of_a_dropped_worksheet_are_not_entered(db):
    lab = make_lab(db)
    equipment = make_strict(db, lab)
    make_strict_items(db, lab, 1)
    run_id = make_run(db, lab, equipment)
    with db.work(lab.technician.actor) as w:
        drop_worksheet(w, w.get(BenchRun, run_id).worksheet_id, "加样错误")
    with pytest.raises(NotAllowedNow, match="作废"), db.work(lab.technician.actor) as w:
        enter_wells(w, run_id, [Typed("A1", "无", 0)])


def test_a_run_is_locked_before_its_results_by_everybody_who_meets_there(db):
    if db.engine.dialect.name != "postgresql":
        pytest.skip("SQLite has one writer at a time")
    lab = make_lab(db)
    result_id = make_result(db, lab, *make_items(db, lab))
    locked = []

    @event.listens_for(db.engine, "before_cursor_execute")
    def note(_c, _cursor, statement, *_rest):
        found = re.search(r"FROM (lab_runs|lab_results)\b.* FOR UPDATE", statement, re.DOTALL)
        locked.extend([found[1]] if found else [])

    with db.work(lab.technician.actor) as w:
        enter_result(w, results_code(w, result_id), DISEASE, DISEASE, None)
    assert locked[:2] == ["lab_runs", "lab_results"]
    locked.clear()
    with db.work(lab.reviewer.actor) as w:
        review_result(w, result_id)
    assert locked[:2] == ["lab_runs", "lab_results"]
    event.remove(db.engine, "before_cursor_execute", note)


def results_code(w, result_id):
    return w.get(Item, w.get(Result, result_id).item_id).blind_code


def test_a_run_is_judged_on_the_day_its_file_says_it_was_done(db):
    lab = make_lab(db)
    [code] = make_items(db, lab)
    done_on, data = legal_day(db.clock.now()), rdml_file(db, {code: None})
    db.clock.forward(days=3)
    with db.work(SYSTEM) as w:
        late = add_lot(
            w,
            lab.lab_id,
            kit="盒",
            lot="L-LATE",
            disease_code=DISEASE,
            days_after_opening=90,
            opened_on=w.today,
            expires_on=w.today + timedelta(days=90),
        )
    with db.work(lab.technician.actor) as w:
        done = import_run(
            w, lab.lab_id, data, "r.rdml", instrument_id=lab.instrument_id, lot_id=late
        )
        run = w.get(BenchRun, done.run_ids[0])
        [scope] = scopes_of(w, lab.lab_id)
        [row] = results_of(w, code)
        assert (run.ran_on, run.opened_on, row.tested_on) == (done_on, w.today, done_on)
        assert RunFault.LOT_EXPIRED in run_validity(w, run, scope).faults


def test_a_day_of_a_run_that_cannot_be_is_not_believed(db):
    lab = make_lab(db)
    [code] = make_items(db, lab)
    rows = plate({code: None})
    data = write_rdml(rows, made_at=db.clock.now() - timedelta(days=400))
    with db.work(lab.technician.actor) as w:
        done = import_run(w, lab.lab_id, data, "r.rdml")
        assert w.get(BenchRun, done.run_ids[0]).ran_on is None
