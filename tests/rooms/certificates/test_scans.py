"""What the public page counted is added to the certificates, in the end and once."""

import pytest
from sqlalchemy import select, text

from aquacert.app import rounds_of
from aquacert.certificates import commands, queries, tasks
from aquacert.certificates.models import ScanCount
from aquacert.kernel.audit import AuditEntry
from aquacert.kernel.scope import SYSTEM
from tests.make.certificates import issue_one


@pytest.fixture
def issued(house):
    certificate_id = issue_one(house)
    with house.database.look(SYSTEM) as look:
        return queries.certificate(look, certificate_id)


def scans(db, certificate_id):
    with db.look(SYSTEM) as look:
        return queries.scan_count(look, certificate_id)


def test_scans_add_up_and_unknown_ids_count_nothing(db, issued):
    with db.work(SYSTEM) as w:
        assert commands.fold_scans(w, {issued.public_id: 2, "0000000000": 5}) == 2
    db.clock.forward(minutes=1)
    with db.work(SYSTEM) as w:
        assert commands.fold_scans(w, {issued.public_id: 1}) == 1
    assert scans(db, issued.certificate_id) == 3
    with db.look(SYSTEM) as look:
        assert look.scalars(select(ScanCount.last_at)) == [look.now]


def test_a_tally_leaves_no_trail(db, issued):
    with db.look(SYSTEM) as look:
        before = len(look.scalars(select(AuditEntry.seq)))
    with db.work(SYSTEM) as w:
        commands.fold_scans(w, {issued.public_id: 1})
    with db.look(SYSTEM) as look:
        assert len(look.scalars(select(AuditEntry.seq))) == before


def test_thousands_of_ids_are_folded_at_once(db, issued):
    many = {f"{number:010d}": 1 for number in range(1_200)}
    with db.work(SYSTEM) as w:
        assert commands.fold_scans(w, {**many, issued.public_id: 1}) == 1


def test_the_worker_folds_every_minute_what_the_page_counted(house, client, issued):
    db = house.database
    rounds = rounds_of(house)
    rounds.run_due()
    for _ in range(3):
        assert client.get(f"/c/{issued.public_id}").status_code == 200
    assert scans(db, issued.certificate_id) == 0
    db.clock.forward(minutes=1)
    assert "scans" in rounds.run_due()
    assert scans(db, issued.certificate_id) == 3
    db.clock.forward(minutes=1)
    rounds.run_due()
    assert scans(db, issued.certificate_id) == 3


def test_a_silent_database_costs_no_scan(db, issued, monkeypatch):
    db.tally.count("scans", issued.public_id)
    monkeypatch.setattr(commands, "fold_scans", lambda w, _: w.session.execute(text("SELECT nope")))
    with pytest.raises(Exception, match="nope"):
        tasks.fold_scans(db)
    monkeypatch.undo()
    tasks.fold_scans(db)
    assert scans(db, issued.certificate_id) == 1
