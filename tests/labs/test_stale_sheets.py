"""A worksheet whose tests were answered by another road, and a plate submitted before its controls were entered."""

import pytest

from aquacert.kernel.errors import Invalid
from labs.bench.commands import (
    Typed,
    enter_control,
    enter_result,
    enter_wells,
    open_run,
    submit_run,
)
from labs.bench.queries import owed_orders
from labs.bench.queries.places import sheets_holding
from labs.plates.commands import make_worksheet, run_worksheet
from labs.register.rules.demands import Demands
from tests.make.labs import make_lab
from tests.make.plates import (
    STRICT_DISEASE,
    make_run,
    make_strict,
    make_strict_items,
    plate,
    type_all,
)


@pytest.fixture
def bench(db):
    lab = make_lab(db)
    demands = Demands(replicates=2, retest_wells=3, retests=1)
    return lab, make_strict(db, lab, demands), make_strict_items(db, lab, 2)


def answered_elsewhere(db, lab, code, *cqs):
    db.clock.forward(hours=1)
    with db.work(lab.technician.actor) as w:
        run_id = open_run(w, lab.lab_id)
        enter_control(w, run_id, "ntc", STRICT_DISEASE, None)
        enter_control(w, run_id, "positive", STRICT_DISEASE, "24.8")
        for cq in cqs:
            enter_result(w, code, STRICT_DISEASE, STRICT_DISEASE, cq, run_id=run_id)
        submit_run(w, run_id)


def test_a_worksheet_is_not_begun_with_tests_that_another_run_has_answered(db, bench):
    lab, (scope_id, *_equipment), codes = bench
    with db.work(lab.technician.actor) as w:
        ids = [order.id for order in w.scalars(owed_orders(w))]
        sheet_id = make_worksheet(w, lab.lab_id, scope_id, ids)
    answered_elsewhere(db, lab, codes[0], None, None)
    with pytest.raises(Invalid, match=codes[0]), db.work(lab.technician.actor) as w:
        run_worksheet(w, sheet_id)
    with db.look(lab.technician.actor) as look:
        assert len(sheets_holding(look, ids)) == 1


def test_a_retest_is_free_of_the_plate_that_lay_before_it_and_is_not_typed_there(db, bench):
    lab, equipment, codes = bench
    run_id = make_run(db, lab, equipment)
    answered_elsewhere(db, lab, codes[0], "37.5", "37.5")
    with db.look(lab.technician.actor) as look:
        [again] = [
            o for o in look.scalars(owed_orders(look)) if o.id not in sheets_holding(look, [o.id])
        ]
    cells = [c for c in plate(db, lab, run_id).cells.values() if c.order_id == again.id]
    with pytest.raises(Invalid, match="请空着"), db.work(lab.technician.actor) as w:
        enter_wells(w, run_id, [Typed(cells[0].well, "无", 0)])
    with db.work(lab.technician.actor) as w:
        make_worksheet(w, lab.lab_id, equipment[0], [again.id])


def test_a_plate_is_not_submitted_while_its_controls_say_nothing(db, bench):
    lab, equipment, _codes = bench
    run_id = make_run(db, lab, equipment)
    samples = [c for c in plate(db, lab, run_id).cells.values() if not c.is_control]
    with db.work(lab.technician.actor) as w:
        enter_wells(w, run_id, [Typed(c.well, "无", 0) for c in samples])
    with pytest.raises(Invalid, match="对照孔"), db.work(lab.technician.actor) as w:
        submit_run(w, run_id)
    type_all(db, lab, run_id, {})
    with db.work(lab.technician.actor) as w:
        submit_run(w, run_id)
