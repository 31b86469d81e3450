"""States, lawful answers, separation of duties, machine checks."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest

from aquacert.declarations.rules.answers import (
    Answers,
    BatchAnswer,
    LoadAnswer,
    copied,
    differences,
    from_json,
)
from aquacert.declarations.rules.checks import (
    BatchFacts,
    CheckFacts,
    Reason,
    checks,
    obstacles,
)
from aquacert.declarations.rules.grounds import (
    Ground,
    Material,
    check_refusal,
    check_supplement,
    check_vet,
    why_not_ground,
)
from aquacert.declarations.rules.states import (
    MOVES,
    OPEN,
    Act,
    LabStage,
    LoadState,
    State,
    stones_done,
)
from aquacert.hatcheries.rules import LicenceReason, LicenceStanding
from aquacert.kernel.errors import Invalid, NotAllowed, NotAllowedNow

NOW = datetime(2026, 5, 9, 1, 42, tzinfo=UTC)
LICENCE = LicenceStanding(ok=True, number="苏-1", until_on=date(2027, 3, 17), reason=None)
BATCH = BatchFacts("凡纳滨对虾", "2 号塘", 500_000, "尾", 700_000, LICENCE)
GOOD = CheckFacts(
    hatchery_approved=True,
    confirmed_on=date(2026, 5, 1),
    confirm_within_days=30,
    today=date(2026, 5, 9),
    declared_at=NOW,
    first_departure_at=NOW + timedelta(days=4),
    earliest_at=NOW + timedelta(days=3),
    lead_article="第八条",
    batches=(BATCH,),
    zones=(),
)


def test_the_whole_road_is_a_lawful_walk():
    acts = [Act.SUBMIT, Act.ASK, Act.ANSWER, Act.ACCEPT, Act.ASSIGN, Act.INSPECT, Act.CLOSE]
    assert MOVES.replay(State.DRAFT, acts) is State.CLOSED


@pytest.mark.parametrize("act", [Act.WITHDRAW, Act.AMEND, Act.ASK, Act.REFUSE])
def test_after_acceptance_nothing_goes_back(act):
    for state in (State.ACCEPTED, State.ASSIGNED, State.INSPECTED):
        with pytest.raises(NotAllowedNow):
            MOVES.after(state, act)


def test_a_finished_declaration_holds_no_stock():
    assert OPEN.isdisjoint({State.DRAFT, State.REFUSED, State.WITHDRAWN, State.CLOSED})


@pytest.mark.parametrize(
    ("state", "testing", "loads", "stones"),
    [
        (State.SUBMITTED, LabStage.UNKNOWN, (LoadState.PLANNED,), 0),
        (State.ACCEPTED, LabStage.UNKNOWN, (LoadState.PLANNED,), 1),
        (State.INSPECTED, LabStage.RUNNING, (LoadState.PLANNED,), 2),
        (State.INSPECTED, LabStage.EXEMPT, (LoadState.PLANNED,), 3),
        (State.INSPECTED, LabStage.DONE, (LoadState.CERTIFIED, LoadState.PLANNED), 3),
        (State.CLOSED, LabStage.DONE, (LoadState.CERTIFIED, LoadState.CANCELLED), 4),
        (State.CLOSED, LabStage.DONE, (LoadState.ARRIVED, LoadState.ARRIVED), 5),
    ],
)
def test_the_five_stones(state, testing, loads, stones):
    assert stones_done(state, testing, loads) == stones


def test_a_supplement_is_asked_once_and_names_something():
    check_supplement([Material.PRODUCTION_RECORD], "", None)
    with pytest.raises(NotAllowedNow):
        check_supplement([Material.PRODUCTION_RECORD], "", NOW)
    with pytest.raises(Invalid):
        check_supplement([], "", None)
    with pytest.raises(Invalid):
        check_supplement([Material.ANSWERS], " ", None)


def test_not_supplemented_is_a_ground_only_after_the_asking_and_its_time():
    ground, due = Ground.NOT_SUPPLEMENTED, NOW + timedelta(days=3)
    assert why_not_ground(ground, State.SUBMITTED, None, None, NOW)
    assert why_not_ground(ground, State.SUPPLEMENT_REQUESTED, NOW, due, NOW)
    assert not why_not_ground(
        ground, State.SUPPLEMENT_REQUESTED, NOW, due, due + timedelta(seconds=1)
    )
    assert not why_not_ground(Ground.OUT_OF_AREA, State.SUBMITTED, None, None, NOW)


def test_a_refusal_has_a_reason_the_declarant_can_use():
    with pytest.raises(Invalid) as error:
        check_refusal(Ground.OUT_OF_AREA, "", "不行")
    assert "reason" in error.value.fields
    why = "启运地在邻县，请到邻县申报点。"
    assert check_refusal(Ground.OUT_OF_AREA, "", f" {why} ") == why
    # "Other cases of laws and regulations" is no ground until the article is named.
    with pytest.raises(Invalid) as error:
        check_refusal(Ground.OTHER_LAW, "", "按照有关法律法规的规定不予受理。")
    assert "第几条" in error.value.fields["reason"]
    law = "《中华人民共和国动物防疫法》第二十九条禁止运输疫区的动物。"
    assert check_refusal(Ground.OTHER_LAW, "", law) == law


def test_the_declarant_never_checks_his_own_seed():
    someone = uuid4()
    with pytest.raises(NotAllowed):
        check_vet(someone, [someone])
    check_vet(uuid4(), [someone, None])


def test_everything_fine_leaves_no_obstacle():
    found = checks(GOOD)
    assert all(one.ok for one in found)
    assert obstacles(found) == ()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"hatchery_approved": False}, Reason.HATCHERY),
        ({"confirmed_on": date(2026, 4, 1)}, Reason.RECORD),
        ({"confirmed_on": None}, Reason.RECORD),
        ({"first_departure_at": NOW + timedelta(days=2)}, Reason.LEAD_TIME),
        ({"zones": ("乙区暂停调入对虾苗种",)}, Reason.ZONE),
        ({"plates_twice": ("示A6P208",)}, Reason.PLATE),
    ],
)
def test_each_thing_that_is_wrong_is_named_and_nothing_else(change, reason):
    failed = [one.reason for one in checks(replace(GOOD, **change)) if not one.ok]
    assert failed == [reason]


@pytest.mark.parametrize("k", range(4))
def test_the_kth_batch_is_checked_like_the_first(k):
    lapsed = LicenceStanding(ok=False, number="", until_on=None, reason=LicenceReason.EXPIRED)
    for bad, reason in (
        (replace(BATCH, quantity=700_001), Reason.STOCK),
        (replace(BATCH, licence=lapsed), Reason.LICENCE),
        (
            replace(BATCH, captured_on=date(2026, 5, 1), declare_by=NOW - timedelta(days=1)),
            Reason.WILD,
        ),
        (replace(BATCH, captured_on=date(2026, 5, 8), sites_lacking=("隔离",)), Reason.SITES),
        (replace(BATCH, brought_certificate="3700000001", brought_ok=False), Reason.ORIGIN),
    ):
        batches = tuple(bad if at == k else BATCH for at in range(4))
        failed = {one.reason for one in checks(replace(GOOD, batches=batches)) if not one.ok}
        assert reason in failed


def test_a_copied_declaration_keeps_all_but_when_it_leaves():
    last = Answers(
        batches=(BatchAnswer(lot="x", quantity="50万"),),
        loads=(LoadAnswer(plate="示A6P208", departs_at="2026-05-15 16:00", quantities=("",)),),
    )
    again = copied(last)
    assert again.batches == last.batches
    assert again.loads[0].plate == "示A6P208"
    assert again.loads[0].departs_at == ""
    assert set(differences(last, again)) == {"loads-0-departs_at"}
    spelled = replace(again, batches=(BatchAnswer(lot="x", quantity="伍拾万尾"),))
    assert set(differences(last, spelled)) == {"loads-0-departs_at"}


@pytest.mark.parametrize("odd", ["㐂䶮𠮷", "=cmd|'/c calc'!A0", "\u202eabc", "<b>1.5</b>"])
def test_a_draft_keeps_what_was_typed_to_the_letter(odd):
    typed = Answers(batches=(BatchAnswer(quantity=odd),), loads=(LoadAnswer(place=odd),))
    assert from_json(typed.to_json()) == typed
