"""Pools: put together, tested as one, taken apart; every member is told the truth of a perfect test."""

import random
import re
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from aquacert.kernel.errors import Conflict, Invalid, NotAllowed, NotAllowedNow, NotFound, NotReady
from aquacert.kernel.scope import SYSTEM
from labs.bench.models import Result
from labs.bench.queries import dues_of, owed_orders, owed_tests, results_of
from labs.bench.rules import LIVE
from labs.custody.queries import noted, verify_chain
from labs.intake.models import AssayOrder, Item
from labs.pools.commands import (
    dissolve_pool,
    make_pool,
    retract_pool,
    set_pool_limit,
)
from labs.pools.models import Pool, PoolMember
from labs.pools.queries import by_pool, groups, note_of, reported_members, splitting, tree
from labs.reports.commands import authorise_report
from labs.reports.queries import ready_items
from labs.reports.tasks import pool_retracted
from labs.review.commands import review_result
from labs.review.queries import hands_of
from labs.turnaround.queries import due_of
from tests.make.accounts import also, make_person, signed_in
from tests.make.labs import METHOD, make_items, make_lab, make_result


@pytest.fixture
def browser(app):
    """Return a signed-in browser of somebody."""
    return lambda made: signed_in(app.test_client(), made)


def words(response) -> str:
    return re.sub(r"<[^>]+>", " ", response.get_data(as_text=True))


def orders(db, lab, codes):
    with db.look(lab.technician.actor) as look:
        rows = look.session.execute(
            select(AssayOrder.id)
            .join(Item, Item.id == AssayOrder.item_id)
            .where(Item.blind_code.in_(codes))
            .order_by(Item.blind_code)
        )
        return [row.id for row in rows]


def pooled(db, lab, codes):
    """Pool these items; return the pool's id and code."""
    with db.work(lab.technician.actor) as w:
        pool_id = make_pool(w, orders(db, lab, codes))
    return pool_id, code_of(db, lab, pool_id)


def code_of(db, lab, pool_id):
    with db.look(lab.technician.actor) as look:
        return look.get(Pool, pool_id).code


def tested(db, lab, code, *cqs):
    """Enter an item's wells and let the reviewer pass them."""
    result_id = make_result(db, lab, code, *cqs)
    with db.work(lab.reviewer.actor) as w:
        review_result(w, result_id)
    return result_id


def owed(db, lab):
    with db.look(lab.technician.actor) as look:
        tests = owed_tests(look, look.scalars(owed_orders(look)))
        return {test.item.blind_code for test in tests}


def live(db, code):
    with db.look(SYSTEM) as look:
        return look.one(
            select(Result)
            .join(Item, Item.id == Result.item_id)
            .where(Item.blind_code == code, Result.state.in_(LIVE))
        )


def test_a_negative_pool_makes_every_member_negative_by_pool(db):
    lab = make_lab(db)
    codes = make_items(db, lab, 3, keep_apart="g")
    pool_id, code = pooled(db, lab, codes)
    assert code.startswith("P-")
    assert owed(db, lab) == {code}
    tested(db, lab, code)
    rows = [live(db, one) for one in codes]
    assert [(r.outcome, r.state, r.by_pool_id) for r in rows] == [
        ("negative", "verified", pool_id)
    ] * 3
    assert owed(db, lab) == set()
    with db.look(lab.technician.actor) as look:
        said = by_pool(look, [row.id for row in rows])[rows[0].id]
        assert (said.code, said.members) == (code, 3)
        for part in (code, "3 份", said.run_number, "稀释 3 倍"):
            assert part in said.sentence
        assert set(
            look.scalars(
                select(Item.blind_code).where(
                    Item.id.in_([item.id for item in look.scalars(ready_items(look))])
                )
            )
        ) == set(codes)
        assert splitting(look, codes[0]) == {}
        assert noted(look, codes[0], "pooled")
        assert verify_chain(look, codes[0]) == ()


def test_a_positive_pool_owes_every_member_as_a_single(db):
    lab = make_lab(db)
    codes = make_items(db, lab, 3, keep_apart="g")
    pool_id, code = pooled(db, lab, codes)
    tested(db, lab, code, "30.1", "30.2")
    assert owed(db, lab) == set(codes)
    assert [live(db, one) for one in codes] == [None] * 3
    with db.look(SYSTEM) as look:
        assert splitting(look, codes[0]) == {"DIV1": "混样阳性，正在拆检"}
    with pytest.raises(NotReady, match="不能放进") as refused:
        pooled(db, lab, codes[:2])
    assert "须单检" in refused.value.reasons[0]
    tested(db, lab, codes[0])
    tested(db, lab, codes[1], "28", "28.1")
    with db.look(SYSTEM) as look:
        assert splitting(look, codes[0]) == {}
        assert splitting(look, codes[2]) == {"DIV1": "混样阳性，正在拆检"}
        assert tree(look, look.get(Pool, pool_id)).members[1].outcome == "positive"
    assert (live(db, codes[0]).outcome, live(db, codes[0]).by_pool_id) == ("negative", None)


@pytest.mark.parametrize("seed", [1, 2])
def test_with_a_perfect_test_pools_of_pools_tell_every_member_the_truth(db, seed):
    """Twelve samples, pools of three, the pools in pools of two; the truth is random, the test perfect."""
    lab = make_lab(db)
    codes = make_items(db, lab, 12, keep_apart="g")
    chance = random.Random(seed)
    truth = {code: chance.random() < 0.15 * seed for code in codes}
    inside = {}
    for start in range(0, 12, 3):
        _, code = pooled(db, lab, codes[start : start + 3])
        inside[code] = codes[start : start + 3]
    inner = list(inside)
    for start in range(0, 4, 2):
        _, code = pooled(db, lab, inner[start : start + 2])
        inside[code] = [one for each in inner[start : start + 2] for one in inside[each]]
    used = 0
    while waiting := owed(db, lab):
        code = min(waiting)
        is_positive = any(truth[one] for one in inside.get(code, [code]))
        tested(db, lab, code, *(["27", "27.2"] if is_positive else [None, None]))
        used += 1
    for code in codes:
        assert live(db, code).outcome == ("positive" if truth[code] else "negative"), code
    assert used <= 12 + 4 + 2
    if not any(truth.values()):
        assert used == 2
    with db.look(SYSTEM) as look:
        assert look.scalars(select(PoolMember).where(PoolMember.state == "pending")) == []


def test_a_pool_given_up_owes_its_members_again(db):
    lab = make_lab(db)
    codes = make_items(db, lab, 2, keep_apart="g")
    pool_id, _code = pooled(db, lab, codes)
    with pytest.raises(Invalid, match="原因"), db.work(lab.technician.actor) as w:
        dissolve_pool(w, pool_id, " ")
    with db.work(lab.technician.actor) as w:
        dissolve_pool(w, pool_id, "管子破了")
    assert owed(db, lab) == set(codes)
    again, _ = pooled(db, lab, codes)
    assert again != pool_id
    make_result(db, lab, code_of(db, lab, again))
    with pytest.raises(NotAllowedNow, match="已有结果"), db.work(lab.technician.actor) as w:
        dissolve_pool(w, again, "晚了")


def test_taking_a_pools_result_back_takes_its_members_results_with_it(db):
    lab = make_lab(db)
    codes = make_items(db, lab, 4, keep_apart="g")
    first, one = pooled(db, lab, codes[:2])
    second, two = pooled(db, lab, codes[2:])
    outer, code = pooled(db, lab, [one, two])
    tested(db, lab, code)
    assert [live(db, each).by_pool_id for each in codes] == [first, first, second, second]
    with pytest.raises(NotAllowedNow, match="外层"), db.work(lab.reviewer.actor) as w:
        retract_pool(w, first, "试剂召回")
    with db.work(lab.reviewer.actor) as w:
        retract_pool(w, outer, "试剂召回")
    assert [live(db, each) for each in [*codes, one, two, code]] == [None] * 7
    assert owed(db, lab) == set(codes)
    with db.look(SYSTEM) as look:
        assert reported_members(look, outer) == []
        assert {row.state for row in look.scalars(select(Pool))} == {"retracted"}
    with pytest.raises(NotAllowedNow), db.work(lab.reviewer.actor) as w:
        retract_pool(w, outer, "再来")


def test_what_may_not_be_mixed_is_refused_with_every_reason(db):
    lab, other = make_lab(db), make_lab(db)
    codes = make_items(db, lab, 6, keep_apart="g")
    [far] = make_items(db, lab, keep_apart="h")
    with pytest.raises(NotReady) as refused:
        pooled(db, lab, codes)
    assert "上限" in refused.value.reasons[0]
    with pytest.raises(NotReady) as refused:
        pooled(db, lab, [codes[0], far])
    assert "不得混在一起" in refused.value.reasons[0]
    [foreign] = make_items(db, other, keep_apart="g")
    theirs = orders(db, other, [foreign])
    with pytest.raises(NotFound), db.work(lab.technician.actor) as w:
        make_pool(w, [*orders(db, lab, codes[:1]), *theirs])
    pooled(db, lab, codes[:2])
    with pytest.raises(NotReady) as refused:
        pooled(db, lab, codes[1:3])
    assert "另一个有效的混样" in refused.value.reasons[0]
    with db.look(lab.technician.actor) as look:
        [group] = [g for g in groups(look) if len(g.orders) > 1]
        assert {item.blind_code for _, item in group.orders} == set(codes[2:])


def test_the_database_itself_keeps_a_test_in_one_live_pool(db):
    lab = make_lab(db)
    codes = make_items(db, lab, 4, keep_apart="g")
    pooled(db, lab, codes[:2])
    pooled(db, lab, codes[2:])
    with db.look(SYSTEM) as look:
        first, second = look.scalars(select(PoolMember).order_by(PoolMember.pool_id))[1:3]
    forged = update(PoolMember).where(PoolMember.id == second.id).values(order_id=first.order_id)
    with pytest.raises(IntegrityError), db.engine.begin() as connection:
        connection.execute(forged)


def test_the_province_sets_how_many_a_pool_may_hold(db):
    lab = make_lab(db)
    codes = make_items(db, lab, 3, keep_apart="g")
    [far] = make_items(db, lab, keep_apart="h")
    with db.work(SYSTEM) as w:
        set_pool_limit(w, METHOD, 2, from_on=w.today, source="示例验证报告", may_mix=True)
    with pytest.raises(NotReady):
        pooled(db, lab, codes)
    pool_id, _ = pooled(db, lab, [codes[0], far])
    with db.look(lab.technician.actor) as look:
        assert "至多 2 份，可混不同来源" in look.get(Pool, pool_id).limit_words
        assert "未核实" not in look.get(Pool, pool_id).limit_words
        assert "稀释 2 倍" in note_of(look, look.get(Pool, pool_id))
    with db.work(SYSTEM) as w:
        with pytest.raises(Conflict):
            set_pool_limit(w, METHOD, 3, from_on=w.today, source="x")
        with pytest.raises(Invalid):
            set_pool_limit(w, METHOD, 0, from_on=w.today, source="x")
        with pytest.raises(Invalid):
            set_pool_limit(w, METHOD, 3, from_on=w.today - timedelta(days=1), source="x")


def test_nobody_verifies_a_pool_they_put_together_or_a_single_whose_pool_they_tested(db):
    lab = make_lab(db)
    codes = make_items(db, lab, 2, keep_apart="g")
    maker = also(db, lab.reviewer, "lab_technician")
    with db.work(maker) as w:
        pool_id = make_pool(w, orders(db, lab, codes))
    result_id = make_result(db, lab, code_of(db, lab, pool_id), "30", "30.1")
    with pytest.raises(NotAllowed, match="参与过"), db.work(maker) as w:
        review_result(w, result_id)
    both = also(db, lab.authoriser, "lab_reviewer")
    with db.work(both) as w:
        review_result(w, result_id)
    single = make_result(db, lab, codes[0])
    with pytest.raises(NotAllowed, match="参与过"), db.work(maker) as w:
        review_result(w, single)
    with db.look(both) as look:
        hands = hands_of(look, [look.get(Result, single)])[single]
        assert hands.testers == {lab.technician.person_id, lab.reviewer.person_id}


def test_a_result_negative_by_pool_has_the_pools_hands(db):
    lab = make_lab(db)
    codes = make_items(db, lab, 2, keep_apart="g")
    _, code = pooled(db, lab, codes)
    tested(db, lab, code)
    row = live(db, codes[0])
    assert (row.entered_by_id, row.verified_by_id) == (
        lab.technician.person_id,
        lab.reviewer.person_id,
    )
    with db.look(lab.authoriser.actor) as look:
        hands = hands_of(look, [row])[row.id]
        assert hands.testers == {lab.technician.person_id}
        assert hands.verifiers == {lab.reviewer.person_id}


def test_a_members_result_serves_one_item_only(db):
    """A result names one item and one test of it; what rests on it cannot name another."""
    lab = make_lab(db)
    codes = make_items(db, lab, 2, keep_apart="g")
    _, code = pooled(db, lab, codes)
    tested(db, lab, code)
    with db.look(lab.technician.actor) as look:
        served = [results_of(look, one) for one in codes]
        assert [len(rows) for rows in served] == [1, 1]
        assert served[0][0].item_id != served[1][0].item_id
        assert all(look.get(AssayOrder, r.order_id).item_id == r.item_id for [r] in served)


def test_a_pool_is_made_labelled_and_given_up_by_its_pages(db, browser):
    lab = make_lab(db)
    codes = make_items(db, lab, 3, keep_apart="g")
    technician = browser(lab.technician)
    shown = technician.get("/labs/pools/new")
    assert "未核实" in words(shown)
    ticks = re.findall(r'name="order" value="([\w-]+)"', shown.get_data(as_text=True))
    assert len(ticks) == 3
    one = technician.post("/labs/pools/new", data={"order": ticks[:1]})
    assert (one.status_code, "至少要两份" in words(one)) == (422, True)
    made = technician.post("/labs/pools/new", data={"order": ticks[:2]})
    tree_page = words(technician.get(made.location))
    for said in ("等混样结果", "Cq 约推迟 1.0 个循环", "解散这个混样"):
        assert said in tree_page
    slip = words(technician.get(f"{made.location}/label"))
    assert all(code in slip for code in sorted(codes)[:1])
    assert technician.post(f"{made.location}/dissolve", data={}).status_code == 422
    done = technician.post(f"{made.location}/dissolve", data={"because": "管子破了"})
    assert done.status_code == 302
    assert "管子破了" in words(technician.get(made.location))
    assert "P-" in words(technician.get("/labs/pools/"))


def test_taking_a_pool_back_shows_first_what_it_touches(db, browser):
    lab = make_lab(db)
    codes = make_items(db, lab, 2, keep_apart="g")
    pool_id, code = pooled(db, lab, codes)
    tested(db, lab, code)
    with db.work(lab.authoriser.actor) as w:
        authorise_report(w, codes[0])
    reviewer = browser(lab.reviewer)
    shown = words(reviewer.get(f"/labs/pools/{pool_id}"))
    for said in ("会一起撤销 2 份成员的结果", "其中 1 份已出报告"):
        assert said in shown
    gone = reviewer.post(f"/labs/pools/{pool_id}/retract", data={"because": "试剂召回"})
    assert gone.status_code == 302
    assert live(db, codes[1]) is None
    assert live(db, codes[0]).state == "reported"
    with db.look(SYSTEM) as look:
        assert reported_members(look, pool_id) == [codes[0]]
    pool_retracted(db, pool_id)
    assert live(db, codes[0]) is None
    assert owed(db, lab) == set(codes)


def test_limits_are_seen_by_all_and_set_by_the_province(db, browser):
    lab = make_lab(db)
    day = db.clock.now().date().isoformat()
    form = {"method_code": METHOD, "most": "3", "from_on": day, "source": "示例验证报告"}
    assert browser(lab.technician).post("/labs/pools/limits", data=form).status_code == 403
    keeper = browser(make_person(db, "administrator", division="320000"))
    assert keeper.post("/labs/pools/limits", data=form).status_code in {302, 403}
    assert "未核实" in words(browser(lab.technician).get("/labs/pools/limits"))


def test_a_pool_is_due_when_the_first_of_its_members_is(db):
    lab = make_lab(db)
    early = make_items(db, lab, 2, keep_apart="g")
    db.clock.forward(days=2)
    make_items(db, lab, 1)
    with db.look(lab.technician.actor) as look:
        [due] = {line.at for line in due_of(look, orders(db, lab, early)).values()}
    _pool_id, code = pooled(db, lab, early)
    with db.look(lab.technician.actor) as look:
        rows = look.scalars(owed_orders(look))
        first = owed_tests(look, rows)[0]
        assert first.item.blind_code == code, "a pool stands where its most urgent member stood"
        assert dues_of(look, rows)[first.order.id].at == due
