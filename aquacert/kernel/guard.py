"""The guard around a unit of work: what changed is noticed, explained, indexed, and done once.

Every write of the connection passes the cursor hook below, ORM flushes, bulk statements and plain
SQL alike; a unit that changed rows and recorded no fact is refused at its last beat.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, event, insert, update
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from aquacert.kernel import search
from aquacert.kernel.errors import Conflict, Repeated, Unavailable
from aquacert.kernel.idempotency import KEPT, IdempotencyKey, Once

if TYPE_CHECKING:
    from aquacert.kernel.work import Work

WRITES = re.compile(
    r"\b(?:INSERT(?:\s+OR\s+\w+)?\s+INTO|UPDATE|DELETE\s+FROM)\s+[\"`]?(\w+)", re.IGNORECASE
)
SIGNS_OF_ABSENCE = (
    *("locked", "disk", "unable to open", "connection", "readonly database"),
    *("not a database", "malformed", "deadlock"),
)
"""Words in the message of a database that is not there to answer, or let another go first."""


class Unaudited(Exception):
    """Rows changed and nobody said why."""


@lru_cache(maxsize=2048)
def _written(statement: str) -> frozenset[str]:
    """Return the tables that a statement changes; statements come again and again."""
    return frozenset(table.lower() for table in WRITES.findall(statement))


def notice_write(
    connection: Any,  # noqa: ANN401 (SQLAlchemy's event signature)
    _cursor: object,
    statement: str,
    _parameters: object,
    _context: object,
    _many: object,
) -> None:
    """Tell the unit of this connection which tables a statement is about to change."""
    unit: Work | None = connection.info.get("work")
    if unit is not None:
        for table in _written(statement):
            unit.wrote(table)


def finish(unit: Work, owner: str, once: Once | None) -> None:
    """Last beats before the commit: search index, the trail's demand, the kept answer."""
    unit.session.flush()
    for row, is_new in unit.session.info.pop("touched", {}).items():
        search.reindex(unit.line, row, is_new=is_new)
    if unit.changed and not unit.facts:
        raise Unaudited(f"no fact explains the change of {', '.join(sorted(unit.changed))}")
    if once is not None:
        unit.session.execute(
            update(IdempotencyKey)
            .where(IdempotencyKey.owner == owner, IdempotencyKey.key == once.key)
            .values(reply=unit.reply or "")
        )


@event.listens_for(Session, "after_soft_rollback")
def _forget_heads(session: Session, _previous: object) -> None:
    unit: Work | None = session.info.get("work")
    if unit is not None:
        unit.forget_heads()


def to_be_indexed(session: Session, row: object) -> None:
    """Remember a new row whose words are to be found by."""
    if isinstance(row, search.Searchable):
        session.info.setdefault("touched", {})[row] = True


@event.listens_for(Session, "before_flush")
def _remember_touched(session: Session, _context: object, _instances: object) -> None:
    """Keep the rows whose words a flush is about to change, to be indexed at the end."""
    touched = session.info.setdefault("touched", {})
    for row in session.new:
        to_be_indexed(session, row)
    for row in session.dirty:
        if isinstance(row, search.Searchable) and search.changed(row):
            touched.setdefault(row, False)


def take_key(unit: Work, owner: str, once: Once) -> None:
    """Claim the request's key, or answer from what the first request left.

    Two requests with one key may come in the same moment. SQLite lets one writer in at a time; on
    PostgreSQL the second insert waits for the first commit and then fails on the key. Either way
    the loser reads the winner's answer.
    """
    session = unit.session
    session.execute(delete(IdempotencyKey).where(IdempotencyKey.at < unit.now - KEPT))
    found = session.get(IdempotencyKey, (owner, once.key))
    if found is None:
        values = {"owner": owner, "key": once.key, "digest": once.digest, "at": unit.now}
        try:
            with session.begin_nested():
                session.execute(insert(IdempotencyKey), values)
        except IntegrityError:
            found = session.get(IdempotencyKey, (owner, once.key))
        else:
            return
    if found is None or found.digest != once.digest:
        raise Conflict("这个请求编号已经用于另一份内容，请刷新页面后再办。")
    raise Repeated(found.reply or "")


@contextmanager
def answering() -> Iterator[None]:
    """Turn a database that does not answer into `Unavailable`; pass every other error on."""
    try:
        yield
    except DBAPIError as error:
        if error.connection_invalidated or _is_away(error):
            raise Unavailable(
                "系统暂时没有回应，您填的内容没有丢。请过一会儿再试。", detail=str(error.orig)
            ) from error
        raise


def _is_away(error: DBAPIError) -> bool:
    """Say whether the database is locked, full, spoilt or gone, rather than asked wrongly."""
    text = str(error.orig).lower()
    return any(sign in text for sign in SIGNS_OF_ABSENCE)
