"""Control charts: where mean and SD come from, what rejects a run, and that two persons set what is not measured."""

from decimal import Decimal

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from aquacert.kernel.errors import Invalid, NotAllowed, NotFound
from labs.bench.commands import enter_control, open_run
from labs.bench.models import BenchRun
from labs.instruments.rules import Role
from labs.quality.commands import note_control, propose_target, settle_target
from labs.quality.queries import charts_of, faults, method_of
from labs.quality.rules import Rule
from labs.quality.rules.charts import Control, Origin
from tests.make.accounts import signed_in
from tests.make.labs import DISEASE, METHOD, make_lab

STEADY = ["24.8", "24.9", "24.7", "25.0", "24.6"] * 4
PAGE = f"/labs/quality/{DISEASE}/{METHOD}"


def run_with(db, lab, cq, *, lot="K1", role=Role.POSITIVE):
    """One run with an NTC and one control, a second after the last; return its id."""
    db.clock.forward(seconds=1)
    with db.work(lab.technician.actor) as w:
        run_id = open_run(w, lab.lab_id, reagent_lot=lot)
        enter_control(w, run_id, Role.NTC, DISEASE, None)
        enter_control(w, run_id, role, DISEASE, cq)
    return run_id


def charts(db, lab):
    with db.look(lab.technician.actor) as look:
        return charts_of(look, method_of(look, lab.lab_id, DISEASE, METHOD)).series


def said(db, lab, run_id):
    with db.look(lab.technician.actor) as look:
        return faults(look, look.get(BenchRun, run_id))


def test_the_first_twenty_runs_give_the_mean_and_a_later_one_beyond_3_sd_is_rejected(db, app):
    lab = make_lab(db)
    for cq in STEADY:
        last = run_with(db, lab, cq)
    [series] = charts(db, lab)
    assert (series.control, series.lot, series.origin) == (Control.POS, "K1", Origin.FIRST_RUNS)
    assert (round(series.target.mean, 3), round(series.target.sd, 3)) == (24.8, 0.145)
    assert not any(value.broken for value in series.values)
    assert said(db, lab, last) == []
    far = run_with(db, lab, "25.5")
    assert [s.split("：")[1] for s in said(db, lab, far)] == ["1-3s"]
    warned = run_with(db, lab, "24.45")
    assert charts(db, lab)[0].values[-1].broken == (Rule.W_1_2S,)
    assert said(db, lab, warned) == []
    new_lot = run_with(db, lab, "28.0", lot="K2")
    assert [(s.lot, s.awaited) for s in charts(db, lab)] == [("K2", 19), ("K1", 0)]
    assert said(db, lab, new_lot) == []
    client = signed_in(app.test_client(), lab.technician)
    page = client.get(PAGE).get_data(as_text=True)
    assert "1-3s：超过 3 倍标准差" in page
    assert page.count('<svg viewBox="0 0 960') == 2
    assert "1 个失控点" in client.get("/labs/quality/").get_data(as_text=True)


def test_a_positive_control_that_does_not_come_up_rejects_at_once(db):
    lab = make_lab(db)
    run_id = run_with(db, lab, None)
    assert "没有值" in said(db, lab, run_id)[0]


def test_an_extraction_blank_has_no_mean_and_any_cq_rejects(db):
    lab = make_lab(db)
    assert said(db, lab, run_with(db, lab, None, role=Role.NAC)) == []
    assert "空白" in said(db, lab, run_with(db, lab, "37.2", role=Role.NAC))[0]


def test_a_mean_set_by_two_persons_judges_from_the_first_run(db):
    lab = make_lab(db)
    run_id = run_with(db, lab, "27.0")
    asked = {"control": "POS", "lot": "K1", "mean": Decimal(25), "sd": Decimal("0.5")}
    with db.work(lab.reviewer.actor) as w:
        with pytest.raises(Invalid, match="依据"):
            propose_target(w, lab.lab_id, DISEASE, METHOD, because=" ", **asked)
        for wrong in ({"mean": Decimal("NaN")}, {"sd": Decimal("Infinity")}):
            with pytest.raises(Invalid, match="循环"):
                propose_target(w, lab.lab_id, DISEASE, METHOD, because="定值", **(asked | wrong))
        with pytest.raises(NotFound):
            propose_target(
                w, lab.lab_id, DISEASE, METHOD, because="定值", **(asked | {"control": "x"})
            )
        target_id = propose_target(w, lab.lab_id, DISEASE, METHOD, because="说明书定值", **asked)
    with pytest.raises(NotAllowed, match="另一个人"), db.work(lab.reviewer.actor) as w:
        settle_target(w, target_id, confirm=True)
    assert said(db, lab, run_id) == []
    with db.work(lab.authoriser.actor) as w:
        settle_target(w, target_id, confirm=True)
    assert "1-3s" in said(db, lab, run_id)[0]
    with pytest.raises(DBAPIError, match="append-only"), db.engine.begin() as connection:
        connection.execute(text("UPDATE lab_control_targets SET mean_milli = 27000"))


def test_cause_and_action_are_written_down_for_a_value_out_of_control_and_lift_nothing(db, app):
    lab = make_lab(db)
    run_id = run_with(db, lab, None)
    about = {"run_id": run_id, "control": "POS"}
    with db.work(lab.technician.actor) as w:
        with pytest.raises(Invalid, match="都要写"):
            note_control(w, lab.lab_id, DISEASE, METHOD, cause="漏加", action="", **about)
        note_control(w, lab.lab_id, DISEASE, METHOD, cause="漏加模板", action="重做", **about)
    with pytest.raises(NotFound), db.work(lab.technician.actor) as w:
        note_control(
            w, lab.lab_id, DISEASE, METHOD, cause="x", action="y", run_id=run_id, control="LPC"
        )
    assert said(db, lab, run_id)
    client = signed_in(app.test_client(), lab.technician)
    page = client.get(f"{PAGE}?run={run_id}&control=POS&set=POS&lot=K1").get_data(as_text=True)
    assert "漏加模板 → 重做" in page
    assert 'id="note"' in page
    assert 'id="target"' in page
    sent = client.post(f"{PAGE}/targets", data={"control": "POS", "lot": "K1"})
    assert sent.status_code == 422


def test_another_laboratory_sees_none_of_it(db):
    lab, other = make_lab(db), make_lab(db)
    run_with(db, lab, None)
    assert charts(db, other) == ()
