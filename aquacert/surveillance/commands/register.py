"""The public register is published anew whenever what it says has changed; every state is kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from aquacert.kernel.audit import Fact
from aquacert.kernel.scope import SYSTEM
from aquacert.kernel.work import Database, Work
from aquacert.surveillance.models import RegisterVersion
from aquacert.surveillance.queries.register import entries_of, latest, register_now
from aquacert.surveillance.rules.register import as_content, changes, digest_of


@dataclass(frozen=True)
class RegisterPublished(Fact):
    """A new version of the public register was published."""

    tag: ClassVar[str] = "surveillance:register:publish"
    title: ClassVar[str] = "公布疫病登记册"
    number: int
    digest: str
    entries: int
    changed: int


def publish_register(database: Database) -> int | None:
    """Publish a new version if the register says something new; return its number.

    Safe to run late, twice or by two workers: the number is unique, the second fails and tries
    again at its next time.
    """
    with database.look(SYSTEM) as look:  # most times nothing is new, and nothing is written
        row = latest(look)
        if row is not None and digest_of(register_now(look, entries_of(row))) == row.digest:
            return None
    with database.work(SYSTEM) as w:
        return publish(w)


def publish(w: Work) -> int | None:
    """Publish within a running act; return the version's number, or None when nothing is new."""
    last = latest(w)
    before = entries_of(last)
    now = register_now(w, before)
    digest = digest_of(now)
    if (last is None and not now) or (last is not None and last.digest == digest):
        return None
    row = w.add(
        RegisterVersion(
            id=w.new_id(),
            number=last.number + 1 if last else 1,
            published_at=w.now,
            digest=digest,
            content=as_content(now),
        )
    )
    fact = RegisterPublished(row.number, digest, len(now), len(changes(before, now)))
    w.record(fact, on=row)
    return row.number
