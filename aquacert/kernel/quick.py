"""Quick statements: compiled once, run on the driver's own cursor of the same transaction.

The hot roads (issuing, the public page) run the same few dozen statements for every certificate.
Through SQLAlchemy's execution each costs about 0.1 ms more than the driver needs; here the text,
the order of parameters and the conversions of both directions are worked out once per dialect.

What stays: the same connection and transaction, the types' own conversions, SQLAlchemy's errors,
and the hook before each statement, so that `Work` still refuses a change that no fact explains.
What is left out: ORM objects, results by name over many rows, IN with lists of varying length.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Column, Connection
from sqlalchemy.engine import Dialect
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import ClauseElement
from sqlalchemy.types import NullType

Values = Mapping[str, object]
Convert = Callable[[Any], Any]


class Quick:
    """A statement to be run often. `columns` names what an INSERT without values() is given."""

    def __init__(self, statement: ClauseElement, columns: Sequence[str] | None = None) -> None:
        self.statement = statement
        self.columns = columns
        self._made: dict[str, Made] = {}

    def made(self, dialect: Dialect) -> Made:
        """Return the statement as this dialect runs it, compiled on first use."""
        found = self._made.get(dialect.name)
        if found is None:
            found = self._made[dialect.name] = Made(self, dialect)
        return found


class Made:
    """A compiled statement: its text, how parameters go in, how rows come out."""

    def __init__(self, quick: Quick, dialect: Dialect) -> None:
        compiled = quick.statement.compile(
            dialect=dialect,
            column_keys=None if quick.columns is None else list(quick.columns),
        )
        assert isinstance(compiled, SQLCompiler)  # noqa: S101 (only statements come here)
        if compiled.insert_prefetch or compiled.update_prefetch:
            raise ValueError("a quick statement is given every value that has a Python default")
        if compiled.post_compile_params:
            raise ValueError("a quick statement has no IN: write the values out with or_")
        self.text = str(compiled)
        self.positions = tuple(compiled.positiontup or ()) if compiled.positional else None
        self.fixed = {
            name: value
            for name, value in compiled.params.items()
            if not compiled.binds[name].required
        }
        self.binds = {
            name: convert
            for name, convert in compiled._bind_processors.items()  # noqa: SLF001
            if callable(convert)
        }
        self._converted = {
            name: self.binds[name](value) if name in self.binds and value is not None else value
            for name, value in self.fixed.items()
        }
        _check_known(compiled)
        self.results = tuple(
            column.type._cached_result_processor(dialect, None)  # noqa: SLF001
            for column in compiled._result_columns  # noqa: SLF001
        )
        names = [str(column.keyname) for column in compiled._result_columns]  # noqa: SLF001
        row: Any = namedtuple("Row", names, rename=True)  # type: ignore[misc]  # noqa: PYI024
        self.make: Convert = row._make
        self._plain = not any(self.results)

    def parameters(self, values: Values) -> Any:  # noqa: ANN401 (what the driver takes)
        """Return what the driver's cursor takes for `values`, converted by the columns' types."""
        binds, given = self.binds, dict(self._converted)
        for name, value in values.items():
            convert = binds.get(name)
            given[name] = value if convert is None else convert(value)
        if self.positions is None:
            return given
        return tuple([given[name] for name in self.positions])

    def parameters_of_many(self, rows: Sequence[Values]) -> list[Any]:
        """Return what the driver's cursor takes for each of many rows that give every value.

        A value that is the very one of the row before (the instant, the file) is converted once.
        """
        if self.positions is None or self.fixed:
            return [self.parameters(row) for row in rows]
        columns: list[list[Any]] = []
        for name in self.positions:
            given = [row[name] for row in rows]
            convert = self.binds.get(name)
            columns.append(given if convert is None else _converted(convert, given))
        return list(zip(*columns, strict=True))

    def rows(self, found: Sequence[Sequence[Any]]) -> list[Any]:
        """Return the driver's rows as named tuples of Python values."""
        make = self.make
        if self._plain:
            return [make(row) for row in found]
        results = self.results
        return [
            make(
                [
                    value if convert is None else convert(value)
                    for convert, value in zip(results, row, strict=True)
                ]
            )
            for row in found
        ]


def _converted(convert: Convert, given: Sequence[object]) -> list[Any]:
    found: list[Any] = []
    before: object = None
    after: Any = convert(None)
    for value in given:
        if value is not before:
            before, after = value, convert(value)
        found.append(after)
    return found


def _check_known(compiled: SQLCompiler) -> None:
    """Raise unless the type of every column is known: a foreign key's is that of its table's key.

    Compiled while that table's module is not yet loaded it would read ids as text, for good.
    """
    for column in compiled._result_columns:  # noqa: SLF001
        for one in column.objects:
            is_known = not isinstance(one, Column) or not isinstance(one.type, NullType)
            if not is_known:
                raise ValueError(f"the table that {one} points to is not loaded yet")


def run(connection: Connection, quick: Quick, values: Values) -> list[Any]:
    """Run a statement and return its rows (none for a write without RETURNING)."""
    made = quick.made(connection.dialect)
    given = made.parameters(values)
    cursor = _cursor(connection, made, given, many=False)
    try:
        try:
            cursor.execute(made.text, given)
            return made.rows(cursor.fetchall()) if made.results else []
        except connection.dialect.loaded_dbapi.Error as error:
            _raise(connection, error, made, given, cursor)
    finally:
        cursor.close()
    raise AssertionError("unreachable")


def run_many(connection: Connection, quick: Quick, rows: Sequence[Values]) -> None:
    """Run a write once for each of `rows`."""
    if not rows:
        return
    made = quick.made(connection.dialect)
    given = made.parameters_of_many(rows)
    cursor = _cursor(connection, made, given, many=True)
    try:
        cursor.executemany(made.text, given)
    except connection.dialect.loaded_dbapi.Error as error:
        _raise(connection, error, made, given, cursor)
    finally:
        cursor.close()


def _cursor(connection: Connection, made: Made, given: object, *, many: bool) -> Any:  # noqa: ANN401
    """Return a cursor, after the hooks that SQLAlchemy itself would have called."""
    cursor = connection.connection.cursor()
    for hook in connection.dispatch.before_cursor_execute:
        hook(connection, cursor, made.text, given, None, many)
    return cursor


def _raise(
    connection: Connection,
    error: BaseException,
    made: Made,
    given: Any,  # noqa: ANN401
    cursor: Any,  # noqa: ANN401
) -> None:
    """Raise a driver's error as SQLAlchemy would: IntegrityError and the others, disconnects too."""
    connection._handle_dbapi_exception(error, made.text, given, cursor, None)  # noqa: SLF001
