"""A recall takes a question and two persons; pages follow the table; a crash loses no step."""

import time
from dataclasses import replace
from datetime import date, timedelta
from html import unescape

import pytest
from sqlalchemy import select

from aquacert.accounts.models import InboxMessage
from aquacert.certificates import queries as certificates
from aquacert.certificates.checks.queries import in_doubt
from aquacert.certificates.models import (
    Certificate,
    CertificateNumber,
    Change,
    Leaf,
    RecallOrder,
    Standing,
)
from aquacert.certificates.recalls import queries
from aquacert.certificates.recalls.commands import advance, confirm, give_order, reject
from aquacert.certificates.rules.recalls import (
    Question,
    RecallAct,
    checked,
    decision_digest,
    order_digest,
)
from aquacert.certificates.status.commands import suspend
from aquacert.kernel.clock import legal_day
from aquacert.kernel.errors import Conflict, Invalid, NotAllowed, NotAllowedNow, NotFound
from aquacert.kernel.scope import SYSTEM
from aquacert.sampling.commands import make_plan
from labs.register.models import KitLot
from tests.conftest import WATCH
from tests.make.accounts import code_for, make_organisation, make_person, signed_in, step_up
from tests.make.certificates import give_numbers, issue_one, make_ready
from tests.make.labs import DISEASE, equip_lab, make_lab
from tests.make.sampling import tested

COUNTY, OTHER, PROVINCE = "320114", "320581", "320000"
HERE = Question(county=COUNTY)


def supervisor(db, level="county", division=COUNTY):
    return make_person(db, f"{level}_supervisor", division=division)


def status_of(db, certificate_id):
    with db.look(SYSTEM) as look:
        return certificates.certificate(look, certificate_id).status


def ordered(db, made, question=HERE, because="查出批号混用", *, carried=True):
    with db.work(made.actor) as w:
        order_id = give_order(w, question, because)
    if carried:
        advance(db, order_id)
    return order_id


def issue_next(house, place):
    """Issue from a farm and an office of its own, with numbers of its own."""
    ready = make_ready(house.database, numbers=False)
    give_numbers(house.database, ready.farm.office_id, "A", 10, 3_200_000_001 + 100 * place)
    return issue_one(house, ready)


def row_of(db, order_id):
    with db.look(SYSTEM) as look:
        return look.session.get(RecallOrder, order_id)


def decided(db, made, order_id, act=confirm):
    step_up(db, made, decision_digest(RecallAct(act.__name__), row_of(db, order_id).digest))
    with db.work(made.actor) as w:
        act(w, order_id, "情况属实")
    advance(db, order_id)


def test_the_first_person_suspends_and_the_second_recalls(house, db):
    certificate_id = issue_one(house)
    first, second = supervisor(db), supervisor(db)
    order_id = ordered(db, first)
    assert status_of(db, certificate_id) == "suspended"
    assert in_doubt_now(db, certificate_id) == ()
    decided(db, second, order_id)
    assert status_of(db, certificate_id) == "recalled"
    assert in_doubt_now(db, certificate_id) == ()
    with db.look(SYSTEM) as look:
        number = look.one(select(CertificateNumber))
        assert (number.state, number.because) == ("void", "召回：情况属实")
        acts = look.scalars(select(Leaf.act).order_by(Leaf.position))
        assert acts == ["issue", "suspend", "recall"]
        moves = look.journal_of(look.session.get(Standing, certificate_id))
        assert [(move.act, move.by_id) for move in moves] == [
            ("suspend", first.person_id),
            ("recall", second.person_id),
        ]


def in_doubt_now(db, certificate_id):
    with db.look() as look:
        return in_doubt(look, certificate_id)


def test_the_second_person_may_reject_and_everything_is_valid_again(house, db):
    certificate_id = issue_one(house)
    order_id = ordered(db, supervisor(db))
    decided(db, supervisor(db), order_id, reject)
    assert status_of(db, certificate_id) == "valid"
    assert in_doubt_now(db, certificate_id) == ()


def test_what_was_suspended_before_stays_so_when_the_order_is_rejected(house, db):
    certificate_id = issue_one(house)
    with db.work(supervisor(db).actor) as w:
        suspend(w, certificate_id, "另案")
    order_id = ordered(db, supervisor(db))
    decided(db, supervisor(db), order_id, reject)
    assert status_of(db, certificate_id) == "suspended"


def test_one_person_alone_recalls_nothing(house, db):
    issue_one(house)
    first = supervisor(db)
    order_id = ordered(db, first)
    step_up(db, first, decision_digest(RecallAct.CONFIRM, row_of(db, order_id).digest))
    with pytest.raises(NotAllowed, match="两个人"), db.work(first.actor) as w:
        confirm(w, order_id, "自己确认")


def test_the_second_factor_is_for_this_order_and_this_act(house, db):
    issue_one(house)
    order_id = ordered(db, supervisor(db))
    second = supervisor(db)
    step_up(db, second, decision_digest(RecallAct.REJECT, row_of(db, order_id).digest))
    with pytest.raises(NotAllowed, match="再核验"), db.work(second.actor) as w:
        confirm(w, order_id, "情况属实")


def test_it_is_decided_once_and_only_after_all_are_suspended(house, db):
    issue_one(house)
    order_id = ordered(db, supervisor(db), carried=False)
    second = supervisor(db)
    with pytest.raises(Conflict), db.work(second.actor) as w:
        confirm(w, order_id, "太早")
    advance(db, order_id)
    decided(db, second, order_id)
    with pytest.raises(NotAllowedNow), db.work(second.actor) as w:
        reject(w, order_id, "反悔")


def test_another_county_sees_no_order_and_hits_nothing(house, db):
    issue_one(house)
    order_id = ordered(db, supervisor(db))
    stranger = supervisor(db, division=OTHER)
    with pytest.raises(NotFound), db.work(stranger.actor) as w:
        confirm(w, order_id, "不相干")
    with pytest.raises(Invalid, match="没有有效的证书"), db.work(stranger.actor) as w:
        give_order(w, Question(species_code=species_of(db)), "不相干")
    with db.look(stranger.actor) as look:
        assert queries.preview(look, HERE).counts == {}


def species_of(db):
    with db.look(SYSTEM) as look:
        return look.one(select(Certificate.species_code))


def test_the_end_where_goods_arrive_recalls_nothing(house, db):
    issue_one(house)
    with db.look(SYSTEM) as look:
        place = look.one(select(Certificate.destination_code))
    with db.look(supervisor(db, division=place).actor) as look:
        assert queries.preview(look, Question(species_code=species_of(db))).counts == {}


@pytest.mark.parametrize(
    ("given", "hits"),
    [
        (lambda row: {"vet_id": row.vet_id}, 1),
        (lambda row: {"organisation_id": row.organisation_id}, 1),
        (lambda row: {"species_code": row.species_code}, 1),
        (lambda row: {"species_code": "OTHER"}, 0),
        (lambda row: {"county": PROVINCE}, 1),
        (lambda row: {"county": OTHER}, 0),
        (lambda row: {"from_on": row.issued_on, "until_on": row.issued_on}, 1),
        (lambda row: {"from_on": row.issued_on + timedelta(days=1)}, 0),
        (lambda row: {"until_on": row.issued_on - timedelta(days=1)}, 0),
        (lambda row: {"vet_id": row.vet_id, "county": OTHER}, 0),
    ],
)
def test_each_condition_narrows(house, db, given, hits):
    certificate_id = issue_one(house)
    with db.look(SYSTEM) as look:
        row = look.session.get(Certificate, certificate_id)
        found = queries.live_hits(look, Question(**given(row)))
    assert len(found) == hits


@pytest.mark.parametrize(
    ("question", "says"),
    [
        (Question(), "至少写一个条件"),
        (Question(from_on=date(2026, 5, 2), until_on=date(2026, 5, 1)), "晚于"),
    ],
)
def test_a_question_that_cannot_be_is_refused_with_its_reason(question, says):
    with pytest.raises(Invalid, match=says):
        checked(question)


def test_a_kit_lot_hits_the_certificate_whose_test_used_it(house, db):
    ready, lab, today = make_ready(db), make_lab(db), legal_day(db.clock.now())
    with db.work(SYSTEM) as w:
        make_plan(
            w,
            disease_code=DISEASE,
            species_code=ready.farm.species_code,
            title="监测计划",
            from_on=today - timedelta(days=9),
            until_on=today + timedelta(days=9),
        )
    tested(db, replace(ready.paper, vet=ready.vet), lab, None)
    certificate_id = issue_one(house, ready)
    equip_lab(db, lab.lab_id, lot="UNUSED")
    with db.look(SYSTEM) as look:
        assert queries.live_hits(look, Question(kit_lot="unused")) == []
        lot = look.session.get(KitLot, lab.lot_id).lot
        hit = queries.live_hits(look, Question(kit_lot=lot))
        kept = queries.question_of(RecallOrder(question=Question(kit_lot=lot).as_json()))
    assert [one for one, _number, _status in hit] == [certificate_id]
    assert kept == Question(kit_lot=lot)


def test_an_unknown_report_is_said_and_hits_nothing(db):
    with pytest.raises(Invalid, match="没有这个编号"), db.look(SYSTEM) as look:
        queries.live_hits(look, Question(report_no="X-0"))


def test_the_digest_covers_question_reason_and_numbers():
    base = order_digest(HERE, "甲", ["1", "2"])
    assert base == order_digest(HERE, "甲", ["2", "1"])
    others = [
        order_digest(Question(county=OTHER), "甲", ["1", "2"]),
        order_digest(HERE, "乙", ["1", "2"]),
        order_digest(HERE, "甲", ["1"]),
    ]
    assert len({base, *others}) == 4


def test_a_worker_killed_between_stretches_goes_on_and_does_nothing_twice(house, db):
    ids = [issue_next(house, place) for place in range(3)]
    order_id = ordered(
        db, supervisor(db, "province", PROVINCE), Question(county=PROVINCE), carried=False
    )
    assert advance(db, order_id, most=1, size=1) == 1
    assert sorted(status_of(db, one) for one in ids) == ["suspended", "valid", "valid"]
    assert row_of(db, order_id).finished_at is None
    assert advance(db, order_id, size=1) == 2
    assert advance(db, order_id) == 0
    assert {status_of(db, one) for one in ids} == {"suspended"}
    with db.look(SYSTEM) as look:
        assert look.scalars(select(Leaf.act)).count("suspend") == 3
        assert look.scalars(select(Change.seq).order_by(Change.seq)) == list(
            range(1, len(look.scalars(select(Change.seq))) + 1)
        )


def test_a_certificate_issued_after_the_order_is_shown_apart(house, db):
    issue_next(house, 0)
    made = supervisor(db, "province", PROVINCE)
    order_id = ordered(db, made, Question(county=PROVINCE))
    later_id = issue_next(house, 1)
    with db.look(made.actor) as look:
        assert [line.certificate_id for line in queries.later(look, row_of(db, order_id))] == [
            later_id
        ]
    assert status_of(db, later_id) == "valid"


def test_holders_and_destinations_are_told_once_each(house, db):
    certificate_id = issue_one(house)
    with db.look(SYSTEM) as look:
        row = look.session.get(Certificate, certificate_id)
    there = make_organisation(db, "agency", division=row.destination_code)
    ordered(db, supervisor(db))
    with db.look(SYSTEM) as look:
        told = look.scalars(
            select(InboxMessage.to_organisation_id).where(InboxMessage.kind == "recall")
        )
    assert set(told) >= {row.organisation_id, there}
    assert len(told) == len(set(told))


def test_the_public_page_turns_within_five_seconds(house, db, client):
    certificate_id = issue_one(house)
    with db.look(SYSTEM) as look:
        public_id = certificates.certificate(look, certificate_id).public_id
    assert "有效" in client.get(f"/c/{public_id}").text
    order_id = ordered(db, supervisor(db))
    time.sleep(WATCH + 0.01)
    assert "勿运" in client.get(f"/c/{public_id}").text
    decided(db, supervisor(db), order_id)
    time.sleep(WATCH + 0.01)
    assert "召回" in client.get(f"/c/{public_id}").text


def test_two_supervisors_recall_through_the_pages(house, db, app):
    certificate_id = issue_one(house)
    first, second = supervisor(db), supervisor(db)
    one, two = signed_in(app.test_client(), first), signed_in(app.test_client(), second)
    assert "看命中" in one.get("/certificates/recalls/new").text
    found = unescape(one.get(f"/certificates/recalls/new?county={COUNTY}").text)
    assert "命中 1 张" in found
    form = {"county": COUNTY, "because": "批号混用", "once": "o1"}
    answer = one.post("/certificates/recalls/new", data=form)
    assert answer.status_code == 302, unescape(answer.text)
    assert one.post("/certificates/recalls/new", data=form).location == answer.location
    working = one.get(answer.location)
    assert working.headers["Refresh"] == "2"
    assert "<progress" in working.text
    order_id = answer.location.rsplit("/", 1)[1]
    advance(db, order_id_of(db))
    assert "确认召回" not in unescape(one.get(answer.location).text).split("</form>", 1)[0][-200:]
    assert "确认召回 1 张" in unescape(two.get(answer.location).text)
    sent = {"because": "属实", "code": code_for(db, second.person_id), "once": "d1"}
    done = two.post(f"{answer.location}/confirm", data=sent)
    assert done.status_code == 302, unescape(done.text)
    assert two.post(f"{answer.location}/confirm", data=sent).status_code == 302
    advance(db, order_id_of(db))
    assert status_of(db, certificate_id) == "recalled"
    assert "已召回" in unescape(two.get("/certificates/recalls").text) or order_id
    book = two.get(f"{answer.location}/numbers.xlsx")
    assert book.data[:2] == b"PK"


def order_id_of(db):
    with db.look(SYSTEM) as look:
        return look.one(select(RecallOrder.id).order_by(RecallOrder.ordered_at.desc()))


def test_a_wrong_code_or_the_same_person_decides_nothing(house, db, app):
    issue_one(house)
    first, second = supervisor(db), supervisor(db)
    order_id = ordered(db, first)
    here = f"/certificates/recalls/{order_id}/confirm"
    wrong = {"because": "属实", "code": "000000", "once": "d1"}
    assert signed_in(app.test_client(), second).post(here, data=wrong).status_code == 422
    own = {"because": "属实", "code": code_for(db, first.person_id), "once": "d2"}
    assert signed_in(app.test_client(), first).post(here, data=own).status_code == 403
    stranger = supervisor(db, division=OTHER)
    assert signed_in(app.test_client(), stranger).post(here, data=own).status_code == 404
    assert row_of(db, order_id).state == "ordered"
