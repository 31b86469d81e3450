"""What must not be possible between renewals, imports, merges and voids."""

from __future__ import annotations

from datetime import timedelta
from threading import Thread

import pytest
from sqlalchemy.exc import OperationalError

from aquacert.app import runner_of
from aquacert.hatcheries.commands import (
    add_licence,
    book_stock,
    close_hatchery,
    credit_void,
    debit_certificate,
    extend_licence,
    keep_person,
    leave_pond,
    merge_hatcheries,
    open_campaign,
    open_lot,
    renew_licence,
)
from aquacert.hatcheries.commands.stock import book_rows, cancel_import
from aquacert.hatcheries.models import StockImport
from aquacert.hatcheries.queries import licence_standing, lots, movements_since, people_of
from aquacert.hatcheries.queries.stockcheck import unbalanced
from aquacert.kernel.clock import SHANGHAI
from aquacert.kernel.errors import Invalid, NotAllowedNow, Unavailable
from aquacert.kernel.ids import new_id
from aquacert.kernel.scope import SYSTEM
from tests.make.accounts import COUNTY, make_person
from tests.make.hatcheries import lot, make_hatchery
from tests.rooms.hatcheries.test_farm_record import seed
from tests.rooms.hatcheries.test_stocksheets import DAY, death, held, read, row_of, sheet, start

LOT = "PL-2605-01"


def hatch(quantity):
    return ("", LOT, "", "", DAY, "孵化", quantity, "", "", "")


def plan_of(db, import_id):
    with db.look(SYSTEM) as look:
        return look.get(StockImport, import_id).plan


def test_a_renewal_verified_early_never_ends_the_period_that_runs(db, clock):
    farm = make_hatchery(db)
    with db.look(farm.owner) as look:
        old, today = seed(look, farm), look.today
    ends = old.until_on
    ask = {"number": old.number, "until_on": ends + timedelta(days=900)}
    with db.work(farm.owner) as w:
        renew_licence(w, old.licence_id, from_on=ends + timedelta(days=5), **ask)
    with db.work(farm.clerk) as w, pytest.raises(NotAllowedNow, match="断开"):
        extend_licence(w, old.licence_id)
    clock.forward(days=(ends - today).days + 1)
    with db.work(farm.clerk) as w:
        extend_licence(w, old.licence_id)
    with db.look(farm.owner) as look:
        assert not licence_standing(look, farm.hatchery_id, None, look.today).ok
        assert licence_standing(look, farm.hatchery_id, None, ends + timedelta(days=5)).ok

    other = make_hatchery(db)
    with db.look(other.owner) as look:
        line, today = seed(look, other), look.today
    begins = line.until_on + timedelta(days=1)  # what the page proposes
    with db.work(other.owner) as w:
        renew_licence(
            w,
            line.licence_id,
            number=line.number,
            from_on=begins,
            until_on=begins + timedelta(days=900),
        )
    with db.work(other.clerk) as w:
        extend_licence(w, line.licence_id)
    with db.look(other.owner) as look:
        for on in (today, line.until_on, begins):
            assert licence_standing(look, other.hatchery_id, None, on).ok


def test_an_import_books_nothing_into_a_farm_that_closed_or_was_merged_meanwhile(db, house):
    farm = make_hatchery(db, stock=5)
    import_id = read(db, farm, sheet(hatch(1000)))
    start(db, farm, import_id)
    with db.work(farm.owner) as w:
        book_stock(w, farm.lot_id, "death", 5)
        close_hatchery(w, farm.hatchery_id, "不再育苗了")
    runner_of(house).run_all()
    row, _faults = row_of(db, import_id)
    assert (row.state, row.done, held(db, farm)) == ("stopped", 0, 0)
    assert "不在登记状态" in row.because
    with pytest.raises(NotAllowedNow):
        start(db, farm, import_id)


def test_two_workbooks_with_one_row_in_common_book_it_once_whatever_the_order(db, house):
    farm = make_hatchery(db, stock=1000)
    first = read(db, farm, sheet(death(LOT, 100), death(LOT, 1)))
    second = read(db, farm, sheet(death(LOT, 100), death(LOT, 2)))
    start(db, farm, first)
    with pytest.raises(NotAllowedNow, match="再传一次"):
        start(db, farm, second)
    db.clock.forward(minutes=1)
    runner_of(house).run_all()
    with pytest.raises(NotAllowedNow, match="再传一次"):
        start(db, farm, second)
    assert read(db, farm, sheet(death(LOT, 100), death(LOT, 2))) == second
    start(db, farm, second)
    runner_of(house).run_all()
    assert held(db, farm) == 1000 - 103


def test_an_import_cancelled_half_way_does_not_repeat_what_another_booked_meanwhile(db, house):
    farm = make_hatchery(db, stock=1000)
    rows = [death(LOT, 10), death(LOT, 20), death(LOT, 40)]
    half = read(db, farm, sheet(*rows))
    start(db, farm, half)
    stale = plan_of(db, half)
    with db.look(SYSTEM) as look:
        read_at = look.get(StockImport, half).read_at
    with db.work(SYSTEM) as w:
        assert book_rows(w, half, stale, 1, read_at=read_at)
    with db.work(farm.owner) as w:
        cancel_import(w, half)
    runner_of(house).run_all()
    db.clock.forward(minutes=1)
    start(db, farm, read(db, farm, sheet(death(LOT, 20))))
    runner_of(house).run_all()
    db.clock.forward(minutes=1)
    with pytest.raises(NotAllowedNow, match="再传一次"):
        start(db, farm, half)
    assert read(db, farm, sheet(*rows)) == half
    row, _faults = row_of(db, half)
    assert (row.state, row.total, row.again) == ("read", 1, [2, 3])
    start(db, farm, half)
    with db.work(SYSTEM) as w:
        assert not book_rows(w, half, stale, 1, read_at=read_at)  # a worker that slept through it
    runner_of(house).run_all()
    assert held(db, farm) == 1000 - 70
    with db.look(SYSTEM) as look:
        assert unbalanced(look) == []


def test_what_a_void_gives_back_to_a_merged_farm_goes_on_to_the_one_it_became(db):
    kept, gone = make_hatchery(db, 700), make_hatchery(db, 300)
    whole, part = new_id(db.clock.now()), new_id(db.clock.now())
    empty = lot(db, gone, quantity=40)
    with db.work(SYSTEM) as w:
        debit_certificate(w, gone.lot_id, 100, part)
        debit_certificate(w, empty, 40, whole)
    with db.work(make_person(db, "county_supervisor", division=COUNTY).actor) as w:
        merge_hatcheries(w, kept.hatchery_id, gone.hatchery_id, "同一家登记了两次")
    for certificate in (part, whole, part):
        with db.work(SYSTEM) as w:
            credit_void(w, certificate)
    with db.look(SYSTEM) as look:
        here = {one.pond_name: one.balance for one in lots(look, kept.hatchery_id)}
        assert here == {"2 号塘": 700, "2 号塘(并入)": 300, "草鱼塘": 40}
        assert [one.balance for one in lots(look, gone.hatchery_id)] == [0, 0]
        assert unbalanced(look) == []


def test_a_pond_that_is_not_used_gets_no_lot(db):
    farm = make_hatchery(db, stock=0)
    with db.work(farm.owner) as w:
        leave_pond(w, farm.pond_id, is_used=False)
    with db.work(farm.owner) as w, pytest.raises(Invalid, match="停用"):
        open_lot(w, farm.pond_id, species_code=farm.species_code, quantity=5)


def test_a_merge_leaves_one_legal_person(db):
    kept, gone = make_hatchery(db), make_hatchery(db)
    for farm in (kept, gone):
        with db.work(farm.owner) as w:
            keep_person(w, farm.hatchery_id, post="legal", name="示例人")
    with db.work(make_person(db, "county_supervisor", division=COUNTY).actor) as w:
        merge_hatcheries(w, kept.hatchery_id, gone.hatchery_id, "同一家登记了两次")
    with db.look(SYSTEM) as look:
        assert len(people_of(look, kept.hatchery_id)) == 1


def test_a_data_check_says_that_its_words_are_too_long_and_a_licence_that_it_is_none(db):
    farm, chief = make_hatchery(db), make_person(db, "province_supervisor", division="320000")
    with db.work(chief.actor) as w, pytest.raises(Invalid) as raised:
        open_campaign(w, title="核对", due_on=w.today, entries=["name"], about="长" * 501)
    assert list(raised.value.fields) == ["about"]
    with db.work(farm.owner) as w, pytest.raises(Invalid, match="证件"):
        add_licence(w, farm.hatchery_id, kind="no", number="1", from_on=w.today, until_on=w.today)


def test_the_first_day_of_the_records_begins_at_midnight_in_china(db, clock):
    farm = make_hatchery(db)
    with db.look(farm.owner) as look:
        [first] = movements_since(look, farm.hatchery_id, look.today)
    clock.at = first.at.astimezone(SHANGHAI).replace(hour=1)
    with db.work(farm.owner) as w:
        book_stock(w, farm.lot_id, "death", 1)
    with db.look(farm.owner) as look:
        assert len(movements_since(look, farm.hatchery_id, look.today)) == 2


def test_whoever_books_while_a_farm_closes_waits_and_finds_it_closed(db):
    farm, met = make_hatchery(db, stock=0), []

    def book():
        try:
            with db.work(farm.owner) as w:
                book_stock(w, farm.lot_id, "hatch", 100)
        except NotAllowedNow as error:
            met.append(error.sentence)

    rival = Thread(target=book)
    with db.work(farm.owner) as w:
        close_hatchery(w, farm.hatchery_id, "不再育苗了")
        rival.start()
        rival.join(0.2)
        assert rival.is_alive(), "it waits for the farm"
    rival.join(10)
    assert "不在登记状态" in met[0]
    assert held(db, farm) == 0


def test_whoever_loses_a_deadlock_is_asked_to_try_again(db):
    lost = OperationalError("UPDATE lots", {}, Exception("deadlock detected"))
    with pytest.raises(Unavailable), db.work(SYSTEM):
        raise lost
