"""What the runs of the check found, for supervisors."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, or_, select

from aquacert.certificates.models import Certificate, CheckFinding, CheckRun
from aquacert.certificates.rules.lints import ALL, LINTS
from aquacert.kernel.audit import WHOLE
from aquacert.kernel.paging import Pages
from aquacert.kernel.work import Look


@dataclass(frozen=True)
class FindingLine:
    """One finding as the page shows it. Instants are UTC."""

    finding_id: UUID
    lint: str
    title: str
    source: str
    subject: str
    detail: str
    is_error: bool
    spreads: bool
    found_at: datetime
    certificate_id: UUID | None
    """Only when the certificate is there to be opened."""


@dataclass(frozen=True)
class LintCount:
    """Good and bad of one lint in one run."""

    lint: str
    title: str
    source: str
    good: int
    bad: int


def last_run(look: Look) -> CheckRun | None:
    """Return the newest run, or None when there was none yet."""
    return look.one(select(CheckRun).order_by(CheckRun.finished_at.desc(), CheckRun.id.desc()))


def counts_of(run: CheckRun) -> list[LintCount]:
    """Return good and bad per lint of a run, in the register's order."""
    return [
        LintCount(lint.id, lint.title, lint.source, *run.counts[lint.id])
        for lint in ALL
        if lint.id in run.counts
    ]


def open_findings(look: Look) -> Select[CheckFinding]:
    """Return the select behind the list: what is open of this actor's place, errors first."""
    mine = or_(look.visible(CheckFinding), CheckFinding.county == WHOLE)
    return (
        select(CheckFinding)
        .where(CheckFinding.settled_at.is_(None), mine)
        .order_by(CheckFinding.is_error.desc(), CheckFinding.found_at.desc(), CheckFinding.id)
    )


def finding_lines(look: Look, number: int = 1) -> Pages[FindingLine]:
    """Return one page of the open findings."""
    found = look.pages(open_findings(look), number, 20)
    ids = [row.certificate_id for row in found.items if row.certificate_id]
    there = set(look.scalars(select(Certificate.id).where(Certificate.id.in_(ids))))
    lines = [
        FindingLine(
            finding_id=row.id,
            lint=row.lint,
            title=LINTS[row.lint].title if row.lint in LINTS else row.lint,
            source=LINTS[row.lint].source if row.lint in LINTS else "",
            subject=row.subject,
            detail=row.detail,
            is_error=row.is_error,
            spreads=row.spreads,
            found_at=row.found_at,
            certificate_id=row.certificate_id if row.certificate_id in there else None,
        )
        for row in found.items
    ]
    return Pages(lines, found.number, found.size, found.total)
