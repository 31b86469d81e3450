"""Numbers go down five levels, come back, become void, and are never in two places."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import uuid4

import pytest
from sqlalchemy import func, insert, select, text
from sqlalchemy.exc import DBAPIError

from aquacert.accounts.models import InboxMessage
from aquacert.certificates.models import CertificateNumber, NumberMovement, NumberSegment
from aquacert.certificates.numbers import commands, queries
from aquacert.certificates.numbers.commands import SEGMENT_MARKS
from aquacert.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from aquacert.kernel.scope import SYSTEM
from tests.make.accounts import COUNTY, make_organisation, make_person
from tests.make.numbers import FIRST, hand_all_down, make_levels, take


@pytest.fixture
def levels(db):
    return hand_all_down(db, make_levels(db))


def stock_of(db, actor=SYSTEM):
    with db.look(actor) as look:
        return queries.stock(look, "A")


def by_name(db):
    return {line.name: line for line in stock_of(db).holders.values()}


def test_each_level_knows_its_own_and_what_lies_below(db, levels):
    take(db, levels, 3)
    found = by_name(db)
    vet = next(line for name, line in found.items() if name.startswith("官方兽医"))
    figures = [
        (line.level.value, line.used + line.reserved, line.below, line.left, line.size)
        for line in (*(found[n] for n in ("示例省所", "示例市局", "示例县局", "示例申报点")), vet)
    ]
    assert figures == [
        ("province", 3, 597, 400, 1000),
        ("city", 3, 397, 200, 600),
        ("county", 3, 197, 200, 400),
        ("office", 3, 47, 150, 200),
        ("vet", 3, 0, 47, 50),
    ]
    assert all(line.balances for line in found.values())


def test_the_vets_own_numbers_come_first_then_the_offices_and_never_a_colleagues(db, levels):
    colleague = make_person(db, "official_vet", organisation_id=levels.office, division=COUNTY)
    with db.look(levels.vet.actor) as look:
        assert queries.numbers_left(look, levels.office, "A") == 200
    with db.look(colleague.actor) as look:
        assert queries.numbers_left(look, levels.office, "A") == 150
    assert take(db, levels) == [str(FIRST)]
    assert take(db, levels, actor=colleague.actor) == [str(FIRST + 50)]
    assert take(db, levels, 51)[-2:] == [str(FIRST + 51), str(FIRST + 52)]
    with db.work(levels.vet.actor) as w:
        one = commands.reserve_number(
            w, office_id=levels.office, kind="A", load_id=uuid4(), county=COUNTY
        )
    assert one.number == str(FIRST + 53)


def test_a_batch_spans_segments_in_one_statement_and_is_all_or_none(db, levels):
    numbers = take(db, levels, 200)
    assert numbers == [str(FIRST + n) for n in range(200)]
    with pytest.raises(Conflict, match="号段用尽"):
        take(db, levels, 1)
    with db.look(SYSTEM) as look:
        assert look.session.scalar(select(func.count()).select_from(CertificateNumber)) == 200


def test_many_batches_at_once_never_share_a_number(db, levels):
    together = Barrier(6)

    def ask(_n):
        together.wait()
        return [number for _round in range(5) for number in take(db, levels, 6)]

    with ThreadPoolExecutor(6) as pool:
        numbers = [number for found in pool.map(ask, range(6)) for number in found]
    assert len(numbers) == len(set(numbers)) == 180
    assert all(line.balances for line in by_name(db).values())


def test_a_batch_larger_than_what_is_left_takes_nothing(db, levels):
    with pytest.raises(Conflict, match="号段用尽"):
        take(db, levels, 201)
    assert by_name(db)["示例申报点"].left == 150


def test_numbers_go_only_to_who_lies_below(db, levels):
    stranger = make_organisation(db, division="330100", name="外省局")
    for holder in (levels.other, levels.city, levels.county, stranger):
        with pytest.raises(Invalid), db.work(SYSTEM) as w:
            commands.hand_down(w, levels.held["county"], holder_id=holder, count=1)
    with pytest.raises(Invalid), db.work(SYSTEM) as w:
        commands.hand_down(
            w,
            levels.held["county"],
            holder_id=levels.office,
            person_id=levels.vet.person_id,
            count=1,
        )
    with pytest.raises(Invalid), db.work(SYSTEM) as w:
        commands.hand_down(w, levels.held["vet"], holder_id=levels.office, count=1)


def test_what_is_unused_comes_back_and_is_handed_out_again_once(db, levels):
    take(db, levels, 10)
    with db.work(SYSTEM) as w:
        back = commands.return_up(w, levels.held["vet"], because="人员调离")
    found = by_name(db)
    assert found["示例申报点"].left == 190
    assert all(line.balances for line in found.values())
    with pytest.raises(Conflict), db.work(SYSTEM) as w:
        commands.return_up(w, levels.held["vet"], because="再退一次")
    with db.work(SYSTEM) as w:
        again = commands.hand_down(
            w, back, holder_id=levels.office, person_id=levels.vet.person_id, count=20
        )
    with db.look(SYSTEM) as look:
        assert queries.segment(look, again).first == str(FIRST + 10)
    assert take(db, levels) == [str(FIRST + 10)]
    with db.work(SYSTEM) as w:
        upper = commands.return_up(w, back, because="再退上级")
    with db.look(SYSTEM) as look:
        assert queries.segment(look, upper).holder == "示例县局"
    assert all(line.balances for line in by_name(db).values())


def test_a_range_out_of_the_middle_leaves_the_rest_in_the_same_hands(db, levels):
    with db.work(SYSTEM) as w:
        commands.hand_down(
            w, levels.held["county"], holder_id=levels.office, count=10, first=str(FIRST + 300)
        )
        done = commands.void_unused(
            w,
            levels.held["office"],
            first=str(FIRST + 100),
            last=str(FIRST + 109),
            because="误印",
        )
    assert done == 10
    found = by_name(db)
    assert (found["示例县局"].left, found["示例申报点"].left) == (190, 150)
    assert found["示例申报点"].void == 10
    assert all(line.balances for line in found.values())
    with db.look(SYSTEM) as look:
        assert queries.number(look, str(FIRST + 105)).because == "误印"
        rows = look.session.execute(text("SELECT number, state, reason FROM v_numbers")).all()
    assert {tuple(row[1:]) for row in rows} == {("void", "误印")}


@pytest.mark.parametrize(
    ("first", "last", "because"),
    [
        (FIRST + 60, FIRST + 70, " "),
        (FIRST + 10, FIRST + 70, "误印"),
        (FIRST + 199, FIRST + 200, "误印"),
        (FIRST + 70, FIRST + 60, "误印"),
        (FIRST + 60, FIRST + 60 + 10_000, "误印"),
    ],
)
def test_what_is_not_all_free_or_has_no_reason_is_not_voided(db, levels, first, last, because):
    with pytest.raises(Invalid), db.work(SYSTEM) as w:
        commands.void_unused(
            w, levels.held["office"], first=str(first), last=str(last), because=because
        )


def test_an_orphan_is_voided_only_after_its_minute(db, levels):
    (number,) = take(db, levels)
    with db.look(SYSTEM) as look:
        row = queries.number(look, number)
        assert queries.orphans(look) == []
    with pytest.raises(Conflict), db.work(SYSTEM) as w:
        commands.void_orphan(w, row.id, because="签章服务超时")
    db.clock.forward(seconds=61)
    with db.look(SYSTEM) as look:
        assert [one.number for one in queries.orphans(look, "A")] == [number]
    with db.work(SYSTEM) as w:
        commands.void_orphan(w, row.id, because="签章服务超时")
    with pytest.raises(Conflict), db.work(SYSTEM) as w:
        commands.void_orphan(w, row.id, because="签章服务超时")
    with db.look(SYSTEM) as look:
        found = queries.find_number(look, int(number))
        assert (found.state, found.because) == ("void", "签章服务超时")


def test_a_vet_asks_his_office_and_gets_an_answer_once(db, levels):
    with db.work(levels.vet.actor) as w:
        asked = commands.ask_numbers(
            w, kind="A", quantity=30, because="下月旺季", person_id=levels.vet.person_id
        )
    with pytest.raises(Conflict), db.work(levels.vet.actor) as w:
        commands.ask_numbers(w, kind="A", quantity=30, person_id=levels.vet.person_id)
    with db.look(SYSTEM) as look:
        (line,) = queries.requests(look, "A")
        told = look.scalars(select(InboxMessage.subject))
    assert line.can_answer
    assert any("申领动物A证号 30 个" in subject for subject in told)
    with db.work(SYSTEM) as w:
        commands.answer_request(w, asked, segment_id=levels.held["office"])
    with pytest.raises(Conflict), db.work(SYSTEM) as w:
        commands.decline_request(w, asked, because="已经给了")
    with db.look(SYSTEM) as look:
        assert queries.requests(look, "A") == []
        assert look.one(
            select(InboxMessage.subject).where(InboxMessage.to_person_id == levels.vet.person_id)
        )


def test_a_body_asks_the_one_above_and_may_not_answer_itself(db, levels):
    keeper = make_person(db, "number_keeper", organisation_id=levels.county, division=COUNTY)
    with db.work(keeper.actor) as w:
        asked = commands.ask_numbers(w, kind="A", quantity=30)
    with pytest.raises(NotAllowed), db.work(keeper.actor) as w:
        commands.decline_request(w, asked, because="自己不同意")
    with pytest.raises(NotFound), db.work(keeper.actor) as w:
        commands.hand_down(w, levels.held["city"], holder_id=levels.county, count=1)
    with db.work(SYSTEM) as w:
        commands.decline_request(w, asked, because="省里还没有下发")


def test_an_office_does_not_help_itself_from_its_countys_segment(db, levels):
    keeper = make_person(db, "number_keeper", organisation_id=levels.office, division=COUNTY)
    with pytest.raises(NotAllowed), db.work(keeper.actor) as w:
        commands.hand_down(w, levels.held["county"], holder_id=levels.office, count=1)
    with pytest.raises(NotAllowed), db.work(keeper.actor) as w:
        commands.return_up(w, levels.held["county"], because="退")
    with pytest.raises(NotAllowed), db.work(keeper.actor) as w:
        commands.void_unused(
            w, levels.held["county"], first=str(FIRST + 300), last=str(FIRST + 300), because="误印"
        )
    with db.work(keeper.actor) as w:
        commands.return_up(w, levels.held["office"], count=10, because="用不完")


def test_low_stock_is_told_once_per_crossing(db, levels):
    with db.work(SYSTEM) as w:
        assert commands.watch_stock(w) == 0
    take(db, levels, 46)
    with db.work(SYSTEM) as w:
        assert commands.watch_stock(w) == 1
    with db.look(SYSTEM) as look:
        assert commands.crossings(look) == []
        (line,) = queries.stock(look, "A").low()
    assert (line.left, line.days) == (4, 2)
    with db.work(SYSTEM) as w:
        commands.hand_down(
            w,
            levels.held["office"],
            holder_id=levels.office,
            person_id=levels.vet.person_id,
            count=100,
        )
        assert commands.watch_stock(w) == 0
    with db.look(SYSTEM) as look:
        told = look.scalars(
            select(InboxMessage.to_person_id).where(InboxMessage.subject.contains("快用完了"))
        )
    assert told == [levels.vet.person_id]


def segment_values(look, like, **other):
    row = look.session.get(NumberSegment, like)
    values = {c.name: getattr(row, c.name) for c in NumberSegment.__table__.columns}
    return values | {"id": uuid4()} | other


@pytest.mark.parametrize("clash", ["sibling", "root", "free", "outside", "taken"])
def test_the_database_refuses_a_segment_that_does_not_fit(db, levels, clash):
    take(db, levels, 5)
    held = levels.held
    with db.look(SYSTEM) as look:
        other = {
            "sibling": segment_values(look, held["vet"]),
            "root": segment_values(look, held["province"], first=FIRST - 5, next_free=FIRST - 5),
            "free": segment_values(
                look,
                held["vet"],
                first=FIRST + 60,
                next_free=FIRST + 60,
                last=FIRST + 61,
                free_last=FIRST + 61,
            ),
            "outside": segment_values(
                look,
                held["vet"],
                first=FIRST + 700,
                next_free=FIRST + 700,
                last=FIRST + 710,
                free_last=FIRST + 710,
            ),
            "taken": segment_values(
                look,
                held["vet"],
                parent_id=held["vet"],
                first=FIRST,
                next_free=FIRST,
                last=FIRST + 2,
                free_last=FIRST + 2,
            ),
        }[clash]
    with pytest.raises(DBAPIError, match="number_segments"), db.engine.begin() as connection:
        connection.execute(insert(NumberSegment), other)


def test_of_two_overlapping_receipts_in_one_instant_one_is_told_clearly(db):
    levels, together = make_levels(db), Barrier(2)

    def receive(start):
        together.wait()
        try:
            with db.work(SYSTEM) as w:
                commands.receive_segment(
                    w,
                    holder_id=levels.province,
                    kind="A",
                    first=str(start),
                    last=str(start + 99),
                    because="省批次",
                )
        except Invalid as error:
            return error.fields["first"]
        return ""

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(receive, [FIRST, FIRST + 50]))
    assert answers[0] == ""
    assert answers[1].startswith("与 ")
    assert "重叠" in answers[1]


def test_two_hands_on_one_segment_never_hand_out_the_same(db, levels):
    together = Barrier(4)

    def give(_n):
        together.wait()
        with db.work(SYSTEM) as w:
            return commands.hand_down(w, levels.held["city"], holder_id=levels.other, count=30)

    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(give, range(4)))
    with db.look(SYSTEM) as look:
        firsts = {queries.segment(look, one).first for one in made}
    assert len(firsts) == 4
    assert all(line.balances for line in by_name(db).values())


def test_a_rollback_leaves_no_mark_outside_and_a_commit_does(db, levels, settings):
    path = settings.data_dir / SEGMENT_MARKS
    before = path.read_text()
    assert len(before.splitlines()) == 5
    with pytest.raises(Invalid), db.work(SYSTEM) as w:
        commands.hand_down(w, levels.held["city"], holder_id=levels.other, count=10)
        commands.hand_down(w, levels.held["city"], holder_id=levels.other, count=10_000)
    assert path.read_text() == before
    with db.work(SYSTEM) as w:
        commands.hand_down(w, levels.held["city"], holder_id=levels.other, count=10)
    assert len(path.read_text().splitlines()) == 6


def test_the_ledger_tells_every_movement_and_is_never_rewritten(db, levels):
    with db.work(SYSTEM) as w:
        commands.return_up(w, levels.held["vet"], count=10, because="多领")
    with db.look(SYSTEM) as look:
        lines = queries.movements(look, queries.Filter(kind="A"))
        acts = [line.act for line in lines]
        office = queries.movements_page(look, queries.Filter(body_id=levels.office)).total
        about = queries.movements(look, queries.Filter(number=str(FIRST + 45)))
    assert sorted(acts) == sorted(["退回", "下发", "下发", "下发", "下发", "入库"])
    assert office == 3
    assert len(about) == 6
    assert "官方兽医" in next(line.giver for line in lines if line.act == "退回")
    with pytest.raises(DBAPIError, match="append-only"), db.engine.begin() as connection:
        connection.execute(NumberMovement.__table__.delete())


def test_without_a_rate_a_tenth_left_is_low(db, levels):
    take(db, levels, 46)
    db.clock.forward(days=40)
    low = {line.name for line in stock_of(db).low()}
    assert any(name.startswith("官方兽医") for name in low)
