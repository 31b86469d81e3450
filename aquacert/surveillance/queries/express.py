"""Reads of express reports."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Select, func, select

from aquacert.kernel.work import Look
from aquacert.surveillance.models import Event, ExpressReport
from aquacert.surveillance.rules.express import SOURCE, State, event_key


def express_reports(look: Look, words: str = "") -> Select[ExpressReport]:
    """Return the reports of this person's places, those that wait first, then the newest."""
    chosen = select(ExpressReport).where(look.visible(ExpressReport))
    if words.strip():
        chosen = chosen.where(look.matching(ExpressReport, words))
    open_first = ExpressReport.state == State.CLOSED.value
    return chosen.order_by(open_first, ExpressReport.raised_at.desc(), ExpressReport.id.desc())


def express_report(look: Look, report_id: UUID) -> ExpressReport:
    """Return a report, or raise `NotFound` (also out of scope)."""
    return look.get(ExpressReport, report_id)


def express_of(look: Look, subject_id: UUID) -> ExpressReport | None:
    """Return the report that was raised about a check, if this person may see it."""
    return look.one(
        select(ExpressReport).where(
            ExpressReport.subject_id == subject_id, look.visible(ExpressReport)
        )
    )


def express_waiting(look: Look) -> int:
    """Return how many reports of this person's places nobody has received."""
    chosen = select(func.count()).where(
        look.visible(ExpressReport), ExpressReport.state == State.RAISED.value
    )
    return look.session.scalar(chosen.select_from(ExpressReport)) or 0


def events_of(look: Look, report: ExpressReport) -> Sequence[Event]:
    """Return the events that a report raised."""
    keys = [event_key(report.id, str(code)) for code in report.diseases]
    found = select(Event).where(Event.source == SOURCE, Event.source_key.in_(keys))
    return look.scalars(found.order_by(Event.disease_code))
