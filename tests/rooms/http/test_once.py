"""The same form twice has one answer, also when its own first effect took its choices away."""

from __future__ import annotations

import pytest

from tests.make.accounts import signed_in
from tests.make.declarations import make_declaration
from tests.make.inspections import inspect
from tests.make.labs import make_lab
from tests.make.sampling import make_sample


@pytest.fixture
def paper(db):
    made = make_declaration(db, state="assigned")
    inspect(db, made, suspected=("DIV1",))
    return made


def test_a_form_posted_twice_is_answered_as_the_first_time_and_a_stale_choice_in_plain_words(
    db, client, paper
):
    vet, lab, sample_id = signed_in(client, paper.vet), make_lab(db), make_sample(db, paper)
    asked = {"samples": str(sample_id), "lab_id": str(lab.lab_id), "carrier": "own", "once": "k1"}
    first = vet.post("/sampling/dispatch", data=asked)
    second = vet.post("/sampling/dispatch", data=asked)
    assert (first.status_code, second.status_code) == (302, 302)
    assert first.location == second.location
    late = vet.post("/sampling/dispatch", data=asked | {"once": "k2"})
    assert late.status_code == 422
    assert "valid choice" not in late.text
    assert "照新的列表再选" in late.text
    assert str(sample_id) not in late.text


def test_an_answer_kept_for_another_content_or_another_person_is_not_given(db, client, paper):
    vet, lab, sample_id = signed_in(client, paper.vet), make_lab(db), make_sample(db, paper)
    asked = {"samples": str(sample_id), "lab_id": str(lab.lab_id), "carrier": "own", "once": "k1"}
    assert vet.post("/sampling/dispatch", data=asked).status_code == 302
    assert vet.post("/sampling/dispatch", data=asked | {"carrier": "post"}).status_code == 422
    other = make_declaration(db, state="assigned")
    assert signed_in(client, other.vet).post("/sampling/dispatch", data=asked).status_code == 422
