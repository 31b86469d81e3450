"""Gather what every room below knows of a load, and ask the rule.

Safety does not wait for news: all of it is read again each time, at the preview and at the issue.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from aquacert.accounts import queries as accounts
from aquacert.accounts.rules.roles import LAB, TRADE
from aquacert.certificates.issuing.queries import plans
from aquacert.certificates.issuing.queries.content import Content, Known, content_of, known, unfit
from aquacert.certificates.issuing.queries.zones import fresh_wanted
from aquacert.certificates.numbers import queries as numbers
from aquacert.certificates.rules.facts import BatchFacts, ReadyFacts, RequiredResult
from aquacert.certificates.rules.kinds import Kind
from aquacert.certificates.rules.readiness import by_topic, reasons_not_to_issue
from aquacert.certificates.rules.reasons import About, ReadyReason
from aquacert.certificates.switches import queries as switches
from aquacert.declarations import queries as declarations
from aquacert.declarations.queries.places import Touches, touches_of_load
from aquacert.hatcheries import queries as hatcheries
from aquacert.hatcheries.queries.treated import held_balance
from aquacert.inspections.rules import Verdict
from aquacert.kernel.clock import legal_day
from aquacert.kernel.errors import NotFound, NotReady
from aquacert.kernel.typesetting import missing_glyphs
from aquacert.kernel.work import Look
from aquacert.reference import queries as reference
from aquacert.sampling import queries as sampling
from aquacert.sampling.rules import TestStanding

VALID_DAYS_RULES = {Kind.A: "certificate_a.valid_days_max", Kind.B: "certificate_b.valid_days"}
RESULT_RULE = "result.valid_days"
FALLBACK_DAYS = {Kind.A: 5, Kind.B: 1}
"""The forms themselves (动物A 最长 5 日，动物B 当日), where no dated rule is in force."""


@dataclass(frozen=True)
class Readiness:
    """Why a certificate can, or cannot, be issued for a load today, and what it would say."""

    load: declarations.LoadFacts
    content: Content
    facts: ReadyFacts
    reasons: tuple[ReadyReason, ...]
    looked_at: datetime

    @property
    def is_ready(self) -> bool:
        """Say whether nothing stands in the way."""
        return not self.reasons

    @property
    def sentences(self) -> tuple[str, ...]:
        """Return every reason once, as a sentence that says what to do."""
        return tuple(dict.fromkeys(reason.sentence for reason in self.reasons))

    @property
    def lines(self) -> tuple[tuple[About, str, tuple[str, ...]], ...]:
        """Return the lines of the page: topic, sentence when passed, sentences in the way."""
        return by_topic(self.reasons)

    @property
    def blocked_topics(self) -> int:
        """Return how many lines of the page are in the way."""
        return len({reason.about for reason in self.reasons})

    @property
    def digest(self) -> str:
        """Return the digest of what the vet is shown, to be confirmed with the second factor."""
        return self.content.preview


def readiness(look: Look, load_id: UUID, *, replaces_id: UUID | None = None) -> Readiness:
    """Return whether this actor can certify a load now; raise `NotFound` out of scope.

    With `replaces_id` the question is asked for the successor of that certificate.
    """
    load = declarations.load_facts(look, load_id)
    asked = known(look, load)
    content = content_of(look, load, asked)
    facts = _facts(look, load, content, asked, replaces_id)
    return Readiness(load, content, facts, reasons_not_to_issue(facts, look.today), look.now)


def _facts(
    look: Look,
    load: declarations.LoadFacts,
    content: Content,
    asked: Known,
    replaces_id: UUID | None,
) -> ReadyFacts:
    submitted = legal_day(load.submitted_at)
    zones = touches_of_load(look, load)
    signer = look.actor.person_id
    live = plans.live_certificate(look, load.load_id)
    is_own = replaces_id is not None and live == replaces_id and plans.is_valid(look, replaces_id)
    return ReadyFacts(
        declaration_state=str(load.declaration_state),
        declared_by_id=load.declared_by_id,
        proxy_ids=frozenset(),
        signer_id=signer,
        signer_on_record=asked.is_on_record,
        signer_in_lab=bool(look.actor.roles & {role.value for role in LAB}),
        signer_in_trade=bool(look.actor.roles & {role.value for role in TRADE}),
        kind=content.kind,
        issuing_province=asked.issuing_province,
        origin_province=reference.province_of(look, load.origin_code),
        batches=_batches(look, load, asked, replaces_id, zones),
        blocks=zones.sentences,
        has_live_certificate=live is not None,
        is_replacement=is_own,
        replaces_another=replaces_id is not None and not is_own,
        load_state=str(load.load_state),
        numbers_left=numbers.numbers_left(look, load.office_id, content.kind.value),
        departs_on=legal_day(load.departs_at) if load.departs_at else None,
        travel_days=load.travel_days,
        valid_days_max=_days(look, VALID_DAYS_RULES[content.kind], submitted)
        or FALLBACK_DAYS[content.kind],
        missing_glyphs="" if content.draft is None else "".join(missing_glyphs(_drawn(content))),
        missing_fields=content.missing,
        unfit=unfit(content, look.now),
        is_halted=bool(switches.halted(look, load.origin_code)),
    )


def _drawn(content: Content) -> str:
    """Return every text that a document will draw."""
    record = content.draft
    assert record is not None  # noqa: S101 (the caller asked)
    texts = [value for value in vars(record).values() if isinstance(value, str)]
    for part in (*record.batches, *record.reports):
        texts += [value for value in vars(part).values() if isinstance(value, str)]
    return "".join(texts)


def _batches(
    look: Look,
    load: declarations.LoadFacts,
    asked: Known,
    replaces_id: UUID | None,
    zones: Touches,
) -> tuple[BatchFacts, ...]:
    promised: defaultdict[UUID, int] = defaultdict(int)
    found = []
    for line in load.lines:
        verdict = asked.verdicts.get(line.batch_id)
        licence = hatcheries.licence_standing(look, load.hatchery_id, line.species_code, look.today)
        stock, is_held = None, False
        if line.lot_id is not None:
            # Two batches may come from one lot: each is judged on what the ones before leave.
            holds, is_held = held_balance(look, line.lot_id)
            stock = holds - promised[line.lot_id]
            if replaces_id is not None:
                stock += plans.held_by(look, replaces_id, line.lot_id)
            promised[line.lot_id] += line.load_quantity
        found.append(
            BatchFacts(
                number=line.batch_no,
                species_code=line.species_code,
                unit=line.unit,
                declared_quantity=line.declared_quantity,
                load_quantity=line.load_quantity,
                verdict=verdict.outcome if verdict else None,
                checked_by_id=verdict.vet_id if verdict else None,
                checked_by_official=_is_official(look, verdict, load.origin_code, asked),
                inspected_quantity=verdict.quantity if verdict else None,
                certified_quantity=plans.certified(look, line.batch_id, replaces_id),
                licence_ok=licence.ok,
                licence_because=licence.sentence.rstrip("。"),
                stock=stock,
                needs_stock=line.lot_id is not None,
                lot_held=is_held,
                is_isolated=verdict is not None and verdict.is_isolated,
                is_doubted=verdict is not None and verdict.is_doubted,
                tests=_tests(look, load, line, asked),
                fresh=fresh_wanted(zones.asks, line.species_code),
            )
        )
    return tuple(found)


def _is_official(look: Look, verdict: Verdict | None, origin_code: str, asked: Known) -> bool:
    if verdict is None or verdict.vet_id is None or verdict.at is None:
        return False
    on = legal_day(verdict.at)
    if verdict.vet_id == look.actor.person_id and on == look.today:
        return asked.is_on_record
    return accounts.may_sign(look, verdict.vet_id, origin_code, on)


def _tests(
    look: Look,
    load: declarations.LoadFacts,
    line: declarations.LineFacts,
    asked: Known,
) -> tuple[RequiredResult, ...]:
    """Every required test, with its report or without; and every positive, required or not."""
    found = asked.tests[line.batch_id]
    wanted = {test.disease_code: test for test in asked.needed[line.batch_id]}
    results = [
        _result(look, load, test)
        for test in found
        if test.disease_code in wanted or test.outcome is not None
    ]
    missing = wanted.keys() - {test.disease_code for test in found}
    results += [
        RequiredResult(
            disease=reference.disease(look, code).name_zh,
            because=str(wanted[code].because),
            disease_code=code,
            told=sampling.told_unordered(look, wanted[code]),
        )
        for code in sorted(missing)
    ]
    return tuple(results)


def _result(look: Look, load: declarations.LoadFacts, test: TestStanding) -> RequiredResult:
    """Return one test as the rule asks for it; what stands in the way is told in a sentence."""
    rule, on = RESULT_RULE, test.sampled_on
    if test.rule_id:
        rule, on = test.rule_id, legal_day(load.submitted_at)
    days = _days(look, rule, on)
    return RequiredResult(
        disease=test.disease_name,
        because=str(test.because),
        state=str(test.state),
        outcome=test.outcome,
        report_no=test.report_no or "",
        lab=test.lab_name or "",
        in_scope=test.in_scope,
        sampled_on=test.sampled_on,
        valid_days=days,
        disease_code=test.disease_code,
        report_id=test.report_id,
        sample_id=test.sample_id,
        of_batch=test.of_batch,
        rule_id=test.rule_id,
        told=sampling.told(look, test, valid_days=days),
    )


def _days(look: Look, rule_id: str, on: date | None) -> int:
    """Return the days a dated rule says, or 0 when none was in force or binding on that day.

    An unverified row that the province has not adopted binds nobody: it neither limits nor stops.
    """
    if on is None:
        return 0
    try:
        return reference.rule(look, rule_id, on).value
    except (NotFound, NotReady):
        return 0
