"""Can this load be certified today? Every reason in the way, for every batch, all at once.

Sources: Measures 2022 art. 8-14 (acceptance, conditions of 合格); the procedures for aquatic seed
(产地检疫规程) for clinical check and tests; Fisheries Law licence; architecture.md for separation.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from aquacert.certificates.rules.facts import BatchFacts, ReadyFacts, RequiredResult
from aquacert.certificates.rules.kinds import Kind, valid_days
from aquacert.certificates.rules.reasons import PASSED, About, ReadyReason, Reason

ACCEPTED_STATES = frozenset({"accepted", "assigned", "inspected"})
"""States of a declaration in which a load can be certified."""
ENDED_LOADS = frozenset({"arrived", "cancelled"})
"""States of a load after which it gets no certificate, not even a replacement."""
PASS = "pass"  # noqa: S105 (a verdict, not a secret)
FAIL = "fail"


def reasons_not_to_issue(facts: ReadyFacts, on: date) -> tuple[ReadyReason, ...]:
    """Return everything in the way on this legal day, so the vet sees the whole list; empty = go.

    Each batch is judged by itself and named by its number: one failing batch refuses the load.
    """
    found = [*_declaration(facts), *_load(facts), *_signer(facts), *_transport(facts, on)]
    for batch in facts.batches:
        found += [
            *_quantity(batch),
            *_verdict(batch),
            *_visit(facts, batch),
            *_licence(batch),
            *(reason for test in batch.tests for reason in _test(batch, test, on)),
        ]
    return tuple(found)


def by_topic(reasons: tuple[ReadyReason, ...]) -> tuple[tuple[About, str, tuple[str, ...]], ...]:
    """Return (topic, sentence when it passed, sentences in the way) for every line of the page."""
    return tuple(
        (about, passed, tuple(dict.fromkeys(r.sentence for r in reasons if r.about is about)))
        for about, passed in PASSED.items()
    )


def _declaration(facts: ReadyFacts) -> Iterator[ReadyReason]:
    # A replacement is written for a declaration that is closed since its first certificate.
    closed_before = facts.is_replacement and facts.declaration_state == "closed"
    if facts.declaration_state not in ACCEPTED_STATES and not closed_before:
        yield ReadyReason(Reason.DECLARATION_NOT_ACCEPTED)
    if facts.has_live_certificate and not facts.is_replacement:
        yield ReadyReason(Reason.ALREADY_CERTIFIED)
    if facts.replaces_another:
        yield ReadyReason(Reason.REPLACES_ANOTHER)
    if facts.origin_province != facts.issuing_province:
        yield ReadyReason(Reason.NOT_OUR_PROVINCE)
    for sentence in facts.blocks:
        yield ReadyReason(Reason.ZONE_BLOCKED, detail=sentence)


def _load(facts: ReadyFacts) -> Iterator[ReadyReason]:
    if not facts.batches:
        yield ReadyReason(Reason.NO_BATCH)
    if len({batch.species_code for batch in facts.batches}) > 1:
        yield ReadyReason(Reason.MIXED_SPECIES)
    if len({batch.unit for batch in facts.batches}) > 1:
        yield ReadyReason(Reason.MIXED_UNITS)
    yield from _content(facts)
    # A recalled certificate is no live one, yet its load stays certified: it gets no second one.
    done = facts.load_state == "certified" and not (
        facts.is_replacement or facts.has_live_certificate
    )
    if done or facts.load_state in ENDED_LOADS:
        yield ReadyReason(Reason.LOAD_DONE)
    if facts.is_halted:
        yield ReadyReason(Reason.HALTED)
    if facts.numbers_left <= 0:
        yield ReadyReason(Reason.NO_NUMBER)


def _content(facts: ReadyFacts) -> Iterator[ReadyReason]:
    for field in facts.missing_fields:
        yield ReadyReason(Reason.FIELD_MISSING, detail=field)
    if facts.unfit:
        yield ReadyReason(Reason.CONTENT_UNFIT, detail=facts.unfit)
    if facts.missing_glyphs:
        yield ReadyReason(Reason.GLYPH_MISSING, detail=facts.missing_glyphs)


def _signer(facts: ReadyFacts) -> Iterator[ReadyReason]:
    if facts.signer_id is not None and (
        facts.signer_id == facts.declared_by_id or facts.signer_id in facts.proxy_ids
    ):
        yield ReadyReason(Reason.SIGNER_DECLARED)
    if facts.signer_in_lab:
        yield ReadyReason(Reason.SIGNER_IN_LAB)
    if facts.signer_in_trade:
        yield ReadyReason(Reason.SIGNER_IN_TRADE)


def _transport(facts: ReadyFacts, on: date) -> Iterator[ReadyReason]:
    if facts.travel_days > facts.valid_days_max:
        detail = f"{facts.travel_days} 天，最长 {facts.valid_days_max} 天"
        yield ReadyReason(Reason.TRAVEL_TOO_LONG, detail=detail)
    if facts.departs_on is None:
        yield ReadyReason(Reason.DEPARTURE_MISSING)
        return
    if facts.departs_on < on:
        yield ReadyReason(Reason.DEPARTURE_PAST)
        return
    wait = (facts.departs_on - on).days
    needed = valid_days(facts.kind, facts.travel_days, wait)
    late = wait > 0 if facts.kind is Kind.B else wait > 0 and needed > facts.valid_days_max
    if late:
        detail = f"{facts.departs_on:%m月%d日}启运，最长有效 {facts.valid_days_max} 天"
        yield ReadyReason(Reason.DEPARTURE_TOO_LATE, detail=detail)


def _quantity(batch: BatchFacts) -> Iterator[ReadyReason]:
    if batch.load_quantity <= 0:
        yield ReadyReason(Reason.QUANTITY_NOT_POSITIVE, batch.number)
        return
    wanted = batch.load_quantity + batch.certified_quantity
    if batch.inspected_quantity is not None and batch.inspected_quantity < wanted:
        detail = f"查验 {batch.inspected_quantity}，已出证 {batch.certified_quantity}，"
        detail += f"这次 {batch.load_quantity}"
        yield ReadyReason(Reason.INSPECTED_TOO_FEW, batch.number, detail)
    if not batch.needs_stock:
        return
    if batch.stock is None or batch.stock < batch.load_quantity:
        known = "没有台账" if batch.stock is None else f"存塘 {batch.stock}"
        detail = f"{known}，这次 {batch.load_quantity}"
        yield ReadyReason(Reason.STOCK_TOO_LOW, batch.number, detail)


def _verdict(batch: BatchFacts) -> Iterator[ReadyReason]:
    if batch.verdict is None:
        yield ReadyReason(Reason.INSPECTION_MISSING, batch.number)
    elif batch.verdict == FAIL:
        yield ReadyReason(Reason.VERDICT_FAILED, batch.number)
    elif batch.verdict != PASS or batch.inspected_quantity is None:
        yield ReadyReason(Reason.VERDICT_PENDING, batch.number)
    if batch.verdict in {PASS, FAIL} and not batch.checked_by_official:
        yield ReadyReason(Reason.VERDICT_NOT_OFFICIAL, batch.number)


def _visit(facts: ReadyFacts, batch: BatchFacts) -> Iterator[ReadyReason]:
    # The vet who checked signs. Another may only when appointed on record in that place; and the
    # one who checked must still be on record too, or a dismissed vet could sign old visits.
    if facts.signer_id is None or batch.checked_by_id is None or not facts.signer_on_record:
        yield ReadyReason(Reason.NOT_THE_VET, batch.number)


def _licence(batch: BatchFacts) -> Iterator[ReadyReason]:
    if not batch.licence_ok:
        because = batch.licence_because or "没有有效的许可证"
        yield ReadyReason(Reason.LICENCE_NOT_VALID, batch.number, because)


def _test(batch: BatchFacts, test: RequiredResult, on: date) -> Iterator[ReadyReason]:
    # A positive speaks even from a lab out of scope, out of date or withdrawn: it is asked first.
    if test.outcome == "positive":
        yield ReadyReason(Reason.TEST_POSITIVE, batch.number, test.disease)
        return
    if test.state != "released" or test.outcome != "negative":
        yield ReadyReason(Reason.TEST_NOT_RELEASED, batch.number, test.disease)
        return
    if not test.in_scope:
        yield ReadyReason(Reason.LAB_OUT_OF_SCOPE, batch.number, test.disease)
    if not _is_fresh(test, on):
        yield ReadyReason(Reason.RESULT_OUT_OF_DATE, batch.number, test.disease)


def _is_fresh(test: RequiredResult, on: date) -> bool:
    """A result counts from the sampling day: it and the days of the rule after it."""
    if test.valid_days <= 0:
        return True
    return test.sampled_on is not None and on <= test.sampled_on + timedelta(days=test.valid_days)
