"""The four endings of a report, each by its own command; two persons where a result changes; what is touched first."""

import threading

import pytest
from sqlalchemy import select

from aquacert.kernel.errors import Conflict, Invalid, NotAllowed, NotAllowedNow, NotFound, NotReady
from aquacert.kernel.outbox import OutboxRow
from aquacert.kernel.scope import SYSTEM
from aquacert.kernel.topics import Topic
from labs.bench.models import Result
from labs.intake.models import Item
from labs.pools.commands import retract_pool
from labs.pools.models import Pool
from labs.reports.commands import (
    amend_report,
    ask_invalidate,
    ask_retract,
    authorise_report,
    drop_ask,
    invalidate_for_pool,
    invalidate_report,
    retract_report,
    sign_report,
    state_facts,
    withdraw_report,
)
from labs.reports.models import Report
from labs.reports.queries import (
    draft_report,
    public_report,
    report_for,
    touched,
    unsigned_reports,
)
from labs.reports.rules import ReportState
from labs.reports.tasks import sign_waiting
from labs.review.commands import review_result
from tests.make.accounts import make_person
from tests.make.labs import make_items, make_lab, make_pool_of, make_report, make_result


@pytest.fixture
def made(db):
    """A laboratory with a second authoriser, a blind code and its standing report; who hears what."""
    topics = (Topic.REPORT_RELEASED, Topic.REPORT_POSITIVE, Topic.REPORT_WITHDRAWN)
    db.subscribers = dict.fromkeys(topics, ("listener",))
    lab = make_lab(db)
    other = make_person(db, "lab_authoriser", organisation_id=lab.lab_id)
    [code] = make_items(db, lab)
    return lab, other, code, make_report(db, lab, code)


def told(db, report_id):
    wanted = select(OutboxRow).where(OutboxRow.subject_id == report_id).order_by(OutboxRow.seq)
    with db.look(SYSTEM) as look:
        return [row.topic for row in look.scalars(wanted)]


def standing(db, report_id):
    with db.look(SYSTEM) as look:
        return look.get(Report, report_id).standing


def back_at_the_bench(db):
    """Whether the item is under test again and its results no longer count."""
    with db.look(SYSTEM) as look:
        return (look.one(select(Item.state)), look.one(select(Result.state))) == (
            "received",
            "withdrawn",
        )


def test_amending_a_report_that_stands_leaves_a_new_version_in_its_place(db, made):
    lab, _other, code, first = made
    with db.work(lab.authoriser.actor) as w:
        second = amend_report(w, first, "样品类型录错", {"matrix": "后期仔虾", "condition": "完好"})
    with db.look(SYSTEM) as look:
        old, new = look.get(Report, first), look.get(Report, second)
        assert report_for(look, code).report_id == second
        assert look.one(select(Result.state)) == "reported"
    assert (old.standing, new.standing) == (ReportState.AMENDED, ReportState.AUTHORISED)
    assert (new.number, new.version, new.supersedes_id) == (f"{old.number}-v2", 2, first)
    assert new.content["change"] == "样品类型：由“仔虾”改为“后期仔虾”。原因：样品类型录错"
    assert new.content["lines"] == old.content["lines"]
    assert told(db, first)[-1] == Topic.REPORT_WITHDRAWN
    assert told(db, second) == [Topic.REPORT_RELEASED]
    with db.work(lab.authoriser.actor) as w:
        third = amend_report(w, second, "地址更名", {"lab_address": "示例路 2 号"})
    with db.look(SYSTEM) as look:
        assert look.get(Report, third).number == f"{old.number}-v3"
    [code] = make_items(db, lab)
    with db.look(SYSTEM) as look:
        assert look.get(Report, make_report(db, lab, code)).number.endswith("-00002")


def test_retracting_a_report_that_stands_gives_its_item_back_to_the_bench(db, made):
    lab, _other, _code, first = made
    with db.work(lab.reviewer.actor) as w:
        ask_retract(w, first, "盲样取错")
    assert standing(db, first) == ReportState.AUTHORISED
    with db.work(lab.authoriser.actor) as w:
        retract_report(w, first)
    assert standing(db, first) == ReportState.RETRACTED
    assert back_at_the_bench(db)
    assert told(db, first)[-1] == Topic.REPORT_WITHDRAWN


def test_invalidating_the_results_of_a_report_that_stands_asks_for_a_retest(db, made):
    lab, other, code, first = made
    with db.work(other.actor) as w:
        ask_invalidate(w, first, "阳性对照批号召回")
    with db.work(lab.authoriser.actor) as w:
        invalidate_report(w, first)
    assert standing(db, first) == ReportState.INVALIDATED
    assert back_at_the_bench(db)
    second = make_report(db, lab, code)
    with db.look(SYSTEM) as look:
        row = look.get(Report, second)
        assert (
            row.content["replaces"]
            == f"替代结果作废的报告 {look.get(Report, first).number}，原因：阳性对照批号召回"
        )
        assert row.supersedes_id == first


def test_withdrawing_a_report_that_stands_keeps_it_readable(db, made):
    lab, _other, code, first = made
    with db.work(lab.authoriser.actor) as w:
        withdraw_report(w, first, "资质到期")
    assert standing(db, first) == ReportState.WITHDRAWN
    with db.look(SYSTEM) as look:
        found = report_for(look, code)
    assert (found.report_id, found.state) == (first, ReportState.WITHDRAWN)


def test_a_report_that_ended_ends_no_second_time(db, made):
    lab, other, _code, first = made
    with db.work(lab.authoriser.actor) as w:
        withdraw_report(w, first, "资质到期")
    for act in (
        lambda w: withdraw_report(w, first, "再撤"),
        lambda w: amend_report(w, first, "再改", {"matrix": "x"}),
        lambda w: ask_retract(w, first, "再撤销"),
        lambda w: ask_invalidate(w, first, "再作废"),
    ):
        with pytest.raises(NotAllowedNow), db.work(other.actor) as w:
            act(w)


def test_nobody_retracts_or_invalidates_alone(db, made):
    lab, other, _code, first = made
    with pytest.raises(NotFound), db.work(other.actor) as w:
        retract_report(w, first)
    with db.work(other.actor) as w:
        ask_retract(w, first, "取错样")
    with pytest.raises(NotAllowed, match="另一个人"), db.work(other.actor) as w:
        retract_report(w, first)
    with pytest.raises(Invalid), db.work(lab.authoriser.actor) as w:
        invalidate_report(w, first)
    with pytest.raises(Conflict), db.work(lab.authoriser.actor) as w:
        withdraw_report(w, first, "先撤回")
    with db.work(lab.authoriser.actor) as w:
        drop_ask(w, first)
    assert standing(db, first) == ReportState.AUTHORISED
    with pytest.raises(NotFound), db.work(lab.authoriser.actor) as w:
        drop_ask(w, first)
    with pytest.raises(NotAllowed), db.work(SYSTEM) as w:
        withdraw_report(w, first, "无名")


def test_what_is_touched_is_shown_first_and_must_not_change_meanwhile(db, made):
    lab, _other, code, first = made
    resting = {"试探物": 3}
    db.impact.register(
        "report", "试探物", lambda _look, subject: resting["试探物"] * (subject == code)
    )
    with db.look(lab.authoriser.actor) as look:
        shown = touched(look, look.get(Report, first))
    assert shown.counts["试探物"] == 3
    resting["试探物"] = 4
    with pytest.raises(Conflict, match="有变化"), db.work(lab.authoriser.actor) as w:
        withdraw_report(w, first, "资质到期", shown=shown.digest)
    resting["试探物"] = 3
    with db.work(lab.authoriser.actor) as w:
        withdraw_report(w, first, "资质到期", shown=shown.digest)


def test_nobody_carries_out_another_request_than_the_one_that_was_read(db, made):
    lab, other, _code, first = made
    with db.work(other.actor) as w:
        ask_retract(w, first, "盲样取错")
    with db.look(lab.authoriser.actor) as look:
        shown = touched(look, look.get(Report, first)).digest
    with db.work(other.actor) as w:
        drop_ask(w, first)
    with db.work(other.actor) as w:
        ask_retract(w, first, "客户要求")
    with pytest.raises(Conflict, match="有变化"), db.work(lab.authoriser.actor) as w:
        retract_report(w, first, shown=shown)


def test_an_amendment_needs_a_change_of_words_a_reason_and_a_third_person(db, made):
    lab, _other, _code, first = made
    for because, changes in (
        ("", {"matrix": "x"}),
        ("改", {"matrix": "仔虾"}),
        ("改", {"lines": "x"}),
    ):
        with pytest.raises(Invalid), db.work(lab.authoriser.actor) as w:
            amend_report(w, first, because, changes)
    with pytest.raises(Invalid, match="不齐"), db.work(lab.authoriser.actor) as w:
        amend_report(w, first, "改", {"sampled_on": ""})
    for day in ("去年", "2026-02-30", "2099-01-01"):
        with pytest.raises(Invalid, match="抽样日期"), db.work(lab.authoriser.actor) as w:
            amend_report(w, first, "改", {"sampled_on": day})
    with pytest.raises(Invalid, match="印不出来"), db.work(lab.authoriser.actor) as w:
        amend_report(w, first, "改", {"matrix": "𠮷虾"})
    for hand in (lab.technician, lab.reviewer):
        with pytest.raises(NotAllowed), db.work(hand.actor) as w:
            amend_report(w, first, "改", {"matrix": "后期仔虾"})


def test_a_retracted_pool_takes_the_reports_that_rest_on_it_along(db, made):
    _lab, _other, code, first = made
    with db.work(SYSTEM) as w:
        invalidate_for_pool(w, code, "混样 P-1 的结果已撤销")
    assert standing(db, first) == ReportState.INVALIDATED
    with db.look(SYSTEM) as look:
        before = look.get(Report, first).withdrawn_at
    with db.look(SYSTEM) as look:
        assert report_for(look, code).state == ReportState.INVALIDATED
        assert before is not None


def with_a_pool(db):
    """A laboratory, a pool of two that was found negative, and the members' codes."""
    db.subscribers = {Topic.POOL_RETRACTED: ("listener",)}
    lab = make_lab(db)
    codes = make_items(db, lab, 2, keep_apart="g")
    pool_id = make_pool_of(db, lab, codes)
    with db.look(SYSTEM) as look:
        code = look.get(Pool, pool_id).code
    result_id = make_result(db, lab, code)
    with db.work(lab.reviewer.actor) as w:
        review_result(w, result_id)
    return lab, pool_id, codes


def done_at_once(db, first, second):
    """Do one act and, before it is committed, begin another; return what the second one raised."""
    raised = []

    def other():
        try:
            with db.work(second[0].actor) as w:
                second[1](w)
        except NotReady as error:
            raised.append(error)

    thread = threading.Thread(target=other)
    with db.work(first[0].actor) as w:
        first[1](w)
        thread.start()
        thread.join(0.4)
    thread.join()
    return raised


def test_a_pool_retracted_as_a_members_report_is_signed_is_never_overlooked(db):
    lab, pool_id, codes = with_a_pool(db)
    signs = (lab.authoriser, lambda w: authorise_report(w, codes[0]))
    takes_back = (lab.reviewer, lambda w: retract_pool(w, pool_id, "试剂召回"))
    assert done_at_once(db, signs, takes_back) == []
    assert told(db, pool_id) == [Topic.POOL_RETRACTED]


def test_no_report_is_signed_over_a_pool_that_is_retracted_in_the_same_moment(db):
    lab, pool_id, codes = with_a_pool(db)
    signs = (lab.authoriser, lambda w: authorise_report(w, codes[0]))
    takes_back = (lab.reviewer, lambda w: retract_pool(w, pool_id, "试剂召回"))
    assert len(done_at_once(db, takes_back, signs)) == 1
    with db.look(SYSTEM) as look:
        assert report_for(look, codes[0]) is None


def test_what_is_stated_beside_the_results_stands_in_the_report(db):
    lab = make_lab(db)
    [code] = make_items(db, lab)
    result_id = make_result(db, lab, code)
    with db.work(lab.reviewer.actor) as w:
        review_result(w, result_id)
    with pytest.raises(Invalid), db.work(lab.reviewer.actor) as w:
        state_facts(w, code, external={"WSD": "示例省疫控中心"})
    with db.work(lab.reviewer.actor) as w:
        state_facts(w, code, deviations="提取量减半", external={"DIV1": "示例省疫控中心"})
    with db.look(lab.authoriser.actor) as look:
        draft = draft_report(look, code)
    assert draft.reasons == ()
    assert draft.content.deviations == "提取量减半"
    assert draft.content.lines[0].external == "示例省疫控中心"
    assert draft.content.external == "由外部提供方出具的结果：十足目虹彩病毒病（示例省疫控中心）"
    with db.work(lab.authoriser.actor) as w:
        authorise_report(w, code, digest=draft.digest)
    with pytest.raises(NotReady), db.work(lab.reviewer.actor) as w:
        state_facts(w, code, deviations="晚了")


def test_a_report_left_unsigned_by_a_crash_is_signed_by_the_clock(db, house, made):
    lab, _other, _code, first = made
    with db.look(SYSTEM) as look:
        public_id = look.get(Report, first).public_id
        assert unsigned_reports(look) == [first]
        waiting = public_report(look, house.keys, public_id)
    assert (waiting.is_signed, waiting.is_proven) == (False, False)
    db.clock.forward(days=3)  # its first key is then younger than the report
    assert sign_waiting(db, house.keys) == 1
    assert sign_waiting(db, house.keys) == 0
    with db.look(SYSTEM) as look:
        found = public_report(look, house.keys, public_id)
    assert (found.is_signed, found.is_proven, found.state) == (True, True, ReportState.AUTHORISED)
    with db.work(lab.authoriser.actor) as w:
        second = amend_report(w, first, "录错", {"matrix": "后期仔虾"})
    assert sign_report(db, house.keys, second)
    with db.look(SYSTEM) as look:
        ended = public_report(look, house.keys, public_id)
    assert (ended.state, ended.newer) == (ReportState.AMENDED, f"{found.number}-v2")
