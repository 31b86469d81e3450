"""Take up news: a visit that ended, a report that came, was amended or no longer stands."""

from __future__ import annotations

from uuid import UUID

from aquacert.accounts.commands import tell
from aquacert.declarations import commands as paper_commands
from aquacert.declarations.queries.facts import BatchLine
from aquacert.kernel.clock import legal_day
from aquacert.kernel.work import Work
from aquacert.sampling.commands.facts import ReportNoted
from aquacert.sampling.models import OrderedTest, Sample
from aquacert.sampling.queries import (
    batch_line,
    batch_tests,
    sample_by_blind_code,
    tests_of_sample,
)
from aquacert.sampling.rules import MOVES, Act, Because, Stage, State
from aquacert.surveillance.commands import OwnNews, take_own_result
from aquacert.surveillance.rules.own import Heard, Purpose, Version
from labs.register import queries as register
from labs.reports.queries import ReportLine, ReportSummary, report_for, report_summary
from labs.reports.rules import MOVES as REPORT_MOVES

STANDS, AMENDED = "authorised", "amended"
PURPOSES = {
    Because.SUSPICION.value: Purpose.SUSPICION,
    Because.PLAN.value: Purpose.PLAN,
}
"""Why a test was ordered → what the result is to surveillance; anything else is 产地检疫."""


def note_inspected(w: Work, declaration_id: UUID) -> None:
    """Take up news of a finished visit: a declaration that needs no test is marked 免检."""
    everything = batch_tests(w, declaration_id)
    if not any(line.required or line.tests for line in everything):
        paper_commands.mark_testing(w, declaration_id, "exempt")


def note_report(w: Work, report_id: UUID) -> None:
    """Take up news of a report: its sample, the declaration, surveillance, farm and vet.

    Any order and any number of times end in one state: the sample follows what stands at the
    laboratory now, whichever report the news is of, and surveillance keeps the newest version.
    """
    report = report_summary(w, report_id)
    row = sample_by_blind_code(w, report.blind_code) if report else None
    if report is None or row is None:
        return
    row = w.get_for_change(Sample, row.id)
    heard = _feed(w, report, row)
    if not _follow(w, report, row) and not heard & {Heard.NEW, Heard.CHANGED}:
        return
    w.record(ReportNoted(report.number, str(report.state)), on=row, county=row.origin_code)
    everything = batch_tests(w, row.declaration_id)
    done = all(test.state is Stage.RELEASED for line in everything for test in line.tests)
    paper_commands.mark_testing(w, row.declaration_id, "done" if done else "running")
    _tell(w, report, row)


def _follow(w: Work, report: ReportSummary, row: Sample) -> bool:
    """Bring the sample to what stands at the laboratory now; say whether it moved."""
    found = report_for(w, row.blind_code)
    act = Act.RELEASE if found is not None and str(found.state) == STANDS else Act.RETURN
    if not MOVES.allows(State(row.state), act):
        return False
    w.move(row, MOVES, act, because=report.withdrawn_because)
    return True


def _feed(w: Work, report: ReportSummary, row: Sample) -> set[Heard]:
    """Give every line of the report to surveillance, so that nobody types a result again."""
    batch = batch_line(w, row.declaration_id, row.batch_id)
    orders = {test.disease_code: test for test in tests_of_sample(w, row.id)}
    return {
        take_own_result(w, _news(w, report, line, row, batch, orders.get(line.disease_code)))
        for line in report.lines
    }


def _news(
    w: Work,
    report: ReportSummary,
    line: ReportLine,
    row: Sample,
    batch: BatchLine,
    order: OrderedTest | None,
) -> OwnNews:
    on = legal_day(row.taken_at)
    return OwnNews(
        sample_id=row.id,
        organisation_id=row.organisation_id,
        division_code=row.origin_code,
        disease_code=line.disease_code,
        species_code=batch.species_code,
        life_stage=batch.life_stage,
        individuals=row.individuals,
        sampled_on=on,
        purpose=PURPOSES.get(order.because if order else "", Purpose.CERTIFICATE),
        method_code=line.method_code,
        outcome=str(line.outcome),
        lab_id=report.lab_id,
        lab_name=report.lab_name,
        in_scope=register.in_scope(w, report.lab_id, line.disease_code, line.method_code, on),
        report_no=report.number,
        version=Version(report.authorised_at, report.report_id, str(report.state) != STANDS),
    )


def _tell(w: Work, report: ReportSummary, row: Sample) -> None:
    if str(report.state) == AMENDED:
        return  # its new version is told
    is_out = str(report.state) == STANDS
    subject = f"检测报告 {report.number} {'已出' if is_out else REPORT_MOVES.words[report.state]}"
    progress = f"/sampling/{row.declaration_id}/progress"
    tell(w, to_organisation=row.organisation_id, kind="report", subject=subject, link=progress)
    if row.vet_id is not None:
        link = f"/sampling/{row.declaration_id}"
        tell(w, to_person=row.vet_id, kind="report", subject=subject, link=link)
