"""A suspicion: the vet sends samples, or isolates the batch and reports; the choice is on record.

Measures and procedures 2011 §5 (domain.md §1.3): unexplained deaths or a suspected epidemic are
reported and isolated, and nothing of the batch moves; nor does what swims in the same lot.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select

from aquacert.accounts import commands as accounts
from aquacert.hatcheries.commands.stock import free_lot, hold_lot
from aquacert.inspections.commands.cases import next_hold
from aquacert.inspections.commands.current import changed, open_for_change
from aquacert.inspections.commands.facts import BatchIsolated, IsolationLifted, SuspicionRecorded
from aquacert.inspections.models import BatchCheck
from aquacert.inspections.queries import sheet
from aquacert.inspections.rules import Course
from aquacert.kernel.errors import Invalid, NotAllowedNow
from aquacert.kernel.topics import Topic
from aquacert.kernel.work import Work
from aquacert.reference import queries as reference
from aquacert.reference.rules.text import clean
from aquacert.surveillance.models import ExpressReport
from aquacert.surveillance.rules.express import Outcome

NOT_DENIED = "这一批已报疫情快报，县里核查排除疫情以后才能解除隔离。"


def suspect(
    w: Work,
    check_id: UUID,
    diseases: Iterable[str],
    *,
    course: Course = Course.SAMPLING,
    because: str = "",
) -> None:
    """Record the suspected diseases and what is done; each must affect this batch's species.

    To sample: the sampling room asks for the tests. To isolate: the batch cannot pass, its owner
    is told in plain words, the report goes to whoever is told of `SUSPICION_REPORTED`. Isolating
    needs a disease or, for deaths nobody can explain, a reason. Raises `Invalid`.
    """
    check = open_for_change(w, check_id)
    codes = sorted(set(diseases))
    species = sheet(w, check_id).batch.species_code
    if not all(reference.affects(w, code, species) for code in codes):
        raise Invalid("有病种不感染这个品种。", suspected="只能选这个品种会得的病。")
    check.suspected = codes
    check.course = course.value if codes or course is Course.ISOLATE else ""
    changed(check)
    w.record(SuspicionRecorded(codes, check.course), on=check, county=check.origin_code)
    if course is Course.ISOLATE:
        _isolate(w, check, clean(because, field="because"))


def lift_isolation(w: Work, check_id: UUID, because: str) -> None:
    """End an isolation that turned out unneeded, with its reason; the report stays on record.

    Once reported, a suspected epidemic is over when the county has closed the report as none.
    """
    check = open_for_change(w, check_id)
    if check.isolated_at is None:
        raise NotAllowedNow("这一批没有隔离。")
    told = w.one(select(ExpressReport.outcome).where(ExpressReport.subject_id == check.id))
    if told not in {None, Outcome.DENIED.value}:
        raise NotAllowedNow(NOT_DENIED)
    said = clean(because, field="because")
    if not said:
        raise Invalid("请写明解除隔离的依据。", because="例如：检测报告阴性，报告编号……")
    check.isolated_at, check.isolated_because = None, ""
    check.course = Course.SAMPLING.value if check.suspected else ""
    changed(check)
    w.record(IsolationLifted(because=said), on=check, county=check.origin_code)
    lot_id = sheet(w, check_id).batch.lot_id
    free_lot(w, lot_id, check.id, next_order_id=next_hold(w, lot_id, check.id))
    _tell_owner(w, check, "有一批苗种已经解除隔离，等官方兽医下结论。")


def _isolate(w: Work, check: BatchCheck, because: str) -> None:
    if not check.suspected and not because:
        raise Invalid(
            "请说明为什么要隔离。",
            because="没有怀疑到具体病种的，写明情况，例如：不明原因大量死亡。",
        )
    first = check.isolated_at is None
    check.isolated_at, check.isolated_because = check.isolated_at or w.now, because
    fact = BatchIsolated(check.batch_id, list(check.suspected), because)
    w.record(fact, on=check, county=check.origin_code)
    if not first:
        return
    hold_lot(w, sheet(w, check.id).batch.lot_id, check.id)
    w.tell(Topic.SUSPICION_REPORTED, check.id)
    _tell_owner(
        w, check, "官方兽医怀疑有一批苗种有疫情，已要求就地隔离并上报：这一批不要移动、不要出售。"
    )


def _tell_owner(w: Work, check: BatchCheck, subject: str) -> None:
    accounts.tell(
        w,
        to_organisation=check.organisation_id,
        kind="inspection",
        subject=subject,
        link=f"/declarations/{check.declaration_id}",
    )
