"""The wider CHECKs of results come to a database that holds results: rows, triggers and indexes stay."""

import sqlite3
from uuid import UUID

import pytest

from aquacert.kernel.schema import upgrade

KEY = "018f0000000070008000000000000001"
OLD = (
    "INSERT INTO lab_results (id, lab_id, run_id, item_id, order_id, scope_id, version, outcome, finding,"
    " is_manual, state, because, entered_at, tested_on) VALUES (?, ?, ?, ?, ?, ?, 1, 'grey', '', 1,"
    " 'entered', '', '2026-05-01 00:00:00', '2026-05-01')"
)
WELL = (
    "INSERT INTO lab_wells (id, lab_id, run_id, result_id, well, sample, role, target, why, entered_at)"
    " VALUES (?, ?, ?, ?, 'A1', 'M7K2-0001', 'unknown', 'DIV1', 'no_cq', '2026-05-01 00:00:00')"
)


def hung_on(connection):
    """The triggers and indexes of results."""
    found = connection.execute(
        "SELECT type, name FROM sqlite_master WHERE tbl_name = 'lab_results' AND type <> 'table'"
    )
    return set(found)


def test_results_of_before_may_be_owed_again_after_the_migration(tmp_path):
    path = tmp_path / "old.db"
    url = f"sqlite:///{path}"
    upgrade(url, "0026_custody")
    with sqlite3.connect(path) as connection:
        before = hung_on(connection)
        connection.execute(OLD, [KEY] * 6)
        connection.execute(WELL, [KEY] * 4)
        with pytest.raises(sqlite3.IntegrityError, match="state"):
            connection.execute("UPDATE lab_results SET state = 'retest'")
    upgrade(url, "0027_bench")
    with sqlite3.connect(path) as connection:
        assert before <= hung_on(connection)
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("SELECT count(*), max(unit) FROM lab_results").fetchone() == (
            1,
            "",
        )
        assert connection.execute("SELECT revision, is_cleared FROM lab_wells").fetchone() == (0, 0)
        connection.execute("UPDATE lab_results SET outcome = 'inconclusive'")
        connection.execute("UPDATE lab_results SET state = 'retest'")
        for statement, said in (
            ("UPDATE lab_results SET state = 'anything'", "state"),
            ("UPDATE lab_results SET outcome = 'negative'", "append-only"),
            ("DELETE FROM lab_results", "append-only"),
            ("DELETE FROM lab_wells", "append-only"),
        ):
            with pytest.raises(sqlite3.IntegrityError, match=said):
                connection.execute(statement)
    assert UUID(KEY).version == 7
