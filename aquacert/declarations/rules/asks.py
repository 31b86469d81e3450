"""What a purpose asks besides: rows of data with their basis and dates, never a rule in code."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from aquacert.declarations.rules.answers import Answers, LoadAnswer


@dataclass(frozen=True)
class Ask:
    """One further question of one purpose, as seed_data/purpose_asks.csv has it.

    `kind` is `text` or `yes`; `until_on` is the last day, None while open.
    """

    purpose: str
    field: str
    label: str
    kind: str
    article: str
    sureness: str
    from_on: date
    until_on: date | None

    @property
    def binds(self) -> bool:
        """Whether an empty answer stops the declaration: only where the text was read."""
        return self.sureness == "verified"


def asks_of(rows: Iterable[Ask], purpose: str, on: date) -> tuple[Ask, ...]:
    """Return what a purpose asks on a day."""
    return tuple(
        one
        for one in rows
        if one.purpose == purpose
        and one.from_on <= on
        and (one.until_on is None or on <= one.until_on)
    )


def unanswered(rows: Iterable[Ask], answers: Answers, on: date) -> dict[str, str]:
    """Return field → sentence for every binding question of every load that has no answer."""
    rows = tuple(rows)
    return {
        f"loads-{at}-{one.field}": f"请填：{one.label}。"
        for at, load in enumerate(answers.loads)
        for one in asks_of(rows, load.purpose, on)
        if one.binds and not getattr(load, one.field).strip()
    }


def answers_to(rows: Iterable[Ask], load: LoadAnswer, on: date) -> dict[str, str]:
    """Return the answers that belong to this load's purpose; others it typed stay in the draft."""
    return {
        one.field: said
        for one in asks_of(rows, load.purpose, on)
        if (said := getattr(load, one.field).strip())
    }


def open_asks(rows: Iterable[Ask], purpose: str, said: Mapping[str, str], on: date) -> list[str]:
    """Return the labels of a purpose's questions that a sent load leaves open."""
    return [one.label for one in asks_of(rows, purpose, on) if not said.get(one.field)]
