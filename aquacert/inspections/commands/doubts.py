"""Two devices, two verdicts: the later "failed" changes nothing, and nothing is certified until the
vet has said on record which of them stands.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from sqlalchemy import select

from aquacert.accounts import commands as accounts
from aquacert.inspections.models.checks import BatchCheck
from aquacert.inspections.models.doubts import VerdictDoubt
from aquacert.inspections.rules import Act
from aquacert.kernel.audit import Fact
from aquacert.kernel.errors import Invalid, NotAllowed, NotAllowedNow
from aquacert.kernel.work import Work
from aquacert.reference.rules.text import clean

LEAST_WORDS = 2


@dataclass(frozen=True)
class VerdictDoubted(Fact):
    """Another device said that a passed batch failed."""

    tag: ClassVar[str] = "inspections:verdict:doubt"
    title: ClassVar[str] = "收到相反的结论"
    record_id: UUID


@dataclass(frozen=True)
class DoubtSettled(Fact):
    """The vet said which of two verdicts stands."""

    tag: ClassVar[str] = "inspections:verdict:settle"
    title: ClassVar[str] = "选定哪个结论为准"
    stands: str


def raise_doubt(w: Work, check_id: UUID, record_id: UUID) -> None:
    """Keep that a record says a passed batch failed; the same record again changes nothing."""
    check = w.session.get_one(BatchCheck, check_id)
    if w.session.get(VerdictDoubt, record_id) is not None:
        return
    w.add(VerdictDoubt(id=record_id, check_id=check_id, raised_at=w.now, stands="", because=""))
    w.record(VerdictDoubted(record_id), on=check, county=check.origin_code)


def settle_doubt(w: Work, check_id: UUID, stands: Act, because: str) -> None:
    """Say which verdict stands, with the reason; only its vet. A batch that failed stays barred.

    Raises `Invalid` without a reason, `NotAllowedNow` when nothing is in doubt.
    """
    check = w.get_for_change(BatchCheck, check_id)
    if check.vet_id != w.actor.person_id:
        raise NotAllowed("由查验这一批的官方兽医选定。")
    said = clean(because, field="because", lines=True)
    if len(said) < LEAST_WORDS:
        sentence = "请写明依据，例如：重新看过，死亡是另一塘的。"
        raise Invalid(sentence, because=sentence)
    open_ones = w.scalars(
        select(VerdictDoubt)
        .where(VerdictDoubt.check_id == check_id, VerdictDoubt.stands == "")
        .with_for_update()
    )
    if not open_ones:
        raise NotAllowedNow("这一批没有要选定的结论。")
    for doubt in open_ones:
        doubt.stands, doubt.because = stands.value, said
        doubt.settled_at, doubt.settled_by_id = w.now, w.actor.person_id
    w.record(DoubtSettled(stands.value), on=check, county=check.origin_code, reason=said)
    if stands is Act.FAIL:
        accounts.tell(
            w,
            to_organisation=check.organisation_id,
            kind="inspection",
            subject="有一批苗种官方兽医复看后判不合格，先不要起运，等检疫处理通知单。",
            link=f"/declarations/{check.declaration_id}",
        )
