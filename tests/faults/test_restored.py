"""Yesterday's backup is restored: nothing is given out twice, nothing final is taken back.

The database goes back in time; the files of marks and the published log beside it stay, as they do
on a machine whose database was lost.
"""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from dataclasses import replace

import pytest
from sqlalchemy import create_engine, make_url, select, text

from aquacert.app import open_house
from aquacert.certificates import commands, queries
from aquacert.certificates.issuing.queries import live_certificate
from aquacert.certificates.log.commands import publish
from aquacert.certificates.log.queries import standstill
from aquacert.certificates.models import Certificate, CertificateNumber, NumberSegment
from aquacert.certificates.status import queries as status
from aquacert.kernel.backup import back_up, restore
from aquacert.kernel.errors import Unavailable
from aquacert.kernel.scope import SYSTEM
from aquacert.trust import statuslist
from tests.faults.issuing import issue_again, void_live
from tests.faults.ready import make_loads
from tests.make.certificates import FIRST, give_numbers

LOADS, BEFORE, AFTER = 8, 2, 5
SECOND = FIRST["A"] + 1_000
"""First number of a segment that came after the backup."""


@contextmanager
def restored(settings, archive, folder, server):
    """The backup in a fresh database, beside the marks and the log of today."""
    folder.mkdir()
    for path in settings.data_dir.glob("*.mark"):
        shutil.copyfile(path, folder / path.name)
    shutil.copytree(settings.data_dir / "log", folder / "log")
    if not server:
        again = replace(
            settings, data_dir=folder, database_url=f"sqlite:///{folder / 'aquacert.db'}"
        )
        list(restore(again, archive))
        yield again
        return
    name = f"{make_url(settings.database_url).database}_restored"
    admin = create_engine(server.format("postgres"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    again = replace(settings, data_dir=folder, database_url=server.format(name))
    list(restore(again, archive))
    yield again
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


def published(house, number):
    """Return the version and the entries of a status list as it stands."""
    with house.database.look(SYSTEM) as look:
        row = status.listing(look, number)
    return row.version, statuslist.peek(row.token)


@pytest.mark.faults
def test_a_restored_backup_repeats_and_takes_back_nothing(
    house, settings, clock, server, tmp_path, figures
):
    db, keys = house.database, house.keys
    ready = make_loads(db, LOADS, 20)
    loads, office = ready.paper.load_ids, ready.farm.office_id
    numbers = [issue_again(house, ready, one) for one in loads[:BEFORE]]
    with db.look(SYSTEM) as look:
        first = live_certificate(look, loads[0])
        listed = queries.status_list_of(look, first)
        slots = [look.session.get(Certificate, first).status_index]
    commands.publish_list(db, keys, listed)
    publish(db, keys)
    list(back_up(settings, tmp_path / "backup.tar.gz"))

    # After the backup: five certificates, one of them void; an older one void; another segment.
    numbers += [issue_again(house, ready, one) for one in loads[BEFORE : BEFORE + AFTER]]
    with db.look(SYSTEM) as look:
        young = live_certificate(look, loads[BEFORE])
        slots.append(look.session.get(Certificate, young).status_index)
    for load_id in (loads[0], loads[BEFORE]):
        void_live(house, ready, load_id)
    segment_id = give_numbers(db, office, "A", 50, first=SECOND)
    commands.publish_list(db, keys, listed)
    published_leaves = publish(db, keys)
    version, before = published(house, listed)
    assert [before[slot] for slot in slots] == [1, 1]
    db.close()

    with restored(settings, tmp_path / "backup.tar.gz", tmp_path / "again", server) as again:
        old = open_house(again, clock)
        done = commands.resume(old.database)
        with old.database.look(SYSTEM) as look:
            assert look.session.get(NumberSegment, segment_id).holder_id == office
            rows = {row.number: row for row in look.scalars(select(CertificateNumber))}
        assert set(numbers) <= set(rows)
        assert {rows[one].state for one in numbers[BEFORE:]} == {"void"}
        assert all("备份" in rows[one].because for one in numbers[BEFORE:])
        anew = [issue_again(old, ready, one) for one in loads[BEFORE:]]
        assert not set(anew) & set(numbers)

        # The list is published on, and what was final is final in it.
        commands.publish_list(old.database, old.keys, listed)
        commands.publish_list(old.database, old.keys, listed)
        newer, now = published(old, listed)
        assert newer > version
        assert now.lost_from(before) is None

        # The log says loudly that it stands still, and publishes nothing.
        with pytest.raises(Unavailable, match="恢复了旧备份"):
            publish(old.database, old.keys)
        with old.database.look(SYSTEM) as look:
            assert any("已停止公布" in sentence for sentence in standstill(look, old.keys))
        old.database.close()
    figures.add("numbers before the backup", BEFORE)
    figures.add("issued after it", AFTER)
    figures.add("passed over at the start", done.skipped)
    figures.add("issued anew", len(anew))
    figures.add("reissued", len(set(anew) & set(numbers)))
    figures.add("final states taken back", 0)
    figures.add("leaves published before", published_leaves)
