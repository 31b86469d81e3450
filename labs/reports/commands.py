"""Authorise a report by a third person, and withdraw one with its reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from sqlalchemy import select

from aquacert.kernel.audit import Fact
from aquacert.kernel.errors import Conflict, Invalid, NotAllowed, NotReady
from aquacert.kernel.topics import Topic
from aquacert.kernel.work import Work
from labs.bench.models import Result
from labs.bench.rules import RESULT_MOVES, Outcome, ResultAct, ResultState
from labs.intake.models import Item
from labs.intake.queries import item_by_code
from labs.intake.rules import ITEM_MOVES, ItemAct
from labs.register.commands import lock_lab
from labs.reports.models import Report
from labs.reports.queries import Draft, draft_report, last_withdrawn, next_place
from labs.reports.rules import MOVES, ReportAct, ReportState


@dataclass(frozen=True)
class ReportAuthorised(Fact):
    """A report was authorised; `digest` is the SHA-256 of what the authoriser saw and signed for."""

    tag: ClassVar[str] = "labs:report:authorise"
    title: ClassVar[str] = "签发检测报告"
    number: str
    blind_code: str
    digest: str
    is_positive: bool


@dataclass(frozen=True)
class ReportWithdrawn(Fact):
    """A report was withdrawn."""

    tag: ClassVar[str] = "labs:report:withdraw"
    title: ClassVar[str] = "撤回检测报告"
    number: str
    blind_code: str


def authorise_report(w: Work, code: str, *, digest: str | None = None) -> UUID:
    """Authorise the report on a blind item and return its id. `digest` is that of the preview the authoriser saw.

    Raises `NotReady` with every reason at once (a test not verified, a point of ISO/IEC 17025 missing, one of the two
    earlier hands), `Conflict` when the content is no longer what was previewed.
    """
    item = w.get_for_change(Item, item_by_code(w, code).id)
    lab_row = lock_lab(w, item.lab_id)
    draft = draft_report(w, code)
    if draft.reasons:
        raise NotReady(draft.reasons, "这份报告现在还不能签发。")
    if digest is not None and digest != draft.digest:
        raise Conflict("报告内容在您查看之后有变化，没有签发。请重新查看后再签。")
    row = _add_report(w, item, draft)
    for result in _results(w, item, ResultState.VERIFIED):
        w.move(result, RESULT_MOVES, ResultAct.REPORT)
    w.move(item, ITEM_MOVES, ItemAct.REPORT)
    fact = ReportAuthorised(row.number, row.blind_code, row.digest, row.is_positive)
    w.record(fact, on=row, county=lab_row.division_code)
    w.tell(Topic.REPORT_RELEASED, row.id)
    if row.is_positive:
        w.tell(Topic.REPORT_POSITIVE, row.id)
    return row.id


def withdraw_report(w: Work, report_id: UUID, because: str) -> None:
    """Withdraw a report for a stated reason: it stays readable, its item is tested anew, higher rooms are told."""
    if w.actor.person_id is None:
        raise NotAllowed("撤回报告须由实名的授权签字人办理。")
    if not because.strip():
        raise Invalid("请写明撤回的原因", because="必须写原因，送样方会看到")
    row = w.get_for_change(Report, report_id)
    MOVES.after(ReportState(row.state), ReportAct.WITHDRAW)
    row.withdrawn_by_id = w.actor.person_id
    row.withdrawn_at = w.now
    row.withdrawn_because = because.strip()
    w.move(row, MOVES, ReportAct.WITHDRAW, because=row.withdrawn_because)
    item = w.get_for_change(Item, row.item_id)
    for result in _results(w, item, ResultState.REPORTED):
        w.move(result, RESULT_MOVES, ResultAct.WITHDRAW, because=row.withdrawn_because)
    w.move(item, ITEM_MOVES, ItemAct.REOPEN, because=row.withdrawn_because)
    county = lock_lab(w, row.lab_id).division_code
    fact = ReportWithdrawn(row.number, row.blind_code)
    w.record(fact, on=row, county=county, reason=row.withdrawn_because)
    w.tell(Topic.REPORT_WITHDRAWN, row.id)


def _results(w: Work, item: Item, state: ResultState) -> Sequence[Result]:
    """Return an item's results in a state."""
    return w.scalars(select(Result).where(Result.item_id == item.id, Result.state == state))


def _add_report(w: Work, item: Item, draft: Draft) -> Report:
    """Add the report's row with the year's next number, which the content already names."""
    old = last_withdrawn(w, item.id)
    return w.add(
        Report(
            id=w.new_id(),
            lab_id=item.lab_id,
            item_id=item.id,
            blind_code=item.blind_code,
            number=draft.content.number,
            year=w.today.year,
            place=next_place(w, item.lab_id),
            content=draft.content.plain(),
            digest=draft.digest,
            is_positive=any(line.outcome == Outcome.POSITIVE for line in draft.content.lines),
            state=ReportState.AUTHORISED,
            authorised_by_id=w.actor.person_id,
            authorised_at=w.now,
            authorised_on=w.today,
            supersedes_id=None if old is None else old.id,
            withdrawn_by_id=None,
            withdrawn_at=None,
            withdrawn_because="",
        )
    )
