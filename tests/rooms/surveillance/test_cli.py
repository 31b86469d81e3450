"""`feeds import` at the console."""

from __future__ import annotations

import json
from uuid import uuid4

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from aquacert.kernel.scope import SYSTEM
from aquacert.surveillance.cli import feeds
from aquacert.surveillance.models import FeedFile
from tests.make.surveillance import feed, luhe


@pytest.fixture
def run(house):
    def call(*words):
        return CliRunner().invoke(feeds, list(words), obj=lambda: house)

    return call


def test_the_counts_are_one_line_of_json(run, tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(feed([luhe(), luhe(Id="2", sumCases="x")]), encoding="utf-8")
    words = ("import", str(path), "--format", "empresi", "--json")
    dry = run(*words, "--dry-run")
    done = run(*words)
    assert dry.exit_code == done.exit_code == 0
    assert json.loads(done.stdout) == json.loads(dry.stdout)
    assert done.stdout == (
        '{"created": 1, "updated": 0, "unchanged": 0, "stale": 0, "vanished": 0,'
        ' "quarantined": 1}\n'
    )
    assert json.loads(run(*words).stdout)["unchanged"] == 1
    assert "新增 0" in run("import", str(path)).stdout


def test_a_missing_file_and_a_strange_format_are_refused(run, tmp_path):
    assert run("import", str(tmp_path / "none.csv")).exit_code == 2
    assert run("import", __file__, "--format", "morse").exit_code == 2


def test_a_feed_file_comes_back_byte_for_byte_and_none_speaks_for_another(run, house, tmp_path):
    path, out = tmp_path / "a.csv", tmp_path / "out"
    path.write_bytes(feed([luhe(country="中国")]).encode("gb18030"))
    assert run("import", str(path)).exit_code == 0
    with house.database.look(SYSTEM) as look:
        [file] = look.scalars(select(FeedFile))
    assert run("raw", str(file.id), str(out)).exit_code == 0
    assert out.read_bytes() == path.read_bytes()
    assert run("raw", str(uuid4())).exit_code == 1
    refused = run("import", str(path), "--feed", "wahis")
    assert refused.exit_code != 0
