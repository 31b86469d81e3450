"""Authorise a report by a third person: its number, its exact bytes and its public address are fixed here.

No key is used in this transaction: the news of it starts the task that signs (commands/sign).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import select

from aquacert.kernel.errors import Conflict, Invalid, NotReady
from aquacert.kernel.topics import Topic
from aquacert.kernel.work import Work
from aquacert.trust.qr import new_public_id
from aquacert.trust.reportrecord import encode_record
from labs.bench.models import Result
from labs.bench.rules import RESULT_MOVES, Outcome, ResultAct, ResultState
from labs.intake.models import Item
from labs.intake.queries import item_by_code, orders_of
from labs.intake.rules import ITEM_MOVES, ItemAct, ItemState
from labs.register.commands import lock_lab
from labs.reports.commands.facts import FactsStated, ReportAuthorised
from labs.reports.models import Report, ReportStatement
from labs.reports.queries.drafts import digest_of, draft_report, last_ended, next_place
from labs.reports.rules import Content, ReportState, Stands
from labs.turnaround.commands import Mark, mark

LONGEST = 300
"""Characters of one statement; longer ones belong into the laboratory's own file."""


def authorise_report(w: Work, code: str, *, digest: str | None = None) -> UUID:
    """Authorise the report on a blind item and return its id. `digest` is that of the preview the authoriser saw.

    Raises `NotReady` with every reason at once (a test not verified, a point of ISO/IEC 17025 missing, one of the two
    earlier hands, no authorisation to sign), `Conflict` when the content is no longer what was previewed.
    """
    item = w.get_for_change(Item, item_by_code(w, code).id)
    lab_row = lock_lab(w, item.lab_id)
    results = results_in(w, item, ResultState.VERIFIED)
    draft = draft_report(w, code)
    if draft.reasons:
        raise NotReady(draft.reasons, "这份报告现在还不能签发。")
    if digest is not None and digest != draft.digest:
        raise Conflict("报告内容在您查看之后有变化，没有签发。请重新查看后再签。")
    old = last_ended(w, item.id)
    row = add_report(w, item, draft.content, next_place(w, item.lab_id), old)
    for result in results:
        w.move(result, RESULT_MOVES, ResultAct.REPORT)
    w.move(item, ITEM_MOVES, ItemAct.REPORT)
    mark(w, [result.order_id for result in results], Mark.REPORTED)
    fact = ReportAuthorised(row.number, row.blind_code, row.digest, row.is_positive)
    w.record(fact, on=row, county=lab_row.division_code)
    tell_released(w, row)
    return row.id


def tell_released(w: Work, row: Report) -> None:
    """Tell the higher rooms, and the task that signs, that a report stands."""
    w.tell(Topic.REPORT_RELEASED, row.id)
    if row.is_positive:
        w.tell(Topic.REPORT_POSITIVE, row.id)


def results_in(w: Work, item: Item, state: ResultState) -> Sequence[Result]:
    """Return an item's results in a state, locked: a pool may be retracted in the same moment."""
    wanted = (
        select(Result)
        .where(Result.item_id == item.id, Result.state == state)
        .order_by(Result.id)
        .with_for_update()
    )
    return w.session.scalars(wanted, execution_options={"populate_existing": True}).all()


def add_report(w: Work, item: Item, content: Content, place: int, old: Report | None) -> Report:
    """Add the report's row with the number that its content names and the bytes that will be signed."""
    held, public_id = content.plain(), new_public_id()
    return w.add(
        Report(
            id=w.new_id(),
            lab_id=item.lab_id,
            item_id=item.id,
            blind_code=item.blind_code,
            number=content.number,
            year=w.today.year,
            place=place,
            content=held,
            digest=digest_of(content),
            is_positive=any(line.outcome == Outcome.POSITIVE for line in content.lines),
            state=Stands.AUTHORISED,
            standing=ReportState.AUTHORISED,
            version=content.version,
            public_id=public_id,
            record=encode_record(held, public_id=public_id, authorised_at=w.now),
            authorised_by_id=w.actor.person_id,
            authorised_at=w.now,
            authorised_on=w.today,
            supersedes_id=None if old is None else old.id,
            withdrawn_by_id=None,
            withdrawn_at=None,
            withdrawn_because="",
        )
    )


def state_facts(
    w: Work,
    code: str,
    *,
    deviations: str = "",
    sampling_deviations: str = "",
    external: Mapping[str, str] | None = None,
) -> None:
    """State what a report on this item says beside its results; the last statement counts.

    `external` maps the code of an ordered disease to the provider of its result. Raises `Invalid` for a disease that
    was not ordered or a text over 300 characters, `NotReady` once the item is not under test.
    """
    item = w.get_for_change(Item, item_by_code(w, code).id)
    if item.state != ItemState.RECEIVED:
        raise NotReady(["这个盲样不在检测中"], "现在不能改报告说明。")
    ordered = {order.disease_code for order in orders_of(w, [item.id])[item.id]}
    named = {name: words.strip() for name, words in (external or {}).items() if words.strip()}
    if not set(named) <= ordered:
        raise Invalid("没有委托这个项目", external="、".join(sorted(set(named) - ordered)))
    if max(map(len, (deviations, sampling_deviations, *named.values())), default=0) > LONGEST:
        raise Invalid("说明太长", deviations=f"每段最多 {LONGEST} 个字")
    row = w.add(
        ReportStatement(
            id=w.new_id(),
            lab_id=item.lab_id,
            item_id=item.id,
            deviations=deviations.strip(),
            sampling_deviations=sampling_deviations.strip(),
            external=named,
            stated_by_id=w.actor.person_id,
            stated_at=w.now,
        )
    )
    county = lock_lab(w, item.lab_id).division_code
    w.record(FactsStated(item.blind_code, named), on=row, county=county)
