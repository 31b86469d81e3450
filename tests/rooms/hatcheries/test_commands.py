"""Registration, review, licences and the stock ledger on the real database."""

from __future__ import annotations

import threading
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from aquacert.hatcheries.commands import (
    add_licence,
    add_pond,
    approve_hatchery,
    book_stock,
    confirm_record,
    correct_stock,
    credit_void,
    debit_certificate,
    open_lot,
    reapply_hatchery,
    refuse_hatchery,
    register_hatchery,
    transfer_stock,
    verify_licence,
)
from aquacert.hatcheries.models import Hatchery, StockMovement
from aquacert.hatcheries.queries import (
    balance,
    entries,
    hatchery,
    hatchery_of,
    licence_standing,
    licences,
    lots,
)
from aquacert.kernel.audit import AuditEntry
from aquacert.kernel.errors import Conflict, Invalid, NotAllowedNow, NotFound
from aquacert.kernel.scope import ANONYMOUS, SYSTEM
from tests.make.accounts import make_person
from tests.make.hatcheries import lot, make_hatchery, owner_of, register, registration


def test_a_new_farm_waits_for_its_county(db):
    hatchery_id = register(db)
    with db.look(SYSTEM) as look:
        row = hatchery(look, hatchery_id)
        assert (row.state, row.confirmed_on) == ("registered", None)
        assert not licence_standing(look, hatchery_id, None, look.today).ok


def test_one_credit_code_has_one_account(db):
    asked = registration(db)
    with db.work(ANONYMOUS) as w:
        register_hatchery(w, **asked)
    with pytest.raises(Invalid) as error, db.work(ANONYMOUS) as w:
        register_hatchery(w, **(asked | {"username": "another"}))
    assert "uscc" in error.value.fields


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"uscc": "91320114000000000O"}, "uscc"),
        ({"phone": "12345"}, "phone"),
        ({"division_code": "320100"}, "division_code"),
        ({"division_code": "370202"}, "division_code"),
        ({"name": " "}, "name"),
        ({"contact_name": " "}, "contact_name"),
        ({"password": "1"}, "password"),
    ],
)
def test_what_is_wrong_stands_at_its_field_and_nothing_is_kept(db, wrong, field):
    with pytest.raises(Invalid) as error:
        register(db, **wrong)
    assert field in error.value.fields
    with db.look(SYSTEM) as look:
        assert look.scalars(select(Hatchery)) == []


@pytest.mark.parametrize("name", ["㐂㐂水产", "䶮氏苗种场", "𠮷野渔业"])
def test_rare_characters_are_kept_to_the_letter(db, name):
    hatchery_id = register(db, name=name, contact_name=name)
    with db.look(SYSTEM) as look:
        row = hatchery(look, hatchery_id)
        assert (row.name, row.contact_name) == (name, name)


def test_approval_opens_the_licences_it_came_with(db):
    farm = make_hatchery(db)
    with db.look(farm.owner) as look:
        assert licence_standing(look, farm.hatchery_id, farm.species_code, look.today).ok
        found = hatchery_of(look, farm.organisation_id)
        assert found is not None
        assert found.confirmed_on == look.today


def test_a_clerk_of_another_county_does_not_find_it(db):
    hatchery_id = register(db)
    stranger = make_person(db, "office_clerk", division="320115")
    with pytest.raises(NotFound), db.work(stranger.actor) as w:
        approve_hatchery(w, hatchery_id)


def test_a_refusal_says_why_and_may_be_put_right(db):
    hatchery_id = register(db)
    clerk = make_person(db, "office_clerk", division="320114")
    with pytest.raises(Invalid), db.work(clerk.actor) as w:
        refuse_hatchery(w, hatchery_id, "不行")
    with db.work(clerk.actor) as w:
        refuse_hatchery(w, hatchery_id, "地址写得不全，请补到村")
    with db.look(SYSTEM) as look:
        row = hatchery(look, hatchery_id)
    _, owner = owner_of(db, row)
    with db.work(owner) as w:
        reapply_hatchery(
            w, hatchery_id, name="示例苗种场", place="东滩村 3 组", phone="13800008000"
        )
    with db.work(clerk.actor) as w:
        approve_hatchery(w, hatchery_id)
    with pytest.raises(NotAllowedNow), db.work(clerk.actor) as w:
        approve_hatchery(w, hatchery_id)


def test_a_licence_that_the_owner_adds_waits_for_the_county(db):
    farm = make_hatchery(db)
    with db.work(farm.owner) as w:
        code = "FCC"
        from aquacert.reference.queries import species_named

        code = species_named(w, "鲫").code
        licence_id = add_licence(
            w,
            farm.hatchery_id,
            number="苏-新-2",
            from_on=w.today,
            until_on=w.today + timedelta(days=1000),
            species=(code,),
        )
    with db.look(farm.owner) as look:
        assert not licence_standing(look, farm.hatchery_id, code, look.today).ok
    with db.work(farm.clerk) as w:
        verify_licence(w, licence_id)
    with db.look(farm.owner) as look:
        assert licence_standing(look, farm.hatchery_id, code, look.today).ok
        assert len(licences(look, farm.hatchery_id)) == 2


def test_no_stock_before_approval(db):
    hatchery_id = register(db)
    with db.work(SYSTEM) as w:
        pond_id = add_pond(w, hatchery_id, "1 号塘")
        with pytest.raises(NotAllowedNow):
            open_lot(w, pond_id, species_code="XXX")


def test_every_movement_is_an_entry_with_its_balance(db):
    farm = make_hatchery(db, stock=1000)
    with db.work(farm.owner) as w:
        book_stock(w, farm.lot_id, "death", 100)
        correct_stock(w, farm.lot_id, 950, "清点")
    with db.look(farm.owner) as look:
        found = [(one.kind, one.quantity, one.balance) for one in entries(look, farm.lot_id)]
        assert balance(look, farm.lot_id) == 950
    assert found == [("hatch", 1000, 1000), ("death", -100, 900), ("correction", 50, 950)]


def test_stock_never_falls_below_zero(db):
    farm = make_hatchery(db, stock=100)
    with pytest.raises(Invalid, match="现存 100"), db.work(farm.owner) as w:
        book_stock(w, farm.lot_id, "death", 101)


def test_the_ledger_cannot_be_rewritten(db):
    farm = make_hatchery(db)

    def rewrite() -> None:
        with db.work(SYSTEM) as w:
            entry = w.one(select(StockMovement).where(StockMovement.lot_id == farm.lot_id))
            entry.quantity = 1
            w.session.flush()

    with pytest.raises(DBAPIError):
        rewrite()


def test_a_certificate_takes_once_and_its_void_gives_back_once(db):
    farm, certificate = make_hatchery(db, stock=1000), uuid4()
    with db.work(farm.clerk) as w:
        debit_certificate(w, farm.lot_id, 600, certificate)
    with pytest.raises(Conflict), db.work(farm.clerk) as w:
        debit_certificate(w, farm.lot_id, 100, certificate)
    for _ in range(2):
        with db.work(farm.clerk) as w:
            credit_void(w, certificate)
            w.facts += 1  # the second round changes nothing and says nothing
    with db.look(farm.owner) as look:
        assert balance(look, farm.lot_id) == 1000


def test_two_certificates_at_once_never_take_more_than_there_is(db):
    farm = make_hatchery(db, stock=1000)
    results: list[str] = []

    def take() -> None:
        try:
            with db.work(SYSTEM) as w:
                debit_certificate(w, farm.lot_id, 400, uuid4())
            results.append("ok")
        except Invalid:
            results.append("refused")

    threads = [threading.Thread(target=take) for _ in range(6)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    with db.look(SYSTEM) as look:
        assert balance(look, farm.lot_id) == 200
        ledger = entries(look, farm.lot_id)
    assert sorted(results) == ["ok"] * 2 + ["refused"] * 4
    assert sum(one.quantity for one in ledger) == 200
    assert [one.position for one in ledger] == list(range(1, len(ledger) + 1))


def test_a_transfer_keeps_the_sum(db):
    farm = make_hatchery(db, stock=1000)
    other = lot(db, farm, "凡纳滨对虾", 10)
    with db.work(farm.owner) as w:
        transfer_stock(w, farm.lot_id, other, 300, "分塘")
    with db.look(farm.owner) as look:
        assert [one.balance for one in lots(look, farm.hatchery_id)] == [700, 310]
    carp = lot(db, farm, "草鱼", 10)
    with pytest.raises(Invalid), db.work(farm.owner) as w:
        transfer_stock(w, farm.lot_id, carp, 1, "串塘")


def test_confirming_corrects_what_was_counted_otherwise(db, clock):
    farm = make_hatchery(db, stock=1000)
    clock.forward(days=40)
    with db.work(farm.owner) as w:
        confirm_record(w, farm.hatchery_id, {farm.lot_id: 990}, "清点")
    with db.look(farm.owner) as look:
        assert hatchery(look, farm.hatchery_id).confirmed_on == look.today
        assert balance(look, farm.lot_id) == 990


def test_the_trail_names_the_act_and_no_person(db):
    register(db, contact_name="欧阳某某", phone="13912345678")
    with db.look(SYSTEM) as look:
        rows = look.scalars(select(AuditEntry).where(AuditEntry.tag.startswith("hatcheries:")))
    assert {row.title for row in rows} >= {"苗种场申请登记", "登记许可证"}
    text = " ".join(str(row.change) for row in rows)
    assert "欧阳" not in text
    assert "13912345678" not in text
