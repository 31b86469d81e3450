"""Many declarations at once: read the workbook, make the drafts, send them all in the background."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from sqlalchemy import delete, func, select

from aquacert.accounts import commands as accounts
from aquacert.accounts.queries import refuse_if_off
from aquacert.accounts.queries.inbox import ANSWERING
from aquacert.accounts.rules.capabilities import Capability
from aquacert.declarations.commands.drafts import save_draft
from aquacert.declarations.commands.submission import TICK, submit_declaration
from aquacert.declarations.models import Bulk, BulkDraft, Declaration
from aquacert.declarations.parsers import read_workbook
from aquacert.declarations.queries.bulk import Judged, count_states, judge
from aquacert.declarations.rules.answers import from_json
from aquacert.declarations.rules.bulk import MOST_DRAFTS, BulkState, DraftState, digest_of
from aquacert.hatcheries import queries as hatcheries
from aquacert.hatcheries.models import Hatchery
from aquacert.kernel.audit import Fact
from aquacert.kernel.db import blind
from aquacert.kernel.errors import Invalid, NotAllowed, NotAllowedNow
from aquacert.kernel.topics import Topic
from aquacert.kernel.work import Look, Work


@dataclass(frozen=True)
class BulkRead(Fact):
    """A workbook of declarations was read and judged."""

    tag: ClassVar[str] = "declarations:bulk:read"
    title: ClassVar[str] = "上传批量申报表"
    seal: str
    """A keyed digest of the cells: names and telephones are among them."""
    good: int
    wrong: int


@dataclass(frozen=True)
class BulkDrafted(Fact):
    """Drafts were made of a workbook's good rows."""

    tag: ClassVar[str] = "declarations:bulk:draft"
    title: ClassVar[str] = "批量申报存成草稿"
    drafts: int


@dataclass(frozen=True)
class BulkSent(Fact):
    """All drafts of a workbook are to be sent, with one statement."""

    tag: ClassVar[str] = "declarations:bulk:send"
    title: ClassVar[str] = "批量提交申报"
    drafts: int


@dataclass(frozen=True)
class BulkDraftFailed(Fact):
    """One of a workbook's declarations could not be sent; it stays a draft."""

    tag: ClassVar[str] = "declarations:bulk:fail"
    title: ClassVar[str] = "批量申报中一份没有提交成"
    fields: tuple[str, ...]


@dataclass(frozen=True)
class BulkEnded(Fact):
    """Everything of a workbook was tried."""

    tag: ClassVar[str] = "declarations:bulk:end"
    title: ClassVar[str] = "批量申报办完"
    sent: int
    failed: int


@dataclass(frozen=True)
class ReadBulk:
    """A workbook as it was read and judged; nothing of it is kept yet."""

    digest: str
    rows: int
    found: tuple[Judged, ...]


def read_bulk(look: Look, data: bytes) -> ReadBulk:
    """Read a workbook of the own farm and judge it. Takes seconds for a large one and no lock.

    Raises `Invalid` on `file` for what is no workbook of ours.
    """
    farm = hatcheries.own_hatchery(look)
    refuse_if_off(look, Capability.DECLARE_BULK, farm.division_code)
    lines = read_workbook(data)
    found = judge(look, farm, lines)
    if len(found) > MOST_DRAFTS:
        raise Invalid("份数太多。", file=f"一次最多 {MOST_DRAFTS} 份申报，请分几份。")
    return ReadBulk(digest_of(lines), len(lines), tuple(found))


def upload_bulk(w: Work, workbook: ReadBulk) -> UUID:
    """Keep a workbook that was read; nothing is declared yet.

    The same cells again are the same workbook: it is judged anew while no draft was made of it,
    afterwards it stays as it is.
    """
    if w.actor.person_id is None:
        raise NotAllowed
    farm = hatcheries.own_hatchery(w)
    digest, found = workbook.digest, workbook.found
    w.get_for_change(Hatchery, farm.id)  # two uploads of one file in the same second
    row = w.one(select(Bulk).where(Bulk.hatchery_id == farm.id, Bulk.digest == digest))
    if row is not None and row.state != BulkState.READ.value:
        return row.id
    if row is None:
        row = w.add(
            Bulk(
                id=w.new_id(),
                organisation_id=farm.organisation_id,
                hatchery_id=farm.id,
                made_by_id=w.actor.person_id,
                made_at=w.now,
                state=BulkState.READ.value,
                digest=digest,
                row_count=workbook.rows,
            )
        )
    w.session.execute(delete(BulkDraft).where(BulkDraft.bulk_id == row.id))
    for one in found:
        w.add(
            BulkDraft(
                id=w.new_id(),
                bulk_id=row.id,
                number=one.group.number,
                rows=[line.row for line in one.group.lines],
                title=one.title,
                answers=one.group.answers.to_json(),
                faults=[fault.kept() for fault in one.faults],
                state=(DraftState.WRONG if one.faults else DraftState.GOOD).value,
                sentence="",
            )
        )
    wrong = sum(1 for one in found if one.faults)
    seal = blind("declaration_bulk", digest)
    w.record(BulkRead(seal, len(found) - wrong, wrong), on=row, county=farm.division_code)
    return row.id


def draft_bulk(w: Work, bulk_id: UUID, *, only_good: bool = False) -> int:
    """Make one draft of each good declaration; return how many there are. A second time: none more.

    Raises `NotAllowedNow` while rows are wrong, unless the user said to take only the good ones.
    """
    row = w.get_for_change(Bulk, bulk_id)
    counted = count_states(w, row.id)
    if row.state != BulkState.READ.value:
        return counted[DraftState.DRAFTED] + counted[DraftState.SENT] + counted[DraftState.FAILED]
    if counted[DraftState.WRONG] and not only_good:
        raise NotAllowedNow(f"还有 {counted[DraftState.WRONG]} 份有错。改好再传，或只收没有错的。")
    if not counted[DraftState.GOOD]:
        raise NotAllowedNow("没有一份是对的，请改好再传。")
    farm = hatcheries.own_hatchery(w)
    for one in _drafts(w, row.id, DraftState.GOOD):
        one.declaration_id = save_draft(w, from_json(one.answers), hatchery_id=farm.id)
        one.state = DraftState.DRAFTED.value
    row.state = BulkState.DRAFTED.value
    w.record(BulkDrafted(counted[DraftState.GOOD]), on=row, county=farm.division_code)
    return counted[DraftState.GOOD]


def send_bulk(w: Work, bulk_id: UUID, *, statement: bool) -> None:
    """Let a task send every draft of a workbook; `statement` is the declarant's tick for all."""
    row = w.get_for_change(Bulk, bulk_id)
    if row.state in {BulkState.SENDING.value, BulkState.DONE.value}:
        return
    if row.state != BulkState.DRAFTED.value:
        raise NotAllowedNow("先存成草稿，看过再提交。")
    if not statement:
        raise Invalid("还没有声明。", statement=TICK)
    row.state, row.sent_at, row.made_by_id = BulkState.SENDING.value, w.now, _person(w)
    farm = hatcheries.own_hatchery(w)
    count = count_states(w, row.id)[DraftState.DRAFTED]
    w.record(BulkSent(count), on=row, county=farm.division_code)
    w.tell(Topic.BULK_SENT, row.id)


def send_draft(w: Work, bulk_id: UUID, draft_id: UUID) -> None:
    """Send one draft of a workbook; one that was sent meanwhile stays as it is.

    The workbook's row is locked: two workers never send one twice. Raises what submission raises;
    `fail_draft` then notes it in a transaction of its own.
    """
    one = _waiting(w, bulk_id, draft_id)
    if one is not None and one.declaration_id is not None:
        submit_declaration(w, one.declaration_id, statement=True, is_one_of_many=True)
        one.state, one.sentence = DraftState.SENT.value, ""


def fail_draft(w: Work, bulk_id: UUID, draft_id: UUID, error: Exception) -> None:
    """Note why a draft could not be sent; it stays a draft for its owner to mend."""
    one = _waiting(w, bulk_id, draft_id)
    if one is None:
        return
    fields: dict[str, str] = getattr(error, "fields", {})
    said = "；".join(dict.fromkeys(fields.values())) or getattr(error, "sentence", "没有提交成。")
    one.state, one.sentence = DraftState.FAILED.value, said
    fact = BulkDraftFailed(tuple(sorted(fields)))
    row = w.get(Bulk, bulk_id)
    w.record(fact, on=row, county=_county(w, row))


def _waiting(w: Work, bulk_id: UUID, draft_id: UUID) -> BulkDraft | None:
    row = w.get_for_change(Bulk, bulk_id)
    if row.state != BulkState.SENDING.value:
        return None
    return w.one(
        select(BulkDraft).where(
            BulkDraft.id == draft_id,
            BulkDraft.bulk_id == row.id,
            BulkDraft.state == DraftState.DRAFTED.value,
        )
    )


def end_bulk(w: Work, bulk_id: UUID) -> None:
    """Note that everything was tried, and tell farm and office; a second time changes nothing."""
    row = w.get_for_change(Bulk, bulk_id)
    counted = count_states(w, row.id)
    if row.state != BulkState.SENDING.value or counted[DraftState.DRAFTED]:
        return
    sent, failed = counted[DraftState.SENT], counted[DraftState.FAILED]
    row.state, row.ended_at = BulkState.DONE.value, w.now
    w.record(BulkEnded(sent, failed), on=row, county=_county(w, row))
    said = f"，{failed} 份没有交成，请看原因" if failed else ""
    accounts.tell(
        w,
        to_organisation=row.organisation_id,
        kind="declaration",
        subject=f"批量申报办完：已提交 {sent} 份{said}。",
        link=f"/declarations/bulk/{row.id}",
    )
    _tell_offices(w, row.id)


def _tell_offices(w: Work, bulk_id: UUID) -> None:
    """Tell each office once how many declarations came, and from which number to which."""
    papers = (
        select(
            Declaration.office_id,
            func.count(),
            func.min(Declaration.number),
            func.max(Declaration.number),
        )
        .join(BulkDraft, BulkDraft.declaration_id == Declaration.id)
        .where(BulkDraft.bulk_id == bulk_id, BulkDraft.state == DraftState.SENT.value)
        .group_by(Declaration.office_id)
        .order_by(Declaration.office_id)
    )
    for office_id, count, first, last in w.session.execute(papers).all():
        accounts.tell(
            w,
            to_organisation=office_id,
            kind=ANSWERING,
            subject=f"批量新申报 {count} 份，{first} 到 {last}，请在期限内答复。",
            link="/declarations/",
        )


def _drafts(w: Work, bulk_id: UUID, state: DraftState) -> list[BulkDraft]:
    return w.scalars(
        select(BulkDraft)
        .where(BulkDraft.bulk_id == bulk_id, BulkDraft.state == state.value)
        .order_by(BulkDraft.number)
    )


def _county(w: Work, bulk: Bulk) -> str | None:
    """Return the farm's county, whose trail tells of its workbooks also what the system did."""
    farm = w.session.get(Hatchery, bulk.hatchery_id)
    return farm.division_code if farm else None


def _person(w: Work) -> UUID:
    if w.actor.person_id is None:
        raise NotAllowed
    return w.actor.person_id
