"""Labels: handed to units, scanned twice, used once, printed again only for a reason."""

from __future__ import annotations

from datetime import timedelta

import pytest

from aquacert.kernel.errors import Invalid, NotAllowedNow, NotFound
from aquacert.kernel.scope import SYSTEM
from aquacert.sampling.commands import (
    Taking,
    dispatch,
    issue_labels,
    order_sampling,
    print_sample,
    print_sheet,
    take_sample,
    void_label,
)
from aquacert.sampling.queries import sample
from aquacert.sampling.queries.labels import counts_of, free_labels, labels_of, prints_of
from aquacert.sampling.rules import LABEL_SENTENCES, LabelFault
from tests.make.accounts import make_organisation, make_person, signed_in
from tests.make.declarations import make_declaration
from tests.make.inspections import inspect
from tests.make.labs import make_lab
from tests.make.sampling import make_sample


@pytest.fixture
def paper(db):
    made = make_declaration(db, state="assigned")
    inspect(db, made, suspected=("DIV1",))
    with db.work(made.vet.actor) as w:
        order_sampling(w, made.declaration_id, made.batch_ids[0])
    return made


def issued(db, unit_id, count=3):
    with db.work(SYSTEM) as w:
        sheet_id = issue_labels(w, unit_id, count)
    with db.look(SYSTEM) as look:
        return sheet_id, [row.blind_code for row in labels_of(look, sheet_id)]


def take(db, paper, tube, sheet):
    with db.work(paper.vet.actor) as w:
        return take_sample(
            w,
            paper.declaration_id,
            paper.batch_ids[0],
            individuals=150,
            seal_number="示封000021",
            taken_with="协检员",
            more=Taking(label=tube, label_again=sheet),
        )


def refusal(db, paper, tube, sheet):
    with pytest.raises(Invalid) as refused:
        take(db, paper, tube, sheet)
    return refused.value.sentence


def test_a_label_scanned_on_tube_and_sheet_becomes_the_samples_code(db, paper):
    sheet_id, codes = issued(db, paper.farm.office_id)
    sample_id = take(db, paper, codes[1], codes[1].lower().replace("-", ""))
    with db.look(SYSTEM) as look:
        row = sample(look, sample_id)
        assert counts_of(look, [sheet_id]) == {sheet_id: {"free": 2, "used": 1}}
        assert free_labels(look, [paper.farm.office_id]) == 2
    assert row.blind_code == codes[1]
    assert row.label_scanned_at == row.taken_at


def test_each_label_that_does_not_fit_is_refused_in_its_own_sentence(db, paper):
    _sheet, mine = issued(db, paper.farm.office_id)
    _other, theirs = issued(db, make_organisation(db, "agency"))
    with db.work(SYSTEM) as w:
        void_label(w, mine[0], "受潮")
    assert refusal(db, paper, mine[1], mine[2]) == LABEL_SENTENCES[LabelFault.NOT_ALIKE]
    assert refusal(db, paper, mine[1], "") == LABEL_SENTENCES[LabelFault.NOT_TWICE]
    assert refusal(db, paper, theirs[0], theirs[0]) == LABEL_SENTENCES[LabelFault.OTHER_UNIT]
    assert refusal(db, paper, mine[0], mine[0]) == LABEL_SENTENCES[LabelFault.VOID]
    assert refusal(db, paper, "ZZZZZ-ZZZZZ", "ZZZZZ-ZZZZZ") == LABEL_SENTENCES[LabelFault.UNKNOWN]


def test_a_label_serves_once(db, paper):
    _sheet, codes = issued(db, paper.farm.office_id)
    take(db, paper, codes[0], codes[0])
    with db.work(paper.vet.actor) as w:
        order_sampling(w, paper.declaration_id, paper.batch_ids[0], ["WSD"])
    assert refusal(db, paper, codes[0], codes[0]) == LABEL_SENTENCES[LabelFault.USED]
    with pytest.raises(Invalid, match="用过"), db.work(SYSTEM) as w:
        void_label(w, codes[0], "遗失")


def test_codes_of_one_sheet_follow_nothing(db, paper):
    _sheet, codes = issued(db, paper.farm.office_id, 40)
    assert len(set(codes)) == 40
    assert len({code[:2] for code in codes}) > 20


def test_labels_go_to_offices_and_hatcheries_only_and_500_at_once_at_most(db, paper):
    lab = make_lab(db)
    for unit_id, count in ((lab.lab_id, 3), (paper.farm.office_id, 0), (paper.farm.office_id, 501)):
        with pytest.raises(Invalid), db.work(SYSTEM) as w:
            issue_labels(w, unit_id, count)


def test_printing_sets_no_time_and_a_reprint_says_why(db, paper):
    sample_id = make_sample(db, paper)
    with db.look(SYSTEM) as look:
        before = sample(look, sample_id).taken_at
    db.clock.at += timedelta(hours=3)
    with db.work(paper.vet.actor) as w:
        assert print_sample(w, sample_id) == 1
    with pytest.raises(Invalid) as refused, db.work(paper.vet.actor) as w:
        print_sample(w, sample_id)
    assert "because" in refused.value.fields
    with db.work(paper.vet.actor) as w:
        assert print_sample(w, sample_id, "卡纸") == 2
    with db.look(SYSTEM) as look:
        assert sample(look, sample_id).taken_at == before
        assert [(p.ordinal, p.because) for p in prints_of(look, sample_id)] == [
            (1, ""),
            (2, "卡纸"),
        ]


def test_the_label_of_a_sample_that_left_is_printed_no_more(db, paper):
    sample_id = make_sample(db, paper)
    lab = make_lab(db)
    with db.work(paper.vet.actor) as w:
        dispatch(w, lab.lab_id, [sample_id])
    with pytest.raises(NotAllowedNow), db.work(paper.vet.actor) as w:
        print_sample(w, sample_id)


def test_a_sheet_of_labels_is_printed_with_its_log_too(db, paper):
    sheet_id, _codes = issued(db, paper.farm.office_id)
    with db.work(SYSTEM) as w:
        print_sheet(w, sheet_id)
    with pytest.raises(Invalid), db.work(SYSTEM) as w:
        print_sheet(w, sheet_id)


def test_a_county_hands_labels_to_its_own_units_only(db, paper):
    elsewhere = make_person(db, "county_supervisor", division="320581")
    with pytest.raises(NotFound), db.work(elsewhere.actor) as w:
        issue_labels(w, paper.farm.office_id, 3)
    here = make_person(db, "county_supervisor", division="320114")
    with db.work(here.actor) as w:
        assert issue_labels(w, paper.farm.office_id, 3)


def test_who_only_reads_samples_prints_no_labels(app, db, paper):
    sheet_id, _codes = issued(db, paper.farm.office_id)
    reader = signed_in(app.test_client(), make_person(db, "auditor", division="320000"))
    shown = reader.get(f"/sampling/labels/{sheet_id}")
    assert (shown.status_code, "/print" in shown.get_data(as_text=True)) == (200, False)
    assert reader.post(f"/sampling/labels/{sheet_id}/print").status_code == 403
    with db.look(SYSTEM) as look:
        assert prints_of(look, sheet_id) == []
