"""A sample whose tests no single laboratory can all do: sent for a part, the rest is sampled again."""

from __future__ import annotations

from html import unescape

import pytest
from sqlalchemy import select

from aquacert.kernel.errors import Invalid
from aquacert.kernel.scope import SYSTEM
from aquacert.sampling.commands import dispatch
from aquacert.sampling.queries import batch_tests, samples_of, tests_of
from aquacert.sampling.rules import Stage
from labs.intake.models import AssayOrder
from tests.make.accounts import signed_in
from tests.make.declarations import make_declaration
from tests.make.inspections import inspect
from tests.make.labs import make_lab
from tests.make.sampling import make_sample


@pytest.fixture
def paper(db):
    made = make_declaration(db, state="assigned")
    inspect(db, made, suspected=("DIV1", "EHPD"))
    return made


def test_a_sample_goes_for_what_a_laboratory_can_do_and_the_rest_is_sampled_again(
    db, client, paper
):
    vet, lab, sample_id = signed_in(client, paper.vet), make_lab(db), make_sample(db, paper)
    asked = {"samples": str(sample_id), "lab_id": str(lab.lab_id), "carrier": "own"}
    refused = vet.post("/sampling/dispatch", data=asked)
    assert refused.status_code == 422
    assert "就先送它能检的" in unescape(refused.text)
    assert 'name="leave_rest"' in refused.text
    assert vet.post("/sampling/dispatch", data=asked | {"leave_rest": "y"}).status_code == 302
    with db.look(SYSTEM) as look:
        announced = look.scalars(select(AssayOrder.disease_code))
        div1, ehpd = tests_of(look, paper.batch_ids[0])
        line = batch_tests(look, paper.declaration_id)[0]
    assert announced == ["DIV1"]
    assert (div1.state, ehpd.state, ehpd.is_left) == (Stage.SENT, Stage.ORDERED, True)
    assert any("虾肝肠胞虫病" in said and "另抽一份样" in said for said in line.told)
    here = f"/sampling/{paper.declaration_id}"
    assert "去抽样封样" in vet.get(here).text
    again = {
        "individuals": "150",
        "seal_number": "示封000099",
        "taken_with": "协检员",
        "tissue": "whole",
        "preservation": "ice",
    }
    assert vet.post(f"{here}/{paper.batch_ids[0]}/take", data=again).status_code == 302
    with db.look(SYSTEM) as look:
        div1, ehpd = tests_of(look, paper.batch_ids[0])
        first, second = samples_of(look, paper.declaration_id)
    assert (div1.sample_id, ehpd.sample_id) == (first.id, second.id)
    assert (ehpd.state, ehpd.is_left) == (Stage.SAMPLED, False)


def test_a_laboratory_that_can_do_nothing_of_a_sample_is_sent_nothing(db):
    made = make_declaration(db, state="assigned")
    inspect(db, made, suspected=("EHPD",))
    sample_id, lab = make_sample(db, made), make_lab(db)
    with pytest.raises(Invalid) as refused, db.work(made.vet.actor) as w:
        dispatch(w, lab.lab_id, [sample_id], leave_rest=True)
    assert list(refused.value.fields) == ["lab_id"]
