"""自检: a hatchery's own test goes the same blind way and never reaches a certificate."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text

from aquacert.accounts.queries.inbox import inbox
from aquacert.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from aquacert.kernel.scope import SYSTEM
from aquacert.sampling.commands import (
    OwnTaking,
    dispatch,
    issue_labels,
    note_self_test,
    send_self_test,
    take_self_test,
)
from aquacert.sampling.queries import samples_of, tests_of
from aquacert.sampling.queries.labels import labels_of
from aquacert.sampling.queries.labs import lab_choices
from aquacert.sampling.queries.own import own_tests, self_test
from aquacert.surveillance.models import OwnResult
from labs.custody.queries import chain
from labs.intake.commands import receive_item
from labs.intake.queries import item_by_code
from labs.reports.commands import withdraw_report
from tests.make.declarations import make_declaration
from tests.make.hatcheries import make_hatchery
from tests.make.inspections import inspect
from tests.make.labs import make_lab, make_report
from tests.make.sampling import make_sample


@pytest.fixture
def farm(db):
    return make_hatchery(db)


def taken(db, farm, **more):
    with db.work(farm.owner) as w:
        return take_self_test(w, farm.lot_id, "DIV1", OwnTaking(**more))


def reported(db, farm, *cqs):
    lab, key = make_lab(db), taken(db, farm)
    with db.work(farm.owner) as w:
        send_self_test(w, key, lab.lab_id)
        code = self_test(w, key).blind_code
    with db.work(lab.receiver.actor) as w:
        receive_item(w, code, "good")
    report_id = make_report(db, lab, code, *cqs)
    with db.work(SYSTEM) as w:
        note_self_test(w, report_id)
    return lab, key, report_id


def test_a_hatchery_takes_as_many_as_the_rules_plan(db, farm):
    key = taken(db, farm)
    with db.look(farm.owner) as look:
        row = self_test(look, key)
    assert (row.individuals, row.pool_size, row.tissue) == (150, 5, "whole_no_eyestalk")
    assert row.state == "taken"


def test_a_lot_by_weight_counts_as_a_large_one(db, farm):
    with db.engine.begin() as connection:
        connection.execute(text("UPDATE lots SET unit = 'kg', balance = 3"))
    key = taken(db, farm)
    with db.look(farm.owner) as look:
        assert self_test(look, key).individuals == 150


def test_what_is_no_laboratory_is_sent_nothing(db, farm):
    key = taken(db, farm)
    with pytest.raises(NotFound), db.work(farm.owner) as w:
        send_self_test(w, key, farm.office_id)


def test_it_uses_labels_handed_to_it(db, farm):
    with db.work(SYSTEM) as w:
        sheet_id = issue_labels(w, farm.organisation_id, 2)
        code = labels_of(w, sheet_id)[0].blind_code
    key = taken(db, farm, label=code, label_again=code)
    with db.look(farm.owner) as look:
        assert self_test(look, key).blind_code == code


def test_another_farm_neither_takes_nor_sends_nor_sees_it(db, farm):
    key, stranger, lab = taken(db, farm), make_hatchery(db), make_lab(db)
    with pytest.raises((NotAllowed, NotFound)), db.work(stranger.owner) as w:
        take_self_test(w, farm.lot_id, "DIV1")
    with pytest.raises(NotFound), db.work(stranger.owner) as w:
        send_self_test(w, key, lab.lab_id)
    with db.look(stranger.owner) as look, pytest.raises(NotFound):
        self_test(look, key)


def test_a_disease_of_other_animals_is_refused(db, farm):
    with pytest.raises(Invalid), db.work(farm.owner) as w:
        take_self_test(w, farm.lot_id, "SVCD")


def test_the_laboratory_cannot_tell_it_from_an_official_sample(db, farm):
    lab = make_lab(db)
    paper = make_declaration(db, state="assigned")
    inspect(db, paper, suspected=("DIV1",))
    official = make_sample(db, paper)
    with db.work(paper.vet.actor) as w:
        dispatch(w, lab.lab_id, [official])
        [row] = samples_of(w, paper.declaration_id)
    key = taken(db, farm)
    with db.work(farm.owner) as w:
        send_self_test(w, key, lab.lab_id)
        own_code = self_test(w, key).blind_code
    with db.look(SYSTEM) as look:
        theirs, ours = (chain(look, code) for code in (row.blind_code, own_code))
        one, other = (item_by_code(look, code) for code in (row.blind_code, own_code))
        names = set(vars(one)) == set(vars(other))
    assert names
    assert [(x.act, x.holder) for x in theirs] == [(x.act, x.holder) for x in ours]
    assert farm.uscc not in " ".join(str(value) for value in vars(other).values())


def test_the_result_is_told_and_noted_once_however_often_the_news_comes(db, farm):
    _lab, key, report_id = reported(db, farm)
    with db.work(SYSTEM) as w:
        note_self_test(w, report_id)
    with db.look(farm.owner) as look:
        assert self_test(look, key).state == "released"
        assert sum("自检" in row.subject for row in look.scalars(inbox(look))) == 1
    with db.look(SYSTEM) as look:
        [test] = own_tests(look, lot_id=farm.lot_id, disease_code="DIV1")
        [result] = look.scalars(select(OwnResult).where(OwnResult.sample_id == key))
    assert (test.outcome, test.in_scope) == ("negative", True)
    assert (result.outcome, result.purpose) == ("negative", "self")


def test_a_withdrawn_report_takes_the_result_back(db, farm):
    lab, key, report_id = reported(db, farm, "22.4", "22.6")
    with db.work(lab.authoriser.actor) as w:
        withdraw_report(w, report_id, "样品搞混")
    with db.work(SYSTEM) as w:
        note_self_test(w, report_id)
    with db.look(SYSTEM) as look:
        [test] = own_tests(look, organisation_id=farm.organisation_id)
    assert test.outcome is None
    with db.look(farm.owner) as look:
        assert self_test(look, key).state == "sent"


def test_it_never_counts_for_a_batch_of_the_same_lot(db, farm):
    reported(db, farm)
    paper = make_declaration(db)
    with db.look(SYSTEM) as look:
        assert tests_of(look, paper.batch_ids[0]) == ()
        assert samples_of(look, paper.declaration_id) == []


def test_it_is_sent_once(db, farm):
    key, lab = taken(db, farm), make_lab(db)
    with db.work(farm.owner) as w:
        send_self_test(w, key, lab.lab_id)
    with pytest.raises(Conflict), db.work(farm.owner) as w:
        send_self_test(w, key, lab.lab_id)


def test_the_choice_of_a_laboratory_says_why_not_and_how_busy(db, farm):
    lab = make_lab(db)
    with db.look(farm.owner) as look:
        able = {c.lab_id: c for c in lab_choices(look, ["DIV1"], [farm.organisation_id])}
        unable = {c.lab_id: c for c in lab_choices(look, ["EHPD"], [farm.organisation_id])}
        owned = {c.lab_id: c for c in lab_choices(look, ["DIV1"], [lab.lab_id])}
    assert able[lab.lab_id].fault == ""
    assert able[lab.lab_id].load.owed == 0
    assert "检测能力" in unable[lab.lab_id].fault
    assert "同一业主" in owned[lab.lab_id].fault
