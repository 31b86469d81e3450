"""An officer with raw database access is found: by the check, and on the public page."""

import json
import time
from uuid import UUID

import pytest
from click.testing import CliRunner
from sqlalchemy import select, text

from aquacert.certificates import commands, queries
from aquacert.certificates.checks.cli import check_command
from aquacert.certificates.checks.commands import check, settle
from aquacert.certificates.checks.queries import in_doubt, last_run, open_findings
from aquacert.certificates.models import CheckFinding
from aquacert.certificates.tasks import check_issued
from aquacert.kernel.audit import AuditEntry
from aquacert.kernel.ddl import drop
from aquacert.kernel.errors import Invalid
from aquacert.kernel.scope import SYSTEM
from tests.conftest import WATCH
from tests.make.accounts import make_person, signed_in
from tests.make.certificates import issue_one, make_ready


def raw(db, *statements, **values):
    """What a database client does: no Work, no trail, and the triggers taken away first."""
    with db.engine.begin() as connection:
        for table in ("certificates", "audit_entries", "certificate_lines", "journal"):
            for statement in drop(table, connection.dialect.name):
                connection.execute(text(statement))
        for statement in statements:
            connection.execute(text(statement), values)


def doubts(db, certificate_id):
    with db.look() as look:
        return in_doubt(look, certificate_id)


def found(house):
    return {lint for lint, _subject in check(house.database, house.keys).found}


def page_of(client, db, certificate_id):
    with db.look(SYSTEM) as look:
        public_id = queries.certificate(look, certificate_id).public_id
    return client.get(f"/c/{public_id}")


def test_what_was_issued_in_order_passes_every_lint(house, db):
    certificate_id = issue_one(house)
    outcome = check(db, house.keys)
    assert outcome.found == {}
    assert outcome.issued == 1
    assert sum(outcome.good.values()) > 30
    assert doubts(db, certificate_id) == ()


@pytest.mark.parametrize("act", ["void", "suspend", "recall", "resume"])
def test_every_lawful_act_leaves_nothing_against_it(house, db, act):
    certificate_id = issue_one(house)
    county = make_person(db, "county_supervisor", division="320114")
    second = make_person(db, "county_supervisor", division="320114")
    with db.work(county.actor) as w:
        commands.suspend(w, certificate_id, "先停")
        if act == "void":
            commands.void(w, certificate_id, "写错")
    if act in {"recall", "resume"}:
        with db.work(second.actor) as w:
            does = commands.recall if act == "recall" else commands.resume_certificate
            does(w, certificate_id, "查明")
    assert doubts(db, certificate_id) == ()
    assert found(house) == set()


CHANGES = {
    "quantity": "UPDATE certificates SET quantity = 900000",
    "species": "UPDATE certificates SET species = '真鲷'",
    "destination": "UPDATE certificates SET destination_code = '320500'",
    "validity": "UPDATE certificates SET valid_until = '2027-01-01 00:00:00+00:00'",
    "vet": "UPDATE certificates SET vet_number = '000000'",
    "covered": "UPDATE certificate_lines SET quantity = quantity + 1",
    "leaf": "DELETE FROM log_leaves",
    "audit of the issue": (
        "DELETE FROM audit_entries WHERE tag = 'certificates:certificate:issue'"
    ),
    "standing": "UPDATE certificate_standings SET status = 'suspended', because = '无'",
}


@pytest.mark.parametrize("change", sorted(CHANGES))
def test_a_change_made_past_the_program_is_found_and_the_page_is_not_green(
    house, db, client, change
):
    certificate_id = issue_one(house)
    assert "有效" in page_of(client, db, certificate_id).text
    raw(db, *free_leaves(db), CHANGES[change])
    assert doubts(db, certificate_id) != ()
    assert found(house) != set()
    time.sleep(WATCH + 0.01)  # the page that was kept learns of it
    answer = page_of(client, db, certificate_id)
    assert answer.status_code == 200
    assert is_unsure(answer)


def free_leaves(db):
    return drop("log_leaves", db.engine.dialect.name)


def is_unsure(answer):
    return "暂时无法核验" in answer.text or "待核" in answer.text


def test_any_audit_row_taken_away_puts_its_whole_county_in_doubt(house, db, client):
    certificate_id = issue_one(house)
    with db.look(SYSTEM) as look:
        [seq] = look.scalars(
            select(AuditEntry.seq)
            .where(AuditEntry.tag.startswith("inspections:"), AuditEntry.chain == "320114")
            .limit(1)
        )
    raw(db, "DELETE FROM audit_entries WHERE seq = :seq", seq=seq)
    assert found(house) == {"audit.chain_whole"}
    assert doubts(db, certificate_id) != ()
    assert is_unsure(page_of(client, db, certificate_id))


@pytest.mark.parametrize(
    ("chain", "is_above"), [("320100", True), ("320000", True), ("320200", False)]
)
def test_a_broken_trail_of_city_or_province_reaches_down_and_never_sideways(
    house, db, client, chain, is_above
):
    certificate_id = issue_one(house)
    assert "有效" in page_of(client, db, certificate_id).text
    raw(
        db,
        "INSERT INTO audit_heads (chain, position, hash) VALUES (:chain, 7, :hash)"
        " ON CONFLICT (chain) DO UPDATE SET position = 7",
        chain=chain,
        hash="0" * 64,
    )
    assert found(house) == {"audit.chain_whole"}
    assert bool(doubts(db, certificate_id)) is is_above
    time.sleep(WATCH + 0.01)
    assert is_unsure(page_of(client, db, certificate_id)) is is_above


COPIED = """
INSERT INTO certificates (id, number, public_id, status_index, {names})
SELECT :id, :number, 'ZZZZZZZZZZ', status_index + 1, {names} FROM certificates
"""
STANDS = """
INSERT INTO certificate_standings (id, load_id, status, because, changed_at)
SELECT :id, :load, status, because, changed_at FROM certificate_standings
"""
NUMBERED = """
INSERT INTO certificate_numbers (id, number, {names}) SELECT :id, :number, {names}
FROM certificate_numbers
"""


def test_an_added_certificate_is_found_and_its_page_is_not_green(house, db, client):
    issue_one(house)
    names = names_of(db, "certificates", {"id", "number", "public_id", "status_index"})
    numbers = names_of(db, "certificate_numbers", {"id", "number"})
    twin = "00000000000000000000000000000001"
    if "sqlite" not in db.settings.db_url:
        twin = str(UUID(twin))
    raw(
        db,
        NUMBERED.format(names=numbers),
        COPIED.format(names=names),
        STANDS,
        id=twin,
        number="3200000777",
        load=twin,
    )
    outcome = check(db, house.keys)
    lints = {lint for lint, subject in outcome.found if subject == "3200000777"}
    assert lints >= {"row.as_signed", "row.planned", "row.audited", "row.in_log"}
    answer = client.get("/c/ZZZZZZZZZZ")
    assert "本证明有效" not in answer.text


def names_of(db, table, without):
    with db.look(SYSTEM) as look:
        columns = look.session.execute(text(f"SELECT * FROM {table} LIMIT 1")).keys()
    return ", ".join(name for name in columns if name not in without)


def test_what_is_put_right_again_is_closed_by_the_next_run(house, db):
    certificate_id = issue_one(house)
    raw(db, "UPDATE certificates SET quantity = 900000")
    check(db, house.keys)
    raw(db, "UPDATE certificates SET quantity = 500000")
    assert check(db, house.keys).found == {}
    assert doubts(db, certificate_id) == ()
    with db.look(SYSTEM) as look:
        assert look.scalars(open_findings(look)) == []


def test_two_runs_keep_one_finding_and_the_province_answers_for_it(house, db):
    certificate_id = issue_one(house)
    with db.look(SYSTEM) as look:
        [seq] = look.scalars(
            select(AuditEntry.seq).where(AuditEntry.tag.startswith("inspections:")).limit(1)
        )
    raw(db, "DELETE FROM audit_entries WHERE seq = :seq", seq=seq)
    check(db, house.keys)
    check(db, house.keys)
    with db.look(SYSTEM) as look:
        [finding] = look.scalars(select(CheckFinding))
    province = make_person(db, "province_supervisor", division="320000")
    with pytest.raises(Invalid), db.work(province.actor) as w:
        settle(w, finding.id, "")
    with db.work(province.actor) as w:
        settle(w, finding.id, "已立案，原始材料在案")
    assert doubts(db, certificate_id) == ()
    check(db, house.keys)
    assert doubts(db, certificate_id) == ()


def test_the_command_counts_good_and_bad_and_fails_when_any_is_bad(house, db):
    ready = make_ready(db)
    issue_one(house, ready)
    command = check_command(lambda: house, lambda _house, _look: ("日志缺一叶",))
    good = CliRunner().invoke(command, [])
    assert good.exit_code == 0, good.output
    assert "审计链：完好" in good.output
    assert "证明：1 份相符，0 份不符" in good.output
    raw(db, "UPDATE certificates SET quantity = 900000")
    bad = CliRunner().invoke(command, ["--json", "--log"])
    assert bad.exit_code == 1
    told = json.loads(bad.output)
    assert told["lints"]["row.as_signed"] == {"good": 0, "bad": 1}
    assert {one["lint"] for one in told["findings"]} >= {"row.as_signed", "log.whole"}


def test_supervisors_see_the_last_run_and_its_findings(house, db, client):
    certificate_id = issue_one(house)
    raw(db, "UPDATE certificates SET quantity = 900000")
    check(db, house.keys)
    with db.look(SYSTEM) as look:
        assert last_run(look).issued == 1
    browser = signed_in(client, make_person(db, "county_supervisor", division="320114"))
    page = browser.get("/certificates/checks").text
    assert str(certificate_id) in page
    assert "row.as_signed" in page


def test_the_nightly_check_runs_once_a_day_however_often_it_is_asked(house, db):
    issue_one(house)
    check_issued(db, house.keys)
    raw(db, "UPDATE certificates SET quantity = 900000")
    assert check_issued(db, house.keys) == 0
    db.clock.forward(hours=24)
    assert check_issued(db, house.keys) > 0
