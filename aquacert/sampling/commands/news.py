"""Take up news: a visit that ended, a report that came or was withdrawn."""

from __future__ import annotations

from uuid import UUID

from aquacert.accounts.commands import tell
from aquacert.declarations import commands as paper_commands
from aquacert.kernel.work import Work
from aquacert.sampling.commands.facts import ReportNoted
from aquacert.sampling.models import Sample
from aquacert.sampling.queries import batch_tests, sample_by_blind_code
from aquacert.sampling.rules import MOVES, Act, Stage, State
from labs.reports.queries import report_summary


def note_inspected(w: Work, declaration_id: UUID) -> None:
    """Take up news of a finished visit: a declaration that needs no test is marked 免检."""
    everything = batch_tests(w, declaration_id)
    if not any(line.required or line.tests for line in everything):
        paper_commands.mark_testing(w, declaration_id, "exempt")


def note_report(w: Work, report_id: UUID) -> None:
    """Take up news of a report: move its sample, tell farm and vet, mark where the tests stand.

    Idempotent: late or repeated news finds the sample moved already.
    """
    report = report_summary(w, report_id)
    row = sample_by_blind_code(w, report.blind_code) if report else None
    if report is None or row is None:
        return
    row = w.get_for_change(Sample, row.id)
    live = report.state == "authorised"
    act = Act.RELEASE if live else Act.RETURN
    if not MOVES.allows(State(row.state), act):
        return
    w.move(row, MOVES, act, because=report.withdrawn_because)
    w.record(ReportNoted(report.number, str(report.state)), on=row, county=row.origin_code)
    everything = batch_tests(w, row.declaration_id)
    done = all(test.state is Stage.RELEASED for line in everything for test in line.tests)
    paper_commands.mark_testing(w, row.declaration_id, "done" if done else "running")
    subject = f"检测报告 {report.number} {'已出' if live else '已撤回'}"
    link = f"/sampling/{row.declaration_id}"
    tell(w, to_organisation=row.organisation_id, kind="report", subject=subject, link=link)
    if row.vet_id is not None:
        tell(w, to_person=row.vet_id, kind="report", subject=subject, link=link)
