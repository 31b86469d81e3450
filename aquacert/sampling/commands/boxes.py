"""Take up news of a box: the laboratory closed it, and its sender learns what came."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from sqlalchemy import select

from aquacert.accounts.commands import tell
from aquacert.kernel.audit import Fact
from aquacert.kernel.work import Work
from aquacert.sampling.models import SampleDispatch
from labs.intake.queries import tally_of


@dataclass(frozen=True)
class BoxHeard(Fact):
    """The sender was told how a box came."""

    tag: ClassVar[str] = "sampling:box:hear"
    title: ClassVar[str] = "收到样品箱清点结果"
    box_number: str
    missing: int
    rejected: int
    extra: int


def note_box(w: Work, consignment_id: UUID) -> None:
    """Tell whoever sent a box how it was closed; boxes of nobody here are left alone."""
    row = w.one(select(SampleDispatch).where(SampleDispatch.consignment_id == consignment_id))
    if row is None:
        return
    tally = tally_of(w, consignment_id)
    wrong = [
        f"{word} {n} 份"
        for word, n in (("缺失", tally.missing), ("拒收", tally.rejected), ("多出", tally.extra))
        if n
    ]
    what = "，".join(wrong) or "样品齐全"
    subject = f"样品箱 {row.box_number} 已清点：收下 {tally.received} 份，{what}"
    fact = BoxHeard(row.box_number, tally.missing, tally.rejected, tally.extra)
    w.record(fact, on=row, county=row.origin_code)
    if row.sent_by_id is not None:
        tell(w, to_person=row.sent_by_id, kind="report", subject=subject, link="/sampling/")
    else:
        tell(w, to_organisation=row.sender_id, kind="report", subject=subject, link="/sampling/")
