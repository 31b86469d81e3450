"""Drafts: what was typed is kept as typed, also when it is wrong, also after submission."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from aquacert.accounts.queries.offices import office_of
from aquacert.declarations.commands.facts import ChangeDiscarded, DeclarationWithdrawn, DraftSaved
from aquacert.declarations.models import Declaration
from aquacert.declarations.rules.answers import Answers, copied, flat, from_json, from_mapping
from aquacert.declarations.rules.states import MOVES, Act, LabStage, State
from aquacert.declarations.rules.typed import (
    changed_rows,
    from_flat,
    merged,
    only_known,
    only_named,
    rows_of,
    settled,
    with_days,
    without_row,
)
from aquacert.hatcheries import queries as hatcheries
from aquacert.hatcheries.models import Hatchery
from aquacert.kernel.errors import NotAllowed, NotAllowedNow
from aquacert.kernel.work import Work

EDITABLE = frozenset({State.DRAFT, State.SUBMITTED, State.SUPPLEMENT_REQUESTED})


def save_draft(
    w: Work,
    answers: Answers,
    declaration_id: UUID | None = None,
    *,
    hatchery_id: UUID | None = None,
    copied_from_id: UUID | None = None,
) -> UUID:
    """Keep the answers and return the declaration's id.

    Without `declaration_id` a new draft begins, for the actor's own hatchery, or by proxy for
    `hatchery_id`. After submission the change waits in `pending` until it is sent.
    """
    answers = with_days(answers, w.today)
    if declaration_id is None:
        paper = _begin(w, answers, hatchery_id, copied_from_id)
    else:
        paper = own(w, declaration_id)
        _editable(paper)
        if paper.state == State.DRAFT.value:
            paper.answers = answers.to_json()
        else:
            paper.pending = answers.to_json()
        paper.saved_at = w.now
        paper.clashes = None
    saved = DraftSaved(len(answers.batches), len(answers.loads))
    w.record(saved, on=paper, county=paper.origin_code)
    return paper.id


def merge_draft(
    w: Work,
    declaration_id: UUID,
    asked: Mapping[str, Any],
    was: Mapping[str, Any] | None = None,
) -> dict[str, str]:
    """Put the parts of a form that `asked` names over what is kept, as one page of it would.

    What it does not name stays; `was` is the form as the caller had read it. Returns the clashes.
    Rows are taken away only where the caller had read as many as stand: else it is another's row.
    """
    paper = own(w, declaration_id)
    _editable(paper)
    stored = from_json(paper.pending or paper.answers)
    typed = only_named(from_mapping(asked), asked)
    shown = None if was is None else flat(from_mapping(was))
    clashes = save_fields(w, declaration_id, typed, shown)
    for name, row in (("batches", "batch"), ("loads", "load")):
        if isinstance(asked.get(name), list):
            kept, there = len(asked[name] or [None]), len(getattr(stored, name))
            shown_rows = (was or {}).get(name)
            read = len(shown_rows) if isinstance(shown_rows, list) and shown_rows else there
            for at in range(there - 1, kept - 1, -1) if read == there else ():
                save_fields(w, declaration_id, {}, row=f"-{row}-{at}")
    return clashes


def save_fields(
    w: Work,
    declaration_id: UUID,
    typed: Mapping[str, str],
    was: Mapping[str, str] | None = None,
    *,
    row: str = "",
    shown: str = "",
) -> dict[str, str]:
    """Keep some fields as typed and return the clashes: field → what this window typed.

    `was` is what the window had been shown: a field that another window changed meanwhile keeps
    its value, and what was typed here waits in `clashes` until somebody chooses (`settle_clash`).
    `row` adds or takes a batch or lorry (`+batch`, `-load-1`); none is taken when `shown`, the
    rows that the window had, are no longer those that stand: it would be another one.
    """
    paper = own(w, declaration_id)
    _editable(paper)
    stored = from_json(paper.pending or paper.answers)
    now = settled(only_known(typed), w.today)
    made = merged(flat(stored), settled(was or {}, w.today), now)
    answers = from_flat(made.values)
    waiting = clashes_of(paper) | made.clashes
    if row.startswith("-") and shown not in {"", rows_of(stored)}:
        if not typed:
            raise NotAllowedNow("另一个窗口里刚加减过批或车，这次没有删。请看过清单再删。")
        row = ""
    if changed := changed_rows(answers, row):
        answers = changed
        waiting = without_row(waiting, row) if row.startswith("-") else waiting
    still = {name: said for name, said in waiting.items() if said != made.values.get(name)}
    if answers == stored and still == clashes_of(paper):
        return made.clashes
    _keep(w, paper, answers, still)
    return made.clashes


def settle_clash(w: Work, declaration_id: UUID, name: str, *, take: bool) -> None:
    """End a clash: `take` puts the waiting text into its field, else the stored one stays."""
    paper = own(w, declaration_id)
    _editable(paper)
    waiting = clashes_of(paper)
    if name not in waiting:
        return
    values = flat(from_json(paper.pending or paper.answers))
    said = waiting.pop(name)
    if take and name in values:
        values[name] = said
    _keep(w, paper, from_flat(values), waiting)


def clashes_of(paper: Declaration) -> dict[str, str]:
    """Return the clashes of two windows that wait for a choice."""
    found: dict[str, str] = json.loads(paper.clashes) if paper.clashes else {}
    return found


def _editable(paper: Declaration) -> None:
    if State(paper.state) not in EDITABLE:
        raise NotAllowedNow("这份申报已经受理或办结，不能再改。需要变更请联系申报点。")


def _keep(w: Work, paper: Declaration, answers: Answers, waiting: Mapping[str, str]) -> None:
    if paper.state == State.DRAFT.value:
        paper.answers = answers.to_json()
    elif answers.to_json() != paper.answers:
        paper.pending = answers.to_json()
    else:
        paper.pending = None
    paper.clashes = json.dumps(waiting, ensure_ascii=False) if waiting else None
    paper.saved_at = w.now
    saved = DraftSaved(len(answers.batches), len(answers.loads))
    w.record(saved, on=paper, county=paper.origin_code)


def copy_last(w: Work, declaration_id: UUID) -> UUID:
    """Begin a new draft like an earlier declaration (再报一次): all but when it leaves."""
    last = own(w, declaration_id)
    return save_draft(
        w,
        copied(from_json(last.answers)),
        hatchery_id=last.hatchery_id,
        copied_from_id=last.id,
    )


def discard_change(w: Work, declaration_id: UUID) -> None:
    """Throw away what was changed after sending and not sent; the declaration stands as it was."""
    paper = own(w, declaration_id)
    if paper.pending is None and paper.clashes is None:
        return
    if paper.state == State.DRAFT.value:
        raise NotAllowedNow("这是还没有提交的草稿，不要了请删掉。")
    _editable(paper)
    paper.pending = paper.clashes = None
    w.record(ChangeDiscarded(paper.number or ""), on=paper, county=paper.origin_code)


def withdraw_declaration(w: Work, declaration_id: UUID) -> None:
    """Take a draft or a declaration back before acceptance; what it held of the stock is free."""
    paper = own(w, declaration_id)
    w.move(paper, MOVES, Act.WITHDRAW)
    paper.answer_due_at = None
    paper.closed_at = w.now
    w.record(DeclarationWithdrawn(paper.number or ""), on=paper, county=paper.origin_code)


def own(w: Work, declaration_id: UUID) -> Declaration:
    """Return the declaration locked; raise `NotAllowed` unless it is the actor's to change.

    It is the owner's people's, or the proxy's at the office who filled it in.
    """
    paper = w.get_for_change(Declaration, declaration_id)
    actor = w.actor
    is_own = actor.organisation_id == paper.organisation_id
    is_proxy = paper.is_proxy and actor.person_id == paper.declared_by_id
    if not (is_own or is_proxy or actor.scope.everything):
        raise NotAllowed("只有货主本人（或代填人）可以改这份申报。")
    return paper


def _begin(
    w: Work, answers: Answers, hatchery_id: UUID | None, copied_from_id: UUID | None
) -> Declaration:
    farm = w.get(Hatchery, hatchery_id) if hatchery_id is not None else hatcheries.own_hatchery(w)
    return w.add(
        Declaration(
            id=w.new_id(),
            organisation_id=farm.organisation_id,
            hatchery_id=farm.id,
            hatchery_name=farm.name,
            origin_code=farm.division_code,
            origin_place=farm.place,
            office_id=office_of(w, farm.division_code, farm.office_id),
            declared_by_id=w.actor.person_id,
            is_proxy=w.actor.organisation_id != farm.organisation_id,
            state=State.DRAFT.value,
            testing=LabStage.UNKNOWN.value,
            answers=answers.to_json(),
            copied_from_id=copied_from_id,
            started_at=w.now,
            saved_at=w.now,
            asked_items=[],
            asked_note="",
            reply_note="",
            visit_place="",
            ground="",
            reason="",
        )
    )
