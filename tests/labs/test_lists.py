"""Every open referral is on exactly one list, whatever was done to it and in whatever order."""

from contextlib import suppress
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from aquacert.accounts.models import InboxMessage
from aquacert.app import runner_of
from aquacert.inspections.commands import suspect
from aquacert.kernel.errors import Conflict, Invalid, NotAllowedNow
from aquacert.kernel.scope import SYSTEM
from aquacert.sampling.commands import dispatch, send_self_test, take_self_test
from aquacert.sampling.models import SelfTest
from aquacert.sampling.queries import sample
from aquacert.sampling.queries.referrals import TO_SEND, referrals
from aquacert.sampling.queries.referrals import unlisted as lost
from labs.custody.commands import note
from labs.custody.queries import broken_chains, noted
from labs.intake.commands import (
    announce,
    arrive_box,
    close_box,
    close_fault,
    correct_receipt,
    receive_item,
    take_back_receipt,
)
from labs.intake.models import Consignment, Item, NonConformity
from labs.intake.queries.lists import (
    ageing,
    counts,
    long_in_transit,
    unlisted,
    waiting,
)
from labs.intake.rules import FaultState, ItemState
from labs.intake.rules.lists import Listed, Standing, list_of
from tests.make.declarations import make_declaration
from tests.make.hatcheries import make_hatchery
from tests.make.inspections import start
from tests.make.labs import announced, blind, make_items, make_lab, make_report
from tests.make.sampling import make_sample

COMMANDS = (
    *("arrive", "good", "leaked", "missing", "rejected", "close", "test", "take_back"),
    *("correct_good", "correct_missing", "settle", "wait"),
)
REFUSALS = (Conflict, Invalid, NotAllowedNow)


def do(db, lab, box_id, code, command):
    """Do one command as the receiver; a refusal changes nothing."""
    acts = {
        "arrive": lambda w: arrive_box(w, box_id),
        "close": lambda w: close_box(w, box_id, "箱内没有"),
        "test": lambda w: _test(w, code),
        "take_back": lambda w: take_back_receipt(w, box_id),
        "correct_good": lambda w: correct_receipt(w, code, "good", "看错了"),
        "correct_missing": lambda w: correct_receipt(w, code, "missing", "看错了"),
        "settle": _settle,
        "wait": lambda w: None,
    }
    act = acts.get(command, lambda w: receive_item(w, code, command, "原因"))
    with suppress(*REFUSALS), db.work(lab.receiver.actor) as w:
        act(w)
    db.clock.forward(seconds=20)


def _settle(w):
    for fault_id in w.scalars(select(NonConformity.id).where(NonConformity.state == "open")):
        close_fault(w, fault_id, "已处理")


def _test(w, code):
    if w.one(select(Item.state).where(Item.blind_code == code)) != ItemState.RECEIVED:
        raise NotAllowedNow("还没有收样")
    note(w, code, "tested", public={"run": "R1"})


def by_the_rule(look):
    """Where the pure rule puts every item."""
    placed = {}
    for item in look.scalars(select(Item).where(look.visible(Item))):
        box = look.get(Consignment, item.consignment_id)
        fault = look.one(
            select(NonConformity.id).where(
                NonConformity.item_id == item.id, NonConformity.state == FaultState.OPEN
            )
        )
        tested = noted(look, item.blind_code, "tested")
        standing = Standing(ItemState(item.state), box.arrived_at is not None, tested, bool(fault))
        placed[item.blind_code] = list_of(standing)
    return placed


def test_no_walk_over_the_commands_leaves_an_item_on_no_list_or_on_two(db):
    @settings(
        max_examples=12, deadline=None, suppress_health_check=list(HealthCheck), database=None
    )
    @given(
        st.lists(st.tuples(st.sampled_from(COMMANDS), st.integers(0, 2)), min_size=4, max_size=12)
    )
    def walk(steps):
        codes = [blind() for _ in range(3)]
        with db.work(SYSTEM) as w:
            box_id = announce(w, lab_id=lab.lab_id, items=[announced(c, db) for c in codes])
        for command, which in steps:
            do(db, lab, box_id, codes[which], command)
        with db.look(lab.receiver.actor) as look:
            placed = by_the_rule(look)
            listed = {line.code: where for where in Listed for line in waiting(look, where)}
            assert unlisted(look) == []
            assert listed == placed
            assert sum(counts(look).values()) == len(placed)

    lab = make_lab(db)
    walk()
    with db.look(SYSTEM) as look:
        assert broken_chains(look) == ()


def test_an_item_that_fell_between_the_lists_is_named(db):
    lab = make_lab(db)
    [code] = make_items(db, lab)
    (reported,) = make_items(db, lab)
    make_report(db, lab, reported)
    with db.look(lab.receiver.actor) as look:
        assert unlisted(look) == []
        assert counts(look)[Listed.REPORTED] == 1
    if db.engine.dialect.name != "sqlite":
        return
    with db.engine.begin() as connection:
        connection.execute(text("PRAGMA ignore_check_constraints = ON"))
        connection.execute(
            text("UPDATE lab_items SET state = 'lost' WHERE blind_code = :code"), {"code": code}
        )
        connection.execute(text("PRAGMA ignore_check_constraints = OFF"))
    with db.look(lab.receiver.actor) as look:
        assert unlisted(look) == [code]


def test_what_waits_long_is_marked(db):
    lab = make_lab(db)
    with db.work(SYSTEM) as w:
        announce(w, lab_id=lab.lab_id, items=[announced(blind(), db)])
    db.clock.forward(hours=25)
    with db.look(lab.receiver.actor) as look:
        [line] = waiting(look, Listed.IN_TRANSIT)
        assert (line.late, line.mark, long_in_transit(look)) == (True, "", 1)
        assert sum(ageing(look, 7).values()) == 0
    db.clock.forward(days=7)
    with db.look(lab.receiver.actor) as look:
        [line] = waiting(look, Listed.IN_TRANSIT)
        assert (line.mark, ageing(look, 7)[Listed.IN_TRANSIT]) == ("wait", 1)
        assert look.now - line.since > timedelta(days=7)


def test_a_self_test_is_on_a_list_too_and_a_lost_one_is_named(db):
    farm, lab = make_hatchery(db), make_lab(db)
    with db.work(farm.owner) as w:
        key = take_self_test(w, farm.lot_id, "DIV1")
    with db.look(farm.owner) as look:
        row = look.get(SelfTest, key)
        assert (referrals(look, [row]), lost(look)) == ({row.blind_code: TO_SEND}, [])
    with db.work(farm.owner) as w:
        send_self_test(w, key, lab.lab_id)
    with db.look(farm.owner) as look:
        row = look.get(SelfTest, key)
        assert (referrals(look, [row]), lost(look)) == ({row.blind_code: "in_transit"}, [])
    with db.engine.begin() as connection:
        connection.execute(text("UPDATE self_tests SET blind_code = 'GONE0-00000'"))
    with db.look(farm.owner) as look:
        assert lost(look) == ["GONE0-00000"]


def test_a_sample_is_to_be_sent_or_on_its_laboratorys_list_and_its_sender_is_told(db, house):
    lab = make_lab(db)
    paper = make_declaration(db, state="assigned")
    [check] = start(db, paper)
    with db.work(paper.vet.actor) as w:
        suspect(w, check, ["DIV1"])
    sample_id = make_sample(db, paper)
    with db.look(paper.vet.actor) as look:
        row = sample(look, sample_id)
        assert referrals(look, [row]) == {row.blind_code: TO_SEND}
        assert lost(look) == []
    with db.work(paper.vet.actor) as w:
        box_id = dispatch(w, lab.lab_id, [sample_id])
    with db.look(paper.vet.actor) as look:
        assert referrals(look, [row]) != {row.blind_code: TO_SEND}
        [place] = referrals(look, [sample(look, sample_id)]).values()
        assert (place, lost(look)) == ("in_transit", [])
    with db.work(lab.receiver.actor) as w:
        close_box(w, box_id, "箱内没有")
    runner_of(house).run_all()
    with db.look(paper.vet.actor) as look:
        [place] = referrals(look, [sample(look, sample_id)]).values()
        assert place == "unfit_open"
        told = look.scalars(select(InboxMessage.subject))
        assert any("缺失 1 份" in subject for subject in told), told
