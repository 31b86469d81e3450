"""What an operator does at the console."""

import pytest
from click.testing import CliRunner

from aquacert.accounts.cli import administrator_command, token_commands
from aquacert.accounts.queries import credentials, token_actor
from aquacert.kernel.errors import NotFound
from tests.make.accounts import make_person


def test_a_token_made_at_the_console_acts_for_its_person(db):
    owner = make_person(db, "hatchery_owner")
    result = CliRunner().invoke(token_commands(lambda: db), ["create", owner.username])
    assert result.exit_code == 0
    with db.look() as look:
        assert token_actor(look, result.output.strip()).person_id == owner.person_id


def test_a_token_for_nobody_is_refused_in_words(db):
    result = CliRunner().invoke(token_commands(lambda: db), ["create", "nobody"])
    assert isinstance(result.exception, NotFound)
    assert "nobody" in result.exception.sentence


@pytest.mark.parametrize("times", [1, 2])
def test_the_first_administrator_is_made_at_the_console(db, times):
    for number in range(times):
        asked = [f"root{number}", "--name", "示例人", "--phone", "13800000000"]
        result = CliRunner().invoke(administrator_command(lambda: db), asked)
        assert result.exit_code == 0, result.exception
    with db.look() as look:
        assert credentials(look, f"root{times - 1}") is not None
