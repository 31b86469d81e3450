"""Loading the published tables, and the two words that make an unverified rule bind."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from aquacert.kernel.audit import AuditEntry
from aquacert.kernel.errors import (
    Conflict,
    Invalid,
    Misconfigured,
    NotAllowed,
    NotAllowedNow,
    NotFound,
)
from aquacert.kernel.permissions import P
from aquacert.kernel.scope import SYSTEM, Actor
from aquacert.reference import queries
from aquacert.reference.commands import adopt_rule, load_seed
from aquacert.reference.models import Disease, Division, ReferenceLoad, SpeciesAlias

SEED = Path(__file__).parents[3] / "seed_data"
TODAY = date(2026, 5, 9)


def officer():
    return Actor(
        person_id=uuid4(),
        label="省级监管员",
        permissions=frozenset({P.REFERENCE_READ, P.REFERENCE_ADOPT}),
    )


def facts(db, tag):
    with db.look(SYSTEM) as look:
        return look.scalars(select(AuditEntry).where(AuditEntry.tag == tag))


@pytest.fixture
def folder(tmp_path):
    copy = tmp_path / "seed"
    shutil.copytree(SEED, copy)
    return copy


def edit(path, old, new):
    body = path.read_text("utf-8")
    assert old in body
    path.write_text(body.replace(old, new), "utf-8")


def test_loading_again_changes_nothing_and_says_nothing(db):
    before = facts(db, "reference:table:load")
    assert len(before) == 1
    with db.work(SYSTEM) as w:
        load_seed(w, SEED)
    assert len(facts(db, "reference:table:load")) == 1


def test_a_newer_file_changes_rows_in_place(db, folder):
    with db.look(SYSTEM) as look:
        key = queries.division(look, "320102").id
    edit(folder / "divisions.csv", "320102,320100,玄武区", "320102,320100,玄武新区")
    edit(folder / "species_aliases.csv", "PNV,南美白,name,nmb\n", "")
    edit(folder / "diseases.csv", "WSD,白斑综合征", "WSD,白斑综合征（改）")
    with db.work(SYSTEM) as w:
        load_seed(w, folder)
    with db.look(SYSTEM) as look:
        row = queries.division(look, "320102")
        assert (row.id, row.name_zh) == (key, "玄武新区")
        assert queries.disease(look, "WSD").name_zh == "白斑综合征（改）"
        assert look.one(select(SpeciesAlias).where(SpeciesAlias.alias == "南美白")) is None
    fact = facts(db, "reference:table:load")[-1]
    assert "改动 1" in fact.change["files"]["divisions.csv"]
    assert "移除 1" in fact.change["files"]["species_aliases.csv"]


def test_a_division_that_left_the_file_stays_for_old_records(db, folder):
    lines = (folder / "divisions.csv").read_text("utf-8").splitlines(keepends=True)
    kept = [line for line in lines if not line.startswith("320102,")]
    (folder / "divisions.csv").write_text("".join(kept), "utf-8")
    with db.work(SYSTEM) as w:
        load_seed(w, folder)
    with db.look(SYSTEM) as look:
        assert queries.division(look, "320102").name_zh == "玄武区"


@pytest.mark.parametrize(
    ("old", "new"), [("value,unit", "worth,unit"), (",20,natural_days", ",twenty,natural_days")]
)
def test_a_broken_file_is_named_and_nothing_is_loaded(db, folder, old, new):
    edit(folder / "rules.csv", old, new)
    edit(folder / "diseases.csv", "WSD,白斑综合征", "WSD,别的病")
    with pytest.raises(Misconfigured, match=r"rules\.csv"), db.work(SYSTEM) as w:
        load_seed(w, folder)
    with db.look(SYSTEM) as look:
        assert queries.disease(look, "WSD").name_zh == "白斑综合征"


def test_a_missing_file_is_named(db, folder):
    (folder / "holidays.csv").unlink()
    with pytest.raises(Misconfigured, match=r"holidays\.csv"), db.work(SYSTEM) as w:
        load_seed(w, folder)


@pytest.mark.parametrize(
    "statement",
    [
        (
            "INSERT INTO disease_species SELECT '00000000000000000000000000000001',"
            " 'TILV', 'PNV', '2023', 'verified', 'county'"
        ),
        "UPDATE diseases SET trigger = 'always' WHERE code = 'WSD'",
        "DELETE FROM disease_species WHERE disease_code = 'WSD'",
        "UPDATE rules SET value = 0",
        "DELETE FROM methods",
    ],
)
def test_nobody_adds_or_changes_a_duty_outside_a_load(db, statement):
    with pytest.raises(DBAPIError, match="published, not written here"), db.work(SYSTEM) as w:
        w.session.execute(text(statement))


def test_no_load_is_ever_left_open(db):
    with db.look(SYSTEM) as look:
        assert look.session.scalar(select(func.count()).where(ReferenceLoad.is_open)) == 0


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE divisions SET level = 'village' WHERE code = '320102'",
        "UPDATE divisions SET parent_code = code WHERE code = '320102'",
        "UPDATE divisions SET parent_code = NULL WHERE code = '320102'",
        "UPDATE divisions SET from_on = '2026-01-01', until_on = '2025-01-01' WHERE code = '320102'",
        "UPDATE holidays SET kind = 'party'",
    ],
)
def test_the_database_refuses_what_cannot_be(db, statement):
    with pytest.raises(DBAPIError), db.work(SYSTEM) as w:
        w.session.execute(text(statement))


def test_two_officers_make_an_unverified_rule_bind(db):
    db.settings = replace(db.settings, is_production=True)
    one, other = officer(), officer()
    with db.work(one) as w:
        assert not adopt_rule(w, "arrival.report", TODAY)
    with db.look(SYSTEM) as look:
        assert queries.binding_rule(look, "arrival.report", TODAY) is None
    with db.work(other) as w:
        assert adopt_rule(w, "arrival.report", TODAY)
    with db.look(SYSTEM) as look:
        assert queries.rule(look, "arrival.report", TODAY).words == "72 小时"
        assert queries.binding_rule(look, "arrival.report", date(2026, 5, 8)) is None
    last = facts(db, "reference:rule:adopt")[-1]
    assert (last.change["binds"], last.change["adopters"]) == (True, 2)


def test_one_officer_counts_once(db):
    one = officer()
    with db.work(one) as w:
        adopt_rule(w, "arrival.report", TODAY)
    with pytest.raises(Conflict, match="另一名"), db.work(one) as w:
        adopt_rule(w, "arrival.report", TODAY)


def test_both_officers_name_the_same_day(db):
    with db.work(officer()) as w:
        adopt_rule(w, "arrival.report", TODAY)
    with pytest.raises(Invalid, match="2026-05-09"), db.work(officer()) as w:
        adopt_rule(w, "arrival.report", date(2026, 6, 1))


def test_nobody_else_adopts_and_a_verified_rule_needs_it_not(db):
    clerk = Actor(person_id=uuid4(), permissions=frozenset({P.REFERENCE_READ}))
    for actor in (clerk, SYSTEM):
        with pytest.raises(NotAllowed), db.work(actor) as w:
            adopt_rule(w, "arrival.report", TODAY)
    with pytest.raises(NotAllowedNow), db.work(officer()) as w:
        adopt_rule(w, "declaration.lead_time", TODAY)
    with pytest.raises(NotFound), db.work(officer()) as w:
        adopt_rule(w, "no.such.rule", TODAY)


def test_an_adoption_is_never_taken_back_in_silence(db):
    with db.work(officer()) as w:
        adopt_rule(w, "arrival.report", TODAY)
    with pytest.raises(DBAPIError, match="append-only"), db.work(SYSTEM) as w:
        w.session.execute(text("DELETE FROM rule_adoptions"))


def test_reference_rows_have_no_row_scope(db):
    assert Division.__parties__ is None
    assert Disease.__parties__ is None
