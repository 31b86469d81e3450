"""Drafts and sending: everything typed is kept, everything wrong is named."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from aquacert.declarations.commands import (
    amend_declaration,
    copy_last,
    save_draft,
    submit_declaration,
    withdraw_declaration,
)
from aquacert.declarations.models import Declaration
from aquacert.declarations.queries import (
    batches_of,
    declaration,
    declaration_page,
    free,
    held,
    load_facts,
    loads_of,
)
from aquacert.declarations.rules.answers import BatchAnswer, from_json
from aquacert.declarations.rules.states import MOVES, State
from aquacert.hatcheries.commands import book_stock
from aquacert.kernel.errors import Invalid, NotAllowedNow, NotFound
from aquacert.kernel.scope import SYSTEM
from tests.make.accounts import make_person
from tests.make.declarations import answers, draft, load_answer, make_declaration
from tests.make.hatcheries import caught, lot, make_hatchery

CAUGHT = {
    "source": "wild",
    "captured_on": "2026-05-08",
    "capture_place": "长江口",
    "site_apart": "yes",
    "site_water": "yes",
    "site_other": "no",
}
BROUGHT = {
    "brought": "yes",
    "brought_certificate": "3700123456",
    "brought_province": "山东省",
    "brought_on": "2026-05-01",
}


def sent(db, farm, filled):
    declaration_id = draft(db, farm, filled)
    with db.work(farm.owner) as w:
        return declaration_id, submit_declaration(w, declaration_id, statement=True)


def faults(db, farm, filled, statement=True):
    declaration_id = draft(db, farm, filled)
    with pytest.raises(Invalid) as error, db.work(farm.owner) as w:
        submit_declaration(w, declaration_id, statement=statement)
    with db.look(farm.owner) as look:
        kept = look.get(Declaration, declaration_id)
        assert (kept.state, from_json(kept.answers)) == ("draft", filled)
    return error.value.fields


def test_a_whole_declaration_is_sent_with_a_number_of_its_county_and_day(db):
    paper = make_declaration(db)
    assert paper.number == "320114-20260509-001"
    with db.look(paper.farm.owner) as look:
        [batch] = batches_of(look, paper.declaration_id)
        [load] = loads_of(look, paper.declaration_id)
        row = declaration(look, paper.declaration_id)
        facts = load_facts(look, load.id)
    assert (batch.quantity, batch.unit, batch.species_name) == (500_000, "尾", "凡纳滨对虾")
    assert (load.plate, load.travel_days) == ("示A6P208", 2)
    assert facts.quantity == 500_000
    assert facts.destination_name == "山东省青岛市崂山区"
    assert facts.owner_phone == "13800008000"
    assert facts.consignee_phone == "0532-87654321"
    assert row.answer_due_at is not None
    assert row.answer_due_at - db.clock.now() > timedelta(days=3)


def test_serials_of_a_day_have_no_gap_and_no_double(db):
    farm = make_hatchery(db)
    ids = [draft(db, farm, answers(db, farm, "1000", plate=f"示A1000{at}")) for at in range(5)]
    numbers: list[str] = []

    def send(declaration_id):
        with db.work(farm.owner) as w:
            numbers.append(submit_declaration(w, declaration_id, statement=True))

    threads = [threading.Thread(target=send, args=(one,)) for one in ids]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(numbers) == [f"320114-20260509-00{at}" for at in range(1, 6)]


def test_sending_twice_is_sending_once(db):
    farm = make_hatchery(db)
    declaration_id, number = sent(db, farm, answers(db, farm))
    with db.work(farm.owner) as w:
        assert submit_declaration(w, declaration_id, statement=True) == number


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"quantity": "0"}, "batches-0-quantity"),
        ({"quantity": "-5"}, "batches-0-quantity"),
        ({"quantity": "1.5"}, "batches-0-quantity"),
        ({"quantity": "3万余"}, "batches-0-quantity"),
        ({"quantity": "9223372036854775808"}, "batches-0-quantity"),
        ({"quantity": ""}, "batches-0-quantity"),
        ({"quantity": "320 kg"}, "batches-0-quantity"),
        ({"quantity": "1200002"}, "batches-0-quantity"),
        ({"lot": ""}, "batches-0-lot"),
        ({"lot": "x' OR 1=1--"}, "batches-0-lot"),
        ({"species": "大白鲨"}, "batches-0-species"),
        ({"species": "草鱼"}, "batches-0-species"),
        ({"unit": "只"}, "batches-0-unit"),
        ({"life_stage": "亲本"}, "batches-0-life_stage"),
        ({"source": "bought"}, "batches-0-source"),
        (CAUGHT | {"captured_on": ""}, "batches-0-captured_on"),
        (CAUGHT | {"captured_on": "2026-02-30"}, "batches-0-captured_on"),
        (CAUGHT | {"captured_on": "2026-05-06"}, "batches-0-captured_on"),
        (CAUGHT | {"captured_on": "2026-05-10"}, "batches-0-captured_on"),
        (CAUGHT | {"capture_place": " "}, "batches-0-capture_place"),
        (CAUGHT | {"site_water": ""}, "batches-0-site_water"),
        (BROUGHT | {"brought_certificate": ""}, "batches-0-brought_certificate"),
        (BROUGHT | {"brought_certificate": "没有号"}, "batches-0-brought_certificate"),
        (BROUGHT | {"brought_province": "江"}, "batches-0-brought_province"),
        (BROUGHT | {"brought_on": "2026-06-01"}, "batches-0-brought_on"),
    ],
)
def test_a_wrong_batch_is_named_at_its_field_and_kept(db, change, field):
    farm = make_hatchery(db)
    caught(db, farm)
    filled = answers(db, farm)
    batch = replace(filled.batches[0], **change)
    found = set(faults(db, farm, replace(filled, batches=(batch,))))
    assert found - {"papers-capture_permit"} == {field}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"destination": "月球"}, "loads-0-destination"),
        ({"destination": "鼓楼区"}, "loads-0-destination"),
        ({"destination": "320100"}, "loads-0-destination"),
        ({"destination": "山东省青岛市"}, "loads-0-destination"),
        ({"destination": "130223"}, "loads-0-destination"),
        ({"place": "\u200b"}, "loads-0-place"),
        ({"consignee": ""}, "loads-0-consignee"),
        ({"consignee_phone": "12"}, "loads-0-consignee_phone"),
        ({"carrier_phone": ""}, "loads-0-carrier_phone"),
        ({"mode": "rocket"}, "loads-0-mode"),
        ({"plate": "ABC"}, "loads-0-plate"),
        ({"disinfectant": " "}, "loads-0-disinfectant"),
        ({"departs_at": "2026-02-30 16:00"}, "loads-0-departs_at"),
        ({"departs_at": "2026-05-08 16:00"}, "loads-0-departs_at"),
        ({"departs_at": "2026-05-10 16:00"}, "loads-0-departs_at"),
        ({"departs_at": "2031-05-10 16:00"}, "loads-0-departs_at"),
        ({"travel_days": "6"}, "loads-0-travel_days"),
        ({"travel_days": "两三天"}, "loads-0-travel_days"),
        ({"purpose": "eating"}, "loads-0-purpose"),
        ({"place": "a\x00b"}, "loads-0-place"),
        ({"place": "长" * 300}, "loads-0-place"),
    ],
)
def test_a_wrong_load_is_named_at_its_field_and_kept(db, change, field):
    farm = make_hatchery(db)
    assert set(faults(db, farm, answers(db, farm, **change))) == {field}


def test_every_fault_is_named_at_once(db):
    farm = make_hatchery(db)
    found = faults(db, farm, answers(db, farm, "0", plate="?", consignee=""), statement=False)
    assert set(found) == {"batches-0-quantity", "loads-0-plate", "loads-0-consignee", "statement"}


@pytest.mark.parametrize("odd", ["㐂䶮𠮷水产", "=SUM(A1)", "<script>", "买买提·艾合买提"])
def test_odd_but_lawful_text_is_kept_to_the_letter(db, odd):
    farm = make_hatchery(db)
    declaration_id, _ = sent(db, farm, answers(db, farm, place=odd, consignee=odd))
    with db.look(farm.owner) as look:
        [load] = loads_of(look, declaration_id)
    assert (load.destination_place, load.consignee_name) == (odd, odd)


def test_an_old_base_record_must_be_confirmed_first(db, clock):
    farm = make_hatchery(db)
    clock.forward(days=31)
    found = faults(db, farm, answers(db, farm))
    assert set(found) == {"record"}
    assert "31 天没核对" in found["record"]


def test_a_species_off_the_licence_is_named_for_the_batch_it_is(db):
    farm = make_hatchery(db)
    carp = lot(db, farm, "鳜", 1000)
    filled = answers(db, farm)
    two = replace(filled, batches=(*filled.batches, BatchAnswer(lot=str(carp), quantity="10")))
    assert set(faults(db, farm, two)) == {"batches-1-lot"}


def test_two_species_in_one_lorry_become_two_loads(db):
    farm = make_hatchery(db)
    carp = lot(db, farm, "草鱼", 640_000)
    filled = answers(db, farm)
    two = replace(filled, batches=(*filled.batches, BatchAnswer(lot=str(carp), quantity="20万")))
    declaration_id, _ = sent(db, farm, two)
    with db.look(farm.owner) as look:
        loads = loads_of(look, declaration_id)
        species = [load_facts(look, one.id).species_code for one in loads]
    assert len(loads) == 2
    assert len(set(species)) == 2


def test_two_lorries_share_one_batch(db):
    farm = make_hatchery(db)
    filled = replace(
        answers(db, farm),
        loads=(
            load_answer(db, quantities=("30万",)),
            load_answer(db, quantities=("20万",), plate="示A6P209"),
        ),
    )
    declaration_id, _ = sent(db, farm, filled)
    with db.look(farm.owner) as look:
        amounts = [load_facts(look, one.id).quantity for one in loads_of(look, declaration_id)]
    assert amounts == [300_000, 200_000]


def test_what_is_declared_is_held_until_it_is_withdrawn(db):
    farm = make_hatchery(db, stock=600_000)
    declaration_id, _ = sent(db, farm, answers(db, farm))
    with db.look(farm.owner) as look:
        assert held(look, [farm.lot_id]) == {farm.lot_id: 500_000}
        assert free(look, [farm.lot_id]) == {farm.lot_id: 100_000}
    found = faults(db, farm, answers(db, farm, "100001", plate="示A6P209"))
    assert "10 万尾" in found["batches-0-quantity"]
    with db.work(farm.owner) as w:
        withdraw_declaration(w, declaration_id)
    with db.look(farm.owner) as look:
        assert free(look, [farm.lot_id]) == {farm.lot_id: 600_000}


def test_two_declarations_at_once_never_promise_the_same_stock(db):
    farm = make_hatchery(db, stock=600_000)
    ids = [draft(db, farm, answers(db, farm, "50万", plate=f"示A1000{at}")) for at in range(3)]
    won: list[str] = []

    def send(declaration_id):
        try:
            with db.work(farm.owner) as w:
                won.append(submit_declaration(w, declaration_id, statement=True))
        except Invalid:
            return

    threads = [threading.Thread(target=send, args=(one,)) for one in ids]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(won) == 1


def test_again_copies_all_but_the_departure(db):
    farm = make_hatchery(db)
    declaration_id, _ = sent(db, farm, answers(db, farm))
    with db.work(farm.owner) as w:
        again = copy_last(w, declaration_id)
    with db.look(farm.owner) as look:
        copy = from_json(declaration(look, again).answers)
    assert copy.loads[0].plate == "示A6P208"
    assert copy.loads[0].departs_at == ""
    assert copy.batches[0].quantity == "50万"


def test_a_change_before_acceptance_waits_until_it_is_sent(db):
    farm = make_hatchery(db)
    declaration_id, number = sent(db, farm, answers(db, farm))
    with db.work(farm.owner) as w:
        save_draft(w, answers(db, farm, "40万"), declaration_id)
    with db.look(farm.owner) as look:
        assert batches_of(look, declaration_id)[0].quantity == 500_000
    with db.work(farm.owner) as w:
        assert amend_declaration(w, declaration_id, statement=True) == number
    with db.look(farm.owner) as look:
        assert batches_of(look, declaration_id)[0].quantity == 400_000
        assert held(look, [farm.lot_id]) == {farm.lot_id: 400_000}


def test_after_acceptance_nothing_is_changed_or_taken_back(db):
    paper = make_declaration(db, state="accepted")
    with pytest.raises(NotAllowedNow), db.work(paper.farm.owner) as w:
        save_draft(w, answers(db, paper.farm), paper.declaration_id)
    with pytest.raises(NotAllowedNow), db.work(paper.farm.owner) as w:
        withdraw_declaration(w, paper.declaration_id)


def test_another_farm_and_another_county_do_not_find_it(db):
    paper = make_declaration(db)
    stranger = make_hatchery(db).owner
    clerk = make_person(db, "office_clerk", division="320115").actor
    for actor in (stranger, clerk):
        with pytest.raises(NotFound), db.look(actor) as look:
            declaration(look, paper.declaration_id)


def test_the_destination_sees_the_load_and_not_the_declaration(db):
    paper = make_declaration(db)
    officer = make_person(db, "county_supervisor", division="370212").actor
    with db.look(officer) as look:
        assert load_facts(look, paper.load_ids[0]).destination_code == "370212"
        with pytest.raises(NotFound):
            declaration(look, paper.declaration_id)


def test_the_journal_replays_to_the_stored_state(db):
    paper = make_declaration(db, state="assigned")
    with db.look(SYSTEM) as look:
        row = declaration(look, paper.declaration_id)
        acts = [type(next(iter(MOVES.table))[1])(one.act) for one in look.journal_of(row)]
    assert MOVES.replay(State.DRAFT, acts) == row.state


def test_programs_page_through_by_cursor(db):
    farm = make_hatchery(db)
    ids = [draft(db, farm, answers(db, farm)) for _ in range(3)]
    with db.look(farm.owner) as look:
        first = declaration_page(look, None, 2)
        rest = declaration_page(look, first.next_cursor, 2)
    assert [one.id for one in (*first.items, *rest.items)] == sorted(ids)
    assert rest.next_cursor is None


def test_stock_that_died_after_the_draft_is_noticed_at_sending(db):
    farm = make_hatchery(db, stock=500_000)
    declaration_id = draft(db, farm)
    with db.work(farm.owner) as w:
        book_stock(w, farm.lot_id, "death", 1)
    with pytest.raises(Invalid) as error, db.work(farm.owner) as w:
        submit_declaration(w, declaration_id, statement=True)
    assert set(error.value.fields) == {"batches-0-quantity"}
