"""The two databases behind one schema: typed base, column types, engines.

SQLite runs WAL with `synchronous=FULL`, and a write transaction begins as a writer (BEGIN
IMMEDIATE): a transaction that reads first and then writes fails at once under contention, whatever
the timeout. Readers cannot write, on either database.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any, ClassVar, Protocol
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    DateTime,
    Engine,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    Uuid,
    create_engine,
    event,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.pool import QueuePool

from aquacert.kernel.errors import Misconfigured
from aquacert.kernel.scope import Parties

BUSY_SECONDS = 10
STATEMENTS = 200
"""Compiled statements an engine keeps, each some 50 kB; the hot ones stay, others take 1 ms anew."""


class UtcDateTime(TypeDecorator[datetime]):
    """An instant, aware, in UTC on both databases (SQLite keeps none of the zone itself)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a naive instant; store UTC."""
        del dialect
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant must be aware")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give back an aware UTC instant."""
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Cipher(Protocol):
    """What encrypts personal data at rest; `aquacert.trust.cipher` makes the real one."""

    def encrypt(self, text: str) -> bytes:
        """Return the ciphertext of `text`."""
        ...

    def decrypt(self, blob: bytes) -> str:
        """Return the text; raise if the key is gone or the bytes were changed."""
        ...

    def blind(self, kind: str, text: str) -> str:
        """Return a keyed digest of `text`, for equality only."""
        ...


class _Installed:
    cipher: Cipher | None = None


def install_cipher(cipher: Cipher) -> None:
    """Set the cipher that every encrypted column of this process uses (the composition root)."""
    _Installed.cipher = cipher


def installed_cipher() -> Cipher:
    """Return the installed cipher; raise `Misconfigured` when there is none."""
    if _Installed.cipher is None:
        raise Misconfigured("还没有安装个人信息加密密钥，先运行 aquacert init。")
    return _Installed.cipher


def blind(kind: str, text: str) -> str:
    """Return the blind index of a personal value, for equality lookups only."""
    return installed_cipher().blind(kind, text)


class Encrypted(TypeDecorator[str]):
    """Text that lies encrypted in the database: names, phones, identity numbers, homes."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        """Encrypt on the way in."""
        del dialect
        return None if value is None else installed_cipher().encrypt(value)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> str | None:
        """Decrypt on the way out."""
        del dialect
        return None if value is None else installed_cipher().decrypt(bytes(value))


class Json(TypeDecorator[Any]):
    """JSON kept as sorted text, so that the same value is the same bytes on both databases."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ANN401
        """Write sorted, compact JSON."""
        del dialect
        if value is None:
            return None
        return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:  # noqa: ANN401
        """Read it back."""
        del dialect
        return None if value is None else json.loads(value)


NAMING = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Base of every table. `__parties__` says whose rows they are; None = no row scope."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[Mapping[Any, Any]] = {
        UUID: Uuid(),
        datetime: UtcDateTime(),
        date: Date(),
        str: Text(),
        int: BigInteger().with_variant(Integer(), "sqlite"),
        bytes: LargeBinary(),
        dict[str, Any]: Json(),
        list[Any]: Json(),
    }
    __parties__: ClassVar[Parties | None] = None


def table_of(model: type[Base]) -> Table:
    """Return the bare table of a model, for statements that are run often: no mapping, no cost."""
    table = model.__table__
    assert isinstance(table, Table)  # noqa: S101 (every model of ours has a table of its own)
    return table


def state_check(column: str, states: type[StrEnum]) -> CheckConstraint:
    """Return the CHECK that holds `column` to the values of the enum `states`."""
    listed = ", ".join(f"'{state.value}'" for state in states)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


def writing_engine(url: str) -> Engine:
    """Return the engine that commands use: its transactions begin as writers."""
    return _engine(url, reads_only=False)


def reading_engine(url: str) -> Engine:
    """Return the engine that pages use: its connections cannot write."""
    return _engine(url, reads_only=True)


def _engine(url: str, *, reads_only: bool) -> Engine:
    if url.startswith("sqlite"):
        return _sqlite_engine(url, reads_only=reads_only)
    options = {"postgresql_readonly": True} if reads_only else {}
    return create_engine(
        url,
        query_cache_size=STATEMENTS,
        pool_size=5,
        max_overflow=5,
        pool_pre_ping=True,
        execution_options=options,
        hide_parameters=True,  # an unexpected error goes to the log, what people entered does not
    )


def _sqlite_engine(url: str, *, reads_only: bool) -> Engine:
    engine = create_engine(
        url,
        query_cache_size=STATEMENTS,
        connect_args={"timeout": BUSY_SECONDS},
        poolclass=QueuePool,
        hide_parameters=True,
    )
    begin = "BEGIN" if reads_only else "BEGIN IMMEDIATE"

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: object) -> None:  # noqa: ANN401
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")
        if reads_only:
            connection.execute("PRAGMA query_only=ON")

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:  # noqa: ANN401
        connection.exec_driver_sql(begin)

    return engine
