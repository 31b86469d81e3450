"""Every reason that stands in the way is named, for every batch, all at once."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aquacert.certificates.rules.facts import BatchFacts, ReadyFacts, RequiredResult
from aquacert.certificates.rules.kinds import Kind
from aquacert.certificates.rules.readiness import by_topic, reasons_not_to_issue
from aquacert.certificates.rules.reasons import PASSED, SENTENCES, TOPICS, About, Reason

VET, OTHER, OWNER, PROXY = (UUID(int=n) for n in range(1, 5))
TODAY = date(2026, 5, 18)


def a_test(**changes) -> RequiredResult:
    return replace(
        RequiredResult(
            disease="白斑综合征",
            because="计划",
            state="released",
            outcome="negative",
            report_no="R1",
            lab="示例检测中心",
            in_scope=True,
            sampled_on=date(2026, 5, 16),
            valid_days=7,
        ),
        **changes,
    )


def a_batch(number: int = 1, **changes) -> BatchFacts:
    return replace(
        BatchFacts(
            number=number,
            species_code="PVA",
            unit="尾",
            declared_quantity=500_000,
            load_quantity=500_000,
            verdict="pass",
            checked_by_id=VET,
            checked_by_official=True,
            inspected_quantity=500_000,
            licence_ok=True,
            stock=1_200_000,
            tests=(a_test(),),
        ),
        **changes,
    )


def facts(**changes) -> ReadyFacts:
    return replace(
        ReadyFacts(
            declaration_state="inspected",
            declared_by_id=OWNER,
            proxy_ids=frozenset({PROXY}),
            signer_id=VET,
            signer_on_record=True,
            signer_in_lab=False,
            signer_in_trade=False,
            kind=Kind.A,
            issuing_province="320000",
            origin_province="320000",
            batches=(a_batch(),),
            blocks=(),
            has_live_certificate=False,
            is_replacement=False,
            numbers_left=100,
            departs_on=TODAY,
            travel_days=2,
            valid_days_max=5,
        ),
        **changes,
    )


def why(it: ReadyFacts, on: date = TODAY) -> set[Reason]:
    return {reason.reason for reason in reasons_not_to_issue(it, on)}


def test_a_load_in_order_has_nothing_in_the_way():
    assert reasons_not_to_issue(facts(), TODAY) == ()


BATCH_FAULTS: dict[Reason, Callable[[BatchFacts], BatchFacts]] = {
    Reason.INSPECTION_MISSING: lambda b: replace(b, verdict=None),
    Reason.VERDICT_FAILED: lambda b: replace(b, verdict="fail"),
    Reason.VERDICT_PENDING: lambda b: replace(b, verdict="pending"),
    Reason.BATCH_ISOLATED: lambda b: replace(b, verdict="pending", is_isolated=True),
    Reason.VERDICT_NOT_OFFICIAL: lambda b: replace(b, checked_by_official=False),
    Reason.INSPECTED_TOO_FEW: lambda b: replace(b, inspected_quantity=499_999),
    Reason.STOCK_TOO_LOW: lambda b: replace(b, stock=499_999),
    Reason.VERDICT_DOUBTED: lambda b: replace(b, is_doubted=True),
    Reason.LOT_HELD: lambda b: replace(b, lot_held=True),
    Reason.QUANTITY_NOT_POSITIVE: lambda b: replace(b, load_quantity=0),
    Reason.LICENCE_NOT_VALID: lambda b: replace(b, licence_ok=False),
    Reason.TEST_NOT_RELEASED: lambda b: replace(
        b, tests=(a_test(), RequiredResult("DIV1", "计划"))
    ),
    Reason.TEST_POSITIVE: lambda b: replace(b, tests=(a_test(outcome="positive"), a_test())),
    Reason.RESULT_OUT_OF_DATE: lambda b: replace(b, tests=(a_test(sampled_on=date(2026, 5, 10)),)),
    Reason.LAB_OUT_OF_SCOPE: lambda b: replace(b, tests=(a_test(in_scope=False),)),
    Reason.NOT_THE_VET: lambda b: replace(b, checked_by_id=None),
}


@given(
    count=st.integers(1, 9),
    data=st.data(),
    fault=st.sampled_from(sorted(BATCH_FAULTS)),
)
def test_one_failing_batch_refuses_the_load_whichever_it_is(count, data, fault):
    bad = data.draw(st.integers(1, count))
    batches = [a_batch(n) for n in range(1, count + 1)]
    batches[bad - 1] = BATCH_FAULTS[fault](batches[bad - 1])
    found = reasons_not_to_issue(facts(batches=tuple(batches)), TODAY)
    assert (fault, bad) in {(reason.reason, reason.batch) for reason in found}
    assert {reason.batch for reason in found} == {bad}
    assert all(f"第 {bad} 批" in reason.sentence for reason in found)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"declaration_state": "submitted"}, Reason.DECLARATION_NOT_ACCEPTED),
        ({"declaration_state": "refused"}, Reason.DECLARATION_NOT_ACCEPTED),
        ({"declaration_state": "closed"}, Reason.DECLARATION_NOT_ACCEPTED),
        ({"has_live_certificate": True}, Reason.ALREADY_CERTIFIED),
        ({"origin_province": "370000"}, Reason.NOT_OUR_PROVINCE),
        ({"blocks": ("启运地在管控区内。",)}, Reason.ZONE_BLOCKED),
        ({"batches": ()}, Reason.NO_BATCH),
        ({"batches": (a_batch(), a_batch(2, species_code="X"))}, Reason.MIXED_SPECIES),
        ({"batches": (a_batch(), a_batch(2, unit="千克"))}, Reason.MIXED_UNITS),
        ({"is_halted": True}, Reason.HALTED),
        ({"load_state": "certified"}, Reason.LOAD_DONE),
        ({"load_state": "arrived", "is_replacement": True}, Reason.LOAD_DONE),
        ({"load_state": "cancelled"}, Reason.LOAD_DONE),
        ({"replaces_another": True}, Reason.REPLACES_ANOTHER),
        ({"numbers_left": 0}, Reason.NO_NUMBER),
        ({"missing_fields": ("用途",)}, Reason.FIELD_MISSING),
        ({"unfit": "unit 斤 has no code"}, Reason.CONTENT_UNFIT),
        ({"missing_glyphs": "𠮷"}, Reason.GLYPH_MISSING),
        ({"signer_id": OWNER}, Reason.SIGNER_DECLARED),
        ({"signer_id": PROXY}, Reason.SIGNER_DECLARED),
        ({"signer_in_lab": True}, Reason.SIGNER_IN_LAB),
        ({"signer_in_trade": True}, Reason.SIGNER_IN_TRADE),
        ({"signer_id": OTHER, "signer_on_record": False}, Reason.NOT_THE_VET),
        ({"travel_days": 6}, Reason.TRAVEL_TOO_LONG),
        ({"departs_on": None}, Reason.DEPARTURE_MISSING),
        ({"departs_on": date(2026, 5, 17)}, Reason.DEPARTURE_PAST),
        ({"departs_on": date(2026, 5, 22)}, Reason.DEPARTURE_TOO_LATE),
    ],
)
def test_each_thing_in_the_way_has_its_reason(changes, reason):
    assert reason in why(facts(**changes))


def test_everything_wrong_is_said_at_once():
    broken = facts(
        declaration_state="submitted",
        batches=tuple(fault(a_batch(n)) for n, fault in enumerate(BATCH_FAULTS.values(), 1)),
        blocks=("启运地在管控区内。", "到达地在管控区内。"),
        numbers_left=0,
    )
    found = reasons_not_to_issue(broken, TODAY)
    assert {r.reason for r in found} >= {*BATCH_FAULTS, Reason.NO_NUMBER, Reason.ZONE_BLOCKED}
    assert sum(r.reason is Reason.ZONE_BLOCKED for r in found) == 2


def test_a_required_test_without_a_report_is_a_reason_never_an_absence():
    missing = facts(
        batches=(a_batch(tests=(RequiredResult("传染性皮下和造血器官坏死病", "疑似"),)),)
    )
    assert why(missing) == {Reason.TEST_NOT_RELEASED}


def test_a_batch_that_needs_no_test_may_go_without_one():
    assert why(facts(batches=(a_batch(tests=()),))) == set()


def test_a_positive_speaks_even_when_a_later_negative_exists():
    tests = (a_test(outcome="positive", in_scope=False), a_test())
    assert Reason.TEST_POSITIVE in why(facts(batches=(a_batch(tests=tests),)))


def test_another_vet_on_record_in_the_place_may_sign():
    assert why(facts(signer_id=OTHER)) == set()


def test_quantities_on_other_certificates_count_against_the_inspected_quantity():
    batch = a_batch(load_quantity=300_000, certified_quantity=300_000)
    assert Reason.INSPECTED_TOO_FEW in why(facts(batches=(batch,)))


def test_a_replacement_passes_over_its_own_certificate_and_a_closed_declaration():
    again = facts(is_replacement=True, has_live_certificate=True, declaration_state="closed")
    assert why(again) == set()


def test_within_the_province_the_load_leaves_today_or_never():
    inside = facts(kind=Kind.B, valid_days_max=1, travel_days=1)
    assert why(inside) == set()
    assert Reason.DEPARTURE_TOO_LATE in why(replace(inside, departs_on=date(2026, 5, 19)))


def test_across_provinces_the_days_until_departure_count_too():
    assert why(facts(departs_on=date(2026, 5, 21), travel_days=2)) == set()
    late = facts(departs_on=date(2026, 5, 21), travel_days=3)
    assert why(late) == {Reason.DEPARTURE_TOO_LATE}


def test_a_result_holds_to_the_end_of_its_last_day():
    at = facts(batches=(a_batch(tests=(a_test(sampled_on=date(2026, 5, 11)),)),))
    assert why(at) == set()
    assert Reason.RESULT_OUT_OF_DATE in why(at, date(2026, 5, 19))


def test_every_reason_has_a_sentence_and_a_line_on_the_page():
    assert set(SENTENCES) == set(TOPICS) == set(Reason)
    assert set(PASSED) == set(About)


def test_the_page_shows_every_line_passed_or_not():
    lines = by_topic(reasons_not_to_issue(facts(numbers_left=0), TODAY))
    assert len(lines) == len(About)
    assert [about for about, _, wrong in lines if wrong] == [About.NUMBER]


def test_a_verdict_not_yet_given_is_not_blamed_on_who_gave_it():
    waiting = replace(a_batch(), verdict="pending", checked_by_official=False)
    found = why(facts(batches=(waiting,)))
    assert Reason.VERDICT_PENDING in found
    assert Reason.VERDICT_NOT_OFFICIAL not in found
