"""Can this load be certified today? Every reason in the way, for every batch, all at once.

Sources: Measures 2022 art. 8-14 (acceptance, conditions of 合格); the procedures for aquatic seed
(产地检疫规程) for clinical check and tests; Fisheries Law licence; architecture.md for separation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, timedelta
from types import MappingProxyType

from aquacert.certificates.rules.facts import BatchFacts, ReadyFacts, RequiredResult
from aquacert.certificates.rules.kinds import Kind, valid_days
from aquacert.certificates.rules.reasons import PASSED, About, ReadyReason, Reason

ACCEPTED_STATES = frozenset({"accepted", "assigned", "inspected"})
"""States of a declaration in which a load can be certified."""
ENDED_LOADS = frozenset({"arrived", "cancelled"})
"""States of a load after which it gets no certificate, not even a replacement."""
PASS = "pass"  # noqa: S105 (a verdict, not a secret)
FAIL = "fail"


PLAIN: Mapping[Reason, str] = MappingProxyType(
    {
        Reason.LAB_OUT_OF_SCOPE: "报告出自没有这项资格的实验室。请改送有资格的实验室重检。",
        Reason.RESULT_OUT_OF_DATE: "检测结果已超过有效期。请重新采样检测。",
        Reason.TEST_NOT_RELEASED: "检测报告还没有出。请等报告签发。",
        Reason.TEST_OF_OTHER_BATCH: "报告的样品不是这一批的。请为这一批抽样。",
        Reason.TEST_POSITIVE: "检测为阳性，不能出证。请按疫病处置规定办理。",
    }
)
"""What is said of a test where no room below told more."""
LoadLint = Callable[[ReadyFacts, date], Iterator[ReadyReason]]
BatchLint = Callable[[ReadyFacts, BatchFacts, date], Iterator[ReadyReason]]


def reasons_not_to_issue(facts: ReadyFacts, on: date) -> tuple[ReadyReason, ...]:
    """Return everything in the way on this legal day, so the vet sees the whole list; empty = go."""
    return tuple(reason for _lint, reason in findings(facts, on))


def findings(facts: ReadyFacts, on: date) -> tuple[tuple[str, ReadyReason], ...]:
    """Return (id of the lint, reason) of everything in the way.

    Every batch lint is asked of every batch with that batch's own facts: one failing batch refuses
    the load and is named. (In 2020 a public certification authority checked one name N times
    instead of N names once, and had three million certificates to recall.)
    """
    found = [(name, reason) for name, lint in LOAD_LINTS.items() for reason in lint(facts, on)]
    for batch in facts.batches:
        found += [
            (name, reason)
            for name, lint in BATCH_LINTS.items()
            for reason in lint(facts, batch, on)
        ]
    return tuple(found)


def by_topic(reasons: tuple[ReadyReason, ...]) -> tuple[tuple[About, str, tuple[str, ...]], ...]:
    """Return (topic, sentence when it passed, sentences in the way) for every line of the page."""
    return tuple(
        (about, passed, tuple(dict.fromkeys(r.sentence for r in reasons if r.about is about)))
        for about, passed in PASSED.items()
    )


# --- of the load ----------------------------------------------------------------------------


def _accepted(facts: ReadyFacts, _on: date) -> Iterator[ReadyReason]:
    # A replacement is written for a declaration that is closed since its first certificate.
    closed_before = facts.is_replacement and facts.declaration_state == "closed"
    if facts.declaration_state not in ACCEPTED_STATES and not closed_before:
        yield ReadyReason(Reason.DECLARATION_NOT_ACCEPTED)


def _not_yet_certified(facts: ReadyFacts, _on: date) -> Iterator[ReadyReason]:
    if facts.has_live_certificate and not facts.is_replacement:
        yield ReadyReason(Reason.ALREADY_CERTIFIED)
    if facts.replaces_another:
        yield ReadyReason(Reason.REPLACES_ANOTHER)
    # A recalled certificate is no live one, yet its load stays certified: it gets no second one.
    done = facts.load_state == "certified" and not (
        facts.is_replacement or facts.has_live_certificate
    )
    if done or facts.load_state in ENDED_LOADS:
        yield ReadyReason(Reason.LOAD_DONE)


def _own_province(facts: ReadyFacts, _on: date) -> Iterator[ReadyReason]:
    if facts.origin_province != facts.issuing_province:
        yield ReadyReason(Reason.NOT_OUR_PROVINCE)


def _zone(facts: ReadyFacts, _on: date) -> Iterator[ReadyReason]:
    for sentence in facts.blocks:
        yield ReadyReason(Reason.ZONE_BLOCKED, detail=sentence)


def _one_species(facts: ReadyFacts, _on: date) -> Iterator[ReadyReason]:
    if not facts.batches:
        yield ReadyReason(Reason.NO_BATCH)
    if len({batch.species_code for batch in facts.batches}) > 1:
        yield ReadyReason(Reason.MIXED_SPECIES)
    if len({batch.unit for batch in facts.batches}) > 1:
        yield ReadyReason(Reason.MIXED_UNITS)


def _fields(facts: ReadyFacts, _on: date) -> Iterator[ReadyReason]:
    for field in facts.missing_fields:
        yield ReadyReason(Reason.FIELD_MISSING, detail=field)


def _encodable(facts: ReadyFacts, _on: date) -> Iterator[ReadyReason]:
    if facts.unfit:
        yield ReadyReason(Reason.CONTENT_UNFIT, detail=facts.unfit)


def _drawable(facts: ReadyFacts, _on: date) -> Iterator[ReadyReason]:
    if facts.missing_glyphs:
        yield ReadyReason(Reason.GLYPH_MISSING, detail=facts.missing_glyphs)


def _not_halted(facts: ReadyFacts, _on: date) -> Iterator[ReadyReason]:
    if facts.is_halted:
        yield ReadyReason(Reason.HALTED)


def _number(facts: ReadyFacts, _on: date) -> Iterator[ReadyReason]:
    if facts.numbers_left <= 0:
        yield ReadyReason(Reason.NO_NUMBER)


def _not_declarant(facts: ReadyFacts, _on: date) -> Iterator[ReadyReason]:
    if facts.signer_id is not None and (
        facts.signer_id == facts.declared_by_id or facts.signer_id in facts.proxy_ids
    ):
        yield ReadyReason(Reason.SIGNER_DECLARED)


def _not_in_lab(facts: ReadyFacts, _on: date) -> Iterator[ReadyReason]:
    if facts.signer_in_lab:
        yield ReadyReason(Reason.SIGNER_IN_LAB)


def _not_in_trade(facts: ReadyFacts, _on: date) -> Iterator[ReadyReason]:
    if facts.signer_in_trade:
        yield ReadyReason(Reason.SIGNER_IN_TRADE)


def _travel(facts: ReadyFacts, _on: date) -> Iterator[ReadyReason]:
    if facts.travel_days > facts.valid_days_max:
        detail = f"{facts.travel_days} 天，最长 {facts.valid_days_max} 天"
        yield ReadyReason(Reason.TRAVEL_TOO_LONG, detail=detail)


def _departure(facts: ReadyFacts, on: date) -> Iterator[ReadyReason]:
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


# --- of each batch --------------------------------------------------------------------------


def _positive(_facts: ReadyFacts, batch: BatchFacts, _on: date) -> Iterator[ReadyReason]:
    if batch.load_quantity <= 0:
        yield ReadyReason(Reason.QUANTITY_NOT_POSITIVE, batch.number)


def _within_inspected(_facts: ReadyFacts, batch: BatchFacts, _on: date) -> Iterator[ReadyReason]:
    wanted = batch.load_quantity + batch.certified_quantity
    if batch.load_quantity <= 0 or batch.inspected_quantity is None:
        return
    if batch.inspected_quantity < wanted:
        detail = f"查验 {batch.inspected_quantity}，已出证 {batch.certified_quantity}，"
        detail += f"这次 {batch.load_quantity}"
        yield ReadyReason(Reason.INSPECTED_TOO_FEW, batch.number, detail)


def _within_stock(_facts: ReadyFacts, batch: BatchFacts, _on: date) -> Iterator[ReadyReason]:
    if batch.load_quantity <= 0 or not batch.needs_stock:
        return
    if batch.stock is None or batch.stock < batch.load_quantity:
        known = "没有台账" if batch.stock is None else f"存塘 {batch.stock}"
        detail = f"{known}，这次 {batch.load_quantity}"
        yield ReadyReason(Reason.STOCK_TOO_LOW, batch.number, detail)


def _lot_free(_facts: ReadyFacts, batch: BatchFacts, _on: date) -> Iterator[ReadyReason]:
    # A lot under treatment is sick seed, whichever of its batches the visit found it in.
    if batch.lot_held:
        yield ReadyReason(Reason.LOT_HELD, batch.number)


def _clinical(_facts: ReadyFacts, batch: BatchFacts, _on: date) -> Iterator[ReadyReason]:
    if batch.verdict is None:
        yield ReadyReason(Reason.INSPECTION_MISSING, batch.number)
    elif batch.verdict == FAIL:
        yield ReadyReason(Reason.VERDICT_FAILED, batch.number)
    elif batch.is_isolated:
        yield ReadyReason(Reason.BATCH_ISOLATED, batch.number)
    elif batch.is_doubted:
        yield ReadyReason(Reason.VERDICT_DOUBTED, batch.number)
    elif batch.verdict != PASS or batch.inspected_quantity is None:
        yield ReadyReason(Reason.VERDICT_PENDING, batch.number)


def _by_official(_facts: ReadyFacts, batch: BatchFacts, _on: date) -> Iterator[ReadyReason]:
    if batch.verdict in {PASS, FAIL} and not batch.checked_by_official:
        yield ReadyReason(Reason.VERDICT_NOT_OFFICIAL, batch.number)


def _vet(facts: ReadyFacts, batch: BatchFacts, _on: date) -> Iterator[ReadyReason]:
    # The vet who checked signs. Another may only when appointed on record in that place; and the
    # one who checked must still be on record too, or a dismissed vet could sign old visits.
    if facts.signer_id is None or batch.checked_by_id is None or not facts.signer_on_record:
        yield ReadyReason(Reason.NOT_THE_VET, batch.number)


def _licence(_facts: ReadyFacts, batch: BatchFacts, _on: date) -> Iterator[ReadyReason]:
    if not batch.licence_ok:
        because = batch.licence_because or "没有有效的许可证"
        yield ReadyReason(Reason.LICENCE_NOT_VALID, batch.number, because)


def _negative(_facts: ReadyFacts, batch: BatchFacts, _on: date) -> Iterator[ReadyReason]:
    # A positive speaks even from a lab out of scope, out of date or withdrawn.
    for test in batch.tests:
        if test.outcome == "positive":
            yield _of(Reason.TEST_POSITIVE, batch, test)


def _final(_facts: ReadyFacts, batch: BatchFacts, _on: date) -> Iterator[ReadyReason]:
    for test in batch.tests:
        if test.outcome != "positive" and not _counts(test):
            yield _of(Reason.TEST_NOT_RELEASED, batch, test)


def _in_scope(_facts: ReadyFacts, batch: BatchFacts, _on: date) -> Iterator[ReadyReason]:
    for test in batch.tests:
        if _counts(test) and not test.in_scope:
            yield _of(Reason.LAB_OUT_OF_SCOPE, batch, test)


def _in_date(_facts: ReadyFacts, batch: BatchFacts, on: date) -> Iterator[ReadyReason]:
    for test in batch.tests:
        if _counts(test) and not is_fresh(test.sampled_on, test.valid_days, on):
            yield _of(Reason.RESULT_OUT_OF_DATE, batch, test)


def _of_batch(_facts: ReadyFacts, batch: BatchFacts, _on: date) -> Iterator[ReadyReason]:
    # A result serves the batch its sample was taken of; another's only where a dated rule says so.
    for test in batch.tests:
        if _counts(test) and not test.of_batch and not test.rule_id:
            yield _of(Reason.TEST_OF_OTHER_BATCH, batch, test)


def _fresh(_facts: ReadyFacts, batch: BatchFacts, _on: date) -> Iterator[ReadyReason]:
    yield from not_fresh(batch)


def not_fresh(batch: BatchFacts) -> Iterator[ReadyReason]:
    """Yield what surveillance zones ask of a batch, whatever it was tested for before they began."""
    for code, name, since in batch.fresh:
        if not has_fresh_negative(batch.tests, code, since):
            detail = f"{name}，{since} 起采样"
            yield ReadyReason(Reason.ZONE_TEST_MISSING, batch.number, detail)


def has_fresh_negative(tests: Iterable[RequiredResult], disease_code: str, since: date) -> bool:
    """Say whether a negative of a disease that counts was sampled on a day or after it."""
    return any(
        test.disease_code == disease_code
        and _counts(test)
        and test.in_scope
        and test.sampled_on is not None
        and test.sampled_on >= since
        for test in tests
    )


def _of(reason: Reason, batch: BatchFacts, test: RequiredResult) -> ReadyReason:
    """Return a reason that says where the test stands; the plain sentence when nobody said."""
    return ReadyReason(reason, batch.number, test.told or f"{test.disease}{PLAIN[reason]}")


def _counts(test: RequiredResult) -> bool:
    return test.state == "released" and test.outcome == "negative"


def is_fresh(sampled_on: date | None, days: int, on: date) -> bool:
    """Say whether a result counts on a day: its sampling day and the days of the rule after it.

    Without a rule (`days` 0) it always does.
    """
    if days <= 0:
        return True
    return sampled_on is not None and on <= sampled_on + timedelta(days=days)


LOAD_LINTS: Mapping[str, LoadLint] = MappingProxyType(
    {
        "declaration.accepted": _accepted,
        "load.not_yet_certified": _not_yet_certified,
        "authority.own_province": _own_province,
        "zone.clear": _zone,
        "load.one_species_one_unit": _one_species,
        "fields.complete": _fields,
        "content.encodable": _encodable,
        "content.drawable": _drawable,
        "issuing.not_halted": _not_halted,
        "number.available": _number,
        "separation.vet_not_declarant": _not_declarant,
        "separation.vet_not_in_lab": _not_in_lab,
        "separation.vet_not_in_trade": _not_in_trade,
        "validity.travel": _travel,
        "validity.departure": _departure,
    }
)
"""Asked of the load once."""

BATCH_LINTS: Mapping[str, BatchLint] = MappingProxyType(
    {
        "quantity.positive": _positive,
        "quantity.within_inspected": _within_inspected,
        "quantity.within_stock": _within_stock,
        "quantity.lot_free": _lot_free,
        "clinical.passed": _clinical,
        "clinical.by_official_vet": _by_official,
        "vet.on_record": _vet,
        "licence.live": _licence,
        "tests.negative": _negative,
        "tests.final": _final,
        "tests.lab_in_scope": _in_scope,
        "tests.in_date": _in_date,
        "tests.of_the_batch": _of_batch,
        "tests.fresh_in_zone": _fresh,
    }
)
"""Asked of EVERY batch, with that batch's own facts."""
