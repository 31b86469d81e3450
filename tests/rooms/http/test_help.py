"""Help on each page: every page has its two sentences, in both languages, and shows them folded."""

from __future__ import annotations

import re

from aquacert.http.help import help_for, table
from tests.make.accounts import make_person, signed_in

CHINESE = re.compile(r"[\u3400-\u9fff]")
WITHOUT = {"static", "home", "healthz", "readyz", "metrics", "openapi_document"}


def test_every_page_has_help_and_every_row_a_page(app):
    pages = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and not rule.rule.startswith("/api/")
    }
    assert {page for page in pages - WITHOUT if help_for(page, "zh_CN") is None} == set()
    rooms = {page.partition(".")[0] for page in pages}
    unknown = {row for row in table() if row not in pages and row.removesuffix(".*") not in rooms}
    assert unknown == set()


def test_help_is_short_and_in_two_languages():
    for page, words in table().items():
        for sentence in (words["zh"].purpose, words["zh"].next):
            assert CHINESE.search(sentence), page
            assert 6 <= len(sentence) <= 60, page
        for sentence in (words["en"].purpose, words["en"].next):
            assert re.search("[a-z]{3}", sentence), page
            assert len(sentence) <= 140, page


def test_help_stands_folded_on_the_phone_and_on_the_desk(app, db):
    for role, path in (("office_clerk", "/declarations/"), ("dealer", "/accounts/inbox")):
        text = signed_in(app.test_client(), make_person(db, role)).get(path).text
        found = re.search(r'<details class="help">.*?</details>', text, re.DOTALL)
        assert found is not None, path
        assert " open" not in found.group()[:30]
        assert len(re.findall("<p>", found.group())) == 2


def test_whoever_types_is_heard(app, db):
    assert signed_in(app.test_client(), make_person(db)).get("/accounts/here").status_code == 204
    assert app.test_client().get("/accounts/here").status_code == 302
