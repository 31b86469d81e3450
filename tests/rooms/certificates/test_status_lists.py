"""The published status lists: every version for ever, both forms, and final states stay final."""

import random

import pytest
from sqlalchemy import select, text

from aquacert.certificates import commands
from aquacert.certificates.models import Certificate, Standing
from aquacert.certificates.rules.states import LIST_VALUES, MOVES, Act, Status
from aquacert.certificates.status import queries
from aquacert.kernel import ddl
from aquacert.kernel.audit import AuditEntry
from aquacert.kernel.errors import Conflict
from aquacert.kernel.scope import SYSTEM
from aquacert.trust.publickeys import Use
from aquacert.trust.statuslist import decode, peek
from aquacert.trust.trustlist import TrustList
from tests.make.certificates import issue_one

BASE = "/trust/status"


@pytest.fixture
def row(house, db):
    made = issue_one(house)
    with db.look(SYSTEM) as look:
        return look.session.get(Certificate, made)


def published(db, number):
    with db.look(SYSTEM) as look:
        return queries.listing(look, number)


def test_a_list_is_there_in_both_forms_and_every_version_stays(house, db, client, row):
    commands.publish_list(db, house.keys, row.status_list)
    with db.work(SYSTEM) as w:
        commands.void(w, row.id, "货主取消启运")
    commands.publish_list(db, house.keys, row.status_list)
    keys = TrustList(house.keys.public_keys()).keys_of(Use.STATUS)
    address = f"{BASE}/{row.status_list}"
    version = published(db, row.status_list).version
    seen = []
    for path, forever in ((address, False), (f"{address}/{version}", True)):
        for accept, kind in (
            (None, "application/statuslist+cwt"),
            ("application/statuslist+jwt", "application/statuslist+jwt"),
            (
                "application/statuslist+jwt;q=0.5, application/statuslist+cwt",
                "application/statuslist+cwt",
            ),
            ("text/html, */*", "application/statuslist+cwt"),
        ):
            answer = client.get(path, headers={} if accept is None else {"Accept": accept})
            assert (answer.status_code, answer.mimetype) == (200, kind)
            assert answer.headers["Access-Control-Allow-Origin"] == "*"
            assert "Accept" in answer.headers["Vary"]
            assert ("immutable" in answer.headers["Cache-Control"]) is forever
            assert forever or "max-age=300" in answer.headers["Cache-Control"]
            read = decode(
                answer.data, keys, now=db.clock.now(), uri=f"https://cert.example{address}"
            )
            assert read.statuses[row.status_index] == 1
            again = client.get(
                path, headers={"If-None-Match": answer.headers["ETag"], "Accept": accept or "*/*"}
            )
            assert again.status_code == 304
            seen.append((kind, answer.headers["ETag"]))
    assert len({tag for _, tag in seen}) == 4
    before = client.get(f"{address}/{version - 1}").data
    assert decode(before, keys).statuses[row.status_index] == 0
    index = client.get(f"{BASE}/index.json").json["status_lists"]
    assert index == [f"https://cert.example{address}"]
    for wrong in (f"{address}/99", f"{address}/{'9' * 30}", f"{BASE}/2020101"):
        assert client.get(wrong).status_code == 404


def test_a_void_is_published_by_its_own_news(house, db, row):
    from aquacert.app import runner_of

    with db.work(SYSTEM) as w:
        commands.void(w, row.id, "货主取消启运")
    runner_of(house).run_all()
    assert peek(published(db, row.status_list).token)[row.status_index] == 1


def test_this_quarters_list_is_there_before_its_first_certificate(house, db, client):
    assert commands.refresh_lists(db, house.keys) == 1
    assert client.get(f"{BASE}/2026201").status_code == 200


@pytest.mark.parametrize("seed", range(2))
def test_whatever_is_done_a_final_state_stays_final(house, db, seed):
    draw, made = random.Random(seed), [issue_one(house)]
    with db.look(SYSTEM) as look:
        slots = {one: look.session.get(Certificate, one).status_index for one in made}
    final, acts = {}, [Act.SUSPEND, Act.RESUME, Act.VOID, Act.RECALL, Act.REPLACE]
    with db.look(SYSTEM) as look:
        number = look.session.get(Certificate, made[0]).status_list
    for _ in range(8):
        one, act = draw.choice(made), draw.choice(acts)
        with db.work(SYSTEM) as w:
            standing = w.session.get(Standing, one)
            if MOVES.allows(Status(standing.status), act):
                standing.because, standing.successor_id = "随机", made[0]
                w.move(standing, MOVES, act, because="随机", column="status")
                w.record(commands_fact(act), on=standing)
        commands.publish_list(db, house.keys, number)
        bits = peek(published(db, number).token)
        with db.look(SYSTEM) as look:
            for each, slot in slots.items():
                status = Status(look.session.get(Standing, each).status)
                assert bits[slot] == LIST_VALUES[status]
        for slot, value in final.items():
            assert bits[slot] == value
        final |= {slot: bits[slot] for slot in slots.values() if bits[slot] in {1, 3}}


def commands_fact(act):
    from aquacert.certificates.status.commands import CertificateSuspended

    return CertificateSuspended("3200000001", act.value)


def test_a_table_that_takes_back_what_is_final_is_not_published(house, db, row):
    with db.work(SYSTEM) as w:
        commands.void(w, row.id, "货主取消启运")
    commands.publish_list(db, house.keys, row.status_list)
    before = published(db, row.status_list)
    with db.engine.begin() as connection:
        for statement in ddl.drop("certificate_standings", connection.dialect.name):
            connection.execute(text(statement))
        connection.execute(text("UPDATE certificate_standings SET status = 'valid'"))
    for _ in range(2):
        with pytest.raises(Conflict, match="终态"):
            commands.publish_list(db, house.keys, row.status_list)
    db.clock.forward(hours=13)
    assert commands.refresh_lists(db, house.keys) == 0
    after = published(db, row.status_list)
    assert (after.version, after.token) == (before.version, before.token)
    with db.look(SYSTEM) as look:
        [alarm] = queries.refusals(look)
        told = look.scalars(select(AuditEntry).where(AuditEntry.tag.like("%status-list:refuse")))
    assert (alarm.slot, alarm.was, alarm.wanted) == (row.status_index, 1, 0)
    assert len(told) == 1
