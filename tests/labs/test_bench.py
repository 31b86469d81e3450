"""The bench: entry by hand, import of real files, and review by somebody else."""

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from aquacert.kernel.errors import Conflict, Invalid, NotAllowed, NotAllowedNow, NotFound, NotReady
from aquacert.kernel.scope import SYSTEM
from labs.bench.commands import (
    commit_file,
    discard_file,
    enter_finding,
    enter_result,
    import_run,
    open_run,
    stage_file,
)
from labs.bench.models import BenchRun, InstrumentFile, Result, WellRow
from labs.bench.queries import lines, owed_orders, owed_tests, results, results_of, staged_files
from labs.bench.queries.plan import plan_of_file
from labs.bench.rules import Outcome, ResultState, Unverifiable
from labs.instruments.rules import RefusalCode
from labs.register.rules import MethodKind
from labs.review.commands import review_result, review_results, take_back_result
from tests.make.accounts import also
from tests.make.labs import (
    DISEASE,
    blind,
    let_also_test,
    make_import,
    make_items,
    make_lab,
    make_result,
    rdml_file,
)


def outcome_of(db, lab, result_id):
    with db.look(lab.technician.actor) as look:
        row = look.get(Result, result_id)
        return row.outcome, row.state


def test_replicates_entered_by_hand_make_one_result(db):
    lab = make_lab(db)
    [code] = make_items(db, lab)
    result_id = make_result(db, lab, code, "无", None)
    assert outcome_of(db, lab, result_id) == ("negative", "entered")
    with db.look(lab.technician.actor) as look:
        wells = look.scalars(select(WellRow).where(WellRow.result_id == result_id))
        assert [w.cq_text for w in wells] == ["无", "无"]


def test_replicates_that_disagree_are_grey_and_cannot_be_passed(db):
    lab = make_lab(db)
    [code] = make_items(db, lab)
    result_id = make_result(db, lab, code, "33.1", None)
    assert outcome_of(db, lab, result_id) == ("grey", "entered")
    with pytest.raises(NotAllowedNow, match="复检"), db.work(lab.reviewer.actor) as w:
        review_result(w, result_id)


@pytest.mark.parametrize("cq", ["", "阴 性", "ND", "<LOD", "-1"])
def test_what_is_not_understood_is_not_entered(db, cq):
    lab = make_lab(db)
    [code] = make_items(db, lab)
    with pytest.raises(Invalid) as refused, db.work(lab.technician.actor) as w:
        enter_result(w, code, DISEASE, DISEASE, cq)
    assert "cq" in refused.value.fields
    with db.look(lab.technician.actor) as look:
        assert look.pages(results(look, ResultState.ENTERED)).items == []


def test_a_test_that_was_not_ordered_is_not_entered(db):
    lab = make_lab(db)
    [code] = make_items(db, lab)
    with pytest.raises(Invalid, match="没有委托"), db.work(lab.technician.actor) as w:
        enter_result(w, code, "WSD", "WSD", None)
    with pytest.raises(Invalid, match="靶标"), db.work(lab.technician.actor) as w:
        enter_result(w, code, DISEASE, "WSSV", None)
    with pytest.raises(NotFound), db.work(lab.technician.actor) as w:
        enter_result(w, "M7K2-9999", DISEASE, DISEASE, None)


def test_nobody_passes_a_result_of_their_own(db):
    lab = make_lab(db)
    [code] = make_items(db, lab)
    result_id = make_result(db, lab, code)
    both = also(db, lab.technician, "lab_reviewer")
    with pytest.raises(NotAllowed, match="您录入"), db.work(both) as w:
        review_result(w, result_id)
    with db.look(both) as look:
        [line] = lines(look, look.pages(results(look, ResultState.ENTERED)).items)
        assert line.locked is Unverifiable.OWN_ENTRY
    with pytest.raises(NotAllowed, match="实名"), db.work(SYSTEM) as w:
        review_result(w, result_id)


def test_the_database_itself_refuses_one_pair_of_eyes(db):
    lab = make_lab(db)
    [code] = make_items(db, lab)
    result_id = make_result(db, lab, code)
    forged = update(Result).where(Result.id == result_id)
    person = lab.technician.person_id
    with pytest.raises(IntegrityError), db.engine.begin() as connection:
        connection.execute(forged.values(verified_by_id=person))


def test_a_run_without_controls_releases_nothing(db):
    lab = make_lab(db)
    [code] = make_items(db, lab)
    with db.work(lab.technician.actor) as w:
        result_id = enter_result(w, code, DISEASE, DISEASE, None)
    with pytest.raises(NotReady) as refused, db.work(lab.reviewer.actor) as w:
        review_result(w, result_id)
    assert len(refused.value.reasons) == 4, "no controls, and neither instrument nor lot"


def test_a_contaminated_run_releases_nothing(db):
    lab = make_lab(db)
    [code] = make_items(db, lab)
    make_import(db, lab, rdml_file(db, {code: None}, ntc="34.1"))
    with db.look(lab.technician.actor) as look:
        [row] = results_of(look, code)
    with pytest.raises(NotReady, match="运行无效") as refused, db.work(lab.reviewer.actor) as w:
        review_result(w, row.id)
    assert "NTC" in refused.value.reasons[0]


def test_an_expired_reagent_is_not_used(db):
    lab = make_lab(db)
    with pytest.raises(Invalid, match="过期"), db.work(lab.technician.actor) as w:
        open_run(w, lab.lab_id, reagent_lot="K1", reagent_until_on=w.today.replace(year=2025))


def test_a_returned_result_is_owed_again_and_its_correction_is_a_new_version(db):
    lab = make_lab(db)
    [code] = make_items(db, lab)
    first = make_result(db, lab, code, "36.8", "37.4")
    with pytest.raises(Invalid, match="原因"), db.work(lab.reviewer.actor) as w:
        review_result(w, first, "return")
    with db.work(lab.reviewer.actor) as w:
        review_result(w, first, "return", "灰区，请复检")
    with db.look(lab.technician.actor) as look:
        [owed] = owed_tests(look, look.scalars(owed_orders(look)))
        assert (owed.item.blind_code, owed.returned) == (code, "灰区，请复检")
    second = make_result(db, lab, code)
    with db.work(lab.reviewer.actor) as w:
        review_result(w, second, version=2, outcome="negative")
        assert [(r.version, r.state) for r in results_of(w, code)] == [
            (1, "returned"),
            (2, "verified"),
        ]


def test_a_result_that_changed_under_the_reviewers_eyes_conflicts(db):
    lab = make_lab(db)
    [code] = make_items(db, lab)
    result_id = make_result(db, lab, code)
    with pytest.raises(Conflict), db.work(lab.reviewer.actor) as w:
        review_result(w, result_id, outcome="positive")
    with pytest.raises(Conflict), db.work(lab.reviewer.actor) as w:
        review_result(w, result_id, version=7)


def test_the_technician_may_take_back_only_what_is_not_reviewed(db):
    lab = make_lab(db)
    [code] = make_items(db, lab)
    result_id = make_result(db, lab, code)
    with pytest.raises(NotAllowed), db.work(lab.reviewer.actor) as w:
        take_back_result(w, result_id, "看错孔")
    with db.work(lab.technician.actor) as w:
        take_back_result(w, result_id, "看错孔")
    with pytest.raises(NotAllowedNow), db.work(lab.technician.actor) as w:
        take_back_result(w, result_id, "再来")
    assert outcome_of(db, lab, result_id) == ("negative", "returned")


def test_a_second_result_beside_a_live_one_conflicts(db):
    lab = make_lab(db)
    [code] = make_items(db, lab)
    make_result(db, lab, code)
    with db.work(lab.technician.actor) as w:
        run_id = open_run(w, lab.lab_id)
        with pytest.raises(Conflict):
            enter_result(w, code, DISEASE, DISEASE, None, run_id=run_id)


def test_identical_negatives_pass_together_or_not_at_all(db):
    lab = make_lab(db)
    codes = make_items(db, lab, 3)
    ids = [make_result(db, lab, code) for code in codes[:2]]
    grey = make_result(db, lab, codes[2], "37", "37.2")
    with pytest.raises(NotAllowedNow), db.work(lab.reviewer.actor) as w:
        review_results(w, [*ids, grey])
    assert [outcome_of(db, lab, i)[1] for i in ids] == ["entered", "entered"]
    with db.work(lab.reviewer.actor) as w:
        review_results(w, ids)
    assert [outcome_of(db, lab, i)[1] for i in ids] == ["verified", "verified"]


def test_microscopy_is_entered_as_a_finding(db):
    lab = make_lab(db)
    let_also_test(db, lab.lab_id, "EHPD", "sct7232-2020", MethodKind.FINDING)
    from labs.intake.commands import Announced, announce, receive_item

    code = blind()
    with db.work(SYSTEM) as w:
        announce(
            w,
            lab_id=lab.lab_id,
            items=[Announced(code, "EHPD", "sct7232-2020", "仔虾", 30, w.today)],
        )
    with db.work(lab.receiver.actor) as w:
        receive_item(w, code, "good")
    with db.work(lab.technician.actor) as w:
        with pytest.raises(Invalid, match="判读"):
            enter_result(w, code, "EHPD", "EHPD", None)
        with pytest.raises(Invalid, match="阴性或阳性"):
            enter_finding(w, code, "EHPD", "grey")
        with pytest.raises(Invalid, match="计数应是整数") as refused:
            enter_finding(w, code, "EHPD", "negative", count="<10", unit="个/尾")
        assert "count" in refused.value.fields
        with pytest.raises(Invalid, match="不能判阳性"):
            enter_finding(w, code, "EHPD", "positive", count="0", unit="个/尾")
        note = "镜检 30 尾未见孢子"
        result_id = enter_finding(
            w, code, "EHPD", "negative", note, count="0", unit="个/尾", lod="<1 个/尾"
        )
        assert w.get(Result, result_id).measured == "0 个/尾（原记录：0 个/尾）；检出限 <1 个/尾"
    with db.work(lab.reviewer.actor) as w:
        review_result(w, result_id)
    assert outcome_of(db, lab, result_id) == ("negative", "verified")


def test_a_real_rdml_file_becomes_results(db):
    lab = make_lab(db)
    negative, positive, grey = make_items(db, lab, 3)
    data = rdml_file(db, {negative: None, positive: "28.6", grey: "36.8"})
    done = make_import(db, lab, data)
    assert (len(done.run_ids), done.results, done.refused, done.is_repeat) == (1, 3, 0, False)
    with db.look(lab.technician.actor) as look:
        outcomes = {c: results_of(look, c)[0].outcome for c in (negative, positive, grey)}
        run = look.get(BenchRun, done.run_ids[0])
        assert look.read_file(look.files_of(look.get(InstrumentFile, done.file_id))[0]) == data
    assert outcomes == {negative: "negative", positive: "positive", grey: "grey"}
    assert (run.source, run.name) == ("RDML 1.2", "R1")
    with db.work(lab.reviewer.actor) as w:
        for code in (negative, positive):
            review_result(w, results_of(w, code)[0].id)


def test_the_same_bytes_are_imported_once(db):
    lab = make_lab(db)
    [code] = make_items(db, lab)
    data = rdml_file(db, {code: None})
    with db.work(lab.technician.actor) as w:
        first = import_run(w, lab.lab_id, data, "a.rdml")
    with db.work(lab.technician.actor) as w:
        again = import_run(w, lab.lab_id, data, "another name.rdml")
        assert len(results_of(w, code)) == 1
        assert len(w.scalars(select(BenchRun))) == 1
    assert again.is_repeat
    assert again.run_ids == first.run_ids


def test_a_file_with_refused_rows_is_taken_only_if_the_user_chooses(db):
    lab, other = make_lab(db), make_lab(db)
    [code] = make_items(db, lab)
    [foreign] = make_items(db, other)
    data = rdml_file(db, {code: None, foreign: None, "M7K2-9999": "21"})
    with db.work(lab.technician.actor) as w:
        file_id = stage_file(w, lab.lab_id, data, "C:\\run\\r.rdml")
    with db.look(lab.technician.actor) as look:
        plan = plan_of_file(look, look.get(InstrumentFile, file_id))
        assert (plan.samples, plan.controls) == (1, 2)
        assert [r.code for r in plan.refusals] == [RefusalCode.SAMPLE_UNKNOWN] * 4
        assert [f.name for f in staged_files(look)] == ["r.rdml"]
    with pytest.raises(Invalid, match="4 行不认"), db.work(lab.technician.actor) as w:
        commit_file(w, file_id)
    with db.work(lab.technician.actor) as w:
        done = commit_file(w, file_id, keep_good=True)
        assert (done.results, done.refused) == (1, 4)
    with db.look(other.technician.actor) as look:
        assert results_of(look, foreign) == []
        with pytest.raises(NotFound):
            look.get(BenchRun, done.run_ids[0])


def test_a_file_may_be_left_and_sent_again(db):
    lab = make_lab(db)
    [code] = make_items(db, lab)
    data = rdml_file(db, {code: None})
    with db.work(lab.technician.actor) as w:
        file_id = stage_file(w, lab.lab_id, data, "r.rdml")
    with db.work(lab.technician.actor) as w:
        discard_file(w, file_id)
    with pytest.raises(NotAllowedNow), db.work(lab.technician.actor) as w:
        commit_file(w, file_id)
    with db.work(lab.technician.actor) as w:
        assert import_run(w, lab.lab_id, data, "r.rdml").results == 1


def test_a_file_that_answers_nothing_is_refused(db):
    lab = make_lab(db)
    with pytest.raises(Invalid, match="没有一行能收"), db.work(lab.technician.actor) as w:
        import_run(w, lab.lab_id, rdml_file(db, {"M7K2-9999": None}), "r.rdml", keep_good=True)


def test_a_file_never_overwrites_a_live_result(db):
    lab = make_lab(db)
    [code] = make_items(db, lab)
    make_result(db, lab, code, "28", "28.1")
    with pytest.raises(Invalid, match="没有一行能收"), db.work(lab.technician.actor) as w:
        import_run(w, lab.lab_id, rdml_file(db, {code: None}), "r.rdml")


def test_wells_are_append_only(db):
    lab = make_lab(db)
    [code] = make_items(db, lab)
    make_result(db, lab, code)
    for statement in (
        "UPDATE lab_wells SET cq_milli = 1, why = 'detected'",
        "DELETE FROM lab_wells",
    ):
        with pytest.raises(DBAPIError, match="append-only"), db.engine.begin() as connection:
            connection.execute(text(statement))


def test_the_journal_replays_to_the_stored_state(db):
    from labs.bench.rules import RESULT_MOVES, ResultAct

    lab = make_lab(db)
    [code] = make_items(db, lab)
    result_id = make_result(db, lab, code)
    with db.work(lab.reviewer.actor) as w:
        review_result(w, result_id)
    with db.look(lab.reviewer.actor) as look:
        row = look.get(Result, result_id)
        acts = [ResultAct(e.act) for e in look.journal_of(row)]
    assert RESULT_MOVES.replay(ResultState.ENTERED, acts) == row.state == "verified"
    assert Outcome(row.outcome) is Outcome.NEGATIVE


def test_a_hundred_thousand_rows_are_reported_one_by_one(db):
    lab = make_lab(db)
    [code] = make_items(db, lab)
    rows = "".join(f"X{n:06d},DIV1,无\n" for n in range(100_000))
    data = f"Sample,Target,Ct\n{rows}{code},DIV1,无\n".encode()
    with db.work(lab.technician.actor) as w:
        file_id = stage_file(w, lab.lab_id, data, "long.csv")
    with db.look(lab.technician.actor) as look:
        plan = plan_of_file(look, look.get(InstrumentFile, file_id))
    assert (plan.samples, len(plan.refusals)) == (1, 100_000)
