"""Where each test stands, re-read from the laboratory every time; and what may stand in for one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from sqlalchemy import bindparam, select

from aquacert.declarations.queries import facts as papers
from aquacert.kernel.clock import legal_day
from aquacert.kernel.db import table_of
from aquacert.kernel.errors import NotFound, NotReady
from aquacert.kernel.quick import Quick
from aquacert.kernel.work import Look
from aquacert.reference import queries as reference
from aquacert.sampling.models import OrderedTest, Sample
from aquacert.sampling.queries.required import required_for, required_tests
from aquacert.sampling.rules import AtLab, RequiredTest, Stage, State, TestStanding
from aquacert.sampling.rules import told as say
from aquacert.sampling.rules.standing import INCONCLUSIVE, POSITIVE, not_ordered
from aquacert.surveillance.queries.own import counting_negative
from labs.bench.queries import inconclusive_tests
from labs.intake.queries import item_state
from labs.register import queries as register
from labs.reports.queries import ReportLine, ReportSummary, report_for, report_summary
from labs.reports.queries.progress import progress_of

TESTS = table_of(OrderedTest)
ORDERED = Quick(
    select(*TESTS.c).where(TESTS.c.batch_id == bindparam("batch")).order_by(TESTS.c.disease_code)
)
SAMPLES = table_of(Sample)
TAKEN = Quick(
    select(SAMPLES.c.id).where(SAMPLES.c.batch_id == bindparam("batch")).order_by(SAMPLES.c.id)
)
RESULT_RULE = "result.valid_days"


@dataclass(frozen=True)
class BatchTests:
    """One batch with what it must be tested for and where that stands."""

    batch: papers.BatchLine
    required: tuple[RequiredTest, ...]
    tests: tuple[TestStanding, ...]
    told: tuple[str, ...] = ()
    """One sentence for each test that does not let the batch pass, for officials."""
    gently: tuple[str, ...] = ()
    """The same for the farm."""

    @property
    def unordered(self) -> tuple[RequiredTest, ...]:
        """Required tests that nobody ordered yet."""
        ordered = {test.disease_code for test in self.tests}
        return tuple(test for test in self.required if test.disease_code not in ordered)


def tests_of(look: Look, batch_id: UUID) -> tuple[TestStanding, ...]:
    """Return where every ordered test of a batch stands, re-read from the laboratory each time.

    The newest sample speaks, unless an earlier one of the batch (unfit at first, or undecided) is
    positive after all: no later negative outweighs that.
    """
    rows = look.rows(ORDERED, batch=batch_id)
    taken = [row.id for row in look.rows(TAKEN, batch=batch_id)] if rows else []
    return tuple(
        (_positive(look, row, taken) if len(taken) > 1 else None)
        or _standing(look, row, row.sample_id)
        for row in rows
    )


def tests_for(
    look: Look,
    *,
    batch_id: UUID,
    organisation_id: UUID,
    declaration_id: UUID,
    species_code: str,
    declared_on: date,
    suspected: Collection[str],
) -> tuple[tuple[RequiredTest, ...], tuple[TestStanding, ...]]:
    """Return what a batch needs and what it has, with results of other samples where a rule says so.

    A batch whose own tests all passed costs nothing more: only where no sample was taken are the
    dated rules "surveillance negative counts" and "self-test counts" asked, and those are off until
    two officers of the province adopt them. What the batch's own sample says, even that nothing
    could be decided, is never outweighed.
    """
    own = tests_of(look, batch_id)
    needed = required_for(
        look,
        species_code=species_code,
        on=declared_on,
        suspected=suspected,
        orders=[(test.disease_code, test.because) for test in own],
        declaration_id=declaration_id,
        batch_id=batch_id,
    )
    by_disease = {test.disease_code: test for test in own}
    for test in needed:
        held = by_disease.get(test.disease_code)
        if held is not None and held.sample_id is not None:
            continue
        if test.disease_code in suspected:
            continue  # what the vet saw today is not answered by a sample of another day
        counted = substitute(look, organisation_id, species_code, test, declared_on)
        if counted is not None:
            by_disease[test.disease_code] = counted
    return needed, tuple(by_disease[code] for code in sorted(by_disease))


def substitute(
    look: Look, organisation_id: UUID, species_code: str, test: RequiredTest, declared_on: date
) -> TestStanding | None:
    """Return a negative of the same farm, species and disease that a dated rule lets count."""
    found = counting_negative(
        look, organisation_id, species_code, test.disease_code, declared_on=declared_on
    )
    if found is None:
        return None
    row, rule_id = found
    # News may be late: whether the report stands is asked of the laboratory itself.
    report = report_summary(look, row.report_id)
    if report is None or str(report.state) != "authorised":
        return None
    return TestStanding(
        disease_code=row.disease_code,
        disease_name=reference.disease(look, row.disease_code).name_zh,
        because=test.because.value,
        state=Stage.RELEASED,
        outcome=row.outcome,
        report_no=row.report_no,
        report_id=row.report_id,
        lab_id=row.lab_id,
        lab_name=row.lab_name,
        method_code=row.method_code,
        sampled_on=row.sampled_on,
        released_on=legal_day(row.reported_at),
        in_scope=row.in_scope,
        sample_id=row.sample_id,
        of_batch=False,
        rule_id=rule_id,
    )


def ordered(look: Look, batch_id: UUID) -> Sequence[OrderedTest]:
    """Return the tests ordered for a batch."""
    return look.scalars(
        select(OrderedTest)
        .where(OrderedTest.batch_id == batch_id)
        .order_by(OrderedTest.disease_code)
    )


def batch_tests(look: Look, declaration_id: UUID) -> list[BatchTests]:
    """Return every batch of a declaration with its tests, and why each does not pass yet."""
    found = []
    for batch in papers.batches_of(look, declaration_id):
        needed = required_tests(look, declaration_id, batch.batch_id)
        tests = tests_of(look, batch.batch_id)
        found.append(BatchTests(batch, needed, tests, *_said(look, needed, tests)))
    return found


def told(
    look: Look, test: TestStanding, *, gently: bool = False, valid_days: int | None = None
) -> str:
    """Return why a test does not let its batch pass today, in one sentence; "" when it does.

    `valid_days` of the dated rule are asked for when not given.
    """
    return _voices(look, test, valid_days)[gently]


def _voices(look: Look, test: TestStanding, valid_days: int | None = None) -> tuple[str, str]:
    """Return the sentence about a test for officials and that for the farm, from one look at the laboratory."""
    if valid_days is None:
        valid_days = days_of(look, RESULT_RULE, test.sampled_on)
    at_lab = None
    if test.state is Stage.RECEIVED and test.sample_id is not None:
        taken = look.session.get(Sample, test.sample_id)
        found = progress_of(look, taken.blind_code, test.disease_code) if taken else None
        at_lab = AtLab(found.due_on, found.is_retest, found.is_split) if found else None
    plain, gentle = (
        say(test, on=look.today, valid_days=valid_days, at_lab=at_lab, gently=gently)
        for gently in (False, True)
    )
    return plain, gentle


def told_unordered(look: Look, test: RequiredTest, *, gently: bool = False) -> str:
    """Return the sentence for a required test that nobody ordered."""
    name = reference.disease(look, test.disease_code).name_zh
    return not_ordered(name, test.because.value, gently=gently)


def days_of(look: Look, rule_id: str, on: date | None) -> int:
    """Return the days a dated rule says on a day, 0 when none was in force or binding on it."""
    if on is None:
        return 0
    try:
        return reference.rule(look, rule_id, on).value
    except (NotFound, NotReady):
        return 0


def needs_sample(look: Look, row: OrderedTest) -> bool:
    """Say whether a test waits for a sample: none was taken or sent for it, it was unfit, or nothing came of it."""
    taken = look.session.get(Sample, row.sample_id) if row.sample_id else None
    if taken is None or is_left(row, taken) or _is_unfit(look, taken):
        return True
    line = _line(_live(look, taken)[0], row.disease_code)
    if line is not None:
        return str(line.outcome) == INCONCLUSIVE
    return row.disease_code in inconclusive_tests(look, taken.blind_code)


def is_left(row: OrderedTest, taken: Sample) -> bool:
    """Say whether a sample left without this test of its: the laboratory cannot do it by any method."""
    return taken.state != State.TAKEN.value and not row.method_code


def _said(
    look: Look, needed: Iterable[RequiredTest], tests: tuple[TestStanding, ...]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return why a batch does not pass yet, for officials and for the farm."""
    known = {test.disease_code for test in tests}
    said = [_voices(look, test) for test in tests]
    said += [
        (told_unordered(look, test), told_unordered(look, test, gently=True))
        for test in needed
        if test.disease_code not in known
    ]
    return (
        tuple(plain for plain, _gentle in said if plain),
        tuple(gentle for _plain, gentle in said if gentle),
    )


def _positive(look: Look, row: OrderedTest, taken: Iterable[UUID]) -> TestStanding | None:
    """Return where a test stands by an earlier sample of its batch that is positive; else None."""
    earlier = (_standing(look, row, one) for one in taken if one != row.sample_id)
    return next((found for found in earlier if found.outcome == POSITIVE), None)


def _standing(look: Look, row: OrderedTest, sample_id: UUID | None) -> TestStanding:
    """Return where a test stands by one sample; None = none was taken."""
    taken = look.session.get(Sample, sample_id) if sample_id else None
    live, withdrawn_no = _live(look, taken)
    line = _line(live, row.disease_code)
    found = TestStanding(
        disease_code=row.disease_code,
        disease_name=reference.disease(look, row.disease_code).name_zh,
        because=row.because,
        state=Stage.ORDERED,
        outcome=str(line.outcome) if line else None,
        report_no=live.number if live and line else "",
        report_id=live.report_id if live and line else None,
        lab_id=taken.lab_id if taken else None,
        lab_name=_lab_name(look, taken),
        method_code=line.method_code if line else row.method_code,
        sampled_on=legal_day(taken.taken_at) if taken else None,
        released_on=legal_day(live.authorised_at) if live and line else None,
        in_scope=_in_scope(look, taken, row),
        sample_id=taken.id if taken else None,
        sent_on=legal_day(taken.sent_at) if taken and taken.sent_at else None,
        withdrawn_no=withdrawn_no,
        of_batch=taken is None or taken.batch_id == row.batch_id,
    )
    if taken is None:
        return found
    if line is not None:
        return replace(found, state=Stage.RELEASED)
    if is_left(row, taken):
        return replace(found, is_left=True, withdrawn_no="")
    return _unreported(look, taken, found)


def _unreported(look: Look, taken: Sample, found: TestStanding) -> TestStanding:
    """Return how far a sample without a standing report is."""
    if taken.state == State.TAKEN.value:
        return replace(found, state=Stage.SAMPLED)
    item = item_state(look, taken.blind_code)
    if item is not None and item[0] == "unfit":
        return replace(found, state=Stage.ORDERED, is_unfit=True)
    if found.disease_code in inconclusive_tests(look, taken.blind_code):
        return replace(found, state=Stage.ORDERED, is_inconclusive=True)
    arrived = item is not None and item[0] != "announced"
    return replace(found, state=Stage.RECEIVED if arrived else Stage.SENT)


def _live(look: Look, taken: Sample | None) -> tuple[ReportSummary | None, str]:
    """Return the report that stands on a sample, else the number of one that no longer does."""
    report = report_for(look, taken.blind_code) if taken else None
    if report is None:
        return None, ""
    if str(report.state) == "authorised":
        return report, ""
    return None, report.number


def _line(report: ReportSummary | None, disease_code: str) -> ReportLine | None:
    lines = report.lines if report else ()
    return next((line for line in lines if line.disease_code == disease_code), None)


def _is_unfit(look: Look, taken: Sample) -> bool:
    found = item_state(look, taken.blind_code)
    return found is not None and found[0] == "unfit"


def _lab_name(look: Look, taken: Sample | None) -> str:
    return register.lab(look, taken.lab_id).name_zh if taken and taken.lab_id else ""


def _in_scope(look: Look, taken: Sample | None, row: OrderedTest) -> bool:
    """Say whether the laboratory could test this by this method on the day of sampling."""
    if taken is None or taken.lab_id is None:
        return False
    on = legal_day(taken.taken_at)
    return register.in_scope(look, taken.lab_id, row.disease_code, row.method_code, on)
