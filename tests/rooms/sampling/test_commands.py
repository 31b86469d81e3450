"""From the vet's suspicion to a report that names no farm, and back to the batch."""

from __future__ import annotations

import pytest

from aquacert.accounts.queries.inbox import inbox
from aquacert.declarations.queries import declaration
from aquacert.kernel.errors import Conflict, Invalid, NotAllowed, NotAllowedNow
from aquacert.kernel.scope import SYSTEM
from aquacert.sampling.commands import (
    dispatch,
    make_plan,
    note_inspected,
    note_report,
    order_sampling,
    take_sample,
)
from aquacert.sampling.queries import required_tests, samples_of, tests_of
from aquacert.sampling.rules import Because, Matrix, Stage
from labs.intake.commands import receive_item
from labs.intake.queries import item_by_code
from labs.reports.commands import withdraw_report
from tests.make.accounts import make_person
from tests.make.declarations import make_declaration
from tests.make.inspections import inspect
from tests.make.labs import make_lab
from tests.make.sampling import make_sample, send, tested


@pytest.fixture
def paper(db):
    made = make_declaration(db, state="assigned")
    inspect(db, made, suspected=("DIV1",))
    return made


def standing(db, paper):
    with db.look(SYSTEM) as look:
        [found] = tests_of(look, paper.batch_ids[0])
    return found


def test_a_healthy_batch_outside_every_plan_needs_no_test(db):
    made = make_declaration(db, state="assigned")
    inspect(db, made)
    with db.look(SYSTEM) as look:
        assert required_tests(look, made.declaration_id, made.batch_ids[0]) == ()


def test_suspicion_asks_for_the_test_of_that_disease(db, paper):
    with db.look(SYSTEM) as look:
        [test] = required_tests(look, paper.declaration_id, paper.batch_ids[0])
    assert (test.disease_code, test.because) == ("DIV1", Because.SUSPICION)


def test_the_plan_of_the_province_asks_too(db, paper):
    with db.work(SYSTEM) as w:
        make_plan(
            w,
            disease_code="WSD",
            species_code=paper.farm.species_code,
            from_on=w.today,
            until_on=w.today,
            title="2026 年省级监测计划",
        )
    with db.look(SYSTEM) as look:
        tests = required_tests(look, paper.declaration_id, paper.batch_ids[0])
    assert {(t.disease_code, t.because) for t in tests} == {
        ("DIV1", Because.SUSPICION),
        ("WSD", Because.PLAN),
    }


def test_ordering_again_adds_nothing(db, paper):
    for _ in range(2):
        with db.work(paper.vet.actor) as w:
            new = order_sampling(w, paper.declaration_id, paper.batch_ids[0])
    assert new == []


def test_only_its_vet_orders_and_samples(db, paper):
    other = make_person(db, "official_vet", organisation_id=paper.farm.office_id)
    with pytest.raises(NotAllowed), db.work(other.actor) as w:
        order_sampling(w, paper.declaration_id, paper.batch_ids[0])


def test_a_sample_needs_an_ordered_test(db, paper):
    with pytest.raises(NotAllowedNow), db.work(paper.vet.actor) as w:
        take_sample(
            w,
            paper.declaration_id,
            paper.batch_ids[0],
            matrix=Matrix.WHOLE,
            individuals=150,
            seal_number="F1",
            taken_with="协检员",
        )


def test_a_seal_serves_once(db, paper):
    make_sample(db, paper)
    with db.look(SYSTEM) as look:
        seal = samples_of(look, paper.declaration_id)[0].seal_number
    with db.work(paper.vet.actor) as w:
        order_sampling(w, paper.declaration_id, paper.batch_ids[0], ["WSD"])
    with pytest.raises(Invalid, match="封样号"), db.work(paper.vet.actor) as w:
        take_sample(
            w,
            paper.declaration_id,
            paper.batch_ids[0],
            matrix=Matrix.WHOLE,
            individuals=150,
            seal_number=seal,
            taken_with="协检员",
        )


def test_a_laboratory_out_of_scope_cannot_be_sent_a_sample(db, paper):
    sample_id = make_sample(db, paper)
    elsewhere = make_lab(db)
    with db.work(paper.vet.actor) as w:
        order_sampling(w, paper.declaration_id, paper.batch_ids[0], ["EHPD"])
        other = take_sample(
            w,
            paper.declaration_id,
            paper.batch_ids[0],
            matrix=Matrix.WHOLE,
            individuals=150,
            seal_number="F-EHP",
            taken_with="协检员",
        )
    with pytest.raises(Invalid) as refused, db.work(paper.vet.actor) as w:
        dispatch(w, elsewhere.lab_id, [other])
    assert "lab_id" in refused.value.fields
    with db.work(paper.vet.actor) as w:
        dispatch(w, elsewhere.lab_id, [sample_id])


def test_a_sample_is_sent_once(db, paper):
    lab = make_lab(db)
    sample_id = make_sample(db, paper)
    send(db, paper, sample_id, lab)
    with pytest.raises(Conflict), db.work(paper.vet.actor) as w:
        dispatch(w, lab.lab_id, [sample_id])


def test_a_negative_report_comes_back_to_its_batch_with_its_scope(db, paper):
    lab = make_lab(db)
    report_id = tested(db, paper, lab)
    found = standing(db, paper)
    assert (found.state, found.outcome, found.in_scope) == (Stage.RELEASED, "negative", True)
    assert found.report_id == report_id
    with db.work(SYSTEM) as w:
        note_report(w, report_id)
    with db.look(SYSTEM) as look:
        assert declaration(look, paper.declaration_id).testing == "done"
        [row] = samples_of(look, paper.declaration_id)
        assert row.state == "released"
    with db.look(paper.vet.actor) as look:
        assert any("检测报告" in row.subject for row in look.scalars(inbox(look)))


def test_news_that_comes_twice_has_one_effect(db, paper):
    report_id = tested(db, paper, make_lab(db))
    for _ in range(2):
        with db.work(SYSTEM) as w:
            note_report(w, report_id)
    with db.look(paper.vet.actor) as look:
        assert sum("检测报告" in row.subject for row in look.scalars(inbox(look))) == 1


def test_a_positive_is_never_read_as_anything_else(db, paper):
    tested(db, paper, make_lab(db), "22.4", "22.6")
    assert standing(db, paper).outcome == "positive"


def test_a_withdrawn_report_proves_nothing(db, paper):
    lab = make_lab(db)
    report_id = tested(db, paper, lab)
    with db.work(lab.authoriser.actor) as w:
        withdraw_report(w, report_id, "样品搞混")
    found = standing(db, paper)
    assert (found.outcome, found.report_no) == (None, "")


def test_the_laboratory_never_sees_the_farm(db, paper):
    lab = make_lab(db)
    code = send(db, paper, make_sample(db, paper), lab)
    with db.look(lab.technician.actor) as look:
        row = item_by_code(look, code)
        seen = " ".join(str(value) for value in vars(row).values())
    assert paper.number not in seen
    assert str(paper.farm.organisation_id) not in seen


def test_the_laboratory_reads_the_sample_in_words(db, paper):
    code = send(db, paper, make_sample(db, paper), make_lab(db))
    with db.look(SYSTEM) as look:
        assert item_by_code(look, code).matrix == "全苗（整尾）"


def test_a_declaration_that_needs_no_test_is_marked_exempt(db):
    made = make_declaration(db, state="assigned")
    inspect(db, made)
    with db.work(SYSTEM) as w:
        note_inspected(w, made.declaration_id)
    with db.look(SYSTEM) as look:
        assert declaration(look, made.declaration_id).testing == "exempt"


def test_a_sample_that_arrived_unfit_is_taken_again(db, paper):
    lab = make_lab(db)
    sample_id = make_sample(db, paper)
    with db.work(paper.vet.actor) as w:
        dispatch(w, lab.lab_id, [sample_id])
    with db.look(SYSTEM) as look:
        code = samples_of(look, paper.declaration_id)[0].blind_code
    with db.work(lab.receiver.actor) as w:
        receive_item(w, code, "rejected", "封签已破")
    assert standing(db, paper).state is Stage.ORDERED
    second = send(db, paper, make_sample(db, paper), lab)
    assert second != code
    assert standing(db, paper).state is Stage.RECEIVED
