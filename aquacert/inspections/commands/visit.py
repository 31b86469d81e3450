"""The visit: one check for each batch, its findings, photographs, suspicion and verdict.

Only the assigned vet acts, and never one who declared for the owner (separation of duties).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import UUID

from sqlalchemy import select

from aquacert.accounts import commands as accounts
from aquacert.declarations import commands as papers
from aquacert.declarations.models import Declaration
from aquacert.declarations.queries import facts as paper_facts
from aquacert.inspections.commands.facts import (
    FindingsKept,
    InspectionStarted,
    PhotoTaken,
    SuspicionRecorded,
    VerdictGiven,
)
from aquacert.inspections.commands.record import file_record
from aquacert.inspections.models import BatchCheck, Finding, Photo
from aquacert.inspections.parsers import checklist, read_picture
from aquacert.inspections.queries import checks_of, sheet
from aquacert.inspections.rules import MOVES, SENTENCES, Act, Answer, Slot, State, lacks
from aquacert.kernel.errors import Conflict, Invalid, NotAllowed, NotAllowedNow
from aquacert.kernel.work import Work
from aquacert.reference import queries as reference


def start_inspection(w: Work, declaration_id: UUID) -> list[UUID]:
    """Open a check for every batch and return their ids; a second start returns the same ones.

    A vet who was sent instead of another takes over what that one left undecided.
    """
    paper = w.get_for_change(Declaration, declaration_id)
    _must_be_its_vet(w, paper)
    lines = checks_of(w, declaration_id)
    if all(line.check for line in lines):
        _take_over(w, paper)
        return [line.check.id for line in lines if line.check]
    if paper.state != "assigned":
        raise NotAllowedNow("这份申报还没有派员，或已经查验完。")
    ids = [_open_check(w, paper, line.batch).id for line in lines]
    w.record(InspectionStarted(batches=len(ids)), on=paper, county=paper.origin_code)
    return ids


def answer_check(w: Work, check_id: UUID, item: str, answer: Answer, note: str = "") -> None:
    """Write down one finding."""
    keep_findings(w, check_id, {item: answer}, {item: note})


def keep_findings(
    w: Work, check_id: UUID, answers: Mapping[str, Answer], notes: Mapping[str, str] | None = None
) -> None:
    """Write down findings; answering an item again replaces it until the verdict."""
    check = _open_for_change(w, check_id)
    known = {item.key for item in checklist(check.checklist)}
    for item, answer in answers.items():
        if item not in known:
            raise Invalid("这个检查项不在本品种的检查表里。", item=item)
        _keep(w, check, item, answer, (notes or {}).get(item, ""))
    w.record(
        FindingsKept({key: value.value for key, value in answers.items()}),
        on=check,
        county=check.origin_code,
    )


def add_photo(w: Work, check_id: UUID, slot: Slot, data: bytes, name: str) -> UUID:
    """Keep a photograph in its slot; the same bytes are refused anywhere else in the system."""
    check = _open_for_change(w, check_id)
    picture = read_picture(data)
    used = w.one(select(Photo).where(Photo.original_sha256 == picture.original_sha256))
    if used is not None:
        raise Invalid("这张照片用过了。", photo="这张照片已经用过，请现场重拍一张。")
    file = w.attach(check, picture.jpeg, f"{slot.value}.jpg", "image/jpeg")
    del name
    photo = w.add(
        Photo(
            id=w.new_id(),
            check_id=check.id,
            slot=slot.value,
            original_sha256=picture.original_sha256,
            file_id=file.id,
            camera_at=picture.camera_at,
            taken_at=w.now,
        )
    )
    w.record(PhotoTaken(slot.value, picture.original_sha256), on=check, county=check.origin_code)
    return photo.id


def suspect(w: Work, check_id: UUID, diseases: Iterable[str]) -> None:
    """Record the diseases the vet suspects; each must affect this batch's species."""
    check = _open_for_change(w, check_id)
    codes = sorted(set(diseases))
    batch = sheet(w, check_id).batch
    for code in codes:
        if not reference.affects(w, code, batch.species_code):
            raise Invalid("有病种不感染这个品种。", suspected="只能选这个品种会得的病。")
    check.suspected = codes
    w.record(SuspicionRecorded(codes), on=check, county=check.origin_code)


def give_verdict(
    w: Work,
    check_id: UUID,
    act: Act,
    quantity: int | None = None,
    note: str = "",
) -> None:
    """Decide about one batch; raise `Invalid` naming everything that still stands in the way.

    When the last batch is decided, the declaration is inspected.
    """
    check = _open_for_change(w, check_id)
    page = sheet(w, check_id)
    missing = lacks(
        page.items,
        page.answers,
        page.slots,
        act=act,
        quantity=quantity,
        declared=check.declared,
        note=note,
    )
    if missing:
        raise Invalid(
            "还不能下结论：" + "；".join(SENTENCES[lack] for lack in missing) + "。",
            **{lack.value: SENTENCES[lack] for lack in missing},
        )
    check.quantity = quantity if act is Act.PASS else None
    check.note = note.strip()
    check.decided_at = w.now
    w.move(check, MOVES, act, because=note)
    w.record(
        VerdictGiven(check.batch_id, act.value, check.quantity, list(check.suspected)),
        on=check,
        county=check.origin_code,
    )
    if act is Act.FAIL:
        accounts.tell(
            w,
            to_organisation=check.organisation_id,
            kind="inspection",
            subject="有一批现场查验不合格，先不要起运，等官方兽医的检疫处理通知单。",
            link=f"/declarations/{check.declaration_id}",
        )
    if all(line.state is not State.OPEN for line in checks_of(w, check.declaration_id)):
        papers.mark_inspected(w, check.declaration_id)
        file_record(w, check.declaration_id)


def _open_check(w: Work, paper: Declaration, batch: paper_facts.BatchLine) -> BatchCheck:
    if paper.vet_id is None:
        raise NotAllowedNow("这份申报还没有派员。")
    return w.add(
        BatchCheck(
            id=w.new_id(),
            declaration_id=paper.id,
            batch_id=batch.batch_id,
            origin_code=paper.origin_code,
            office_id=paper.office_id,
            organisation_id=paper.organisation_id,
            vet_id=paper.vet_id,
            checklist=reference.species(w, batch.species_code).group,
            declared=batch.quantity,
            unit=batch.unit,
            state=State.OPEN.value,
            started_at=w.now,
            suspected=[],
            note="",
        )
    )


def _take_over(w: Work, paper: Declaration) -> None:
    """Give the open checks of a vet who was replaced to the one who is sent now."""
    left = w.scalars(
        select(BatchCheck)
        .where(
            BatchCheck.declaration_id == paper.id,
            BatchCheck.state == State.OPEN.value,
            BatchCheck.vet_id != paper.vet_id,
        )
        .with_for_update()
    )
    if paper.vet_id is None or not left:
        return
    for check in left:
        check.vet_id = paper.vet_id
    w.record(InspectionStarted(batches=len(left)), on=paper, county=paper.origin_code)


def _open_for_change(w: Work, check_id: UUID) -> BatchCheck:
    check = w.get_for_change(BatchCheck, check_id)
    if check.vet_id != w.actor.person_id:
        raise NotAllowed("这批由另一位官方兽医查验，您可以看，不能改。")
    if check.state != State.OPEN.value:
        raise Conflict("这批已经下了结论，不能再改。有出入请作废后重新查验。")
    return check


def _must_be_its_vet(w: Work, paper: Declaration) -> None:
    if paper.vet_id != w.actor.person_id:
        raise NotAllowed("这份申报派给了另一位官方兽医。")
    if paper.declared_by_id == w.actor.person_id:
        raise NotAllowed("代办申报的人不能查验同一份申报。")


def _keep(w: Work, check: BatchCheck, item: str, answer: Answer, note: str) -> None:
    row = w.one(select(Finding).where(Finding.check_id == check.id, Finding.item == item))
    if row is None:
        row = Finding(id=w.new_id(), check_id=check.id, item=item)
        w.session.add(row)
    row.answer = answer.value
    row.note = note
    row.at = w.now
    w.session.flush()
