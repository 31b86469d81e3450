"""A database that is behind the program is told before anybody meets it."""

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from aquacert.cli import main


@pytest.fixture
def behind(db):
    with db.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0022_issuing'"))


def test_a_current_database_is_ready(client):
    assert client.get("/readyz").status_code == 200


def test_a_database_behind_the_program_is_not_ready(client, behind):
    answer = client.get("/readyz")
    assert (answer.status_code, "aquacert init" in answer.text) == (503, True)


def test_nothing_is_served_from_a_database_behind_the_program(settings, behind, monkeypatch):
    monkeypatch.setenv("AQUACERT_DATABASE_URL", settings.db_url)
    monkeypatch.setenv("AQUACERT_DATA_DIR", str(settings.data_dir))
    done = CliRunner().invoke(main, ["serve", "--no-work"])
    assert (done.exit_code, "aquacert init" in done.output) == (1, True)
