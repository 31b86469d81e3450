"""Asked once more inside the publishing transaction: what can arrive while a key signs.

Between the last readiness check and publication lie milliseconds, at most a minute. A halt, a zone
or a positive report that comes in between must still stop the certificate; stock and the inspected
sum are asked by publish itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from aquacert.certificates.issuing.queries.readiness import Readiness
from aquacert.certificates.issuing.queries.zones import fresh_wanted
from aquacert.certificates.rules.facts import BatchFacts
from aquacert.certificates.rules.readiness import PLAIN, not_fresh
from aquacert.certificates.rules.reasons import ReadyReason, Reason
from aquacert.certificates.switches import queries as switches
from aquacert.declarations.queries import LineFacts
from aquacert.declarations.queries.places import touches_of_load
from aquacert.kernel.clock import legal_day
from aquacert.kernel.work import Look
from aquacert.sampling import queries as sampling
from aquacert.sampling.rules import Because, RequiredTest, TestStanding


def arrived_meanwhile(look: Look, ready: Readiness) -> tuple[ReadyReason, ...]:
    """Return what has come into the way of a load since it was found ready; empty = publish."""
    load = ready.load
    found: list[ReadyReason] = []
    if switches.halted(look, load.origin_code):
        found.append(ReadyReason(Reason.HALTED))
    zones = touches_of_load(look, load)
    found += [ReadyReason(Reason.ZONE_BLOCKED, detail=said) for said in zones.sentences]
    for line, batch in zip(load.lines, ready.facts.batches, strict=True):
        found += _reports(batch, _tests(look, ready, line, batch))
        # What was counted on is in the facts; a zone that came since may ask for a newer sample.
        found += not_fresh(replace(batch, fresh=fresh_wanted(zones.asks, line.species_code)))
    return tuple(found)


def _tests(
    look: Look, ready: Readiness, line: LineFacts, batch: BatchFacts
) -> tuple[TestStanding, ...]:
    """Read the batch's tests again, and every result of another sample that was counted on."""
    own = sampling.tests_of(look, line.batch_id)
    lent = [
        sampling.substitute(
            look,
            ready.load.organisation_id,
            line.species_code,
            RequiredTest(test.disease_code, Because(test.because)),
            legal_day(ready.load.submitted_at),
        )
        for test in batch.tests
        if test.rule_id
    ]
    return (*own, *(test for test in lent if test is not None))


def _reports(batch: BatchFacts, tests: tuple[TestStanding, ...]) -> Iterator[ReadyReason]:
    """A positive, whoever asked for it; and every report that was counted on and is gone."""
    for test in tests:
        if test.outcome == "positive":
            yield ReadyReason(
                Reason.TEST_POSITIVE,
                batch.number,
                f"{test.disease_name}{PLAIN[Reason.TEST_POSITIVE]}",
            )
    standing = {
        (test.disease_name, test.report_no or "")
        for test in tests
        if str(test.state) == "released" and test.outcome == "negative"
    }
    for counted in batch.tests:
        if (counted.disease, counted.report_no) not in standing:
            yield ReadyReason(
                Reason.TEST_NOT_RELEASED,
                batch.number,
                f"{counted.disease}{PLAIN[Reason.TEST_NOT_RELEASED]}",
            )
