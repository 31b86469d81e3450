"""A restored backup neither gives a number out again nor hands a segment to somebody else."""

from __future__ import annotations

import shutil
from dataclasses import replace

import pytest
from sqlalchemy import select

from aquacert.app import open_house
from aquacert.certificates.models import CertificateNumber, NumberSegment
from aquacert.certificates.numbers import commands, queries
from aquacert.certificates.numbers.commands import MARKS, SEGMENT_MARKS
from aquacert.certificates.rules.marks import SegmentMark, VoidMark, read_mark
from aquacert.cli import prepare
from aquacert.kernel.backup import back_up, restore
from aquacert.kernel.scope import SYSTEM
from tests.make.numbers import FIRST, hand_all_down, make_levels, take


@pytest.fixture
def levels(db):
    return make_levels(db)


def forget(db):
    """Do what restoring a backup from before all numbers does: the rows are gone, the files stay.

    The guards are taken off first, as a restore goes around them.
    """
    with db.engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SET session_replication_role = replica")
        else:
            for name in ("certificate_numbers", "number_segments", "number_movements"):
                connection.exec_driver_sql(f"DROP TRIGGER tr_{name}_no_delete")
            connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
        for table in ("certificate_numbers", "number_movements", "number_segments"):
            connection.exec_driver_sql(f"DELETE FROM {table}")
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SET session_replication_role = origin")


def holders(db):
    with db.look(SYSTEM) as look:
        return {
            line.name: (line.left, line.below, line.void, line.balances)
            for line in queries.stock(look, "A").holders.values()
        }


def test_everything_is_done_again_in_the_same_hands(db, levels, settings):
    hand_all_down(db, levels)
    with db.work(SYSTEM) as w:
        commands.return_up(w, levels.held["vet"], count=20, because="多领")
        commands.void_unused(
            w,
            levels.held["office"],
            first=str(FIRST + 100),
            last=str(FIRST + 104),
            because="误印",
        )
        commands.hand_down(
            w, levels.held["county"], holder_id=levels.office, count=10, first=str(FIRST + 300)
        )
    for number in take(db, levels, 3):
        commands.mark(db, number)
    before = holders(db)
    forget(db)
    with db.work(SYSTEM) as w:
        skipped = commands.pass_over_forgotten(w)
    assert skipped == 3 + 5
    after = holders(db)
    assert {name: figures[0] for name, figures in after.items()} == {
        name: figures[0] for name, figures in before.items()
    }
    assert all(figures[3] for figures in after.values())
    assert take(db, levels) == [str(FIRST + 3)]
    with db.look(SYSTEM) as look:
        assert "备份之后" in queries.number(look, str(FIRST)).because
        assert "已经作废" in queries.number(look, str(FIRST + 102)).because
    with db.work(SYSTEM) as w:
        assert commands.pass_over_forgotten(w) == 0


def test_yesterdays_backup_is_restored_beside_todays_marks(db, levels, settings, clock, tmp_path):
    if not settings.db_url.startswith("sqlite"):
        return  # a second PostgreSQL database is restored in the kernel's own tests
    hand_all_down(db, levels)
    for number in take(db, levels, 2):
        commands.mark(db, number)
    list(back_up(settings, tmp_path / "backup.tar.gz"))
    with db.work(SYSTEM) as w:
        given = commands.hand_down(w, levels.held["city"], holder_id=levels.other, count=50)
    for number in take(db, levels, 3):
        commands.mark(db, number)
    fresh = tmp_path / "fresh"
    fresh.mkdir()
    for name in (MARKS, SEGMENT_MARKS):
        shutil.copyfile(settings.data_dir / name, fresh / name)
    again = replace(settings, data_dir=fresh, database_url=f"sqlite:///{fresh / 'aquacert.db'}")
    list(restore(again, tmp_path / "backup.tar.gz"))
    house = open_house(again, clock)
    with house.database.work(SYSTEM) as w:
        assert commands.pass_over_forgotten(w) == 3
        assert w.session.get_one(NumberSegment, given).holder_id == levels.other
    assert take(house.database, levels) == [str(FIRST + 5)]
    house.database.close()


def test_what_went_to_a_body_the_backup_does_not_know_becomes_void(db, levels, settings):
    hand_all_down(db, levels)
    path = settings.data_dir / SEGMENT_MARKS
    mark = SegmentMark(
        levels.held["vet"], "A", FIRST + 500, FIRST + 509, levels.held["vet"], None, None
    )
    path.write_text(
        path.read_text()
        + str(mark).replace(str(levels.held["vet"]), str(levels.city)[::-1], 1)
        + "\n"
        + str(VoidMark(FIRST + 900, FIRST + 901))
        + "\nsegment torn li"
    )
    lost = SegmentMark(
        levels.other, "A", FIRST + 500, FIRST + 509, levels.held["office"], None, None
    )
    path.write_text(path.read_text() + f"\n{lost}\n")
    with db.work(SYSTEM) as w:
        assert commands.pass_over_forgotten(w) == 12
    with db.look(SYSTEM) as look:
        assert queries.find_number(look, FIRST + 505).state == "void"
        assert queries.find_number(look, FIRST + 900).state == "void"


def test_a_start_with_nothing_forgotten_changes_nothing(db, levels):
    hand_all_down(db, levels)
    for number in take(db, levels, 2):
        commands.mark(db, number)
    with db.look(SYSTEM) as look:
        rows = len(look.scalars(NumberSegment.__table__.select()))
    with db.work(SYSTEM) as w:
        assert commands.pass_over_forgotten(w) == 0
    with db.look(SYSTEM) as look:
        assert len(look.scalars(NumberSegment.__table__.select())) == rows
        assert len(look.scalars(CertificateNumber.__table__.select())) == 2


def test_marks_are_ascii_lines_that_read_back(db, levels, settings):
    hand_all_down(db, levels)
    lines = (settings.data_dir / SEGMENT_MARKS).read_text("ascii").splitlines()
    found = [read_mark(line) for line in lines]
    assert [str(one) for one in found] == lines
    assert not (settings.data_dir / MARKS).exists()
    assert read_mark("segment torn") is None
    assert read_mark("") is None


def test_every_command_that_prepares_an_installation_passes_over_what_a_restore_forgot(db, levels):
    hand_all_down(db, levels)
    (db.settings.data_dir / MARKS).write_text(f"{FIRST:010d}\n", "utf-8")
    prepare(db.settings)
    with db.look(SYSTEM) as look:
        row = look.one(select(CertificateNumber).where(CertificateNumber.number == f"{FIRST:010d}"))
    assert row is not None
    assert row.state == "void"
