"""Answers kept: for one unit of work, or, of rows that only the seed changes, for a while longer."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import TypeVar, cast

from sqlalchemy import event

from aquacert.kernel.db import Base
from aquacert.kernel.work import Look, Work

T = TypeVar("T")
LASTS_SECONDS = 30.0
"""How long another process may go on with a name that a new seed has changed."""


@dataclass
class Answers:
    """What one database answered, and until when that is believed."""

    until: float
    found: dict[Hashable, object] = field(default_factory=dict)


NAME = "reference_answers"
"""Attribute of the database object that the answers hang on: they end with it."""


def kept(look: Look, key: Hashable, make: Callable[[], T]) -> T:
    """Return the answer already given to `key` in this unit, or make it."""
    answers = look.session.info.setdefault("reference", {})
    if key not in answers:
        answers[key] = make()
    return cast("T", answers[key])


def lasting(look: Look, key: Hashable, make: Callable[[], T]) -> T:
    """Return the answer of this database to `key`, made at most 30 s ago: for seed rows only.

    Divisions, species, diseases and the texts of rules change when a seed is loaded and never else;
    the process that loads one forgets at once. What officers decide (adoptions) is asked anew.
    """
    now = time.monotonic()
    home: dict[str, Answers] = vars(look.home)
    answers = home.get(NAME)
    if answers is None or now >= answers.until:
        answers = home[NAME] = Answers(now + LASTS_SECONDS)
    if key not in answers.found:
        # A unit that is changing the seed itself must not teach others what it has not committed.
        if look.session.info.get("seeding"):
            return kept(look, key, make)
        made = make()
        if isinstance(made, Base):
            # A row must not die with this unit: a rollback would expire what every other one reads.
            look.session.expunge(made)
        answers.found[key] = made
    return cast("T", answers.found[key])


def forget(w: Work) -> None:
    """Forget what was kept of this database: now, and again when this unit has committed."""
    home = vars(w.home)
    w.session.info["seeding"] = True
    home.pop(NAME, None)
    event.listen(w.session, "after_commit", lambda _session: home.pop(NAME, None))
