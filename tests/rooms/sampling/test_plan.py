"""Taking a sample: the plan that binds, reasons, temperatures, photographs, custody."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import text

from aquacert.demo.pictures import pond
from aquacert.kernel.errors import Invalid, NotAllowed, NotAllowedNow
from aquacert.kernel.scope import SYSTEM
from aquacert.sampling import parsers
from aquacert.sampling.commands import (
    Taking,
    add_sample_photo,
    dispatch,
    order_sampling,
    take_sample,
)
from aquacert.sampling.queries import sample
from aquacert.sampling.queries.photos import photos_of
from aquacert.sampling.queries.plans import Wish, advice, plan_of
from aquacert.sampling.queries.sealed import unproven
from aquacert.sampling.rules import Preservation, Tissue, Window, in_words
from aquacert.sampling.views.take import _wish
from labs.custody.queries import chain, verify_chain
from labs.intake.queries import item_by_code
from tests.make.declarations import make_declaration
from tests.make.inspections import inspect
from tests.make.labs import make_lab
from tests.make.sampling import make_sample


@pytest.fixture
def paper(db):
    made = make_declaration(db, state="assigned")
    inspect(db, made, suspected=("DIV1",))
    return made


def taken(db, paper, **other):
    with db.work(paper.vet.actor) as w:
        order_sampling(w, paper.declaration_id, paper.batch_ids[0])
    asked = {"individuals": 150, "seal_number": "示封000009", "taken_with": "协检员"} | other
    with db.work(paper.vet.actor) as w:
        return take_sample(w, paper.declaration_id, paper.batch_ids[0], **asked)


def test_the_batch_of_half_a_million_is_planned_as_thirty_pools_of_five(db, paper):
    with db.look(SYSTEM) as look:
        plan = plan_of(look, paper.declaration_id, paper.batch_ids[0])
        rule = advice(look, paper.farm.species_code, "P5", "DIV1", None)
    assert (plan.individuals, in_words(plan.pools), plan.achieved) == (150, "30 × 5", "95.1")
    assert rule.tissue is Tissue.WHOLE_NO_EYESTALK


def test_a_share_that_is_none_is_said_at_its_field(db, paper):
    with db.look(SYSTEM) as look, pytest.raises(Invalid) as refused:
        wish = Wish(prevalence=Decimal(0), sensitivity=Decimal("1.2"))
        plan_of(look, paper.declaration_id, paper.batch_ids[0], wish)
    assert set(refused.value.fields) == {"sensitivity"}


def test_fewer_than_the_rules_ask_needs_a_reason_which_stays_with_who_gave_it(db, paper):
    with pytest.raises(Invalid, match="规则要求抽 150") as refused:
        taken(db, paper, individuals=60)
    assert "because" in refused.value.fields
    sample_id = taken(db, paper, individuals=60, more=Taking(because="网箱里只捞得到这些"))
    with db.look(SYSTEM) as look:
        row = sample(look, sample_id)
    assert (row.planned, row.individuals, row.plan_basis) == (150, 60, "custom")
    assert row.plan_because == "网箱里只捞得到这些"
    assert row.taken_by_id == paper.vet.person_id


def test_another_prevalence_is_another_number_without_any_reason(db, paper):
    sample_id = taken(db, paper, individuals=60, more=Taking(wish=Wish(prevalence=Decimal(5))))
    with db.look(SYSTEM) as look:
        row = sample(look, sample_id)
    assert (row.planned, row.pools, row.prevalence_tenths) == (60, 12, 50)


def test_more_infection_or_less_confidence_than_the_table_needs_a_reason(db, paper):
    for wish in (Wish(prevalence=Decimal(50)), Wish(confidence=Decimal(60))):
        with pytest.raises(Invalid, match="要写明为什么"):
            taken(db, paper, individuals=100, more=Taking(wish=wish))


def test_a_number_without_end_is_refused_before_it_is_reckoned_with(db, paper):
    with pytest.raises(Invalid, match="太大"):
        taken(db, paper, individuals=400_000)
    for value in ("1e999999999", "Infinity", "sNaN", "NaN"):
        with pytest.raises(Invalid):
            _wish({"pool_size": value})
    with db.look(SYSTEM) as look, pytest.raises(Invalid):
        wish = Wish(prevalence=Decimal("1e-9"))
        plan_of(look, paper.declaration_id, paper.batch_ids[0], wish)


def test_pools_above_the_limit_need_a_reason(db, paper):
    with pytest.raises(Invalid, match="每管最多 10 个"):
        taken(db, paper, more=Taking(wish=Wish(pool_size=15)))


def test_water_outside_the_window_is_warned_of_and_never_refused(db, paper, monkeypatch):
    window = Window("DIV1", Decimal(20), Decimal(31), None, None, date(2020, 1, 1), None, "x", "x")
    monkeypatch.setattr(parsers, "windows", lambda: (window,))
    sample_id = taken(db, paper, water_temperature=Decimal("4.5"))
    with db.look(SYSTEM) as look:
        row = sample(look, sample_id)
    assert (row.water_temperature_tenths, row.window_warned) == (45, "DIV1")


def test_what_the_vet_saw_is_kept_and_the_laboratory_gets_its_part_only(db, paper):
    more = Taking(
        tissue=Tissue.PLEOPOD,
        life_stage="红旗场 P8",
        length_mm=9,
        live_count=148,
        preservation=Preservation.RNA,
    )
    sample_id = taken(db, paper, more=more)
    lab = make_lab(db)
    with db.work(paper.vet.actor) as w:
        dispatch(w, lab.lab_id, [sample_id])
    with db.look(SYSTEM) as look:
        row = sample(look, sample_id)
        item = item_by_code(look, row.blind_code)
    assert (row.live_count, row.length_mm, row.preservation) == (148, 9, "rna")
    assert (item.matrix, item.life_stage, item.species) == ("游泳足", "P8", "凡纳滨对虾")


def test_the_chain_of_custody_begins_at_the_pond_and_shows_no_seal(db, paper):
    sample_id = make_sample(db, paper)
    lab = make_lab(db)
    with db.work(paper.vet.actor) as w:
        dispatch(w, lab.lab_id, [sample_id])
    with db.look(SYSTEM) as look:
        row = sample(look, sample_id)
        links = chain(look, row.blind_code)
        assert not verify_chain(look, row.blind_code)
    assert [link.act for link in links] == ["taken", "sealed", "handed_over", "shipped"]
    assert {link.holder for link in links} == {"抽样方"}
    told = " ".join(str(link) for link in links)
    assert row.seal_number not in told
    assert row.sheet_number not in told


def test_a_photograph_of_another_case_is_kept_and_flagged(db, paper):
    other = make_declaration(db, state="assigned")
    inspect(db, other, suspected=("DIV1",))
    mine, theirs = make_sample(db, paper), make_sample(db, other)
    picture = pond("封样")
    with db.work(paper.vet.actor) as w:
        assert add_sample_photo(w, mine, picture, "a.jpg") == ()
    with db.work(other.vet.actor) as w:
        assert add_sample_photo(w, theirs, picture, "b.jpg") == (paper.number,)
    with db.look(SYSTEM) as look:
        [photo] = photos_of(look, sample(look, mine))
    assert photo.seen == (other.number,)


def test_only_who_took_it_adds_photographs_and_only_before_it_left(db, paper):
    sample_id = make_sample(db, paper)
    with pytest.raises(NotAllowed), db.work(SYSTEM) as w:
        add_sample_photo(w, sample_id, pond("一"), "a.jpg")
    lab = make_lab(db)
    with db.work(paper.vet.actor) as w:
        dispatch(w, lab.lab_id, [sample_id])
    with pytest.raises(NotAllowedNow), db.work(paper.vet.actor) as w:
        add_sample_photo(w, sample_id, pond("二"), "a.jpg")


@pytest.mark.parametrize("column", ["seal_number", "sheet_number", "custody_salt", "waybill"])
def test_a_seal_sheet_salt_or_waybill_changed_later_is_found(db, paper, column):
    sample_id, lab = make_sample(db, paper), make_lab(db)
    with db.work(paper.vet.actor) as w:
        dispatch(w, lab.lab_id, [sample_id])
    with db.look(SYSTEM) as look:
        assert list(unproven(look)) == []
        code = sample(look, sample_id).blind_code
    table = "sample_dispatches" if column == "waybill" else "samples"
    with db.engine.begin() as connection:
        connection.execute(text(f"UPDATE {table} SET {column} = '{'0' * 32}'"))
    with db.look(SYSTEM) as look:
        assert [found for found, _county in unproven(look)] == [code]


def test_a_tissue_that_no_rule_takes_for_a_disease_needs_a_reason(db, paper):
    with pytest.raises(Invalid, match="要写明为什么") as refused:
        taken(db, paper, more=Taking(tissue=Tissue.WATER))
    assert {"tissue", "because"} == set(refused.value.fields)
    taken(db, paper, more=Taking(tissue=Tissue.WATER, because="苗已全部排空，只剩水体"))
