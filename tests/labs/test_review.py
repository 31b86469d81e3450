"""Review: two persons at least, signatures for exactly what was shown, identical negatives together, differences."""

import re
from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, event, select, update
from sqlalchemy.exc import DBAPIError

from aquacert.kernel.errors import AquaCertError, Conflict, Invalid, NotAllowed, NotReady
from aquacert.kernel.scope import SYSTEM
from labs.bench.commands import enter_result, equip_run, import_run, open_run, submit_run
from labs.bench.models import Result
from labs.bench.queries import owed_orders, owed_tests, results_of
from labs.instruments.commands import keep_profile
from labs.instruments.rules.profiles import ProfileRow
from labs.review.commands import (
    CHANGED,
    return_results,
    review_batch,
    review_result,
    review_results,
    set_review_level,
    take_back_result,
)
from labs.review.models import Signature, SignedResult
from labs.review.queries import batch_of, diff_of, hands_of, queue, record_of
from labs.review.rules import Left, digest_of
from tests.make.accounts import also, code_for, make_person, signed_in
from tests.make.labs import (
    DISEASE,
    METHOD,
    make_import,
    make_items,
    make_lab,
    make_result,
    rdml_file,
)
from tests.make.plates import make_run, make_strict, make_strict_items, type_all


@pytest.fixture
def browser(app):
    """Return a signed-in browser of somebody."""
    return lambda made: signed_in(app.test_client(), made)


def words(response) -> str:
    return re.sub(r"<[^>]+>", " ", response.get_data(as_text=True))


def hidden(response) -> dict[str, str]:
    """What the page's sign form holds."""
    text = response.get_data(as_text=True)
    fields = {}
    for name in ("digest", "results", "outcome", "opened"):
        tag = re.search(rf'<input[^>]*name="{name}"[^>]*>', text)
        value = re.search(r'value="([^"]*)"', tag[0]) if tag else None
        fields[name] = value[1] if value else ""
    return fields


def digest(db, lab, *ids):
    with db.look(lab.reviewer.actor) as look:
        return record_of(look, [look.get(Result, one) for one in ids]).digest


def state(db, result_id):
    with db.look(SYSTEM) as look:
        return look.get(Result, result_id).state


def imported(db, lab, cqs):
    """Import a run with these codes and Cqs; return run id, scope id and the results by code."""
    run_id = make_import(db, lab, rdml_file(db, cqs)).run_ids[0]
    with db.look(lab.reviewer.actor) as look:
        rows = {code: results_of(look, code)[-1] for code in cqs}
        return run_id, next(iter(rows.values())).scope_id, {c: r.id for c, r in rows.items()}


def test_a_signature_covers_exactly_the_record_that_was_shown(db):
    lab = make_lab(db)
    [code] = make_items(db, lab)
    result_id = make_result(db, lab, code)
    seen = digest(db, lab, result_id)
    with db.work(lab.reviewer.actor) as w:
        review_result(w, result_id, digest=seen)
    with db.look(lab.reviewer.actor) as look:
        [signature] = look.scalars(select(Signature))
        assert (signature.record_hash, digest_of(signature.record)) == (seen, seen)
        assert signature.person_id == lab.reviewer.person_id
        assert f"{code} {DISEASE} 为“阴性”" in signature.meaning
        [shown] = signature.record["results"]
        assert (shown["code"], len(shown["wells"])) == (code, 2)
        assert signature.record["runs"][shown["run"]]["controls"]
        assert signature.record["rules"][shown["rule"]]["version"] == 1
    assert state(db, result_id) == "verified"


def test_what_changed_between_preview_and_signature_is_not_signed(db):
    lab = make_lab(db)
    [code] = make_items(db, lab)
    result_id = make_result(db, lab, code)
    seen = digest(db, lab, result_id)
    with db.work(lab.technician.actor) as w:
        run_id = w.get(Result, result_id).run_id
        enter_result(w, code, DISEASE, DISEASE, None, run_id=run_id)
    with pytest.raises(Conflict, match="差异"), db.work(lab.reviewer.actor) as w:
        review_result(w, result_id, digest=seen)
    assert state(db, result_id) == "entered"
    with db.look(SYSTEM) as look:
        assert look.scalars(select(Signature)) == []


@pytest.mark.parametrize("table", [Signature, SignedResult])
def test_the_database_itself_lets_no_signature_be_changed_or_removed(db, table):
    lab = make_lab(db)
    [code] = make_items(db, lab)
    result_id = make_result(db, lab, code)
    with db.work(lab.reviewer.actor) as w:
        review_result(w, result_id)
    for forged in (update(table).values(lab_id=table.lab_id), delete(table)):
        with pytest.raises(DBAPIError), db.engine.begin() as connection:
            connection.execute(forged)


def test_a_method_may_ask_for_two_verifiers_and_they_are_two(db):
    lab = make_lab(db)
    [code] = make_items(db, lab)
    with db.work(SYSTEM) as w:
        set_review_level(w, METHOD, 2, from_on=w.today, because="高风险项目")
        with pytest.raises(Invalid):
            set_review_level(w, METHOD, 0, from_on=w.today, because="省事")
    result_id = make_result(db, lab, code)
    with db.work(lab.reviewer.actor) as w:
        review_result(w, result_id)
    assert state(db, result_id) == "entered"
    with pytest.raises(NotAllowed, match="还要另一位"), db.work(lab.reviewer.actor) as w:
        review_result(w, result_id)
    second = make_person(db, "lab_reviewer", organisation_id=lab.lab_id)
    with db.work(second.actor) as w:
        review_result(w, result_id)
    with db.look(SYSTEM) as look:
        row = look.get(Result, result_id)
        hands = hands_of(look, [row])[result_id]
    assert (row.state, row.verified_by_id) == ("verified", second.person_id)
    assert hands.verifiers == {lab.reviewer.person_id, second.person_id}


def test_a_first_signature_under_what_changed_since_does_not_count(db):
    lab = make_lab(db)
    [code] = make_items(db, lab)
    with db.work(SYSTEM) as w:
        set_review_level(w, METHOD, 2, from_on=w.today, because="高风险项目")
    result_id = make_result(db, lab, code)
    with db.work(lab.reviewer.actor) as w:
        review_result(w, result_id)
    with db.work(lab.technician.actor) as w:
        enter_result(w, code, DISEASE, DISEASE, None, run_id=w.get(Result, result_id).run_id)
    people = [make_person(db, "lab_reviewer", organisation_id=lab.lab_id) for _ in range(2)]
    for person, after in zip(people, ("entered", "verified"), strict=True):
        with db.work(person.actor) as w:
            review_result(w, result_id)
        assert state(db, result_id) == after


def test_nobody_verifies_a_retest_whose_first_reading_or_run_was_theirs(db):
    lab = make_lab(db)
    [code] = make_items(db, lab)
    first = make_result(db, lab, code)
    with db.work(lab.technician.actor) as w:
        take_back_result(w, first, "看错孔")
    other = make_person(db, "lab_technician", organisation_id=lab.lab_id)
    opener = make_person(db, "lab_technician", organisation_id=lab.lab_id)
    with db.work(opener.actor) as w:
        run_id = open_run(w, lab.lab_id, instrument_id=lab.instrument_id, lot_id=lab.lot_id)
    with db.work(other.actor) as w:
        again = enter_result(w, code, DISEASE, DISEASE, None, run_id=run_id)
    for hand in (lab.technician, other, opener):
        with (
            pytest.raises(NotAllowed, match="参与过"),
            db.work(also(db, hand, "lab_reviewer")) as w,
        ):
            review_result(w, again)


def test_nobody_verifies_what_they_equipped_or_whose_reading_they_defined(db):
    lab = make_lab(db)
    codes = make_items(db, lab, 2)
    both = also(db, lab.reviewer, "lab_technician")
    with db.work(lab.technician.actor) as w:
        done = import_run(w, lab.lab_id, rdml_file(db, {codes[0]: None}), "r.rdml")
        [row] = results_of(w, codes[0])
    with db.work(both) as w:
        equip_run(w, done.run_ids[0], instrument_id=lab.instrument_id, lot_id=lab.lot_id)
    with pytest.raises(NotAllowed, match="参与过"), db.work(both) as w:
        review_results(w, [row.id])

    maker = make_person(db, "lab_technician", organisation_id=lab.lab_id)
    rows = [
        ProfileRow("column", "sample", 1, "编码"),
        ProfileRow("column", "target", 1, "通道"),
        ProfileRow("column", "cq", 1, "值"),
        ProfileRow("no_cq", "", 1, "NoSignal"),
    ]
    with db.work(maker.actor) as w:
        keep_profile(w, lab.lab_id, code="own", title="自用", rows=rows)
    with db.work(lab.technician.actor) as w:
        table = f"编码,通道,值\n{codes[1]},DIV1,NoSignal\nNTC,DIV1,NoSignal\n"
        import_run(w, lab.lab_id, table.encode(), "r.csv")
        [row] = results_of(w, codes[1])
    with pytest.raises(NotAllowed, match="参与过"), db.work(also(db, maker, "lab_reviewer")) as w:
        review_results(w, [row.id])


def test_nobody_verifies_what_they_sent_through_the_api(db, client):
    lab = make_lab(db)
    [code] = make_items(db, lab)
    both = also(db, lab.technician, "lab_reviewer")
    with db.work(both) as w:
        import_run(w, lab.lab_id, rdml_file(db, {code: None}), "r.rdml")
        [row] = results_of(w, code)
    with pytest.raises(NotAllowed, match="参与过"), db.work(both) as w:
        review_results(w, [row.id])
    doors = [rule.rule for rule in client.application.url_map.iter_rules()]
    assert [rule for rule in doors if rule.startswith("/api") and "review" in rule] == []


def test_only_identical_negatives_of_one_run_pass_together_and_all_or_none(db):
    lab = make_lab(db)
    codes = make_items(db, lab, 5)
    cqs = dict.fromkeys(codes[:3]) | {codes[3]: "28", codes[4]: None}
    run_id, scope_id, ids = imported(db, lab, cqs)
    with db.look(lab.reviewer.actor) as look:
        found = batch_of(look, run_id, scope_id)
        assert [e.code for e in found.alike] == sorted([*codes[:3], codes[4]])
        assert [(e.code, e.left) for e in found.left_out] == [(codes[3], Left.NOT_NEGATIVE)]
        waiting = queue(look)
        assert (waiting.together, [e.code for e in waiting.singles]) == (4, [codes[3]])
    negatives = [ids[code] for code in codes if code != codes[3]]
    with pytest.raises(NotReady) as refused, db.work(lab.reviewer.actor) as w:
        review_batch(w, run_id, scope_id, list(ids.values()))
    assert codes[3] in refused.value.reasons[0]
    seen = digest(db, lab, *negatives)
    with db.work(lab.technician.actor) as w:
        take_back_result(w, negatives[0], "孔位写错")
    with pytest.raises((Conflict, NotReady)), db.work(lab.reviewer.actor) as w:
        review_batch(w, run_id, scope_id, negatives, digest=seen)
    assert [state(db, one) for one in negatives[1:]] == ["entered"] * 3
    with db.work(lab.reviewer.actor) as w:
        review_batch(w, run_id, scope_id, negatives[1:], digest=digest(db, lab, *negatives[1:]))
    assert [state(db, one) for one in negatives[1:]] == ["verified"] * 3


def test_a_batch_leaves_out_what_the_reviewer_touched_and_what_came_by_hand(db):
    lab = make_lab(db)
    codes = make_items(db, lab, 3)
    make_result(db, lab, codes[2])
    run_id, scope_id, _ = imported(db, lab, dict.fromkeys(codes[:2]))
    both = also(db, lab.technician, "lab_reviewer")
    with db.look(both) as look:
        assert batch_of(look, run_id, scope_id) is None
        assert {entry.left for entry in queue(look).singles} == {Left.TOUCHED}
    with db.look(lab.reviewer.actor) as look:
        [entry] = queue(look).singles
        assert (entry.code, entry.left) == (codes[2], Left.MANUAL)


def test_a_plate_typed_once_passes_together_and_a_value_typed_over_does_not(db):
    lab = make_lab(db)
    equipment = make_strict(db, lab)
    codes = make_strict_items(db, lab, 4)
    run_id = make_run(db, lab, equipment)
    type_all(db, lab, run_id, {codes[0]: ("37", "无")})
    type_all(db, lab, run_id, {})
    with db.work(lab.technician.actor) as w:
        submit_run(w, run_id)
    with db.look(lab.reviewer.actor) as look:
        batch = batch_of(look, run_id, equipment[0])
        assert [entry.code for entry in batch.alike] == sorted(codes[1:])
        assert [(e.code, e.left) for e in batch.left_out] == [(codes[0], Left.MANUAL)]
    with db.work(lab.reviewer.actor) as w:
        review_batch(w, run_id, equipment[0], [entry.result.id for entry in batch.alike])

    make_strict_items(db, lab, 2)
    run_id = make_run(db, lab, equipment)
    type_all(db, lab, run_id, {}, NTC="36")
    type_all(db, lab, run_id, {}, NTC="无")
    with db.work(lab.technician.actor) as w:
        submit_run(w, run_id)
    with db.look(lab.reviewer.actor) as look:
        assert batch_of(look, run_id, equipment[0]) is None


def test_a_plate_of_negatives_is_signed_with_few_questions_for_each(db):
    """What a signature costs does not grow with what else is there: a handful of statements a result."""
    lab = make_lab(db)
    codes = make_items(db, lab, 47)
    run_id, scope_id, ids = imported(db, lab, dict.fromkeys(codes))
    asked = Counter()

    def count(_connection, _cursor, statement, *_others):
        asked[statement.split("(")[0][:80]] += 1

    event.listen(db.engine, "before_cursor_execute", count)
    with db.work(lab.reviewer.actor) as w:
        review_batch(w, run_id, scope_id, list(ids.values()))
    event.remove(db.engine, "before_cursor_execute", count)
    assert asked.total() < 8 * len(codes) + 100, asked.most_common(12)
    with db.look(SYSTEM) as look:
        assert len(look.scalars(select(SignedResult))) == 47


def test_a_batch_is_signed_by_the_page_with_the_second_factor(db, browser):
    lab = make_lab(db)
    codes = make_items(db, lab, 3)
    run_id, scope_id, ids = imported(db, lab, {codes[0]: None, codes[1]: None, codes[2]: "28"})
    reviewer = browser(lab.reviewer)
    assert "2 份相同阴性可一次通过" in words(reviewer.get("/labs/review/"))
    path = f"/labs/review/runs/{run_id}/{scope_id}"
    shown = reviewer.get(path)
    for said in ("同意 2 份为“阴性”", "没有放进这一批的", codes[2], "不是阴性"):
        assert said in words(shown)
    data = hidden(shown)
    assert set(data["results"].split()) == {str(ids[one]) for one in codes[:2]}
    wrong = reviewer.post(path, data={**data, "code": "000000"})
    assert (wrong.status_code, "口令不对" in words(wrong)) == (422, True)
    db.clock.forward(seconds=90)
    signed = {**data, "code": code_for(db, lab.reviewer.person_id)}
    for _ in range(2):
        assert reviewer.post(path, data=signed).status_code == 302
    assert [state(db, ids[one]) for one in codes] == ["verified", "verified", "entered"]
    with db.look(SYSTEM) as look:
        assert len(look.scalars(select(Signature))) == 1


def test_a_page_that_grew_stale_answers_409_with_the_differences(db, browser):
    lab = make_lab(db)
    [code] = make_items(db, lab)
    _, _, ids = imported(db, lab, {code: "39.1"})
    with db.work(lab.reviewer.actor) as w:
        row = results_of(w, code)[-1]
        if row.state == "entered":
            return_results(w, [ids[code]], "灰区，请复检")
    second = make_result(db, lab, code)
    reviewer = browser(lab.reviewer)
    shown = reviewer.get(f"/labs/review/results/{second}")
    for said in ("仪器原始", "39.10", "v2"):
        assert said in words(shown)
    with db.work(lab.technician.actor) as w:
        take_back_result(w, second, "试剂批号写错")
    make_result(db, lab, code, None, None, None)
    data = {**hidden(shown), "code": code_for(db, lab.reviewer.person_id)}
    stale = reviewer.post(f"/labs/review/results/{second}", data=data)
    assert stale.status_code == 409
    for said in ("没有提交", "v3", "试剂批号写错", "处不同"):
        assert said in words(stale)
    with db.look(SYSTEM) as look:
        assert look.scalars(select(Signature)) == []
    assert "仪器原始" in words(reviewer.get(f"/labs/review/results/{second}/changes"))


def test_wells_entered_after_the_page_was_opened_stand_beside_what_was_seen(db):
    lab = make_lab(db)
    [code] = make_items(db, lab)
    result_id = make_result(db, lab, code)
    opened = db.clock.now()
    db.clock.forward(seconds=5)
    with db.work(lab.technician.actor) as w:
        run_id = w.get(Result, result_id).run_id
        enter_result(w, code, DISEASE, DISEASE, "30.5", run_id=run_id)
    with db.look(lab.reviewer.actor) as look:
        diff = diff_of(look, look.get(Result, result_id), opened, "negative")
    changed = {change.name: change.values for change in diff.changes if change.is_changed}
    assert changed["DIV1 Cq 孔 3"] == ("—", "30.50")
    assert changed["结果"][0] == "阴性"


def test_a_returned_result_is_shown_to_the_technician_with_its_reason(db, browser):
    lab = make_lab(db)
    [code] = make_items(db, lab)
    result_id = make_result(db, lab, code)
    reviewer = browser(lab.reviewer)
    path = f"/labs/review/results/{result_id}"
    empty = reviewer.post(f"{path}/return", data={"because": ""})
    assert (empty.status_code, "必须填写" in words(empty)) == (422, True)
    assert reviewer.post(f"{path}/return", data={"because": "曲线不平"}).status_code == 302
    technician = browser(lab.technician)
    for page in ("/labs/review/returned", "/labs/bench/"):
        assert "曲线不平" in words(technician.get(page)), page
    make_result(db, lab, code)
    assert "曲线不平" not in words(technician.get("/labs/review/returned"))


def test_five_wrong_codes_lock_the_signature(db, browser):
    lab = make_lab(db)
    [code] = make_items(db, lab)
    result_id = make_result(db, lab, code)
    reviewer = browser(lab.reviewer)
    path = f"/labs/review/results/{result_id}"
    data = hidden(reviewer.get(path))
    db.clock.forward(seconds=60)
    for _ in range(5):
        assert reviewer.post(path, data={**data, "code": "000000"}).status_code == 422
    right = {**data, "code": code_for(db, lab.reviewer.person_id)}
    locked = reviewer.post(path, data=right)
    assert (locked.status_code, "分钟" in words(locked)) == (422, True)
    assert state(db, result_id) == "entered"
    db.clock.forward(minutes=16)
    data = hidden(reviewer.get(path))
    right = {**data, "code": code_for(db, lab.reviewer.person_id)}
    assert reviewer.post(path, data=right).status_code == 302
    assert state(db, result_id) == "verified"


def test_a_signature_needs_the_permission_and_the_laboratory(db, browser):
    lab, other = make_lab(db), make_lab(db)
    [code] = make_items(db, lab)
    path = f"/labs/review/results/{make_result(db, lab, code)}"
    assert browser(lab.receiver).post(path, data={}).status_code == 403
    assert browser(other.reviewer).get(path).status_code == 404
    assert browser(other.reviewer).post(path, data={"code": "1", "digest": "x"}).status_code == 404
    keeper = browser(make_person(db, "administrator", division="320000"))
    day = db.clock.now().date().isoformat()
    form = {"method_code": METHOD, "verifiers": "2", "from_on": day, "because": "高风险项目"}
    assert browser(lab.reviewer).post("/labs/review/levels", data=form).status_code == 403
    assert keeper.post("/labs/review/levels", data=form).status_code in {302, 403}


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(acts=st.lists(st.sampled_from(["enter", "sign", "return", "take_back"]), max_size=6))
def test_one_person_with_every_role_never_gets_a_result_verified(db, acts):
    """Whatever one person who is technician and reviewer does in whatever order, nothing is verified."""
    lab = make_lab(db)
    [code] = make_items(db, lab)
    alone = also(db, lab.technician, "lab_reviewer")
    result_id = make_result(db, lab, code)
    for act in acts:
        try:
            if act == "enter":
                result_id = make_result(db, lab, code)
                continue
            with db.work(alone) as w:
                if act == "sign":
                    review_results(w, [result_id])
                elif act == "return":
                    return_results(w, [result_id], "再来")
                else:
                    take_back_result(w, result_id, "再来")
        except AquaCertError:
            continue
    with db.look(alone) as look:
        assert {row.state for row in results_of(look, code)} <= {"entered", "returned"}


def test_what_was_sent_back_is_owed_again(db):
    lab = make_lab(db)
    [code] = make_items(db, lab)
    ids = [make_result(db, lab, code)]
    with pytest.raises(Invalid, match="原因"), db.work(lab.reviewer.actor) as w:
        return_results(w, ids, " ")
    with db.work(lab.reviewer.actor) as w:
        return_results(w, ids, "内参不稳")
    with db.look(lab.technician.actor) as look:
        [test] = owed_tests(look, look.scalars(owed_orders(look)))
        assert (test.item.blind_code, test.returned) == (code, "内参不稳")
    assert CHANGED.startswith("您打开之后")
