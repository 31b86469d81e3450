"""Two persons where a result changes: one asks to retract or invalidate a report, another carries it out or declines."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from aquacert.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from aquacert.kernel.work import Work
from labs.register.commands import lock_lab
from labs.reports.commands.ending import end, ready_to_end, take_down, test_anew
from labs.reports.commands.facts import (
    AskDropped,
    EndingAsked,
    ReportInvalidated,
    ReportRetracted,
)
from labs.reports.models import Report, ReportAsk
from labs.reports.queries.touched import open_ask, touched
from labs.reports.rules import ReportAct, ReportState


def ask_retract(w: Work, report_id: UUID, because: str, *, shown: str | None = None) -> UUID:
    """Ask that a report which should not have been issued be retracted; return the request's id."""
    return _ask(w, report_id, ReportAct.RETRACT, because, shown)


def ask_invalidate(w: Work, report_id: UUID, because: str, *, shown: str | None = None) -> UUID:
    """Ask that a report whose results are wrong be invalidated; return the request's id."""
    return _ask(w, report_id, ReportAct.INVALIDATE, because, shown)


def retract_report(w: Work, report_id: UUID, *, shown: str | None = None) -> None:
    """Carry out another person's request to retract a report: its item goes back to testing.

    Raises `NotFound` without such a request, `NotAllowed` for who asked, `Conflict` when what is touched changed.
    """
    row, ask = _settle(w, report_id, ReportAct.RETRACT, shown)
    counts = touched(w, row).counts
    end(w, row, ReportAct.RETRACT, ask.because)
    test_anew(w, row, ask.because)
    take_down(w, row, ReportRetracted(row.number, row.blind_code, counts), ask.because)


def invalidate_report(w: Work, report_id: UUID, *, shown: str | None = None) -> None:
    """Carry out another person's request to invalidate a report's results: its item is tested anew.

    Raises as `retract_report` does.
    """
    row, ask = _settle(w, report_id, ReportAct.INVALIDATE, shown)
    counts = touched(w, row).counts
    end(w, row, ReportAct.INVALIDATE, ask.because)
    test_anew(w, row, ask.because)
    take_down(w, row, ReportInvalidated(row.number, row.blind_code, counts), ask.because)


def invalidate_for_pool(w: Work, code: str, because: str) -> None:
    """Invalidate the standing report on a blind code whose pool was retracted; without one nothing is done.

    Members are negative by their pool only: what ends here is a negative, so nothing gains by it, and one reviewer who
    retracts the pool is enough to have it tested anew.
    """
    standing = Report.standing == ReportState.AUTHORISED
    found = w.one(select(Report.id).where(Report.blind_code == code, standing))
    if found is None:
        return
    row = w.get_for_change(Report, found)
    counts = touched(w, row).counts
    end(w, row, ReportAct.INVALIDATE, because)
    test_anew(w, row, because)
    take_down(w, row, ReportInvalidated(row.number, row.blind_code, counts), because)


def drop_ask(w: Work, report_id: UUID) -> None:
    """Take the own request back, or decline another person's; the report stands on."""
    row = w.get_for_change(Report, report_id)
    ask = _open(w, row.id)
    ask.is_done = False
    ask.settled_at = w.now
    ask.settled_by_id = None if ask.asked_by_id == w.actor.person_id else w.actor.person_id
    county = lock_lab(w, row.lab_id).division_code
    w.record(AskDropped(row.number, ask.act), on=row, county=county)


def _ask(w: Work, report_id: UUID, act: ReportAct, because: str, shown: str | None) -> UUID:
    row, because = ready_to_end(w, report_id, act, because, shown)
    if open_ask(w, row.id) is not None:
        raise Conflict("这份报告已经有一件请求在等第二个人。")
    if w.actor.person_id is None:
        raise NotAllowed("这件事须由实名的人办理。")
    ask = w.add(
        ReportAsk(
            id=w.new_id(),
            lab_id=row.lab_id,
            report_id=row.id,
            act=act,
            because=because,
            asked_by_id=w.actor.person_id,
            asked_at=w.now,
            settled_by_id=None,
            settled_at=None,
            is_done=None,
        )
    )
    county = lock_lab(w, row.lab_id).division_code
    w.record(EndingAsked(row.number, act), on=row, county=county, reason=because)
    return ask.id


def _settle(
    w: Work, report_id: UUID, act: ReportAct, shown: str | None
) -> tuple[Report, ReportAsk]:
    """Return the locked report and its request, settled by this second person."""
    w.get_for_change(Report, report_id)
    ask = _open(w, report_id)
    if ask.act != act:
        raise Invalid("等着的是另一种请求，请先办完它。")
    if ask.asked_by_id == w.actor.person_id:
        raise NotAllowed("请求是您提的，须由另一个人办。")
    row, _because = ready_to_end(w, report_id, act, ask.because, shown)
    ask.is_done = True
    ask.settled_at = w.now
    ask.settled_by_id = w.actor.person_id
    return row, ask


def _open(w: Work, report_id: UUID) -> ReportAsk:
    found = open_ask(w, report_id)
    if found is None:
        raise NotFound("没有等着办的撤销或作废请求。")
    return w.get_for_change(ReportAsk, found.id)
