"""Measure `issue`: from a ready load to the published record, one process (goal ratio ≥ 0.25).

Ours is the command: readiness read anew from every room, second factor spent, number, record,
lints, plan, two signatures verified, certificate, stock, trail, log, outbox; three transactions.
The PDF is apart. The floor is the bare sqlite3 driver doing the same rows: every distinct row set
that ours reads is read once, every row that ours writes is written, in the same transactions, with
the same two signatures and their verification by bare cryptography. The floor's statements are
those that ours was seen to run, with fresh keys in them; nothing of aquacert runs in it.
"""

from __future__ import annotations

import hashlib
import secrets
import shutil
import sqlite3
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from statistics import quantiles
from time import perf_counter
from typing import Any

NAME = "issue"
GOAL = 0.25
BETTER = "higher"
PAIRS = 9
START = datetime(2026, 5, 9, 1, 42, tzinfo=UTC)
ROOT = Path(__file__).resolve().parents[1]
SIZES = {"each": 10}
LATENCIES: dict[str, list[float]] = {"ours": [], "floor": []}
SIGNATURE_BYTES = 64


@dataclass
class Seen:
    """The statements of one issuance, by transaction, in order; reads only once each."""

    transactions: list[list[tuple[str, Any]]] = field(default_factory=list)


class Prepared:
    """A database with a ready load, and everything both sides may have before the clock starts."""

    def __init__(self) -> None:
        from tests.make.certificates import make_ready

        self.folder = Path(tempfile.mkdtemp(prefix="aquacert-bench-"))
        self.house = _house(self.folder)
        self.ready = make_ready(self.house.database)
        self.issue_once()
        self.reset()
        self.seen = self.watch()
        self.floor = Floor(self)

    def issue_once(self) -> float:
        """Issue one certificate and return the seconds it took; the confirmation is not timed."""
        from aquacert.certificates.commands import issue

        digest = self.confirm()
        actor, keys = self.ready.vet.actor, self.house.keys
        begins = perf_counter()
        self.last = issue(self.house.database, actor, self.ready.load_id, keys, digest)
        return perf_counter() - begins

    def reset(self) -> None:
        """Make the certificate void, so that the load is ready again."""
        from aquacert.certificates.commands import void

        with self.house.database.work(self.ready.vet.actor) as w:
            void(w, self.last, "量测")

    def confirm(self) -> str:
        """Put a second-factor grant there and return what it is for."""
        from aquacert.accounts.models import StepUpGrant
        from aquacert.certificates.issuing.queries import readiness

        actor, db = self.ready.vet.actor, self.house.database
        with db.look(actor) as look:
            digest = readiness(look, self.ready.load_id).digest
        with db.work(actor) as w:
            w.add(
                StepUpGrant(
                    id=w.new_id(),
                    person_id=actor.person_id,
                    session_id=actor.session_id,
                    digest=digest,
                    granted_at=w.now,
                    expires_at=w.now + timedelta(minutes=5),
                    spent_at=None,
                )
            )
        return digest

    def watch(self) -> Seen:
        """Issue once and write down what runs on the connections."""
        from aquacert.certificates.commands import issue

        digest = self.confirm()
        with watching(self.house.database) as seen:
            self.last = issue(
                self.house.database,
                self.ready.vet.actor,
                self.ready.load_id,
                self.house.keys,
                digest,
            )
        self.reset()
        return seen


@contextmanager
def watching(database: Any) -> Iterator[Seen]:
    """Collect every statement of the database's two engines, by transaction."""
    from sqlalchemy import event

    seen, read = Seen(), set[str]()

    def begun(*_arguments: Any) -> None:
        seen.transactions.append([])

    def ran(_c: Any, _u: Any, statement: str, values: Any, _x: Any, many: bool) -> None:
        if statement.startswith(("BEGIN", "SAVEPOINT", "RELEASE", "PRAGMA")):
            return
        rows = list(values) if many else [values]
        for row in rows:
            key = f"{statement}\0{row!r}"
            if statement.lstrip().startswith("SELECT") and key in read:
                continue
            read.add(key)
            seen.transactions[-1].append((statement, tuple(row)))

    engines = (database.engine, database.reader)
    for engine in engines:
        event.listen(engine, "begin", begun, insert=True)
        event.listen(engine, "before_cursor_execute", ran)
    try:
        yield seen
    finally:
        for engine in engines:
            event.remove(engine, "begin", begun)
            event.remove(engine, "before_cursor_execute", ran)


class Floor:
    """The bare driver on a copy of the database, replaying one issuance with fresh keys."""

    def __init__(self, prepared: Prepared) -> None:
        from cryptography.hazmat.primitives.asymmetric import ec

        source = Path(prepared.house.settings.db_url.removeprefix("sqlite:///"))
        copy = prepared.folder / "floor.db"
        live, other = sqlite3.connect(source), sqlite3.connect(copy)
        live.backup(other)
        live.close()
        other.close()
        self.db = sqlite3.connect(copy, isolation_level=None, timeout=10)
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            self.db.execute(f"PRAGMA {pragma}")
        self.transactions = prepared.seen.transactions
        self.keys = tuple(ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
        self.made = _made(self.transactions)
        self.number = 3_200_500_000
        self.serials: dict[str, int] = {}

    def issue_once(self) -> float:
        """Do the rows and signatures of one issuance; return the seconds."""
        fresh = self.fresh()
        plan = [
            [(statement, self._values(statement, row, fresh)) for statement, row in one]
            for one in self.transactions
        ]
        payload = secrets.token_bytes(84)
        begins = perf_counter()
        for place, transaction in enumerate(plan):
            if place == len(plan) - 1:
                self._sign(payload)
            self.db.execute("BEGIN IMMEDIATE" if _writes(transaction) else "BEGIN")
            for statement, row in transaction:
                cursor = self.db.execute(statement, row)
                if cursor.description is not None:
                    cursor.fetchall()
            self.db.execute("COMMIT")
        seconds = perf_counter() - begins
        self.db.execute("UPDATE certificate_standings SET status = 'void', because = 'x'")
        return seconds

    def fresh(self) -> dict[Any, Any]:
        """Return new values for every key that the watched issuance made."""
        self.number += 1
        return {
            **{old: uuid.uuid4().hex for old in self.made["ids"]},
            self.made["number"]: str(self.number),
            self.made["public_id"]: secrets.token_hex(5).upper(),
        }

    def _values(
        self, statement: str, row: tuple[Any, ...], fresh: dict[Any, Any]
    ) -> tuple[Any, ...]:
        values = [fresh.get(value, value) if isinstance(value, str) else value for value in row]
        for name, column in _serial_columns(statement):
            if column < len(values):
                values[column] = self._next(name)
        return tuple(values)

    def _next(self, name: str) -> int:
        """Return the next of a serial that must not repeat, from far above what is there."""
        self.serials[name] = self.serials.get(name, 1_000_000) + 1
        return self.serials[name]

    def _sign(self, payload: bytes) -> None:
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import ec

        for key in self.keys:
            signature = key.sign(payload, ec.ECDSA(hashes.SHA256()))
            key.public_key().verify(signature, payload, ec.ECDSA(hashes.SHA256()))
        hashlib.sha256(payload).digest()


SERIALS = {
    "audit_entries": ("position",),
    "certificate_changes": ("seq",),
    "log_leaves": ("position",),
    "stock_movements": ("position",),
    "issuances": ("status_index",),
    "certificates": ("status_index",),
}
"""Columns that are unique and count; the watched values would collide."""


@lru_cache(maxsize=256)
def _serial_columns(statement: str) -> tuple[tuple[str, int], ...]:
    """Return (serial, place of its parameter) for an INSERT into a table that counts."""
    words = statement.split("(", 1)
    table = words[0].removeprefix("INSERT INTO ").strip()
    if not statement.startswith("INSERT INTO") or table not in SERIALS:
        return ()
    columns = [name.strip() for name in words[1].split(")", 1)[0].split(",")]
    return tuple((f"{table}.{name}", columns.index(name)) for name in SERIALS[table])


def _made(transactions: list[list[tuple[str, Any]]]) -> dict[str, Any]:
    """Return the keys that the watched issuance made: new ids, its number, its page."""
    ids, found = set[str](), {}
    for statement, row in (each for one in transactions for each in one):
        if not statement.startswith("INSERT INTO"):
            continue
        head, rest = statement.split("(", 1)
        columns = [name.strip() for name in rest.split(")", 1)[0].split(",")]
        named = dict(zip(columns, row, strict=False))
        if isinstance(named.get("id"), str):
            ids.add(named["id"])
        if head.removeprefix("INSERT INTO ").strip() == "issuances":
            found = {"number": named["number"], "public_id": named["public_id"]}
    return {"ids": ids, **found}


def _writes(transaction: list[tuple[str, Any]]) -> bool:
    return any(not statement.lstrip().startswith("SELECT") for statement, _ in transaction)


def _house(folder: Path) -> Any:
    from aquacert.app import open_house
    from aquacert.kernel.clock import FixedClock
    from aquacert.kernel.schema import upgrade
    from aquacert.kernel.scope import SYSTEM
    from aquacert.kernel.settings import Settings
    from aquacert.reference.commands import load_seed

    settings = Settings(data_dir=folder, password_cost=1, public_url="https://cert.example")
    upgrade(settings.db_url)
    house = open_house(settings, FixedClock(START))
    with house.database.work(SYSTEM) as w:
        load_seed(w, ROOT / "seed_data")
    return house


@lru_cache(maxsize=1)
def prepared() -> Prepared:
    """Return the preparation, made once."""
    return Prepared()


def prepare(full: bool = False) -> None:
    """Make everything ready; with `full` each round issues 50 instead of 10."""
    SIZES["each"] = 50 if full else 10
    prepared()


def ours() -> float:
    """Return certificates per second through the command."""
    ready, spent = prepared(), 0.0
    for _ in range(SIZES["each"]):
        seconds = ready.issue_once()
        LATENCIES["ours"].append(seconds)
        spent += seconds
        ready.reset()
    return SIZES["each"] / spent


def floor() -> float:
    """Return certificates per second of the bare driver."""
    ready, spent = prepared(), 0.0
    for _ in range(SIZES["each"]):
        seconds = ready.floor.issue_once()
        LATENCIES["floor"].append(seconds)
        spent += seconds
    return SIZES["each"] / spent


def notes() -> list[str]:
    """Say how long one takes, and how many statements each side runs."""
    lines = []
    for side, seconds in LATENCIES.items():
        cuts = quantiles(seconds, n=100)
        lines.append(f"{side} median {cuts[49] * 1000:.2f} ms, p99 {cuts[98] * 1000:.2f} ms")
    count = [len(one) for one in prepared().seen.transactions]
    return [*lines, f"statements by transaction (reads once each): {count}"]


def close() -> None:
    """Remove what was prepared."""
    prepared().house.database.close()
    shutil.rmtree(prepared().folder, ignore_errors=True)
