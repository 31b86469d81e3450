"""What ending a report would touch above the laboratory: counts only, and what was shown of them."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from aquacert.kernel.work import Look
from labs.reports.models import Report, ReportAsk

KIND = "report"
"""What higher rooms register counters for: `impact.register("report", label, counter)`, asked with a blind code."""


@dataclass(frozen=True, slots=True)
class Touched:
    """How many things rest on a report, by name, and a digest of exactly this answer."""

    counts: dict[str, int]
    digest: str

    @property
    def anything(self) -> bool:
        """Say whether anything rests on the report."""
        return any(self.counts.values())


def touched(look: Look, row: Report) -> Touched:
    """Return what hangs on a report now; the digest travels with the form that was shown with it.

    It covers the request that waits, too: who carries one out has read that one, with its reason.
    """
    counts, waiting = look.impact(KIND, row.blind_code), open_ask(look, row.id)
    asked = "" if waiting is None else str(waiting.id)
    said = [row.digest, row.standing, asked, sorted(counts.items())]
    text = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
    return Touched(counts, hashlib.sha256(text.encode()).hexdigest())


def open_ask(look: Look, report_id: UUID) -> ReportAsk | None:
    """Return the request to retract or invalidate a report that waits for a second person."""
    return look.one(
        select(ReportAsk).where(ReportAsk.report_id == report_id, ReportAsk.settled_at.is_(None))
    )
