"""Personal data on a page: masked for officials, shown on request, every look on record.

A room says with `holds` which of its things carry personal data and how such a thing is found by
who may see it. A page writes `ui.personal(value, kind, thing, id, field)`. Whoever asks to see the
whole value says why (a closed list: free words would carry names into the trail); the door records
it and leaves a mark in the session that the next page with that value takes away again. Neither
the mark nor the address holds the value. Sources: PIPL art. 6, 25, 51; GB/T 35273-2020 §7.2.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from flask import g, session, url_for

from aquacert.http.house import current_actor, house
from aquacert.kernel.errors import NotAllowed, NotFound
from aquacert.kernel.permissions import P
from aquacert.kernel.scope import Actor
from aquacert.kernel.work import Look

MARKS = "shown"
"""Where the session keeps what may be shown once: a list of [thing, id, field, second]."""
MARK_SECONDS = 120
"""A mark that no page has taken by then is worth nothing."""
HIDDEN = "已隐藏"

REASONS: Mapping[str, str] = {
    "contact": "联系本人办理业务",
    "check": "核对证件或文书",
    "trace": "追溯或疫情处置",
    "correct": "更正登记或处理投诉",
}
"""Why somebody looks: the words of the list, by the key that the trail keeps."""


@dataclass(frozen=True)
class Holder:
    """A thing that carries personal data: who may ask, how it is found, its fields by name."""

    needs: tuple[P, ...]
    find: Callable[[Look, UUID], Any]
    fields: Mapping[str, str]
    """Name of a field → what people call it."""


@dataclass(frozen=True)
class Seen:
    """A value as this person sees it: the words, and the door that shows all of it (or none)."""

    words: str
    url: str = ""
    is_masked: bool = False
    what: str = ""
    reasons: Mapping[str, str] = field(default_factory=lambda: REASONS)


HOLDERS: dict[str, Holder] = {}
MASKS: dict[str, Callable[[str], str]] = {}
"""Kind of value → its mask; `reference.rules.masking` fills it (rooms lie above this one)."""


def holds(thing: str, find: Callable[[Look, UUID], Any], *needs: P, **fields: str) -> None:
    """Say that a `thing` carries personal data in `fields` and who may look at the thing."""
    HOLDERS[thing] = Holder(needs, find, fields)


def holder(thing: str, name: str) -> Holder:
    """Return who holds this field; raise `NotFound` for one that no room has named."""
    found = HOLDERS.get(thing)
    if found is None or name not in found.fields:
        raise NotFound
    return found


def is_plain_for(actor: Actor) -> bool:
    """Say whether pages show this person everything: who sees only what is his own."""
    return actor.is_known and not _is_official(actor)


def _is_official(actor: Actor) -> bool:
    return bool(actor.scope.everything or actor.scope.divisions or actor.scope.lab_ids)


def personal(value: str | None, kind: str, thing: str, thing_id: UUID, name: str) -> Seen:
    """Return `value` as the present person sees it on this page.

    `kind` is name, party (a person or a body), phone, identity or place. A kind without a mask shows nothing.
    """
    if not value:
        return Seen("")
    actor = current_actor()
    if is_plain_for(actor) or _take(thing, thing_id, name):
        return Seen(value)
    mask = MASKS.get(kind)
    words = mask(value) if mask else HIDDEN
    if words == value:
        return Seen(value)
    found = holder(thing, name)
    may_ask = actor.may(P.PERSONAL_SHOW) and any(actor.may(need) for need in found.needs)
    url = (
        url_for("accounts.show_personal", thing=thing, thing_id=thing_id, name=name)
        if may_ask
        else ""
    )
    return Seen(words, url, is_masked=True, what=found.fields[name])


def leave_mark(thing: str, thing_id: UUID, name: str) -> None:
    """Let the next page show this value once."""
    kept = [*session.get(MARKS, ())][-9:]
    session[MARKS] = [*kept, [thing, str(thing_id), name, _second()]]


def _take(thing: str, thing_id: UUID, name: str) -> bool:
    """Take the mark of this value from the session; a page may show a value it took twice."""
    key = (thing, str(thing_id), name)
    taken: set[tuple[str, str, str]] = g.setdefault("shown", set())
    if key in taken:
        return True
    marks = session.get(MARKS)
    if not marks:
        return False
    now = _second()
    fresh = [mark for mark in marks if 0 <= now - int(mark[3]) <= MARK_SECONDS]
    left = [mark for mark in fresh if tuple(mark[:3]) != key]
    if len(left) != len(marks):
        session[MARKS] = left
    if len(left) == len(fresh):
        return False
    taken.add(key)
    return True


def _second() -> int:
    return int(house().database.clock.now().timestamp())


def may_see_plain() -> bool:
    """Say whether a document that says everything plain may go to whoever asks: to the trade, and
    to officials who may ask for what pages mask.
    """
    actor = current_actor()
    return is_plain_for(actor) or actor.may(P.PERSONAL_SHOW)


def refuse_masked() -> None:
    """Raise `NotAllowed` before such a document: a download is no way around the mask."""
    if not may_see_plain():
        raise NotAllowed("这份文书里有完整的个人信息，您的岗位看页面上隐去姓名和电话的那一份。")
