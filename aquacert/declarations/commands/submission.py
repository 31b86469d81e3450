"""Sending a declaration: read everything, check everything, then write batches and loads at once."""

from __future__ import annotations

from contextlib import suppress
from uuid import UUID

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from aquacert.accounts import commands as accounts
from aquacert.accounts.queries import refuse_if_off
from aquacert.accounts.queries.inbox import ANSWERING
from aquacert.accounts.queries.offices import office_of
from aquacert.accounts.rules.capabilities import Capability
from aquacert.declarations.commands.drafts import own
from aquacert.declarations.commands.facts import (
    DeclarationAmended,
    DeclarationSubmitted,
    SupplementAnswered,
)
from aquacert.declarations.commands.filing import file_opening
from aquacert.declarations.commands.goods import clear_goods, write_goods
from aquacert.declarations.models import Declaration, DeclarationSerial
from aquacert.declarations.queries import checked, faults_of_checks, read, subject_of
from aquacert.declarations.queries.faults import faults_of_paper
from aquacert.declarations.queries.holds import free
from aquacert.declarations.queries.proxy import consent_fault, supplement_fault
from aquacert.declarations.queries.reading import Reading
from aquacert.declarations.rules.answers import Answers, differences, from_json
from aquacert.declarations.rules.clocks import resume
from aquacert.declarations.rules.filing import FormKind
from aquacert.declarations.rules.numbers import number
from aquacert.declarations.rules.plan import beyond_stock
from aquacert.declarations.rules.states import MOVES, Act, State
from aquacert.hatcheries.commands import lock_lots
from aquacert.hatcheries.models import Hatchery
from aquacert.kernel.clock import legal_day
from aquacert.kernel.db import table_of
from aquacert.kernel.errors import Invalid, NotFound
from aquacert.kernel.quick import Quick
from aquacert.kernel.topics import Topic
from aquacert.kernel.work import Work
from aquacert.reference import queries as reference
from aquacert.reference.rules.duration import due
from aquacert.reference.rules.text import clean

LONGEST_NOTE = 1_000
TICK = "请先勾选“我已看过，内容属实”。"
SERIALS = table_of(DeclarationSerial)
READ_SERIAL = Quick(
    select(SERIALS.c.id, SERIALS.c.last)
    .where(SERIALS.c.division_code == bindparam("county"), SERIALS.c.day_on == bindparam("day"))
    .with_for_update()
)
MOVE_SERIAL = Quick(
    update(SERIALS).where(SERIALS.c.id == bindparam("serial")).values(last=bindparam("to"))
)


def submit_declaration(
    w: Work, declaration_id: UUID, *, statement: bool, is_one_of_many: bool = False
) -> str:
    """Send a draft to the office and return its number.

    `statement` is the declarant's own tick under the statutory text; of `is_one_of_many` the office
    hears once for all, from whoever sends them. Raises `Invalid` with a
    sentence for every field at fault. A second sending returns the first one's number.
    """
    paper = own(w, declaration_id)
    if paper.state == State.SUBMITTED.value and paper.number:
        return paper.number
    MOVES.after(State(paper.state), Act.SUBMIT)
    _as_registered(w, paper)
    is_own = w.actor.organisation_id == paper.organisation_id
    way = Capability.DECLARE_ONLINE if is_own else Capability.DECLARE_PROXY
    refuse_if_off(w, way, paper.origin_code)
    reading = _ready(w, paper, from_json(paper.answers), statement=statement)
    paper.number = number(paper.origin_code, w.today, _next_serial(w, paper.origin_code))
    paper.submitted_at = paper.statement_at = w.now
    paper.declared_by_id = w.actor.person_id
    paper.is_proxy = w.actor.organisation_id != paper.organisation_id
    rule = reference.rule(w, "supplement.notice", w.today)
    paper.answer_due_at = due(w.now, rule, reference.holidays(w))
    w.move(paper, MOVES, Act.SUBMIT)
    batches, loads = write_goods(w, paper, reading)
    fact = DeclarationSubmitted(paper.number, batches, loads, paper.is_proxy)
    w.record(fact, on=paper, county=paper.origin_code)
    file_opening(w, paper, FormKind.APPLICATION)
    w.tell(Topic.DECLARATION_SUBMITTED, paper.id)
    if not is_one_of_many:
        _tell_office(w, paper, f"新申报 {paper.number}，请在期限内答复。")
    return paper.number


def _as_registered(w: Work, paper: Declaration) -> None:
    """Let a draft name the farm as it is registered now, and go to the office of its place.

    The county may have corrected name or place since the draft began; what was sent stays as sent.
    """
    farm = w.session.get_one(Hatchery, paper.hatchery_id)
    if paper.origin_code != farm.division_code:
        paper.office_id = office_of(w, farm.division_code, farm.office_id)
    paper.hatchery_name, paper.origin_code = farm.name, farm.division_code
    paper.origin_place = farm.place


def amend_declaration(w: Work, declaration_id: UUID, *, statement: bool) -> str:
    """Put the pending change of a submitted declaration into force; the clock runs on."""
    paper = own(w, declaration_id)
    MOVES.after(State(paper.state), Act.AMEND)
    changed = _apply_pending(w, paper, statement=statement)
    w.move(paper, MOVES, Act.AMEND)
    paper.statement_at = paper.amended_at = w.now
    paper.amended_fields = list(changed[0])
    fact = DeclarationAmended(paper.number or "", changed[0], changed[1], changed[2])
    w.record(fact, on=paper, county=paper.origin_code)
    file_opening(w, paper, FormKind.APPLICATION)
    return paper.number or ""


def answer_supplement(w: Work, declaration_id: UUID, *, note: str, statement: bool) -> None:
    """Say that everything asked for is there: files already attached, pending answers applied.

    The office's clock runs on with what was left when it stopped. Photographs that lay there
    before the office asked are no answer.
    """
    paper = own(w, declaration_id)
    MOVES.after(State(paper.state), Act.ANSWER)
    said = clean(note, field="note", longest=LONGEST_NOTE, lines=True)
    files = sum(1 for one in w.files_of(paper) if paper.asked_at and one.made_at >= paper.asked_at)
    if not (files or said or paper.pending):
        raise Invalid("请补上材料。", note="请传材料照片、改好申报内容，或写明情况。")
    is_proxy = w.actor.organisation_id != paper.organisation_id
    if is_proxy and not paper.pending and (fault := supplement_fault(w, paper)):
        raise Invalid(fault, consent=fault)
    fields: tuple[str, ...] = ()
    if paper.pending:
        fields = _apply_pending(w, paper, statement=statement)[0]
        paper.statement_at = paper.amended_at = w.now
        paper.amended_fields = list(fields)
    w.move(paper, MOVES, Act.ANSWER)
    paper.replied_at = w.now
    paper.reply_note = said
    rule = reference.rule(w, "supplement.notice", legal_day(paper.submitted_at or w.now))
    paper.answer_due_at = resume(
        paper.clock_left or 0, paper.asked_at or w.now, w.now, rule, reference.holidays(w)
    )
    paper.clock_left = None
    fact = SupplementAnswered(paper.number or "", files, fields)
    w.record(fact, on=paper, county=paper.origin_code)
    file_opening(w, paper, FormKind.APPLICATION)
    _tell_office(w, paper, f"补正已回 {paper.number}，时限继续计算。")


def _tell_office(w: Work, paper: Declaration, subject: str) -> None:
    accounts.tell(
        w,
        to_organisation=paper.office_id,
        kind=ANSWERING,
        subject=subject,
        link=f"/declarations/{paper.id}",
    )


def _apply_pending(
    w: Work, paper: Declaration, *, statement: bool
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Replace batches and loads by the pending answers; return changed fields and the summaries."""
    before = from_json(paper.answers)
    now = from_json(paper.pending or paper.answers)
    reading = _ready(w, paper, now, statement=statement)
    paper.answers, paper.pending = now.to_json(), None
    clear_goods(w, paper.id)
    batches, loads = write_goods(w, paper, reading)
    return tuple(sorted(differences(before, now))), batches, loads


def _ready(w: Work, paper: Declaration, answers: Answers, *, statement: bool) -> Reading:
    """Read and check the answers under lock of every lot; raise `Invalid` with all faults."""
    farm = w.session.get(Hatchery, paper.hatchery_id)
    if farm is None:
        raise NotFound
    reading = read(w, farm, answers, w.now)
    faults = reading.faults | faults_of_paper(w, paper, answers)
    if reading.whole:
        batches = reading.good_batches()
        ids = [one.lot.lot_id for one in batches]
        lock_lots(w, ids)
        left = free(w, ids, but_not=paper.id)
        faults |= beyond_stock(
            [one.plan for one in batches], {str(key): value for key, value in left.items()}
        )
        declared_at = paper.submitted_at or w.now
        subject = subject_of(farm, reading, paper.id, declared_at)
        faults |= faults_of_checks(checked(w, subject, left), reading)
    if not statement:
        faults["statement"] = TICK
    if w.actor.organisation_id != paper.organisation_id and (
        fault := consent_fault(w, paper, paper.pending or paper.answers)
    ):
        faults["consent"] = fault
    if faults:
        raise Invalid(f"有 {len(faults)} 处要改，改好才能提交。", **faults)
    return reading


def _next_serial(w: Work, county: str) -> int:
    """Take the county's next serial of the day; the row is locked until the commit.

    The first two of a day may race: the loser's insert fails inside its savepoint and it then
    waits for the winner's row like everybody after.
    """
    row = w.row(READ_SERIAL, county=county, day=w.today)
    if row is None:
        first = {"id": w.new_id(), "division_code": county, "day_on": w.today, "last": 0}
        with suppress(IntegrityError), w.session.begin_nested():
            w.session.execute(insert(DeclarationSerial), first)
        row = w.row(READ_SERIAL, county=county, day=w.today)
    serial: int = row.last + 1
    w.rows(MOVE_SERIAL, serial=row.id, to=serial)
    return serial
