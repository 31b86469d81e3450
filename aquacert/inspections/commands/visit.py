"""The visit: one check for each batch, its findings, photographs, suspicion and verdict.

Only the assigned vet acts, and never one who declared for the owner (separation of duties).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from aquacert.accounts import commands as accounts
from aquacert.declarations import commands as papers
from aquacert.declarations.models import Declaration
from aquacert.declarations.queries import facts as paper_facts
from aquacert.inspections.commands.current import changed, open_for_change
from aquacert.inspections.commands.facts import (
    FindingsKept,
    InspectionStarted,
    VerdictGiven,
)
from aquacert.inspections.commands.judging import draw_second_look
from aquacert.inspections.commands.record import file_record
from aquacert.inspections.models import BatchCheck, Finding
from aquacert.inspections.parsers import checklist
from aquacert.inspections.queries import checks_of, sheet, value_of
from aquacert.inspections.rules import (
    MOVES,
    SENTENCES,
    Act,
    Answer,
    Item,
    State,
    Value,
    lacks,
    read_value,
    unfolded,
    value_words,
)
from aquacert.kernel.errors import Conflict, Invalid, NotAllowed, NotAllowedNow
from aquacert.kernel.work import Work
from aquacert.reference import queries as reference


def start_inspection(
    w: Work, declaration_id: UUID, ids: Mapping[UUID, UUID] | None = None
) -> list[UUID]:
    """Open a check for every batch and return their ids; a second start returns the same ones.

    `ids`: batch → id of its check, made by a device without network; used for what is not open yet.

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
    wanted = _free_ids(w, ids or {})
    opened = [_open_check(w, paper, line.batch, wanted).id for line in lines]
    w.record(InspectionStarted(batches=len(opened)), on=paper, county=paper.origin_code)
    return opened


def keep_findings(
    w: Work,
    check_id: UUID,
    answers: Mapping[str, Value],
    notes: Mapping[str, str] | None = None,
    *,
    at: datetime | None = None,
    seen: int | None = None,
) -> int:
    """Write down findings and return the check's version; a new answer replaces the one before.

    `at`: what the clock of the vet's device said. What a menu says that did not unfold is left
    out. The same answers again change nothing. `seen`: the version that the page showed; an item
    that was changed to something else meanwhile is not overwritten. Raises `Invalid` naming every
    item that is wrong.
    """
    check = open_for_change(w, check_id)
    items = {item.key: item for item in checklist(check.checklist)}
    rows = {row.item: row for row in sheet(w, check_id).findings.values()}
    asked = _asked(items, rows, _read(items, answers))
    noted = notes or {}
    new = {
        key: value
        for key, value in asked.items()
        if key not in rows
        or value_of(items[key], rows[key]) != value
        or rows[key].note != noted.get(key, rows[key].note)
    }
    if not new:
        return check.version
    _must_be_seen(items, rows, new, seen)
    version = changed(check)
    for key, value in new.items():
        row = rows.get(key) or Finding(id=w.new_id(), check_id=check.id, item=key, note="")
        w.session.add(row)
        _write(row, value)
        row.note, row.at, row.by_device_at = noted.get(key, row.note), w.now, at
        row.version = version
    w.session.flush()
    said = {key: _plain(value) for key, value in new.items()}
    w.record(FindingsKept(said), on=check, county=check.origin_code)
    return version


def give_verdict(
    w: Work,
    check_id: UUID,
    act: Act,
    quantity: int | None = None,
    note: str = "",
    *,
    seen: int | None = None,
) -> None:
    """Decide about one batch; raise `Invalid` naming everything that still stands in the way.

    `seen`: the version that the page showed; `Conflict` when the check was changed since.

    When the last batch is decided, the declaration is inspected.
    """
    check = open_for_change(w, check_id)
    if seen is not None and seen != check.version:
        raise Conflict("这一批在别处又记了新的内容，请看过现在的记录再下结论。")
    _require_all(w, check, act, quantity, note)
    check.quantity = quantity if act is Act.PASS else None
    check.note = note.strip()
    check.decided_at = w.now
    changed(check)
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
        draw_second_look(w, w.get(Declaration, check.declaration_id))


def _require_all(w: Work, check: BatchCheck, act: Act, quantity: int | None, note: str) -> None:
    """Raise `Invalid` naming everything that stands between a check and this verdict."""
    page = sheet(w, check.id)
    missing = lacks(
        page.items,
        page.answers,
        page.slots,
        act=act,
        quantity=quantity,
        declared=check.declared,
        note=note,
        is_isolated=check.isolated_at is not None,
    )
    if missing:
        raise Invalid(
            "还不能下结论：" + "；".join(SENTENCES[lack] for lack in missing) + "。",
            **{lack.value: SENTENCES[lack] for lack in missing},
        )


def _free_ids(w: Work, ids: Mapping[UUID, UUID]) -> Mapping[UUID, UUID]:
    """Return the ids that a device made for its checks; raise `Conflict` when one is in use."""
    taken = w.scalars(select(BatchCheck.id).where(BatchCheck.id.in_(list(ids.values()))))
    if taken or len(set(ids.values())) != len(ids):
        raise Conflict("这些查验的编号已经用过，请重新打开今天的任务。")
    return ids


def _open_check(
    w: Work,
    paper: Declaration,
    batch: paper_facts.BatchLine,
    ids: Mapping[UUID, UUID],
) -> BatchCheck:
    if paper.vet_id is None:
        raise NotAllowedNow("这份申报还没有派员。")
    return w.add(
        BatchCheck(
            id=ids.get(batch.batch_id) or w.new_id(),
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
        changed(check)
    w.record(InspectionStarted(batches=len(left)), on=paper, county=paper.origin_code)


def _must_be_its_vet(w: Work, paper: Declaration) -> None:
    if paper.vet_id != w.actor.person_id:
        raise NotAllowed("这份申报派给了另一位官方兽医。")
    if paper.declared_by_id == w.actor.person_id:
        raise NotAllowed("代办申报的人不能查验同一份申报。")


def _read(items: Mapping[str, Item], answers: Mapping[str, Value]) -> Mapping[str, Value]:
    """Return the answers as their items take them; raise `Invalid` naming all that are wrong."""
    read: dict[str, Value] = {}
    faults: dict[str, str] = {}
    for key, raw in answers.items():
        if key not in items:
            raise Invalid("这个检查项不在本品种的检查表里。", item=key)
        try:
            read[key] = read_value(items[key], raw)
        except Invalid as fault:
            faults |= fault.fields
    if faults:
        raise Invalid("有检查项填得不对。", **faults)
    return read


def _asked(
    items: Mapping[str, Item], rows: Mapping[str, Finding], answers: Mapping[str, Value]
) -> Mapping[str, Value]:
    """Return the answers to what is asked once these answers stand: folded menus are left out."""
    before = {key: value_of(items[key], row) for key, row in rows.items() if key in items}
    after = {key: value for key, value in before.items() if value is not None} | dict(answers)
    asked = {item.key for item in unfolded(items.values(), after)}
    return {key: value for key, value in answers.items() if key in asked}


def _must_be_seen(
    items: Mapping[str, Item],
    rows: Mapping[str, Finding],
    new: Mapping[str, Value],
    seen: int | None,
) -> None:
    """Refuse to overwrite what was changed since the page was shown; both answers are named."""
    if seen is None:
        return
    faults = {}
    for key, value in new.items():
        row = rows.get(key)
        now = value_of(items[key], row) if row and row.version > seen else None
        if now is not None and now != value:
            theirs, mine = value_words(items[key], now), value_words(items[key], value)
            faults[key] = (
                f"{items[key].ask}：别处刚改成“{theirs}”，您这里是“{mine}”，请再确认一次。"
            )
    if faults:
        raise Invalid("有检查项在别处改过，没有覆盖。", **faults)


def _plain(value: Value) -> str:
    """Return a value as the trail writes it: normal, 245, empty red."""
    return " ".join(value) if isinstance(value, tuple) else str(value)


def _write(row: Finding, value: Value) -> None:
    row.answer = (Answer.ABNORMAL if isinstance(value, tuple) else Answer.NORMAL).value
    row.amount, row.picks = None, None
    if isinstance(value, Answer):
        row.answer = value.value
    elif isinstance(value, int):
        row.amount = value
    else:
        row.picks = list(value)
