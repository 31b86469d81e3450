"""What is kept survives: files, spools, the outbox, backups."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, select, text

from aquacert.accounts.models import Organisation
from aquacert.app import open_house
from aquacert.kernel.audit import Fact, verify_chains
from aquacert.kernel.backup import back_up, restore
from aquacert.kernel.errors import NotAllowedNow, Unavailable
from aquacert.kernel.files import FileStore
from aquacert.kernel.outbox import LEASE, OutboxRow, Runner
from aquacert.kernel.scope import SYSTEM
from aquacert.kernel.tally import Tally
from aquacert.kernel.topics import Topic
from aquacert.kernel.work import Database
from tests.make.accounts import make_organisation


@dataclass(frozen=True)
class Told(Fact):
    tag = "kernel:test:tell"
    title = "试告知"


def news(db: Database, count: int = 1) -> None:
    """Send so much news to one task."""
    db.subscribers = {Topic.DECLARATION_ACCEPTED: ("try",)}
    for _ in range(count):
        with db.work(SYSTEM) as w:
            w.tell(Topic.DECLARATION_ACCEPTED, uuid4())
            w.record(Told(), on=("tests", "1"))


def another_database(server: str) -> str:
    """Make an empty database on the test's server and return its address."""
    name = f"again_{uuid4().hex}"
    engine = create_engine(server.format("postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return server.format(name)


def test_a_file_that_was_changed_is_refused(tmp_path):
    store = FileStore(tmp_path)
    assert FileStore(Path("var")).path("ab" * 32).is_absolute()
    digest = store.put(b"water")
    assert store.get(digest) == b"water"
    store.path(digest).write_bytes(b"wine!")
    with pytest.raises(Unavailable):
        store.get(digest)


def test_counting_is_folded_once(tmp_path):
    tally = Tally(tmp_path)
    for key in ("a", "b", "a"):
        tally.count("scan", key)
    assert tally.fold("scan") == {"a": 2, "b": 1}
    assert tally.fold("scan") == {}
    tally.count("scan", "a")
    assert tally.fold("scan") == {"a": 1}


def test_news_is_worked_off_once(db):
    news(db, 3)
    done = []
    runner = Runner(db.engine, db.reader, db.clock, {"try": done.append})
    assert runner.run_all() == 3
    assert len(set(done)) == 3
    assert runner.run_all() == 0


def test_a_task_that_fails_waits_and_is_tried_again_with_its_error_kept(db):
    news(db)
    calls = []

    def task(subject):
        calls.append(subject)
        if len(calls) == 1:
            raise RuntimeError("not yet")

    runner = Runner(db.engine, db.reader, db.clock, {"try": task})
    assert runner.run_all() == 1
    with db.look(SYSTEM) as look:
        assert "not yet" in look.one(select(OutboxRow.error))
    assert runner.run_all() == 0
    db.clock.forward(minutes=10)
    assert runner.run_all() == 1
    assert len(calls) == 2


def test_a_row_whose_worker_died_is_taken_over_when_its_lease_ends(db):
    news(db)
    dead = Runner(db.engine, db.reader, db.clock, {})
    assert dead.claim() is not None
    done = []
    other = Runner(db.engine, db.reader, db.clock, {"try": done.append})
    assert other.run_all() == 0
    db.clock.at += LEASE + timedelta(seconds=1)
    assert other.run_all() == 1
    assert len(done) == 1


def test_a_backup_brings_everything_back(house, tmp_path, server):
    db = house.database
    body = make_organisation(db, name="示例县渔政所 㐂䶮")
    db.files.put(b"picture")
    archive = tmp_path / "b.tar.gz"
    assert list(back_up(house.settings, archive))
    folder = tmp_path / "again"
    url = another_database(server) if server else f"sqlite:///{folder / 'aquacert.db'}"
    again = replace(house.settings, data_dir=folder, database_url=url)
    assert list(restore(again, archive))
    opened = open_house(again, db.clock)
    with opened.database.look(SYSTEM) as look:
        assert look.get(Organisation, body).name_zh == "示例县渔政所 㐂䶮"
        assert verify_chains(look.session) == []
    assert opened.database.files.get(db.files.put(b"picture")) == b"picture"
    with pytest.raises(NotAllowedNow):
        list(restore(again, archive))
    opened.database.close()
