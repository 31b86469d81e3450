"""Documents that last: levels kept as found, timestamps added later, proofs renewed, copies."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from aquacert.app import rounds_of
from aquacert.certificates import commands, queries
from aquacert.certificates.archive import queries as archive
from aquacert.certificates.models import DocumentLevel
from aquacert.certificates.rules.levels import PdfLevel
from aquacert.kernel.audit import AuditEntry
from aquacert.kernel.errors import Conflict, Invalid, NotAllowed, NotAllowedNow, NotFound
from aquacert.kernel.scope import SYSTEM
from aquacert.trust.pdf import verify_pdf
from tests.make.accounts import make_person, signed_in
from tests.make.certificates import issue_one, make_ready
from tests.make.tsa import LocalTsa, serving


@pytest.fixture
def tsa(tmp_path, house):
    """An authority at the test's own clock, served while the test runs."""
    local = LocalTsa(tmp_path / "tsa", house.database.clock.now, days=400)
    with serving(local):
        yield local


def trusting(house, tsa):
    """Let the house ask the authority."""
    house.database.settings = replace(house.database.settings, tsa_url=tsa.url, tsa_trust=tsa.trust)


def issued(house):
    certificate_id = issue_one(house)
    commands.render(house.database, house.keys, certificate_id)
    return certificate_id


def level(house, certificate_id):
    with house.database.look(SYSTEM) as look:
        return queries.level_of(look, certificate_id)


def pdf(house, certificate_id):
    with house.database.look(SYSTEM) as look:
        return look.read_file(queries.documents_of(look, certificate_id)[queries.PDF])


def test_without_an_authority_a_document_is_signed_and_says_that_no_more_was_shown(house):
    one = issued(house)
    found = level(house, one)
    assert (found.level, found.revision) == (PdfLevel.B_B, 1)
    assert found.name == "已签名，时间戳待补"
    assert commands.complete(house.database, house.keys) == []
    assert list(commands.preserve_due(house.database, house.keys)) == []


def test_a_wrong_setting_costs_the_timestamp_and_not_the_document(house, tsa, tmp_path):
    trusting(house, tsa)
    tsa.trust.write_bytes(b"no certificates")
    assert level(house, issued(house)).level is PdfLevel.B_B


def test_with_an_authority_both_signatures_are_stamped(house, tsa):
    trusting(house, tsa)
    one = issued(house)
    assert level(house, one).level is PdfLevel.B_T
    report = verify_pdf(pdf(house, one), house.keys.roots(), stamp_roots=tsa.authority().roots)
    assert [stamp.owner for stamp in report.timestamps] == ["Vet", "Body"]
    assert report.proof is None or report.proof.startswith("c2sp.org/tlog-proof")


@pytest.mark.parametrize(
    "fault", ["hang", "500", "wrong nonce", "wrong hash", "truncated", "changed", "html", "huge"]
)
def test_a_failing_authority_costs_the_timestamp_and_a_round_adds_it_later(house, tsa, fault):
    trusting(house, tsa)
    tsa.fault = fault
    db = house.database
    ready = make_ready(db)
    with db.look(SYSTEM) as look:
        assert archive.authority(look).urls == (tsa.url,)
    one = issue_one(house, ready)
    commands.render(db, house.keys, one)
    signed = pdf(house, one)
    assert level(house, one).level is PdfLevel.B_B
    assert [done.level for done in commands.complete(db, house.keys)] == [None]
    tsa.fault = ""
    rounds = rounds_of(house)
    rounds.run_due()
    db.clock.forward(minutes=11)
    assert "timestamps" in rounds.run_due()
    assert (level(house, one).level, level(house, one).revision) == (PdfLevel.B_T, 2)
    assert pdf(house, one).startswith(signed)
    assert commands.complete(db, house.keys) == []


def test_the_second_authority_is_asked_when_the_first_is_foreign(house, tsa, tmp_path):
    foreign = LocalTsa(tmp_path / "foreign", house.database.clock.now)
    with serving(foreign):
        house.database.settings = replace(
            house.database.settings,
            tsa_url=foreign.url,
            tsa_second_url=tsa.url,
            tsa_trust=tsa.trust,
        )
        one = issued(house)
    assert level(house, one).level is PdfLevel.B_T
    assert foreign.asked == 2


def test_at_night_documents_become_provable_for_long_and_are_renewed_in_time(house, tsa):
    trusting(house, tsa)
    db = house.database
    one = issued(house)
    signed = pdf(house, one)
    db.clock.forward(hours=20)
    assert [done.level for done in commands.preserve_due(db, house.keys)] == [PdfLevel.B_LTA]
    kept = pdf(house, one)
    assert kept.startswith(signed)
    found = level(house, one)
    assert found.revision == 2
    assert found.next_due_at - db.clock.now() > timedelta(days=300)
    assert list(commands.preserve_due(db, house.keys)) == []
    db.clock.forward(days=320)
    assert [done.level for done in commands.preserve_due(db, house.keys)] == [PdfLevel.B_LTA]
    assert pdf(house, one).startswith(kept)
    later = db.clock.now() + timedelta(days=60)
    report = verify_pdf(
        pdf(house, one), house.keys.roots(), later, stamp_roots=tsa.authority().roots
    )
    assert report.level.value == "B-LTA"
    assert len(report.timestamps) == 4
    with db.look(SYSTEM) as look:
        rows = look.scalars(select(DocumentLevel).order_by(DocumentLevel.revision))
        titles = look.scalars(select(AuditEntry.title).where(AuditEntry.subject_id == str(one)))
        assert archive.counts(look) == {PdfLevel.B_LTA: 1}
    assert [row.level for row in rows] == ["B-T", "B-LTA", "B-LTA"]
    assert titles.count("文书补充时间戳或验证数据") == 2


def test_a_level_that_was_not_reached_is_not_kept(house, tsa):
    trusting(house, tsa)
    one = issued(house)
    bare = tsa.trust.read_bytes().partition(b"-----BEGIN X509 CRL")[0]
    tsa.trust.write_bytes(bare)
    done = list(commands.preserve_due(house.database, house.keys))
    assert [(each.level, each.error) for each in done] == [(None, "level-not-reached")]
    assert level(house, one).revision == 1


def test_documents_made_before_levels_were_kept_are_judged_at_night(house):
    one = issued(house)
    with house.database.work(SYSTEM) as w:
        connection = w.session.connection()
        for trigger in ("no_delete", "no_update"):
            if connection.dialect.name == "sqlite":
                connection.execute(text(f"DROP TRIGGER tr_document_levels_{trigger}"))
            else:
                connection.execute(
                    text(f"DROP TRIGGER tr_document_levels_{trigger} ON document_levels")
                )
        connection.exec_driver_sql("DELETE FROM document_levels")
        w.record(commands_fact(), on=("certificates", str(one)))
    assert level(house, one) is None
    assert [done.level for done in commands.preserve_due(house.database, house.keys)] == [
        PdfLevel.B_B
    ]
    assert level(house, one).revision == 1


def commands_fact():
    from aquacert.certificates.archive.commands.preserve import DocumentJudged

    return DocumentJudged("3200000001", "B-B")


def test_what_was_found_cannot_be_changed(house):
    issued(house)
    with pytest.raises(DBAPIError), house.database.work(SYSTEM) as w:
        w.session.connection().exec_driver_sql("UPDATE document_levels SET level = 'B-LTA'")


def reprint(house, ready, certificate_id, because):
    db = house.database
    drawn = commands.draw_copy(db, ready.vet.actor, house.keys, certificate_id)
    with db.work(ready.vet.actor) as w:
        return commands.keep_copy(w, drawn, because)


def test_a_copy_is_marked_counted_and_recorded_and_the_original_untouched(house):
    db = house.database
    ready = make_ready(db)
    one = issue_one(house, ready)
    commands.render(db, house.keys, one)
    before = pdf(house, one)
    with pytest.raises(Invalid):
        reprint(house, ready, one, " ")
    assert reprint(house, ready, one, "随车一联淋湿") == 1
    assert reprint(house, ready, one, "再打一份存档") == 2
    drawn = commands.draw_copy(db, ready.vet.actor, house.keys, one)
    assert reprint(house, ready, one, "另一个窗口") == 3
    with pytest.raises(Conflict), db.work(ready.vet.actor) as w:
        commands.keep_copy(w, drawn, "同一时刻")
    assert pdf(house, one) == before
    with db.look(ready.vet.actor) as look:
        assert [line.ordinal for line in queries.copies_of(look, one)] == [1, 2, 3]
        copy = queries.copy_file(look, one, 2)
        titles = [entry.title for entry in queries.history(look, one)]
        with pytest.raises(NotFound):
            queries.copy_file(look, one, 4)
    assert titles.count("重印副本") == 3
    import pypdfium2

    words = "".join(pypdfium2.PdfDocument(copy)[0].get_textpage().get_text_range().split())
    assert "副本第2次" in words
    assert "副本不另签章" in words


def test_the_page_says_the_level_and_prints_a_copy_by_hand(house, client):
    db = house.database
    ready = make_ready(db)
    one = issue_one(house, ready)
    commands.render(db, house.keys, one)
    browser = signed_in(client, ready.vet)
    page = browser.get(f"/certificates/{one}").get_data(as_text=True)
    assert "签名级别" in page
    assert "B-B" in page
    assert "重印副本" in browser.get(f"/certificates/{one}/reprint").get_data(as_text=True)
    form = {"because": "随车一联淋湿", "once": "k9"}
    answer = browser.post(f"/certificates/{one}/reprint", data=form)
    assert answer.status_code == 302
    assert browser.post(f"/certificates/{one}/reprint", data=form).status_code == 302
    page = browser.get(answer.location).get_data(as_text=True)
    assert "副本 第 1 次" in page
    assert "副本 第 2 次" not in page
    copy = browser.get(f"/certificates/{one}/copies/1.pdf")
    assert (copy.status_code, copy.mimetype) == (200, "application/pdf")
    assert browser.get(f"/certificates/{one}/copies/2.pdf").status_code == 404


def test_the_night_by_hand_shows_its_progress(house, tsa, monkeypatch):
    from click.testing import CliRunner

    from aquacert.certificates.archive.cli import documents_commands

    trusting(house, tsa)
    one = issued(house)
    monkeypatch.setattr(house.database, "close", lambda: None)
    group = documents_commands(lambda: house)
    done = CliRunner().invoke(group, ["preserve"])
    assert (done.exit_code, "完成 1 份" in done.output) == (0, True)
    assert level(house, one).level is PdfLevel.B_LTA
    said = CliRunner().invoke(group, ["levels"]).output
    assert "可长期验证" in said


def test_a_copy_is_of_a_valid_certificate_and_of_its_issuer_only(house, db):
    ready = make_ready(db)
    one = issue_one(house, ready)
    there = make_person(db, "office_clerk", division="370212")
    with pytest.raises(NotAllowed, match="启运地"):
        commands.draw_copy(db, there.actor, house.keys, one)
    with db.work(ready.vet.actor) as w:
        commands.void(w, one, "写错")
    with pytest.raises(NotAllowedNow, match="不能重印"):
        commands.draw_copy(db, ready.vet.actor, house.keys, one)
