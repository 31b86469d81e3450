"""The form as names and texts: read back into answers, rows added and taken, two windows merged."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from typing import Any

from aquacert.declarations.rules.answers import Answers, BatchAnswer, LoadAnswer, flat
from aquacert.reference.rules.dates import Side, settled_day, settled_moment

MOST_ROWS = 20
"""Batches or lorries on one form; more than that is a second declaration."""
LONGEST = 2000
"""Characters of one answer that a draft keeps; the rules want far fewer."""
ROWS = {
    "batches": frozenset(one.name for one in fields(BatchAnswer)),
    "loads": frozenset(one.name for one in fields(LoadAnswer)) - {"quantities"},
}
NAME = re.compile(r"(batches|loads)-(\d{1,2})-([a-z_]+)(?:-(\d{1,2}))?")

PICK = "pick-"
"""The name of the calendar beside a day's field (`pick-batches-0-captured_on`)."""
OTHER, OTHER_BESIDE = "other", "other-"
"""The choice 另选时间 and the name of the moment typed beside it (`other-loads-0-departs_at`)."""


@dataclass
class Merge:
    """What stands after a window saved. `clashes`: field → what that window had typed."""

    values: dict[str, str] = field(default_factory=dict)
    clashes: dict[str, str] = field(default_factory=dict)


def known(name: str) -> bool:
    """Say whether a form field belongs to the answers (`batches-0-quantity`, `phone`)."""
    found = NAME.fullmatch(name)
    if found is None:
        return name == "phone"
    kind, at, word, index = found.groups()
    if int(at) >= MOST_ROWS:
        return False
    if index is not None:
        return kind == "loads" and word == "quantities" and int(index) < MOST_ROWS
    return word in ROWS[kind]


def settled(typed: Mapping[str, str], today: date) -> dict[str, str]:
    """Return the fields with every day written out that was named or short (昨天, 11.20).

    Tomorrow the same word would mean another day; what is no day stays as it was typed.
    """
    return {name: _settled(name, text, today) for name, text in typed.items()}


def _settled(name: str, text: str, today: date) -> str:
    if name.endswith(("-captured_on", "-brought_on")):
        return settled_day(text, today, Side.PAST)
    return settled_moment(text, today, Side.AHEAD) if name.endswith("-departs_at") else text


def only_known(typed: Mapping[str, Any]) -> dict[str, str]:
    """Return the answers among posted fields, without NUL and cut to what a draft keeps."""
    return {
        name: str(value).replace("\x00", "")[:LONGEST]
        for name, value in typed.items()
        if known(name)
    }


def only_named(answers: Answers, asked: Mapping[str, Any]) -> dict[str, str]:
    """Return the answers that a body of the API names, under their fields' names."""
    values = flat(answers)
    named = {"phone"} if "phone" in asked else set()
    for kind in ("batches", "loads"):
        rows = asked.get(kind)
        for at, row in enumerate(rows if isinstance(rows, list) else []):
            if isinstance(row, Mapping):
                named |= {f"{kind}-{at}-{name}" for name in row}
    return {
        name: said
        for name, said in values.items()
        if name in named or name.rpartition("-")[0] in named
    }


def posted(form: Mapping[str, Any]) -> dict[str, str]:
    """Return the answers of a posted page; 另选时间 takes the moment typed beside it.

    A day picked from the calendar beside its field wins: the field may hold what stood before.
    """
    typed = {name: str(value) for name, value in form.items()}
    for name in [one for one in typed if one.startswith(PICK)]:
        if typed[name]:
            typed[name.removeprefix(PICK)] = typed[name]
    for name in [one for one in typed if one.startswith(OTHER_BESIDE)]:
        real = name.removeprefix(OTHER_BESIDE)
        if typed.get(real, OTHER) == OTHER:
            typed[real] = typed[name]
    return only_known(typed)


def shown_before(text: str) -> dict[str, str]:
    """Read what a page had been shown (its hidden field `was`); empty when it cannot be read."""
    try:
        found = json.loads(text or "{}")
    except ValueError:
        return {}
    return {str(key): str(value) for key, value in found.items()} if isinstance(found, dict) else {}


def merged(stored: Mapping[str, str], was: Mapping[str, str], typed: Mapping[str, str]) -> Merge:
    """Put one window's fields over what is stored, losing neither.

    `was` is what the window was shown. A field it did not touch keeps what is stored; one that
    nobody else touched takes what was typed; one that both changed differently keeps what is
    stored, and what was typed comes back as a clash.
    """
    made = Merge(dict(stored))
    for name, value in typed.items():
        before = was.get(name, stored.get(name, ""))
        there = stored.get(name)
        if value in (before, there):
            continue
        if there is None and name in was:  # the row was taken away in another window
            made.clashes[name] = value
        elif there is None or there == before:
            made.values[name] = value
        else:
            made.clashes[name] = value
    return made


def with_days(answers: Answers, today: date) -> Answers:
    """Return the answers with every day written out (see `settled`)."""
    return replace(
        answers,
        batches=tuple(
            replace(
                one,
                captured_on=settled_day(one.captured_on, today, Side.PAST),
                brought_on=settled_day(one.brought_on, today, Side.PAST),
            )
            for one in answers.batches
        ),
        loads=tuple(
            replace(one, departs_at=settled_moment(one.departs_at, today, Side.AHEAD))
            for one in answers.loads
        ),
    )


def from_flat(typed: Mapping[str, Any]) -> Answers:
    """Read names and texts as typed: `batches-0-quantity`, `loads-0-quantities-1`, `phone`."""
    batches = [
        BatchAnswer(
            **{
                one.name: str(typed.get(f"batches-{at}-{one.name}", one.default))
                for one in fields(BatchAnswer)
            }
        )
        for at in range(_count(typed, "batches"))
    ]
    loads = [_load(typed, at, len(batches)) for at in range(_count(typed, "loads"))]
    return Answers(tuple(batches), tuple(loads), str(typed.get("phone", "")))


def changed_rows(answers: Answers, button: str) -> Answers | None:
    """Apply the buttons that add or take a row (`+batch`, `-load-1`); None for any other."""
    parts = button.split("-")
    if button == "+batch" and len(answers.batches) < MOST_ROWS:
        return replace(answers, batches=(*answers.batches, BatchAnswer()))
    if button == "+load" and len(answers.loads) < MOST_ROWS:
        again = replace(answers.loads[-1], plate="", quantities=())
        return replace(answers, loads=(*answers.loads, again))
    if len(parts) == 3 and parts[0] == "" and parts[2].isdigit():
        return _without(answers, parts[1], int(parts[2]))
    return None


def rows_of(answers: Answers) -> str:
    """Return how many batches and lorries there are, as a page carries it along (`2-1`)."""
    return f"{len(answers.batches)}-{len(answers.loads)}"


def without_row(named: Mapping[str, str], button: str) -> dict[str, str]:
    """Let names follow their rows after `-load-1` took one away; the taken row's own are dropped."""
    _, what, at = button.split("-")
    gone, taken = ("batches" if what == "batch" else "loads"), int(at)
    kept: dict[str, str] = {}
    for name, said in named.items():
        parts = name.split("-")
        places = [1] if parts[0] == gone else [3] if gone == "batches" and len(parts) == 4 else []
        if any(int(parts[place]) == taken for place in places):
            continue
        for place in places:
            parts[place] = str(int(parts[place]) - (int(parts[place]) > taken))
        kept["-".join(parts)] = said
    return kept


def _without(answers: Answers, what: str, at: int) -> Answers | None:
    if what == "batch" and len(answers.batches) > 1:
        kept = tuple(one for index, one in enumerate(answers.batches) if index != at)
        loads = tuple(
            replace(one, quantities=tuple(q for i, q in enumerate(one.quantities) if i != at))
            for one in answers.loads
        )
        return replace(answers, batches=kept, loads=loads)
    if what == "load" and len(answers.loads) > 1:
        return replace(
            answers, loads=tuple(one for index, one in enumerate(answers.loads) if index != at)
        )
    return None


def _load(typed: Mapping[str, Any], at: int, batches: int) -> LoadAnswer:
    texts = {
        one.name: str(typed.get(f"loads-{at}-{one.name}", one.default))
        for one in fields(LoadAnswer)
        if one.name != "quantities"
    }
    amounts = tuple(str(typed.get(f"loads-{at}-quantities-{b}", "")) for b in range(batches))
    return LoadAnswer(**texts, quantities=amounts)


def _count(typed: Mapping[str, Any], name: str) -> int:
    """Return how many rows of a kind were posted: the highest index and one."""
    found = [
        int(parts[1])
        for key in typed
        if (parts := key.split("-"))[0] == name and len(parts) > 2 and parts[1].isdigit()
    ]
    return min(max(found, default=0) + 1, MOST_ROWS)
