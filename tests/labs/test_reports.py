"""Reports: a third person's act over a content whose hash is kept; withdrawn, never changed."""

import io
from dataclasses import replace

import pytest
from docx import Document
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from aquacert.kernel.errors import Conflict, Invalid, NotAllowedNow, NotFound, NotReady
from aquacert.kernel.outbox import OutboxRow
from aquacert.kernel.scope import SYSTEM
from aquacert.kernel.topics import Topic
from aquacert.kernel.work import Database
from labs.bench.models import Result
from labs.intake.models import Item
from labs.reports.commands import authorise_report, withdraw_report
from labs.reports.documents import docx_of
from labs.reports.models import Report
from labs.reports.queries import (
    digest_of,
    draft_report,
    facts_of_report,
    ready_items,
    report_for,
    reports,
)
from labs.reports.rules import ReportState
from labs.review.commands import review_result
from tests.make.accounts import make_person
from tests.make.labs import (
    DISEASE,
    Announced,
    blind,
    let_also_test,
    make_items,
    make_lab,
    make_report,
    make_result,
)


def told(db: Database) -> list[tuple[str, str]]:
    with db.look(SYSTEM) as look:
        return [
            (row.topic, row.task) for row in look.scalars(select(OutboxRow).order_by(OutboxRow.seq))
        ]


@pytest.fixture
def heard(db):
    """Let one listener hear every topic of the laboratory."""
    topics = (Topic.REPORT_RELEASED, Topic.REPORT_POSITIVE, Topic.REPORT_WITHDRAWN)
    db.subscribers = dict.fromkeys(topics, ("listener",))
    return lambda: [topic for topic, _ in told(db)]


def test_a_report_is_released_under_the_blind_code(db, heard):
    lab = make_lab(db, code="LAB-77")
    [code] = make_items(db, lab)
    report_id = make_report(db, lab, code)
    with db.look() as look:
        found = report_for(look, f" {code.lower()} ")
    assert found is not None
    assert (found.report_id, found.number) == (report_id, "LAB-77-2026-00001")
    assert [(x.disease_code, x.outcome, x.cq) for x in found.lines] == [
        (DISEASE, "negative", "无、无")
    ]
    assert (found.lab_id, found.state) == (lab.lab_id, ReportState.AUTHORISED)
    assert heard() == [Topic.REPORT_RELEASED]


def test_a_positive_report_says_so_upwards(db, heard):
    lab = make_lab(db)
    [code] = make_items(db, lab)
    make_report(db, lab, code, "28.6", "28.9")
    with db.look() as look:
        assert report_for(look, code).lines[0].outcome == "positive"
    assert heard() == [Topic.REPORT_RELEASED, Topic.REPORT_POSITIVE]


def test_an_unreported_or_unknown_code_has_no_report(db):
    lab = make_lab(db)
    [code] = make_items(db, lab)
    with db.look() as look:
        assert report_for(look, code) is None
        assert report_for(look, "鱼") is None


def test_every_ordered_test_must_be_verified_first(db):
    lab = make_lab(db)
    let_also_test(db, lab.lab_id, "WSD", "woah-wsd-qpcr")
    from labs.intake.commands import announce, receive_item
    from tests.make.labs import announced

    code = blind()
    items = [announced(code, db), announced(code, db, "WSD", "woah-wsd-qpcr")]
    assert all(isinstance(item, Announced) for item in items)
    with db.work(SYSTEM) as w:
        announce(w, lab_id=lab.lab_id, items=items)
    with db.work(lab.receiver.actor) as w:
        receive_item(w, code, "good")
    first = make_result(db, lab, code)
    with db.work(lab.reviewer.actor) as w:
        review_result(w, first)
    make_result(db, lab, code, disease="WSD")
    with pytest.raises(NotReady) as refused, db.work(lab.authoriser.actor) as w:
        authorise_report(w, code)
    assert refused.value.reasons == ("WSD 还没有复核通过的结果（待复核）",)
    with db.look(lab.authoriser.actor) as look:
        assert look.scalars(ready_items(look)) == []


def test_the_authoriser_is_a_third_person(db):
    lab = make_lab(db)
    [code] = make_items(db, lab)
    result_id = make_result(db, lab, code)
    with db.work(lab.reviewer.actor) as w:
        review_result(w, result_id)
    for made, words in ((lab.technician, "录入"), (lab.reviewer, "复核")):
        actor = (
            made.actor
        )  # accounts refuses the two roles together; the command refuses the person
        with pytest.raises(NotReady) as refused, db.work(actor) as w:
            authorise_report(w, code)
        assert any(words in reason for reason in refused.value.reasons)
    with pytest.raises(NotReady), db.work(SYSTEM) as w:
        authorise_report(w, code)


def test_what_was_previewed_is_what_is_authorised(db):
    lab = make_lab(db)
    [code] = make_items(db, lab)
    result_id = make_result(db, lab, code)
    with db.work(lab.reviewer.actor) as w:
        review_result(w, result_id)
    with db.look(lab.authoriser.actor) as look:
        draft = draft_report(look, code)
        assert draft.reasons == ()
        assert [item.blind_code for item in look.scalars(ready_items(look))] == [code]
    with pytest.raises(Conflict), db.work(lab.authoriser.actor) as w:
        authorise_report(w, code, digest="0" * 64)
    with db.work(lab.authoriser.actor) as w:
        report_id = authorise_report(w, code, digest=draft.digest)
    with db.look(lab.authoriser.actor) as look:
        row = look.get(Report, report_id)
        assert row.digest == digest_of(draft.content) == draft.digest
        assert row.content == draft.content.plain()
        assert digest_of(replace(draft.content, deviations="有")) != row.digest


def test_numbers_count_up_per_laboratory_without_gaps(db):
    one, other = make_lab(db, code="LAB-A1"), make_lab(db, code="LAB-B1")
    codes = make_items(db, one, 2)
    for code in codes:
        make_report(db, one, code)
    make_report(db, other, make_items(db, other)[0])
    with db.look(SYSTEM) as look:
        numbers = sorted(row.number for row in look.scalars(select(Report)))
    assert numbers == ["LAB-A1-2026-00001", "LAB-A1-2026-00002", "LAB-B1-2026-00001"]


def test_a_report_is_authorised_once(db):
    lab = make_lab(db)
    [code] = make_items(db, lab)
    make_report(db, lab, code)
    with pytest.raises(NotReady), db.work(lab.authoriser.actor) as w:
        authorise_report(w, code)


def test_a_withdrawn_report_stays_readable_and_its_successor_names_it(db, heard):
    lab = make_lab(db)
    [code] = make_items(db, lab)
    first = make_report(db, lab, code)
    with pytest.raises(Invalid, match="原因"), db.work(lab.authoriser.actor) as w:
        withdraw_report(w, first, " ")
    with db.work(lab.authoriser.actor) as w:
        withdraw_report(w, first, "提取空白复核发现污染")
    with db.look() as look:
        found = report_for(look, code)
    assert (found.state, found.withdrawn_because) == (ReportState.WITHDRAWN, "提取空白复核发现污染")
    with pytest.raises(NotAllowedNow), db.work(lab.authoriser.actor) as w:
        withdraw_report(w, first, "再撤一次")
    second = make_report(db, lab, code, "28.0", "28.1")
    with db.look(lab.authoriser.actor) as look:
        row = look.get(Report, second)
        assert row.supersedes_id == first
        assert "提取空白" in row.content["replaces"]
        assert report_for(look, code).report_id == second
        assert [r.state for r in look.scalars(select(Result).order_by(Result.version))] == [
            "withdrawn",
            "reported",
        ]
        assert look.one(select(Item.state)) == "reported"
    assert heard() == [
        Topic.REPORT_RELEASED,
        Topic.REPORT_WITHDRAWN,
        Topic.REPORT_RELEASED,
        Topic.REPORT_POSITIVE,
    ]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE lab_reports SET content = '{}'",
        "UPDATE lab_reports SET is_positive = NOT is_positive",
        "DELETE FROM lab_reports",
        "UPDATE lab_results SET outcome = 'positive'",
        "DELETE FROM lab_results",
    ],
)
def test_the_database_refuses_to_change_what_was_reported(db, statement):
    lab = make_lab(db)
    [code] = make_items(db, lab)
    make_report(db, lab, code)
    with pytest.raises(DBAPIError, match="append-only"), db.engine.begin() as connection:
        connection.execute(text(statement))


def test_only_its_own_laboratory_sees_a_report_row(db):
    one, other = make_lab(db), make_lab(db)
    [code] = make_items(db, one)
    report_id = make_report(db, one, code)
    for actor in (other.authoriser.actor, make_person(db, "official_vet").actor):
        with db.look(actor) as look:
            assert look.pages(reports(look)).items == []
            with pytest.raises(NotFound):
                look.get(Report, report_id)
    with db.look(one.reviewer.actor) as look:
        assert [r.id for r in look.pages(reports(look, code)).items] == [report_id]


def test_the_docx_read_again_holds_the_same_facts(db):
    lab = make_lab(db)
    [code] = make_items(db, lab)
    report_id = make_report(db, lab, code)
    with db.look(lab.authoriser.actor) as look:
        row = look.get(Report, report_id)
        facts = facts_of_report(look, row)
    document = Document(io.BytesIO(docx_of(replace(facts, is_demo=True))))
    words = [cell.text for table in document.tables for r in table.rows for cell in r.cells]
    words += [p.text for p in document.paragraphs]
    section = document.sections[0]
    words += [section.header.paragraphs[0].text, section.footer.paragraphs[0].text]
    whole = "\n".join(words)
    for fact in (
        row.number,
        row.digest,
        code,
        "SC/T 7237-2020",
        "阴性",
        "演示样张·无效",
        "仔虾，150 个体",
    ):
        assert fact in whole
    assert "判定规则 v1" in whole
