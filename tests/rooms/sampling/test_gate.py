"""A result gates its own batch only, tells why it does not yet, and carries a signed annex."""

from __future__ import annotations

import hashlib
import io
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest
from docx import Document
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError

from aquacert.certificates import queries as certificates
from aquacert.certificates.checks.commands import check
from aquacert.certificates.commands import issue
from aquacert.certificates.recalls.queries import live_hits
from aquacert.certificates.rules.recalls import Question
from aquacert.certificates.tasks import report_changed
from aquacert.kernel.clock import legal_day
from aquacert.kernel.errors import NotFound, NotReady
from aquacert.kernel.scope import SYSTEM
from aquacert.reference.commands import adopt_rule
from aquacert.sampling.commands import (
    dispatch,
    make_plan,
    note_report,
    order_sampling,
    take_sample,
)
from aquacert.sampling.commands.annex import COSE_TYPE, make_annex
from aquacert.sampling.models import OrderedTest, Sample, SampleAnnex
from aquacert.sampling.queries import batch_tests, samples_of, substitute, tests_for, tests_of
from aquacert.sampling.queries.annexes import annex_row
from aquacert.sampling.queries.required import is_must_check
from aquacert.sampling.rules import Because, Matrix, RequiredTest
from aquacert.surveillance.models import Event, OwnResult
from aquacert.trust import cbor, cose
from labs.intake.commands import correct_receipt, receive_item
from labs.reports.commands import withdraw_report
from labs.reports.queries import report_summary
from tests.make.accounts import make_person, signed_in
from tests.make.certificates import confirm, issue_one, look_at, make_ready
from tests.make.declarations import NEAR, answers, make_declaration
from tests.make.hatcheries import make_hatchery
from tests.make.inspections import inspect
from tests.make.labs import DISEASE, make_lab, make_report
from tests.make.sampling import make_sample, tested


@pytest.fixture
def paper(db):
    made = make_declaration(db, state="assigned")
    inspect(db, made, suspected=("DIV1",))
    return made


def told(db, paper):
    with db.look(SYSTEM) as look:
        [line] = batch_tests(look, paper.declaration_id)
    return line


def test_each_step_is_told_to_officials_and_more_gently_to_the_farm(db, paper):
    lab = make_lab(db)
    assert told(db, paper).told == (
        "十足目虹彩病毒病（临床检查可疑）：还没有要求检测，请官方兽医下达并抽样。",
    )
    sample_id = make_sample(db, paper)
    assert "还没有送出" in told(db, paper).told[0]
    with db.work(paper.vet.actor) as w:
        dispatch(w, lab.lab_id, [sample_id])
    assert "实验室还没有收样" in told(db, paper).told[0]
    with db.look(SYSTEM) as look:
        code = samples_of(look, paper.declaration_id)[0].blind_code
    with db.work(lab.receiver.actor) as w:
        receive_item(w, code, "good")
    line = told(db, paper)
    assert "正在检测" in line.told[0]
    assert line.gently[0].startswith("十足目虹彩病毒病（临床检查可疑）：实验室正在检测")
    report_id = make_report(db, lab, code)
    assert told(db, paper).told == ()
    with db.work(lab.authoriser.actor) as w:
        withdraw_report(w, report_id, "样品搞混")
    assert "已撤回" in told(db, paper).told[0]


def test_every_line_of_a_report_reaches_surveillance_and_a_positive_becomes_an_event(db, paper):
    lab = make_lab(db)
    report_id = tested(db, paper, lab, "22.4", "22.6")
    for _ in range(2):
        with db.work(SYSTEM) as w:
            note_report(w, report_id)
    with db.look(SYSTEM) as look:
        [row] = look.scalars(select(OwnResult))
        [event] = look.scalars(select(Event).where(Event.source == "own"))
    assert (row.outcome, row.purpose, row.level, row.in_scope) == (
        "positive",
        "suspicion",
        "III",
        True,
    )
    assert (event.status, event.disease_code) == ("confirmed", "DIV1")
    with db.work(lab.authoriser.actor) as w:
        withdraw_report(w, report_id, "阳性对照污染")
    with db.work(SYSTEM) as w:
        note_report(w, report_id)
    with db.look(SYSTEM) as look:
        assert look.one(select(OwnResult.is_withdrawn)) is True
        assert look.one(select(Event.status).where(Event.source == "own")) == "denied"


def test_a_result_can_never_be_hung_on_a_second_batch(db, paper):
    tested(db, paper, make_lab(db))
    other = make_declaration(db, state="assigned")
    inspect(db, other, suspected=("DIV1",))
    with db.work(other.vet.actor) as w:
        order_sampling(w, other.declaration_id, other.batch_ids[0])
    with db.look(SYSTEM) as look:
        sample_id = samples_of(look, paper.declaration_id)[0].id
    for statement in (
        update(OrderedTest)
        .where(OrderedTest.batch_id == other.batch_ids[0])
        .values(sample_id=sample_id),
        update(Sample).where(Sample.id == sample_id).values(batch_id=other.batch_ids[0]),
        update(Sample).where(Sample.id == sample_id).values(blind_code="AAAAA-BBBBB"),
    ):
        with pytest.raises(DBAPIError, match="one batch only"), db.work(SYSTEM) as w:
            w.session.execute(statement)
    with db.look(SYSTEM) as look:
        [test] = tests_of(look, other.batch_ids[0])
    assert (test.outcome, test.report_no) == (None, "")


def test_a_batch_is_of_a_must_check_category_by_purpose_destination_or_a_recent_positive(db):
    def is_one(paper):
        with db.look(SYSTEM) as look:
            return is_must_check(look, paper.declaration_id, look.today)

    def declared(**load):
        farm = make_hatchery(db)
        return make_declaration(db, farm, filled=answers(db, farm, **load), state="assigned")

    assert is_one(declared())  # leaves its prefecture
    assert is_one(declared(destination=NEAR, purpose="release"))
    near = declared(destination=NEAR)
    assert not is_one(near)
    inspect(db, near, suspected=(DISEASE,))
    report_id = tested(db, near, make_lab(db), "22.4", "22.6")
    with db.work(SYSTEM) as w:
        note_report(w, report_id)
    assert is_one(near)


def planned(db, ready):
    today = legal_day(db.clock.now())
    with db.work(SYSTEM) as w:
        make_plan(
            w,
            disease_code=DISEASE,
            species_code=ready.farm.species_code,
            title="监测计划",
            from_on=today - timedelta(days=9),
            until_on=today + timedelta(days=200),
        )


def test_a_certificate_names_the_reports_it_rests_on_and_no_other_batchs(house, db):
    ready, lab = make_ready(db), make_lab(db)
    planned(db, ready)
    report_id = tested(db, replace(ready.paper, vet=ready.vet), lab)
    with db.look(SYSTEM) as look:
        code = report_summary(look, report_id).blind_code
        assert look.impact("report", code) == {"有效证明": 0, "在途证明": 0, "待出证申报": 1}
    certificate_id = issue_one(house, ready)
    with db.look(SYSTEM) as look:
        assert certificates.resting_on(look, code) == 1
        assert look.impact("report", code)["在途证明"] == 1
        assert certificates.resting_on(look, "AAAAA-BBBBB") == 0
        [row] = look.session.execute(text("SELECT * FROM certificate_reports")).mappings()
    other = make_declaration(db, state="assigned").batch_ids[0]
    stolen = dict(row) | {"id": "0" * 32, "batch_id": other.hex, "disease_code": "WSD"}
    if db.engine.dialect.name == "postgresql":
        stolen |= {"id": "0" * 8 + "-0000-0000-0000-" + "0" * 12, "batch_id": str(other)}
    names = ", ".join(stolen)
    values = ", ".join(f":{name}" for name in stolen)
    insert = text(f"INSERT INTO certificate_reports ({names}) VALUES ({values})")
    with pytest.raises(DBAPIError, match="one batch only"), db.work(SYSTEM) as w:
        w.session.execute(insert, stolen)
    assert certificate_id


def adopted(db, rule_id):
    for _ in range(2):
        officer = make_person(db, "province_supervisor", division="320000")
        with db.work(officer.actor) as w:
            adopt_rule(w, rule_id, w.today - timedelta(days=20))


def counts_once_sampled(db, ready):
    """Whether the other sample's result would still count once the batch has a sample of its own; undone."""
    paper, batch_id = ready.paper, ready.paper.batch_ids[0]
    with db.look(SYSTEM) as look:
        assert tests_standing(look, ready)[0].rule_id
    with suppress(InterruptedError), db.work(ready.vet.actor) as w:
        order_sampling(w, paper.declaration_id, batch_id)
        take_sample(
            w,
            paper.declaration_id,
            batch_id,
            matrix=Matrix.WHOLE,
            individuals=150,
            seal_number="F-OWN",
            taken_with="协检员",
        )
        found = tests_standing(w, ready)
        raise InterruptedError
    return any(test.rule_id for test in found)


def tests_standing(look, ready):
    return tests_for(
        look,
        batch_id=ready.paper.batch_ids[0],
        organisation_id=ready.farm.organisation_id,
        declaration_id=ready.paper.declaration_id,
        species_code=ready.farm.species_code,
        declared_on=look.today,
        suspected=(),
    )[1]


def test_a_surveillance_negative_counts_only_once_the_province_has_adopted_the_rule(house, db):
    farm = make_hatchery(db)
    earlier = make_declaration(db, farm, filled=answers(db, farm, "10万"), state="assigned")
    inspect(db, earlier, suspected=(DISEASE,))
    lab = make_lab(db)
    report_id = tested(db, earlier, lab)
    with db.work(SYSTEM) as w:
        note_report(w, report_id)
    filled = answers(db, farm, "10万", plate="示A6P209")
    ready = make_ready(db, farm=farm, filled=filled)
    planned(db, ready)
    found = look_at(db, ready)
    assert any("还没有要求检测" in one for one in found.sentences)
    adopted(db, "tests.surveillance_negative")
    found = look_at(db, ready)
    assert found.is_ready
    [test] = found.facts.batches[0].tests
    assert (test.rule_id, test.of_batch) == ("tests.surveillance_negative", False)
    assert not counts_once_sampled(db, ready)
    [named] = found.content.draft.reports
    assert named.number == test.report_no
    certificate_id = issue_one(house, ready)
    with db.look(SYSTEM) as look:
        code = report_summary(look, report_id).blind_code
        assert certificates.resting_on(look, code) == 1
        number = report_summary(look, report_id).number
        for asked in (Question(report_no=number), Question(kit_lot="K2604-17")):
            assert [hit[0] for hit in live_hits(look, asked)] == [certificate_id]
    assert [one.sentence for one in check(db, house.keys, by="测试").found] == []
    with db.work(lab.authoriser.actor) as w:
        withdraw_report(w, report_id, "样品搞混")
    with db.look(SYSTEM) as look:  # before any news of it
        asked = RequiredTest(DISEASE, Because.PLAN)
        species = farm.species_code
        assert substitute(look, farm.organisation_id, species, asked, look.today) is None
    report_changed(db, report_id)
    with db.look(SYSTEM) as look:
        assert certificates.certificate(look, certificate_id).status == "suspended"


def test_a_report_that_arrives_while_the_keys_sign_stops_the_certificate(house, db):
    ready, lab = make_ready(db), make_lab(db)
    planned(db, ready)
    report_id = tested(db, replace(ready.paper, vet=ready.vet), lab)
    digest = confirm(db, ready)

    def meanwhile(step):
        if step == "signed":
            with db.work(lab.authoriser.actor) as w:
                withdraw_report(w, report_id, "样品搞混")

    with pytest.raises(NotReady, match="情况有变"):
        issue(db, ready.vet.actor, ready.load_id, house.keys, digest, reached=meanwhile)
    with db.look(SYSTEM) as look:
        assert certificates.certificate_of_load(look, ready.load_id) is None


def test_the_annex_is_signed_once_and_says_everything_but_names(house, db, client, paper):
    lab = make_lab(db)
    report_id = tested(db, paper, lab)
    annex_id = make_annex(db, house.keys, report_id)
    assert make_annex(db, house.keys, report_id) == annex_id
    with db.look(paper.farm.owner) as look:
        row = annex_row(look, annex_id)
        data = look.read_file(look.files_of(row)[0])
        report = report_summary(look, report_id)
    signer = next(key for key in house.keys.public_keys() if key.kid.hex() == row.key_id)
    verified = cose.verify_own(row.cose, {signer.kid: signer.key}, content_type=COSE_TYPE)
    content = cbor.decode(verified.payload)
    assert hashlib.sha256(verified.payload).hexdigest() == row.digest
    assert content["report_digest"] == report.digest
    assert content["blind_code"] == report.blind_code
    assert content["samplers"] == ["官方兽医", "协检员"]
    words = "".join(
        cell.text for table in Document(io.BytesIO(data)).tables for cell in table._cells
    )
    assert paper.number in words
    assert report.digest in words
    with client.session_transaction() as cookie:
        cookie["_user_id"], cookie["_fresh"] = paper.farm.owner_secret, True
    assert client.get(f"/sampling/annexes/{annex_id}.docx").data == data
    assert client.get(f"/sampling/annexes/{annex_id}.cose").data == row.cose
    assert "要求的检测都通过了" in client.get(
        f"/sampling/{paper.declaration_id}/progress"
    ).get_data(as_text=True)
    for person in (lab.technician, lab.authoriser):
        with pytest.raises(NotFound), db.look(person.actor) as look:
            annex_row(look, annex_id)
        signed_in(client, person)
        assert client.get(f"/sampling/annexes/{annex_id}.docx").status_code == 403
    with pytest.raises(DBAPIError, match="append-only"), db.work(SYSTEM) as w:
        w.session.execute(update(SampleAnnex).values(report_no="X"))


def test_a_later_negative_never_outweighs_a_positive_of_an_earlier_sample(db, paper):
    lab = make_lab(db)
    first = make_sample(db, paper)
    with db.work(paper.vet.actor) as w:
        dispatch(w, lab.lab_id, [first])
        code = w.get(Sample, first).blind_code
    with db.work(lab.receiver.actor) as w:
        receive_item(w, code, "missing")
    tested(db, paper, lab)
    with db.look(SYSTEM) as look:
        assert [test.outcome for test in tests_of(look, paper.batch_ids[0])] == ["negative"]
    with db.work(lab.receiver.actor) as w:
        correct_receipt(w, code, "good", "漏登，样品在冰箱里")
    positive = make_report(db, lab, code, "22.4", "22.6")
    with db.look(SYSTEM) as look:
        [test] = tests_of(look, paper.batch_ids[0])
    assert (test.outcome, test.report_id) == ("positive", positive)
    assert "阳性" in told(db, paper).told[0]
