"""Samples of the monitoring plan, and what came of them."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Select, select

from aquacert.kernel.work import Look
from aquacert.sampling.models import PlanSample
from labs.reports.queries import ReportSummary, report_for


def plan_sample(look: Look, plan_sample_id: UUID) -> PlanSample:
    """Return a plan's sample, or raise `NotFound` (also out of scope)."""
    return look.get(PlanSample, plan_sample_id)


def plan_samples(look: Look, words: str = "") -> Select[PlanSample]:
    """Select the plan's samples of this person's scope, the newest first."""
    chosen = select(PlanSample).where(look.visible(PlanSample))
    if words.strip():
        chosen = chosen.where(look.matching(PlanSample, words))
    return chosen.order_by(PlanSample.id.desc())


def plan_sample_by_code(look: Look, code: str) -> PlanSample | None:
    """Return the plan's sample behind a blind code; None for every other sample."""
    return look.one(select(PlanSample).where(PlanSample.blind_code == code))


def live_report(look: Look, row: PlanSample) -> ReportSummary | None:
    """Return the report that stands on a plan's sample, or None."""
    report = report_for(look, row.blind_code)
    return report if report is not None and report.state == "authorised" else None


def outcome_of(look: Look, row: PlanSample) -> tuple[str, str] | None:
    """Return (outcome, report's number) of what stands, or None."""
    report = live_report(look, row)
    lines = report.lines if report else ()
    found = next((line for line in lines if line.disease_code == row.disease_code), None)
    return (str(found.outcome), report.number) if report and found else None
