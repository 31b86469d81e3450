"""Look and Work: one actor, one clock reading, one transaction, one trail.

A door that reads opens `look`, a door that acts opens `work`; leaving `work` commits, and nothing
else commits. `Work` refuses to commit a change that no audit fact explains: every write of the
connection passes the cursor hook below, ORM flushes, bulk statements and plain SQL alike.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import (
    Engine,
    Select,
    bindparam,
    event,
    insert,
    inspect,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from aquacert.kernel import quick
from aquacert.kernel.audit import (
    GENESIS,
    UNAUDITED,
    WHOLE,
    AuditEntry,
    AuditHead,
    Fact,
    entry_hash,
)
from aquacert.kernel.clock import Clock
from aquacert.kernel.db import Base, reading_engine, table_of, writing_engine
from aquacert.kernel.errors import AquaCertError, NotFound
from aquacert.kernel.files import FileStore, StoredFile
from aquacert.kernel.guard import (
    Unaudited,
    answering,
    finish,
    notice_write,
    take_key,
    to_be_indexed,
)
from aquacert.kernel.idempotency import Once, owner_of
from aquacert.kernel.ids import new_id
from aquacert.kernel.impact import Impact
from aquacert.kernel.journal import JournalEntry
from aquacert.kernel.look import Look, by_key
from aquacert.kernel.outbox import OutboxRow, rows_for
from aquacert.kernel.quick import Quick
from aquacert.kernel.scope import ANONYMOUS, Actor
from aquacert.kernel.settings import Settings
from aquacert.kernel.states import A, Moves, S
from aquacert.kernel.tally import Tally
from aquacert.kernel.topics import Topic

__all__ = ["Database", "Look", "Unaudited", "Work"]

M = TypeVar("M", bound=Base)

# The trail is written with every act: its statements are made once, on the bare tables. Through
# the mapped classes each of them would cost three times as much.
ENTRIES, HEADS = table_of(AuditEntry), table_of(AuditHead)
READ_HEAD = Quick(
    select(HEADS.c.position, HEADS.c.hash).where(HEADS.c.chain == bindparam("of")).with_for_update()
)
WRITE_ENTRY = Quick(
    insert(ENTRIES).inline(), [column.name for column in ENTRIES.c if column.name != "seq"]
)
JOURNAL, OUTBOX = table_of(JournalEntry), table_of(OutboxRow)
WRITE_NEWS = Quick(
    insert(OUTBOX).inline(), [column.name for column in OUTBOX.c if column.name != "seq"]
)
WRITE_MOVE = Quick(
    insert(JOURNAL).inline(), [column.name for column in JOURNAL.c if column.name != "seq"]
)
MOVE_HEAD = Quick(
    update(HEADS)
    .where(HEADS.c.chain == bindparam("of"))
    .values(position=bindparam("to_position"), hash=bindparam("to_hash"))
)


class Work(Look):
    """A write: everything a `Look` can, and one transaction with its trail."""

    def __init__(self, session: Session, actor: Actor, now: datetime, home: Database) -> None:
        super().__init__(session, actor, now, home)
        self.facts = 0
        self.changed: set[str] = set()
        self.reply: str | None = None
        """The answer kept with the request's idempotency key; the same key gets it again."""
        self.request_id = ""
        self._heads: dict[str, tuple[int, str]] = {}
        session.info["work"] = self

    def forget_heads(self) -> None:
        """Forget where the chains stand: a savepoint was undone, and maybe facts with it."""
        self._heads.clear()

    def rows(self, statement: Quick, **values: object) -> list[Any]:
        """Run a quick statement after what the ORM still holds; return its rows."""
        self.session.flush()
        return quick.run(self.line, statement, values)

    def rows_of_many(self, statement: Quick, rows: Sequence[Mapping[str, object]]) -> None:
        """Run a quick write once for each of `rows`."""
        self.session.flush()
        quick.run_many(self.line, statement, rows)

    def new_id(self) -> UUID:
        """Return a new UUIDv7 of this moment."""
        return new_id(self.now)

    def add(self, row: M) -> M:
        """Add a row and write it at once, so that the database judges it here."""
        self.session.add(row)
        self.session.flush()
        return row

    def put(self, row: M) -> M:
        """Write a row that this unit will not change again, by a quick statement; return it.

        The session does not know the row: what is changed in it afterwards is not written. For
        what stays as it was said: filed papers, messages. Every column must be given.
        """
        statement, names = _writing(type(row))
        self.rows(statement, **{name: getattr(row, key) for name, key in names})
        to_be_indexed(self.session, row)
        return row

    def get_for_change(self, model: type[M], key: UUID) -> M:
        """Return the row locked and fresh, or raise `NotFound`."""
        row: M | None = self.session.scalar(locking(model), {"key": key})
        if row is None or not self.sees(model, row):
            raise NotFound
        return row

    def move(
        self, row: Base, moves: Moves[S, A], act: A, because: str = "", column: str = "state"
    ) -> S:
        """Move `row` to the state after `act`, and write the move in the journal."""
        old = getattr(row, column)
        state_type = type(next(iter(moves.table.values())))
        new = moves.after(state_type(old), act)
        setattr(row, column, new.value)
        key: UUID = row.id  # type: ignore[attr-defined]
        self.moved((row.__tablename__, key), act.value, str(old), new.value, because)
        return new

    def moved(
        self, subject: tuple[str, UUID], act: str, old: str, new: str, because: str = ""
    ) -> None:
        """Write a move that was made by a statement in the journal: (table, id), act, states."""
        self.rows(
            WRITE_MOVE,
            subject_kind=subject[0],
            subject_id=subject[1],
            act=act,
            from_state=old,
            to_state=new,
            at=self.now,
            by_id=self.actor.person_id,
            by=self.actor.label,
            because=because,
        )

    def record(
        self,
        fact: Fact,
        on: Base | tuple[str, str],
        county: str | None = None,
        reason: str = "",
    ) -> None:
        """Write a fact into the county's chain, about a row or a (kind, id) pair."""
        self.record_each([(fact, on, reason)], county)

    def record_each(
        self,
        said: Sequence[tuple[Fact, Base | tuple[str, str], str]],
        county: str | None = None,
    ) -> None:
        """Write several facts into one county's chain, in their order: (fact, on what, reason).

        One statement for the entries and one for the head, however many there are.
        """
        self.session.flush()
        chain = county or self.actor.county or WHOLE
        position, previous = self._head(chain)
        entries = []
        for fact, on, reason in said:
            position += 1
            values = self._entry(fact, on, reason)
            values |= {"chain": chain, "position": position, "previous": previous}
            values["hash"] = previous = entry_hash(values)
            entries.append(values)
        if len(entries) == 1:
            self.rows(WRITE_ENTRY, **entries[0])
        else:
            self.rows_of_many(WRITE_ENTRY, entries)
        self.rows(MOVE_HEAD, of=chain, to_position=position, to_hash=previous)
        self._heads[chain] = (position, previous)
        self.facts += len(entries)

    def _entry(self, fact: Fact, on: Base | tuple[str, str], reason: str) -> dict[str, Any]:
        kind, subject = (
            on if isinstance(on, tuple) else (on.__tablename__, str(on.id))  # type: ignore[attr-defined]
        )
        return {
            "at": self.now,
            "actor_id": self.actor.person_id,
            "actor": self.actor.label,
            "tag": fact.tag,
            "title": fact.title,
            "subject_kind": kind,
            "subject_id": subject,
            "reason": reason,
            "change": fact.change(),
            "request_id": self.request_id,
        }

    def hold_trail(self, county: str) -> None:
        """Lock a county's chain before other rows that everybody of the county wants.

        Who takes both always takes the chain first, so that two never wait for each other.
        """
        self._head(county)

    def tell(self, topic: Topic, subject_id: UUID) -> None:
        """Send news up: one outbox row for each task that app.py lists under `topic`."""
        rows = rows_for(topic, self.home.subscribers.get(topic, ()), subject_id, self.now)
        self.rows_of_many(WRITE_NEWS, rows)

    def attach(self, owner: Base, data: bytes, name: str, media_type: str) -> StoredFile:
        """Store a file durably and give it to `owner`."""
        digest = self.home.files.put(data)
        return self.add(
            StoredFile(
                id=self.new_id(),
                sha256=digest,
                size=len(data),
                media_type=media_type,
                name=name,
                owner_kind=owner.__tablename__,
                owner_id=owner.id,  # type: ignore[attr-defined]
                made_at=self.now,
            )
        )

    def wrote(self, table: str) -> None:
        """Say that a table changed by a way the hook cannot see (a bare cursor)."""
        if table not in UNAUDITED:
            self.changed.add(table)

    def _head(self, chain: str) -> tuple[int, str]:
        """Lock the chain's head and return its position and hash; make it when it is new.

        Once locked it is ours until the end, so it is read once; a savepoint undone forgets it.
        """
        held = self._heads.get(chain)
        if held is not None:
            return held
        row = self.row(READ_HEAD, of=chain)
        if row is None:
            self._new_head(chain)
            row = self.row(READ_HEAD, of=chain)
        return row.position, row.hash

    def _new_head(self, chain: str) -> None:
        """Two first facts of a county may race: the loser finds the winner's head."""
        try:
            with self.session.begin_nested():
                self.session.execute(
                    insert(AuditHead), {"chain": chain, "position": 0, "hash": GENESIS}
                )
        except IntegrityError:
            return


@lru_cache(maxsize=256)
def locking(model: type[Base]) -> Select[Any]:
    """Return the statement that locks one row of `model` and reads it anew, made once."""
    return by_key(model).with_for_update().execution_options(populate_existing=True)


@lru_cache(maxsize=64)
def _writing(model: type[Base]) -> tuple[Quick, tuple[tuple[str, str], ...]]:
    """Return the statement that writes a whole row of `model`, and its columns by attribute."""
    table, names = table_of(model), []
    for attribute in inspect(model).column_attrs:
        [column] = attribute.columns
        names.append((column.name, attribute.key))
    return Quick(insert(table).inline(), [name for name, _key in names]), tuple(names)


@dataclass
class Database:
    """The way in: engines, clock, files and the tables that app.py fills."""

    settings: Settings
    clock: Clock
    subscribers: Mapping[Topic, tuple[str, ...]] = field(default_factory=dict)
    impact: Impact = field(default_factory=Impact)

    def __post_init__(self) -> None:
        """Open both engines; connections are made when first used."""
        self.settings.data_dir.mkdir(parents=True, exist_ok=True)
        self.engine: Engine = writing_engine(self.settings.db_url)
        self.reader: Engine = reading_engine(self.settings.db_url)
        self.files = FileStore(self.settings.data_dir / "files")
        self.tally = Tally(self.settings.data_dir / "spool")
        event.listen(self.engine, "before_cursor_execute", notice_write)

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()
        self.reader.dispose()

    @contextmanager
    def look(self, actor: Actor = ANONYMOUS) -> Iterator[Look]:
        """Open a read as `actor`; raise `Unavailable` when the database does not answer."""
        with Session(self.reader, expire_on_commit=False) as session, answering():
            try:
                yield Look(session, actor, self.clock.now(), self)
            except AquaCertError:
                raise
            except Exception:
                # An answer left half read keeps SQLite's snapshot as long as the error lives: the
                # next to get this connection would read yesterday's rows. So nobody gets it.
                session.invalidate()
                raise

    @contextmanager
    def work(self, actor: Actor, once: Once | None = None) -> Iterator[Work]:
        """Open a write as `actor`; commit on leaving.

        With `once`, a repeated key raises `Repeated` with the first answer, and the same key with
        another body raises `Conflict`.
        """
        with Session(self.engine, expire_on_commit=False, autoflush=True) as session, answering():
            unit = Work(session, actor, self.clock.now(), self)
            with session.begin():
                info = session.connection().info
                info["work"] = unit
                try:
                    owner = owner_of(actor)
                    if once is not None:
                        take_key(unit, owner, once)
                    yield unit
                    finish(unit, owner, once)
                finally:
                    info.pop("work", None)
