"""Triggers that make the database the last judge, in both dialects. Used by migrations only."""

from __future__ import annotations

REFUSE_FUNCTION = """
CREATE OR REPLACE FUNCTION aquacert_refuse() RETURNS trigger AS $$
BEGIN RAISE EXCEPTION '% is append-only: %', TG_TABLE_NAME, TG_OP; END $$ LANGUAGE plpgsql
"""


def append_only(table: str, dialect: str) -> list[str]:
    """Return statements that refuse UPDATE and DELETE on `table`."""
    return [_trigger(table, act, "", dialect) for act in ("UPDATE", "DELETE")]


def frozen_when(table: str, condition: str, dialect: str) -> list[str]:
    """Return statements that refuse UPDATE and DELETE of rows for which `condition` holds.

    `condition` is SQL over OLD (and NEW for updates where both exist), the same in both dialects.
    """
    return [_trigger(table, "UPDATE", condition, dialect)] + (
        [] if "NEW." in condition else [_trigger(table, "DELETE", condition, dialect)]
    )


def trigger_name(table: str, act: str) -> str:
    """Return the name of the trigger that guards `table` against `act`."""
    return f"tr_{table}_no_{act.lower()}"


def drop(table: str, dialect: str) -> list[str]:
    """Return statements that take both triggers of `table` away."""
    on = f" ON {table}" if dialect == "postgresql" else ""
    return [
        f"DROP TRIGGER IF EXISTS {trigger_name(table, act)}{on}" for act in ("UPDATE", "DELETE")
    ]


def _trigger(table: str, act: str, condition: str, dialect: str) -> str:
    when = f" WHEN ({condition})" if condition else ""
    name = trigger_name(table, act)
    if dialect == "postgresql":
        return (
            f"CREATE TRIGGER {name} BEFORE {act} ON {table} FOR EACH ROW{when}"
            " EXECUTE FUNCTION aquacert_refuse()"
        )
    return (
        f"CREATE TRIGGER {name} BEFORE {act} ON {table} FOR EACH ROW{when}"
        f" BEGIN SELECT RAISE(ABORT, '{table} is append-only: {act}'); END"
    )
