"""The stock ledger: moving between lots, what was bought, who may, and two at once."""

from __future__ import annotations

import threading
from datetime import timedelta
from multiprocessing import get_context
from uuid import uuid4

import pytest
from sqlalchemy import select

from aquacert.accounts.models import InboxMessage
from aquacert.app import runner_of
from aquacert.certificates.models import Certificate
from aquacert.declarations.commands import submit_declaration
from aquacert.declarations.models import Declaration
from aquacert.declarations.queries import machine_checks
from aquacert.declarations.queries.flags import checks_of_each
from aquacert.declarations.rules.checks import Reason
from aquacert.hatcheries.commands import (
    add_pond,
    book_stock,
    confirm_record,
    correct_stock,
    credit_void,
    debit_certificate,
    dispose_stock,
    move_lot,
    split_lot,
    transfer_stock,
)
from aquacert.hatcheries.commands.stock import Provenance, judge_origin
from aquacert.hatcheries.models import StockMovement, StockOrigin
from aquacert.hatcheries.queries import balance, contested, entries, lots, stock_of
from aquacert.hatcheries.queries.stockcheck import unbalanced
from aquacert.kernel.clock import SystemClock
from aquacert.kernel.errors import Invalid, NotAllowedNow, NotFound
from aquacert.kernel.scope import SYSTEM
from aquacert.kernel.work import Database
from tests.make.accounts import make_person
from tests.make.certificates import issue_one, make_ready
from tests.make.declarations import draft
from tests.make.hatcheries import lot, make_hatchery
from tests.rooms.declarations.test_views import browser


def test_seed_moves_between_ponds_by_entries_that_name_each_other(db):
    farm = make_hatchery(db, stock=1000)
    with db.work(farm.owner) as w:
        pond = add_pond(w, farm.hatchery_id, "5 号塘")
    yesterday = (db.clock.now() - timedelta(days=1)).date()
    with db.work(farm.owner) as w:
        new = split_lot(
            w, farm.lot_id, to_pond_id=pond, quantity=300, reason="分疏", happened_on=yesterday
        )
    with db.work(farm.owner) as w:
        transfer_stock(w, new, farm.lot_id, 100, "并回")
        dispose_stock(w, new, 50, "病死，按记录 7 号处理")
    with db.look(farm.owner) as look:
        out, back = entries(look, farm.lot_id)[1:]
        assert (out.step, out.other_lot_id, out.quantity) == ("split", new, -300)
        assert (out.happened_on, back.happened_on, back.step) == (yesterday, None, None)
        assert [one.quantity for one in entries(look, new)] == [300, -100, -50]
        whole = stock_of(look, farm.hatchery_id)
        assert [(one.pond_name, one.balance) for one in whole.lots] == [
            ("2 号塘", 800),
            ("5 号塘", 150),
        ]
        assert whole.totals == {("凡纳滨对虾", "尾"): 950}
        assert not whole.is_empty
        assert unbalanced(look) == []
    other = make_hatchery(db, stock=10)
    with db.work(SYSTEM) as w:
        moved = move_lot(w, farm.lot_id, other.pond_id, "两场合并")
    with db.look(SYSTEM) as look:
        assert (balance(look, farm.lot_id), balance(look, moved)) == (0, 800)
        assert entries(look, moved)[0].step == "move"
        assert unbalanced(look) == []


def test_what_cannot_be_is_refused_and_leaves_no_trace(db):
    farm, other = make_hatchery(db, stock=1000), make_hatchery(db)
    tomorrow = (db.clock.now() + timedelta(days=1)).date()
    wrong = [
        lambda w: book_stock(w, farm.lot_id, "certificate", 1),
        lambda w: book_stock(w, farm.lot_id, "transfer", 1, "说"),
        lambda w: book_stock(w, farm.lot_id, "hatch", 2**63),
        lambda w: book_stock(w, farm.lot_id, "death", 1, happened_on=tomorrow),
        lambda w: dispose_stock(w, farm.lot_id, 1, " "),
        lambda w: split_lot(w, farm.lot_id, to_pond_id=farm.pond_id, quantity=1, reason="分塘"),
        lambda w: split_lot(w, farm.lot_id, to_pond_id=other.pond_id, quantity=1, reason="分塘"),
        lambda w: transfer_stock(w, farm.lot_id, farm.lot_id, 1, "转塘"),
        lambda w: correct_stock(w, farm.lot_id, 999, " "),
        lambda w: correct_stock(w, farm.lot_id, -1, "清点"),
    ]
    for act in wrong:
        with pytest.raises(Invalid), db.work(farm.owner) as w:
            act(w)
    strange = [
        lambda w: book_stock(w, farm.lot_id, "death", 1),
        lambda w: correct_stock(w, farm.lot_id, 1, "清点"),
        lambda w: split_lot(w, farm.lot_id, to_pond_id=other.pond_id, quantity=1, reason="分塘"),
        lambda w: move_lot(w, farm.lot_id, other.pond_id, "合并"),
    ]
    for act in strange:
        with pytest.raises(NotFound), db.work(other.owner) as w:
            act(w)
    with db.look(farm.owner) as look:
        assert [one.quantity for one in entries(look, farm.lot_id)] == [1000]


def test_bought_seed_keeps_its_certificate_until_somebody_has_judged_it(db, house):
    farm = make_hatchery(db, stock=1000)
    named = ("示外新字第2605号", f"{db.settings.province}00012345", "")
    with pytest.raises(Invalid, match="看不懂"), db.work(farm.owner) as w:
        book_stock(w, farm.lot_id, "purchase", 5, provenance=Provenance("没有"))
    for number in named:
        with db.work(farm.owner) as w:
            book_stock(w, farm.lot_id, "purchase", 100, provenance=Provenance(number))
    runner_of(house).run_all()
    with db.look(SYSTEM) as look:
        rows = look.scalars(select(StockOrigin).order_by(StockOrigin.booked_at, StockOrigin.id))
        found = {one.certificate_number: one for one in rows}
    assert [found[one].standing for one in named] == ["unchecked", "mismatched", "missing"]
    assert "没有签发过" in found[named[1]].because
    stranger = make_person(db, "office_clerk", division="320115")
    with pytest.raises(NotFound), db.work(stranger.actor) as w:
        judge_origin(w, found[named[0]].id, accept=True)
    with pytest.raises(Invalid), db.work(farm.clerk) as w:
        judge_origin(w, found[named[1]].id, accept=False, because="不")
    for against in named[1:]:
        with pytest.raises(Invalid) as raised, db.work(farm.clerk) as w:
            judge_origin(w, found[against].id, accept=True)
        assert "凭什么" in raised.value.fields["because"]
    with db.work(farm.clerk) as w:
        judge_origin(w, found[named[2]].id, accept=True, because="看过收据和照片")
        judge_origin(w, found[named[0]].id, accept=True)
    with db.look(SYSTEM) as look:
        told = look.scalars(
            select(InboxMessage).where(InboxMessage.to_organisation_id == farm.organisation_id)
        )
        assert ["没有签发过" in one.subject for one in told if named[1] in one.subject] == [True]
    with pytest.raises(NotAllowedNow), db.work(farm.clerk) as w:
        judge_origin(w, found[named[0]].id, accept=False, because="重复核验一次")


def test_every_kind_of_hand_at_once_leaves_a_ledger_that_adds_up(db):
    """Two lots, eight threads: certificates, deaths, transfers both ways, checks, voids."""
    farm = make_hatchery(db, stock=1000)
    other, voided = lot(db, farm, "凡纳滨对虾", 1000), uuid4()
    with db.work(farm.clerk) as w:
        debit_certificate(w, farm.lot_id, 100, voided)
    acts = [
        lambda w: debit_certificate(w, farm.lot_id, 350, uuid4()),
        lambda w: debit_certificate(w, other, 350, uuid4()),
        lambda w: book_stock(w, farm.lot_id, "death", 300),
        lambda w: transfer_stock(w, farm.lot_id, other, 200, "转塘"),
        lambda w: transfer_stock(w, other, farm.lot_id, 250, "转塘"),
        lambda w: confirm_record(w, farm.hatchery_id, {farm.lot_id: 500, other: 500}, "清点"),
        lambda w: credit_void(w, voided),
        lambda w: dispose_stock(w, other, 400, "无害化处理"),
    ]
    surprises: list[BaseException] = []

    def work(act) -> None:
        for _ in range(3):
            try:
                with db.work(farm.owner) as w:
                    act(w)
                    w.facts += 1  # a void that is given back already says nothing
            except Invalid:
                continue
            except BaseException as error:
                surprises.append(error)

    threads = [threading.Thread(target=work, args=(act,)) for act in acts]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert surprises == []
    with db.look(SYSTEM) as look:
        assert unbalanced(look) == []
        for lot_id in (farm.lot_id, other):
            replays(entries(look, lot_id))


def replays(ledger) -> None:
    """Assert that a ledger has no gap, and that replayed it gives each of its balances."""
    running = 0
    for place, one in enumerate(ledger, 1):
        running += one.quantity
        assert (one.position, one.balance) == (place, running)
        assert running >= 0


def take_in_turn(settings, lot_id, go, said) -> None:
    """Take 30 again and again with a database of this process's own; say how often it was given."""
    db, taken = Database(settings, SystemClock()), 0
    go.wait()
    for _ in range(40):
        try:
            with db.work(SYSTEM) as w:
                debit_certificate(w, lot_id, 30, uuid4())
            taken += 1
        except Invalid:
            pass
    db.close()
    said.put(taken)


def test_two_processes_never_take_more_than_there_is(db, settings):
    farm = make_hatchery(db, stock=1000)
    fork = get_context("fork")
    go, said = fork.Event(), fork.Queue()
    rivals = [
        fork.Process(target=take_in_turn, args=(settings, farm.lot_id, go, said)) for _ in range(2)
    ]
    for one in rivals:
        one.start()
    go.set()
    taken = [said.get(timeout=60) for _ in rivals]
    for one in rivals:
        one.join()
    assert sum(taken) == 33
    with db.look(SYSTEM) as look:
        assert balance(look, farm.lot_id) == 10
        assert unbalanced(look) == []
        assert len(look.scalars(select(StockMovement))) == 34
        assert [one.balance for one in lots(look, farm.hatchery_id)] == [10]


def test_a_purchase_that_does_not_fit_our_record_is_marked_at_once_and_holds_the_lot_back(db, app):
    """The page asks first; API and workbook book it marked, and tell. Then the county settles it."""
    farm, number = make_hatchery(db), f"{db.settings.province}00012345"
    split = lot(db, farm, "凡纳滨对虾", 1000)
    phone = browser(app, farm.owner_secret)
    url = f"/hatcheries/lots/{farm.lot_id}/book"
    asked = {"kind": "purchase", "quantity": "100", "certificate_number": number}
    first = phone.post(url, data=asked | {"once": "a"})
    assert first.status_code == 422
    assert "没有签发过这个编号" in first.get_data(as_text=True)
    assert "编号没抄错，照样记入" in first.get_data(as_text=True)
    assert phone.post(url, data=asked | {"once": "b", "sure": "y"}).status_code == 302
    paper = draft(db, farm)
    with pytest.raises(Invalid) as error, db.work(farm.owner) as w:
        submit_declaration(w, paper, statement=True)
    assert "县里核对认可以前不能申报" in error.value.fields["batches-0-lot"]
    with db.work(farm.owner) as w:  # a part of it put into another lot is not washed clean
        transfer_stock(w, farm.lot_id, split, 10, "分塘")
        book_stock(w, split, "purchase", 7, provenance=Provenance(f"{number[:-1]}6"))
    with db.look(SYSTEM) as look:
        assert set(contested(look, [farm.lot_id, split])) == {farm.lot_id, split}
        origins = look.scalars(select(StockOrigin).order_by(StockOrigin.id))
        told = look.scalars(
            select(InboxMessage).where(InboxMessage.to_organisation_id == farm.organisation_id)
        )
        # Who saw it on the page is not told again; who booked it by another door is.
        unfit = [one.subject for one in told if "对不上" in one.subject]
        assert [f"{number[:-1]}6" in one for one in unfit] == [True]
    assert [one.standing for one in origins] == ["mismatched", "mismatched"]
    with db.work(farm.clerk) as w:
        judge_origin(w, origins[0].id, accept=True, because="看过原件和付款记录")
        judge_origin(w, origins[1].id, accept=False, because="没有这张证，来路不明")
    with db.work(farm.owner) as w:
        submit_declaration(w, paper, statement=True)
    with db.look(SYSTEM) as look:
        assert set(contested(look, [farm.lot_id, split])) == {split}
    with db.work(farm.owner) as w:  # what was refused goes out of the ledger: it is over
        book_stock(w, split, "disposal", 7, "来路不明，无害化处理")
    with db.look(SYSTEM) as look:
        assert contested(look, [split]) == {}
        found = machine_checks(look, look.get(Declaration, paper))
        assert all(one.ok for one in found if one.reason is Reason.STOCK)
    with db.work(farm.owner) as w:
        book_stock(w, farm.lot_id, "death", 1_000_000)
    with db.look(farm.clerk) as look:
        [checks] = checks_of_each(look, [paper]).values()
        assert Reason.STOCK in {one.reason for one in checks if not one.ok}


def test_a_lot_that_was_empty_holds_no_refused_purchase_any_more(db):
    farm, number = make_hatchery(db, stock=10), f"{db.settings.province}00012345"
    with db.work(farm.owner) as w:
        pond = add_pond(w, farm.hatchery_id, "5 号塘")
        book_stock(w, farm.lot_id, "purchase", 100, provenance=Provenance(number))
        split = split_lot(w, farm.lot_id, to_pond_id=pond, quantity=60, reason="分塘")
        book_stock(w, farm.lot_id, "death", 30)  # before the county looked at it
    with db.look(SYSTEM) as look:
        [origin] = look.scalars(select(StockOrigin.id))
    db.clock.forward(minutes=1)
    with db.work(farm.clerk) as w:
        judge_origin(w, origin, accept=False, because="没有这张证，来路不明")
    with db.look(SYSTEM) as look:
        assert set(contested(look, [farm.lot_id, split])) == {farm.lot_id, split}
    with db.work(farm.owner) as w:
        book_stock(w, farm.lot_id, "disposal", 20, "无害化处理")
        book_stock(w, farm.lot_id, "hatch", 5000)
        book_stock(w, split, "disposal", 59, "无害化处理")
    with db.look(SYSTEM) as look:
        assert set(contested(look, [farm.lot_id, split])) == {split}
    with db.work(farm.owner) as w:  # what comes back from another lot counts again
        transfer_stock(w, split, farm.lot_id, 1, "并塘")
    with db.look(SYSTEM) as look:
        assert farm.lot_id in contested(look, [farm.lot_id])


def test_a_farm_does_not_buy_in_what_it_sold_nor_what_was_sold_to_another(db, house):
    ready = make_ready(db)
    issue_one(house, ready)
    seller, other = ready.paper.farm, make_hatchery(db)
    with db.look(SYSTEM) as look:
        number = look.scalars(select(Certificate.number))[0]
    for farm, said in ((seller, "本场自己卖出去"), (other, "到达地不是本场所在的县")):
        asked = Provenance(number, asked=True)
        with pytest.raises(Invalid) as error, db.work(farm.owner) as w:
            book_stock(w, farm.lot_id, "purchase", 100, provenance=asked)
        assert said in error.value.fields["certificate_number"]
        with db.look(SYSTEM) as look:
            assert "purchase" not in [one.kind for one in entries(look, farm.lot_id)]
