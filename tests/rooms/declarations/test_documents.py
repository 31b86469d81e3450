"""The opening forms, read again from their own bytes."""

from __future__ import annotations

import io

import pytest
from docx import Document

from aquacert.declarations.commands import (
    accept_declaration,
    ask_supplement,
    refuse_declaration,
)
from aquacert.declarations.documents import DEMO, STATEMENT
from aquacert.declarations.queries import papers
from aquacert.declarations.queries.papers import document
from aquacert.kernel.errors import NotFound
from tests.make.declarations import answers, make_declaration
from tests.make.hatcheries import make_hatchery


def text_of(data: bytes) -> str:
    paper = Document(io.BytesIO(data))
    cells = [cell.text for table in paper.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(one.text for one in paper.paragraphs), *cells])


def paper(db, made, kind):
    with db.look(made.farm.clerk) as look:
        return document(look, made.declaration_id, kind)


def test_the_application_says_what_was_declared_in_the_statutory_words(db):
    made = make_declaration(db)
    name, data = paper(db, made, "application")
    said = text_of(data)
    assert name == f"申报单-{made.number}.docx"
    for fact in (
        "编号：2026000001",
        made.number,
        STATEMENT,
        "伍拾万尾",
        "凡纳滨对虾",
        "人工饲养",
        "养殖",
        "山东省青岛市崂山区样例养殖场",
        "示A6P208",
        "2026 年 5 月 14 日 16:00",
        "2026 年 5 月 9 日 09:42",
        "装运前经聚维酮碘消毒",
        "13800008000",
    ):
        assert fact in said, fact
    assert DEMO in said
    # The form asks for no name or phone of the consignee or the carrier.
    for extra in ("李四", "0532-87654321", "王五", "13900001111"):
        assert extra not in said
    assert paper(db, made, "application")[1] == data


def test_the_acceptance_says_when_and_where(db):
    made = make_declaration(db)
    with db.work(made.farm.clerk) as w:
        accept_declaration(w, made.declaration_id, visit_at=w.now, visit_place="2 号塘")
    said = text_of(paper(db, made, "acceptance")[1])
    assert "■ 受理：拟派员于2026 年 5 月 9 日到2 号塘实施检疫。\n□ 不受理" in said
    assert "经办人\n张三丰\n经办人联系电话\n13800008000" in said
    with pytest.raises(NotFound):
        paper(db, made, "refusal")


def test_the_supplement_lists_everything_once(db):
    made = make_declaration(db)
    with db.work(made.farm.clerk) as w:
        ask_supplement(
            w, made.declaration_id, items=["production_record", "answers"], note="车牌写错"
        )
    said = text_of(paper(db, made, "supplement")[1])
    assert "2 项，现一次性告知" in said
    assert "水产养殖生产记录" in said
    assert "车牌写错" in said


def test_the_refusal_names_article_and_reason(db):
    made = make_declaration(db)
    with db.work(made.farm.clerk) as w:
        refuse_declaration(
            w,
            made.declaration_id,
            ground="out_of_area",
            reason="启运地在邻县，请到邻县申报点申报。",
        )
    said = text_of(paper(db, made, "refusal")[1])
    assert "■ 不受理，理由：启运地在邻县，请到邻县申报点申报。" in said
    assert "第十二条" in said


@pytest.mark.parametrize("odd", ["㐂䶮𠮷水产", "=cmd|'/c calc'!A0", "<w:p/>&"])
def test_rare_characters_and_mark_up_survive_on_paper(db, odd):
    farm = make_hatchery(db)
    made = make_declaration(db, farm, filled=answers(db, farm, place=odd))
    assert odd in text_of(paper(db, made, "application")[1])


def test_a_declaration_older_than_the_filing_has_its_forms_without_a_number(db, monkeypatch):
    made = make_declaration(db)
    monkeypatch.setattr(papers, "latest", lambda *_: None)
    said = text_of(paper(db, made, "application")[1])
    assert "伍拾万尾" in said
    assert "编号：" not in said
