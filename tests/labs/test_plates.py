"""The plate from owed tests to review: placed, typed, judged by its rule, owed again, or without conclusion."""

import re

import pytest
from sqlalchemy import func, select

from aquacert.kernel.errors import Conflict, Invalid, NotAllowedNow, NotFound, NotReady
from labs.bench.commands import (
    Clashes,
    Typed,
    enter_wells,
    equip_run,
    open_run,
    repeat_run,
    submit_run,
)
from labs.bench.models import BenchRun, Result, WellRow, Worksheet
from labs.bench.queries import inconclusive_tests, owed_orders, owed_tests, results_of
from labs.bench.queries.panel import checks, whys
from labs.bench.queries.plate import plate_of
from labs.plates.commands import (
    drop_place,
    drop_worksheet,
    make_worksheet,
    move_place,
    run_worksheet,
)
from labs.plates.queries import assays, choices, places
from labs.review.commands import review_result
from tests.make.accounts import signed_in
from tests.make.labs import DISEASE, make_items, make_lab
from tests.make.plates import (
    STRICT_DISEASE,
    make_run,
    make_strict,
    make_strict_items,
    plate,
    type_all,
)


@pytest.fixture
def browser(app):
    """Return a signed-in browser of somebody."""
    return lambda made: signed_in(app.test_client(), made)


@pytest.fixture
def bench(db):
    """A laboratory, its equipment, three owed tests, and a run of them on a plate."""
    lab = make_lab(db)
    equipment = make_strict(db, lab)
    codes = make_strict_items(db, lab, 3)
    return lab, equipment, codes, make_run(db, lab, equipment)


def state(db, lab, code):
    with db.look(lab.technician.actor) as look:
        return [(r.version, r.outcome, r.state) for r in results_of(look, code)]


def submit(db, lab, run_id, **kept):
    with db.work(lab.technician.actor) as w:
        submit_run(w, run_id, **kept)


def test_owed_tests_are_placed_once_moved_and_taken_off(db):
    lab = make_lab(db)
    scope_id, instrument_id, lot_id = make_strict(db, lab)
    first, second = make_strict_items(db, lab, 2)
    make_items(db, lab)
    with db.look(lab.technician.actor) as look:
        found = {a.scope.disease_code: (a.owed, a.capacity) for a in assays(look, lab.lab_id)}
        assert found == {STRICT_DISEASE: (2, 44), DISEASE: (1, 88)}
        orders = {o.disease_code: o.id for o in look.scalars(owed_orders(look))}
        [scope] = [a.scope for a in assays(look, lab.lab_id) if a.scope.id == scope_id]
        chosen = [t.order.id for t in choices(look, scope)]
    with pytest.raises(Invalid, match="同一个方法"), db.work(lab.technician.actor) as w:
        make_worksheet(w, lab.lab_id, scope_id, [orders[DISEASE]])
    with db.work(lab.technician.actor) as w:
        sheet_id = make_worksheet(w, lab.lab_id, scope_id, chosen)
    with pytest.raises(Invalid, match="已在工作单"), db.work(lab.technician.actor) as w:
        make_worksheet(w, lab.lab_id, scope_id, chosen)
    with db.look(lab.technician.actor) as look:
        where = places(look, sheet_id)
        assert [where[w] for w in ("A1", "B1", "C1", "A12", "D12")] == [
            *(first, first, second, "NTC", "PC")
        ]
        assert choices(look, scope) == []
        assert {t.sheet for t in owed_tests(look, look.scalars(owed_orders(look)))} >= {""}
    with db.work(lab.technician.actor) as w:
        move_place(w, sheet_id, "a1", "C1", version=1)
    with pytest.raises(Conflict), db.work(lab.technician.actor) as w:
        move_place(w, sheet_id, "A1", "H5", version=1)
    with pytest.raises(Invalid), db.work(lab.technician.actor) as w:
        move_place(w, sheet_id, "A1", "I13", version=2)
    with pytest.raises(Invalid), db.work(lab.technician.actor) as w:
        drop_place(w, sheet_id, "A12", version=2)
    with db.work(lab.technician.actor) as w:
        drop_place(w, sheet_id, "B1", version=2)
        assert first not in places(w, sheet_id).values()
        assert places(w, sheet_id)["A1"] == second
    with db.work(lab.technician.actor) as w:
        run_id = run_worksheet(w, sheet_id, instrument_id=instrument_id, lot_id=lot_id)
        assert run_worksheet(w, sheet_id) == run_id
    with pytest.raises(NotAllowedNow), db.work(lab.technician.actor) as w:
        move_place(w, sheet_id, "A1", "H5", version=3)


def test_a_plate_typed_and_submitted_goes_to_review(db, bench):
    lab, _equipment, codes, run_id = bench
    with db.look(lab.technician.actor) as look:
        assert plate_of(look, look.get(BenchRun, run_id)).validity.faults
    type_all(db, lab, run_id, {codes[1]: ("28.6", "28.9")})
    assert [state(db, lab, c) for c in codes[:2]] == [
        [(1, "negative", "entered")],
        [(1, "positive", "entered")],
    ]
    with db.look(lab.technician.actor) as look:
        [row] = results_of(look, codes[0])
    with pytest.raises(NotReady, match="运行无效") as early, db.work(lab.reviewer.actor) as w:
        review_result(w, row.id)
    assert "还没有提交" in early.value.reasons[0]
    submit(db, lab, run_id)
    submit(db, lab, run_id)
    with db.work(lab.reviewer.actor) as w:
        review_result(w, row.id)
    with db.look(lab.technician.actor) as look:
        drawn = plate_of(look, look.get(BenchRun, run_id))
        assert drawn.validity.is_valid
        assert [c.kind for c in checks(look, drawn)] == ["ok"] * 5
        assert drawn.cells["C1"].mark == "阳"
        assert [y.kind for y in whys(look, drawn, drawn.samples[codes[1]])][-1] == "no"
        assert look.one(select(Worksheet)).state == "done"
        assert look.one(select(func.count()).select_from(WellRow)) == 10


def test_grey_is_owed_again_in_three_wells_and_then_asks_for_a_new_sample(db, bench):
    lab, equipment, codes, run_id = bench
    type_all(db, lab, run_id, {codes[0]: ("36.8", "37.4"), codes[1]: ("28.6", "无")})
    submit(db, lab, run_id)
    assert state(db, lab, codes[0]) == [(1, "grey", "retest")]
    with db.look(lab.technician.actor) as look:
        owed = owed_tests(look, look.scalars(owed_orders(look)))
        assert {t.item.blind_code for t in owed} == set(codes[:2])
        assert all(t.is_retest and "复检 3 孔" in t.returned for t in owed)
    again = make_run(db, lab, equipment)
    drawn = plate(db, lab, again)
    assert [len(cells) for cells in drawn.samples.values()] == [3, 3]
    type_all(db, lab, again, {codes[0]: ("36.9", "37.2", "37.0")})
    submit(db, lab, again)
    assert state(db, lab, codes[0])[1] == (2, "inconclusive", "entered")
    assert state(db, lab, codes[1])[1] == (2, "negative", "entered")
    with db.look(lab.technician.actor) as look:
        assert inconclusive_tests(look, codes[0]) == frozenset()
        row = results_of(look, codes[0])[1]
    with db.work(lab.reviewer.actor) as w:
        review_result(w, row.id)
        assert inconclusive_tests(w, codes[0]) == {STRICT_DISEASE}
        assert w.scalars(owed_orders(w)) == []


@pytest.mark.parametrize("text", ["阴 性", "<LOD", "ND", "-1", "0", "1e3", "28,6"])
def test_a_value_that_is_not_understood_is_refused_at_its_well_and_nothing_is_stored(
    db, bench, text
):
    lab, _equipment, _codes, run_id = bench
    with pytest.raises(Invalid) as refused, db.work(lab.technician.actor) as w:
        enter_wells(w, run_id, [Typed("A1", "无", 0), Typed("B1", text, 0)])
    assert list(refused.value.fields) == ["B1"]
    assert plate(db, lab, run_id).entered == 0


def test_what_was_saved_may_be_sent_again_and_another_tabs_value_is_never_overwritten(db, bench):
    lab, _equipment, codes, run_id = bench
    typed = [Typed("A1", "无", 0), Typed("B1", "３６．８", 0)]
    for _lost_reply in range(2):
        with db.work(lab.technician.actor) as w:
            enter_wells(w, run_id, typed)
    with db.look(lab.technician.actor) as look:
        assert look.one(select(func.count()).select_from(WellRow)) == 2
    with pytest.raises(Clashes) as clash, db.work(lab.technician.actor) as w:
        enter_wells(w, run_id, [Typed("A1", "28.1", 0), Typed("C1", "无", 0)])
    [both] = clash.value.clashes
    assert (both.well, both.yours, both.theirs, both.revision) == ("A1", "28.1", "无", 1)
    assert plate(db, lab, run_id).cells["C1"].text == ""
    with db.work(lab.technician.actor) as w:
        enter_wells(w, run_id, [Typed("A1", "x", 1), Typed("B1", "", 1)])
    cells = plate(db, lab, run_id).cells
    assert (cells["A1"].text, cells["A1"].kind, cells["B1"].text) == ("废孔", "void", "")
    assert state(db, lab, codes[0]) == [(1, "invalid", "entered")]


def test_a_plate_half_typed_is_not_submitted_by_accident(db, bench):
    lab, _equipment, codes, run_id = bench
    with db.work(lab.technician.actor) as w:
        enter_wells(w, run_id, [Typed("A1", "无", 0), Typed("B1", "无", 0)])
    with pytest.raises(Invalid, match="没有录完"):
        submit(db, lab, run_id)
    submit(db, lab, run_id, leave_open=True)
    with pytest.raises(NotAllowedNow, match="已提交"), db.work(lab.technician.actor) as w:
        enter_wells(w, run_id, [Typed("A1", "28", 1)])
    with db.look(lab.technician.actor) as look:
        owed = {t.item.blind_code for t in owed_tests(look, look.scalars(owed_orders(look)))}
    assert owed == set(codes[1:])


def test_a_failed_run_releases_nobody_and_is_repeated_as_a_whole(db, bench):
    lab, equipment, codes, run_id = bench
    type_all(db, lab, run_id, {codes[0]: ("36.8", "37.0")}, NTC="38.9")
    submit(db, lab, run_id)
    assert state(db, lab, codes[0]) == [(1, "grey", "entered")]
    with db.look(lab.technician.actor) as look:
        [row] = results_of(look, codes[1])
        assert plate_of(look, look.get(BenchRun, run_id)).cells["A12"].kind == "control_bad"
    with pytest.raises(NotReady, match="运行无效"), db.work(lab.reviewer.actor) as w:
        review_result(w, row.id)
    with db.work(lab.technician.actor) as w:
        repeat_run(w, run_id, "NTC 有 Cq，重新提取")
    assert state(db, lab, codes[0]) == [(1, "invalid", "retest")]
    good = make_run(db, lab, equipment)
    type_all(db, lab, good, {codes[0]: ("36.8", "37.0")})
    submit(db, lab, good)
    assert state(db, lab, codes[0])[1] == (2, "grey", "retest"), "a failed run was no retest"
    with pytest.raises(NotAllowedNow, match="没有失败"), db.work(lab.technician.actor) as w:
        repeat_run(w, good, "不喜欢这个结果")


def test_a_run_says_with_what_it_was_done_before_anybody_reviews_it(db):
    lab = make_lab(db)
    with db.work(lab.technician.actor) as w:
        run_id = open_run(w, lab.lab_id)
    other = make_lab(db)
    with pytest.raises(NotFound), db.work(lab.technician.actor) as w:
        equip_run(w, run_id, instrument_id=other.instrument_id, lot_id=None)
    with db.work(lab.technician.actor) as w:
        equip_run(w, run_id, instrument_id=lab.instrument_id, lot_id=None)
        run = w.get(BenchRun, run_id)
        assert (run.instrument_id, run.lot_id) == (lab.instrument_id, None)


def test_a_worksheet_with_results_is_not_dropped(db, bench):
    lab, _equipment, _codes, run_id = bench
    with db.look(lab.technician.actor) as look:
        sheet_id = look.get(BenchRun, run_id).worksheet_id
    with pytest.raises(Invalid, match="原因"), db.work(lab.technician.actor) as w:
        drop_worksheet(w, sheet_id, " ")
    with db.work(lab.technician.actor) as w:
        enter_wells(w, run_id, [Typed("A1", "无", 0)])
    with pytest.raises(NotAllowedNow, match="已录入"), db.work(lab.technician.actor) as w:
        drop_worksheet(w, sheet_id, "不用了")


def test_the_pages_of_the_plate_work_without_a_script(db, bench, browser):
    lab, _equipment, codes, run_id = bench
    technician = browser(lab.technician)
    page = technician.get(f"/labs/bench/runs/{run_id}").get_data(as_text=True)
    assert codes[0] in page
    assert 'style="' not in page
    column = f"/labs/bench/runs/{run_id}/columns/1"
    names = {f"w-{well}": "无" for well in ("A1", "B1", "C1", "D1", "E1", "F1")}
    wrong = technician.post(column, data=names | {"w-B1": "阴性"})
    assert (wrong.status_code, 'id="e-B1"' in wrong.get_data(as_text=True)) == (422, True)
    assert plate(db, lab, run_id).entered == 0
    assert technician.post(column, data=names).status_code == 302
    assert plate(db, lab, run_id).entered == 6
    save = f"/labs/bench/runs/{run_id}/plate"
    sent = {"wells": '[{"well": "A12", "text": "n", "seen": 0}]'}
    told = technician.post(save, data=sent)
    assert (told.status_code, told.json["cells"]["A12"]["text"]) == (200, "无")
    sent = {"wells": '[{"well": "A12", "text": "30", "seen": 0}]'}
    told = technician.post(save, data=sent)
    assert (told.status_code, told.json["clashes"][0]["theirs"]) == (409, "无")
    hostile = (
        "nonsense",
        "[" * 100_000,
        '[{"well": "A1", "text": "n", "seen": 1e999}]',
        '[{"well": "sentence", "text": "n", "seen": 0}]',
        '[{"well": "self", "text": "n", "seen": 0}]',
        "[" + ",".join(['{"well": "A1", "text": "n", "seen": 0}'] * 769) + "]",
    )
    assert {technician.post(save, data={"wells": each}).status_code for each in hostile} == {422}
    assert technician.post(column, data={"w-A1": "30", "s-w-A1": "²"}).status_code == 422
    with db.look(lab.technician.actor) as look:
        assert look.one(select(func.count()).select_from(Result)) == 3


def test_worksheets_are_made_printed_and_run_by_the_pages(db, browser):
    lab = make_lab(db)
    scope_id, instrument_id, lot_id = make_strict(db, lab)
    codes = make_strict_items(db, lab, 2)
    technician = browser(lab.technician)
    choose = technician.get(f"/labs/plates/new?scope={scope_id}").get_data(as_text=True)
    orders = re.findall(r'name="order" value="([\w-]+)"', choose)
    assert len(orders) == 2
    assert technician.post("/labs/plates/new", data={"scope": scope_id}).status_code == 422
    made = technician.post("/labs/plates/new", data={"scope": scope_id, "order": orders})
    assert made.status_code == 302
    moved = {"source": "A1", "target": "H2", "version": "1"}
    assert technician.post(f"{made.location}/move", data=moved).status_code == 302
    paper = technician.get(f"{made.location}/paper").get_data(as_text=True)
    assert all(code in paper for code in codes)
    data = {"instrument_id": instrument_id, "lot_id": lot_id}
    run = technician.post(f"{made.location}/run", data=data)
    assert "/labs/bench/runs/" in run.location
    assert technician.get("/labs/plates/").status_code == 200
    assert "已在" not in technician.get("/labs/bench/").get_data(as_text=True)
