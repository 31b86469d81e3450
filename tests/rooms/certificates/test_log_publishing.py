"""The public log: published after each act, never smaller, never another; every fault is named."""

import os
import shutil
import signal
import sqlite3
from contextlib import closing
from uuid import UUID

import pytest
from sqlalchemy import select, text

from aquacert.certificates import commands
from aquacert.certificates.log.commands import Subject, append, append_many, prove, publish
from aquacert.certificates.log.queries import (
    changes_since,
    folder_of,
    leaves,
    monitor,
    newest,
    proof_of,
    size,
    standstill,
)
from aquacert.certificates.models import Certificate, Issuance, LogCheckpoint
from aquacert.certificates.rules.states import Act
from aquacert.kernel.errors import Unavailable
from aquacert.kernel.scope import SYSTEM
from aquacert.trust import merkle
from aquacert.trust.logentry import Entry, check_issue
from aquacert.trust.tilefolder import TileFolder
from aquacert.trust.tlog import TilePath, open_checkpoint, split_bundle, split_tile
from tests.make.certificates import issue_one


def fill(db, certificate_id, count):
    """Write `count` (even) more leaves, as if it had been suspended and resumed so often."""
    row = row_of(db, certificate_id)
    subject = Subject(row.id, row.public_id, row.number, payload_of(db, certificate_id))
    with db.work(SYSTEM) as w:
        for turn in range(count):
            append(w, subject, (Act.SUSPEND, Act.RESUME)[turn % 2])


def payload_of(db, certificate_id):
    with db.look(SYSTEM) as look:
        return look.session.scalar(select(Issuance.payload).where(Issuance.id == certificate_id))


def row_of(db, certificate_id):
    with db.look(SYSTEM) as look:
        return look.session.get(Certificate, certificate_id)


def found(house):
    with house.database.look(SYSTEM) as look:
        return monitor(look, house.keys)


def tamper(db, *statements):
    """Write past the program, as somebody with the database's own password can."""
    if db.engine.dialect.name == "sqlite":
        with closing(sqlite3.connect(db.engine.url.database, isolation_level=None)) as raw:
            for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'"):
                raw.execute(f'DROP TRIGGER "{name}"')
            for statement in statements:
                raw.execute(statement)
        return
    with db.engine.connect() as connection, connection.begin():
        for statement in ("SET session_replication_role = replica", *statements):
            connection.execute(text(statement))
        connection.execute(text("SET session_replication_role = origin"))


def test_what_was_issued_is_published_and_proven_to_a_stranger(house, db):
    certificate_id = issue_one(house)
    with db.look(SYSTEM) as look:
        assert proof_of(look, certificate_id) is None
    proof = prove(db, house.keys, certificate_id)
    row, key = row_of(db, certificate_id), house.keys.notes.key()
    payload = payload_of(db, certificate_id)
    logged = check_issue(proof, row.number, payload, key)
    assert (logged.index, logged.checkpoint.size) == (0, 1)
    assert logged.checkpoint.origin == key.name == "cert.example/trust/log"
    assert logged.at == int(row.issued_at.timestamp())
    assert found(house).wrong == ()


def test_a_leaf_says_nothing_of_any_person_or_number(house, db):
    certificate_id = issue_one(house)
    number = row_of(db, certificate_id).number
    with db.look(SYSTEM) as look:
        (leaf,) = leaves(look, 0)
    entry = Entry.decode(leaf.entry)
    assert (entry.version, entry.issuer, entry.event) == (2, 320000, "issue")
    assert number.encode() not in leaf.entry
    assert int(number).to_bytes(4, "big") not in leaf.entry
    assert len(leaf.entry) == 1 + 1 + 5 + 17 + 34 + 6 + 5


def test_publishing_again_changes_nothing(house, db):
    issue_one(house)
    assert publish(db, house.keys) == 1
    before = folder_of(house.settings).head()
    assert publish(db, house.keys) == 1
    assert folder_of(house.settings).head() == before
    with db.look(SYSTEM) as look:
        assert look.session.scalars(select(LogCheckpoint.size)).all() == [1]


def test_nothing_is_published_before_the_first_act(house, db):
    assert publish(db, house.keys) == 0
    assert folder_of(house.settings).head() is None
    assert found(house).wrong == ()


def test_tiles_grow_as_the_specification_says_and_each_checkpoint_continues_the_last(house, db):
    certificate_id = issue_one(house)
    folder, seen = folder_of(house.settings), []
    for more in (0, 10, 254, 258, 2):
        fill(db, certificate_id, more)
        publish(db, house.keys)
        checkpoint, _ = open_checkpoint(folder.head(), house.keys.notes.key())
        seen.append(checkpoint)
    assert [one.size for one in seen] == [1, 11, 265, 523, 525]
    last = seen[-1]
    for one in seen:
        proof = merkle.consistency(folder.reader(last.size), one.size, last.size)
        merkle.verify_consistency(one.size, last.size, proof, one.root, last.root)
        assert merkle.root(folder.reader(one.size), one.size) == one.root
    files = sorted(
        str(file.relative_to(folder.folder)) for file in folder.folder.rglob("*") if file.is_file()
    )
    assert files == [
        ".lock",
        "checkpoint",
        "tile/0/000",
        "tile/0/001",
        "tile/0/002.p/13",
        "tile/1/000.p/2",
        "tile/entries/000",
        "tile/entries/001",
        "tile/entries/002.p/13",
    ]
    tile = split_tile(folder.read(TilePath(0, 1)))
    bundle = split_bundle(folder.read(TilePath(None, 1)))
    assert [merkle.leaf_hash(entry) for entry in bundle] == tile
    assert split_tile(folder.read(TilePath(0, 1, 7))) == tile[:7]
    assert folder.read(TilePath(0, 2, 14)) is None
    assert found(house).wrong == ()


def test_a_lost_folder_is_made_again_from_the_table(house, db):
    certificate_id = issue_one(house)
    fill(db, certificate_id, 300)
    publish(db, house.keys)
    folder = folder_of(house.settings)
    before = folder.head()
    shutil.rmtree(folder.folder)
    assert publish(db, house.keys) == 301
    assert folder.head() == before
    assert found(house).wrong == ()


@pytest.mark.parametrize("die_at", range(1, 12))
def test_killed_between_any_two_writes_it_goes_on_where_it_was(house, db, settings, clock, die_at):
    from aquacert.app import open_house

    certificate_id = issue_one(house)
    fill(db, certificate_id, 250)
    publish(db, house.keys)
    fill(db, certificate_id, 10)
    db.close()
    child = os.fork()
    if child == 0:
        kill_after(die_at)
        other = open_house(settings, clock)
        publish(other.database, other.keys)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or die_at > 8
    assert found(house).wrong == ()
    assert publish(db, house.keys) == 261
    assert found(house).wrong == ()
    key, folder = house.keys.notes.key(), folder_of(house.settings)
    assert open_checkpoint(folder.head(), key)[0].size == 261


def kill_after(count):
    """Let this process die by SIGKILL at its `count`-th fsync or rename."""
    left = [count]

    def dying(act):
        def wrapped(*asked, **named):
            left[0] -= 1
            if not left[0]:
                os.kill(os.getpid(), signal.SIGKILL)
            return act(*asked, **named)

        return wrapped

    os.fsync = dying(os.fsync)
    os.rename = dying(os.rename)
    os.replace = dying(os.replace)


def test_a_restored_older_table_is_refused_and_the_reason_is_named(house, db):
    certificate_id = issue_one(house)
    publish(db, house.keys)
    with db.work(SYSTEM) as w:
        commands.suspend(w, certificate_id, "复检中")
    publish(db, house.keys)
    head = folder_of(house.settings).head()
    # As a backup from before the suspension leaves it.
    tamper(
        db,
        "DELETE FROM log_checkpoints WHERE size = 2",
        "DELETE FROM log_leaves WHERE position = 1",
        "UPDATE certificate_counters SET value = 1 WHERE name = 'leaves'",
    )
    with pytest.raises(Unavailable, match="已公布 2 条，库里有 1 条"):
        publish(db, house.keys)
    assert prove(db, house.keys, certificate_id) is None
    with db.work(SYSTEM) as w:
        commands.void(w, certificate_id, "另写一条，凑够数目")
    with pytest.raises(Unavailable, match="可能恢复了旧备份"):
        publish(db, house.keys)
    assert folder_of(house.settings).head() == head
    assert any("旧备份" in one for one in found(house).wrong)
    with db.look(SYSTEM) as look:
        assert any("日志已停止公布" in one for one in standstill(look, house.keys))


def test_a_leaf_changed_under_a_signed_checkpoint_stops_the_log(house, db):
    certificate_id = issue_one(house)
    publish(db, house.keys)
    entry = Entry(320000, b"m" * 16, b"d" * 32, "issue", 1).encode()
    tamper(
        db,
        f"UPDATE log_leaves SET entry = {blob(db, entry)}, hash = {blob(db, merkle.leaf_hash(entry))}",
    )
    with db.work(SYSTEM) as w:
        commands.suspend(w, certificate_id, "复检中")
    with pytest.raises(Unavailable, match="不符"):
        publish(db, house.keys)


def blob(db, data):
    if db.engine.dialect.name == "postgresql":
        return f"'\\x{data.hex()}'"
    return f"x'{data.hex()}'"


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("DELETE FROM log_leaves WHERE position = 0", "日志第 0 条不见了"),
        ("DELETE FROM log_leaves WHERE position = 0", "日志里没有它的签发"),
        ("DELETE FROM log_leaves WHERE position = 1", "签过 2 条的检查点，库里只有 1 条"),
        ("UPDATE log_leaves SET position = 7 WHERE position = 1", "日志第 1 条不见了"),
        (
            "UPDATE log_leaves SET entry = hash WHERE position = 1",
            "日志第 1 条的内容与它的散列不符",
        ),
        ("UPDATE log_leaves SET act = 'void' WHERE position = 1", "登记的办理是“void”"),
        ("UPDATE issuances SET payload = hash FROM log_leaves", "的签名内容与日志第 0 条不符"),
        ("UPDATE certificates SET cose = hash FROM log_leaves", "的签名内容与日志第 0 条不符"),
        ("UPDATE certificates SET number = '3200000009'", "的证号与日志第 0 条不符"),
        ("UPDATE certificate_standings SET status = 'valid', because = ''", "日志里应为“暂停"),
        ("DELETE FROM certificates", "没有对应的证书"),
        ("UPDATE log_checkpoints SET root = note WHERE size = 1", "的检查点登记与它的签名不符"),
        ("UPDATE log_checkpoints SET note = root WHERE size = 1", "的检查点不可信"),
        ("DELETE FROM log_checkpoints WHERE size = 2", "检查点库里没有"),
    ],
)
def test_whatever_is_changed_past_the_program_is_found_and_named(house, db, statement, named):
    certificate_id = issue_one(house)
    publish(db, house.keys)
    with db.work(SYSTEM) as w:
        commands.suspend(w, certificate_id, "复检中")
    publish(db, house.keys)
    assert found(house).wrong == ()
    tamper(db, statement)
    assert any(named in one for one in found(house).wrong), found(house).wrong


def test_a_certificate_added_past_the_program_is_found(house, db):
    issue_one(house)
    columns = list(Certificate.__table__.columns.keys())
    made = {
        "id": f"'{UUID(int=0).hex}'",
        "number": "'3200000777'",
        "public_id": "'ZZZZZZZZ'",
        "status_index": "status_index + 1",
    }
    values = ", ".join(made.get(name, name) for name in columns)
    tamper(
        db,
        f"INSERT INTO certificates ({', '.join(columns)}) SELECT {values} FROM certificates",
    )
    assert any("3200000777 有证书，日志里没有它的签发" in one for one in found(house).wrong)


def test_a_changed_or_missing_file_is_found(house, db):
    certificate_id = issue_one(house)
    fill(db, certificate_id, 520)
    publish(db, house.keys)
    folder: TileFolder = folder_of(house.settings)
    for name in ("tile/0/001", "tile/1/000.p/2", "tile/entries/000"):
        file = folder.folder / name
        data = file.read_bytes()
        file.write_bytes(data[:40] + bytes([data[40] ^ 1]) + data[41:])
        assert any("不符" in one for one in found(house).wrong), name
        file.unlink()
        if "entries" not in name:
            assert any("不见了" in one for one in found(house).wrong), name
        file.write_bytes(data)
    assert found(house).wrong == ()


def test_the_newest_checkpoint_is_one_row_away(house, db):
    issue_one(house)
    publish(db, house.keys)
    with db.look(SYSTEM) as look:
        assert newest(look).size == size(look) == 1
        assert newest(look).signed_at == db.clock.now()


def test_many_acts_at_once_are_written_in_their_order_under_one_lock(house, db):
    certificate_id = issue_one(house)
    row = row_of(db, certificate_id)
    subject = Subject(row.id, row.public_id, row.number, payload_of(db, certificate_id))
    with db.work(SYSTEM) as w:
        append_many(w, [], Act.SUSPEND)
        append_many(w, [subject] * 3, Act.SUSPEND)
    with db.look(SYSTEM) as look:
        assert [leaf.position for leaf in leaves(look, 0)] == [0, 1, 2, 3]
        assert [seq for seq, _ in changes_since(look, 0)] == [1, 2, 3, 4]
    issued = publish(db, house.keys)
    assert issued == 4


def test_the_worker_publishes_within_seconds_of_an_act(house, db):
    from aquacert.app import rounds_of

    rounds = rounds_of(house)
    rounds.run_due()
    issue_one(house)
    db.clock.forward(seconds=6)
    assert "log" in rounds.run_due()
    with db.look(SYSTEM) as look:
        assert newest(look).size == 1


def test_a_check_that_began_before_the_last_act_does_not_cry_wolf(house, db):
    certificate_id = issue_one(house)
    with db.look(SYSTEM) as look:
        assert size(look) == 1
        with db.work(SYSTEM) as w:
            commands.suspend(w, certificate_id, "复检中")
        publish(db, house.keys)
        assert monitor(look, house.keys).wrong == ()
        assert standstill(look, house.keys) == ()
