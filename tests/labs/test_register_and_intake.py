"""The register says who may test what; intake knows items by blind code alone."""

from datetime import date, timedelta

import pytest
from sqlalchemy import inspect

from aquacert.kernel.clock import legal_day
from aquacert.kernel.db import Base
from aquacert.kernel.errors import Conflict, Invalid, NotAllowed, NotAllowedNow, NotFound
from aquacert.kernel.scope import SYSTEM
from labs.intake.commands import Announced, announce, receive_item
from labs.intake.models import Consignment, Item
from labs.intake.queries import consignments, item_state, items_of
from labs.intake.rules import ItemState
from labs.register.commands import add_scope, designate_lab, resume_lab, suspend_lab
from labs.register.queries import in_scope, lab, labs_in_scope
from tests.make.accounts import make_organisation, make_person
from tests.make.labs import DISEASE, METHOD, announced, blind, make_items, make_lab


def test_a_laboratory_in_scope_is_offered_and_a_suspended_one_is_not(db):
    made = make_lab(db)
    today = legal_day(db.clock.now())
    with db.look() as look:
        assert [line.lab_id for line in labs_in_scope(look, DISEASE, METHOD, today)] == [
            made.lab_id
        ]
        assert labs_in_scope(look, DISEASE, METHOD, today + timedelta(days=500)) == ()
        assert not in_scope(look, made.lab_id, "WSD", "woah-wsd-qpcr", today)
    with db.work(SYSTEM) as w:
        suspend_lab(w, made.lab_id, "能力验证不满意")
    with db.look() as look:
        assert labs_in_scope(look, DISEASE, METHOD, today) == ()
    with pytest.raises(NotAllowedNow, match="暂停"), db.work(SYSTEM) as w:
        announce(w, lab_id=made.lab_id, items=[announced(blind(), db)])
    with db.work(SYSTEM) as w:
        resume_lab(w, made.lab_id, "整改完成")
    with db.look() as look:
        assert lab(look, made.lab_id).state == "active"


def test_only_a_laboratory_can_be_designated(db):
    farm = make_organisation(db, "hatchery")
    with pytest.raises(Invalid, match="只有实验室"), db.work(SYSTEM) as w:
        designate_lab(
            w,
            farm,
            code="X",
            address="x",
            accredited_from_on=date(2026, 1, 1),
            accredited_until_on=date(2027, 1, 1),
        )


def test_a_county_designates_no_laboratory_and_widens_no_scope(db):
    made, other = make_lab(db), make_organisation(db, "lab")
    today = legal_day(db.clock.now())
    county = make_person(db, "administrator").actor
    span = {"accredited_from_on": today, "accredited_until_on": today}
    with pytest.raises(NotAllowed, match="省里"), db.work(county) as w:
        designate_lab(w, other, code="X", address="x", **span)
    with pytest.raises(NotAllowed), db.work(county) as w:
        add_scope(w, made.lab_id, disease_code="X", method_code="X", from_on=today, until_on=today)
    for act in (suspend_lab, resume_lab):
        with pytest.raises(NotAllowed), db.work(county) as w:
            act(w, made.lab_id, "县里不管")


def test_a_new_decision_rule_is_a_new_span_with_the_next_version(db):
    made = make_lab(db)
    today = legal_day(db.clock.now())
    span = {"disease_code": DISEASE, "method_code": METHOD}
    with pytest.raises(Invalid, match="已有登记"), db.work(SYSTEM) as w:
        add_scope(w, made.lab_id, **span, from_on=today, until_on=today)
    later = today + timedelta(days=401)
    with db.work(SYSTEM) as w:
        add_scope(w, made.lab_id, **span, from_on=later, until_on=later)
    with pytest.raises(Invalid, match="方法"), db.work(SYSTEM) as w:
        add_scope(
            w,
            made.lab_id,
            disease_code=DISEASE,
            method_code="nonsense",
            from_on=today,
            until_on=today,
        )


def test_no_table_of_the_laboratory_names_a_farm():
    words = ("hatch", "farm", "owner", "declar", "batch", "origin", "plate_number", "certificate")
    tables = [t for t in Base.metadata.tables.values() if t.name.startswith(("lab_", "laborator"))]
    assert len(tables) >= 10
    columns = {f"{t.name}.{c.name}" for t in tables for c in t.columns}
    assert not [c for c in columns if any(word in c for word in words)]
    parents = {k.column.table.name for t in tables for k in t.foreign_keys}
    assert parents <= {t.name for t in tables} | {"organisations", "people"}


def test_a_consignment_is_announced_received_and_closed(db):
    made = make_lab(db)
    codes = [blind(), blind(), blind()]
    with db.work(SYSTEM) as w:
        consignment_id = announce(w, lab_id=made.lab_id, items=[announced(c, db) for c in codes])
    with db.work(made.receiver.actor) as w:
        receive_item(w, codes[0].lower() + " ", "good")
        receive_item(w, codes[1], "leaked", "袋口渗水")
    with db.look(made.receiver.actor) as look:
        assert look.get(Consignment, consignment_id).state == "announced"
    with db.work(made.receiver.actor) as w:
        receive_item(w, codes[2], "missing")
    with db.look(made.receiver.actor) as look:
        assert look.get(Consignment, consignment_id).state == "received"
        assert [i.state for i in items_of(look, consignment_id)] == [
            "received",
            "received",
            "unfit",
        ]
        assert [c.id for c in look.pages(consignments(look, "S000001")).items] == [consignment_id]
    with db.look() as look:
        assert item_state(look, codes[2]) == (ItemState.UNFIT, "missing")


def test_a_second_scan_changes_nothing_and_a_different_one_conflicts(db):
    made = make_lab(db)
    [code] = make_items(db, made)
    with db.work(made.receiver.actor) as w:
        receive_item(w, code, "good")
    with pytest.raises(Conflict, match="完好"), db.work(made.receiver.actor) as w:
        receive_item(w, code, "missing")
    with db.work(made.receiver.actor) as w:
        row = w.get(Item, receive_item(w, code, "good"))
        assert [e.act for e in w.journal_of(row)] == ["receive"]


def test_a_rejected_item_needs_a_reason(db):
    made = make_lab(db)
    code = blind()
    with db.work(SYSTEM) as w:
        announce(w, lab_id=made.lab_id, items=[announced(code, db)])
    with pytest.raises(Invalid, match="原因"), db.work(made.receiver.actor) as w:
        receive_item(w, code, "rejected")


def test_another_laboratorys_item_and_an_unknown_one_answer_alike(db):
    one, other = make_lab(db), make_lab(db)
    [code] = make_items(db, one)
    sentences = []
    for asked in (code, "M7K2-9999", "鱼"):
        with pytest.raises(NotFound) as found, db.work(other.receiver.actor) as w:
            receive_item(w, asked, "good")
        sentences.append(found.value.sentence)
    assert len(set(sentences)) == 1


def test_a_blind_code_is_used_once(db):
    made = make_lab(db)
    [code] = make_items(db, made)
    with pytest.raises(Conflict, match=code), db.work(SYSTEM) as w:
        announce(w, lab_id=made.lab_id, items=[announced(code, db)])


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"blind_code": "鱼 1"}, Invalid),
        ({"individuals": 0}, Invalid),
        ({"sampled_on": date(2099, 1, 1)}, Invalid),
        ({"disease_code": "WSD", "method_code": "woah-wsd-qpcr"}, NotAllowedNow),
    ],
)
def test_what_cannot_be_right_is_not_announced(db, change, error):
    made = make_lab(db)
    good = announced(blind(), db)
    item = Announced(**{**{f: getattr(good, f) for f in Announced.__slots__}, **change})
    with pytest.raises(error), db.work(SYSTEM) as w:
        announce(w, lab_id=made.lab_id, items=[item])
    with pytest.raises(Invalid), db.work(SYSTEM) as w:
        announce(w, lab_id=made.lab_id, items=[])


def test_a_vet_may_announce_and_still_not_read_the_laboratory(db):
    made = make_lab(db)
    vet = make_person(db, "official_vet")
    with db.work(vet.actor) as w:
        consignment_id = announce(w, lab_id=made.lab_id, items=[announced(blind(), db)])
    with db.look(vet.actor) as look, pytest.raises(NotFound):
        look.get(Consignment, consignment_id)


def test_the_models_are_the_migrated_tables(db):
    tables = set(inspect(db.engine).get_table_names())
    assert {t.name for t in Base.metadata.tables.values() if t.name.startswith("lab")} <= tables
