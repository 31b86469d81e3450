"""Our own test results reach surveillance by themselves, in whatever order their news come."""

from __future__ import annotations

import io
import itertools
from dataclasses import replace
from datetime import timedelta

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from aquacert.accounts.models import InboxMessage
from aquacert.kernel.audit import AuditEntry
from aquacert.kernel.errors import NotAllowedNow
from aquacert.kernel.ids import new_id
from aquacert.kernel.scope import SYSTEM
from aquacert.surveillance.commands import (
    OwnNews,
    confirm_event,
    deny_event,
    take_own_result,
)
from aquacert.surveillance.models import Event, OwnResult
from aquacert.surveillance.queries.events import changes_of
from aquacert.surveillance.rules.own import Heard, Purpose, Version
from tests.make.accounts import make_organisation, make_person, signed_in
from tests.make.surveillance import blocked, make_officer


@pytest.fixture
def news(db):
    farm, lab = make_organisation(db, "hatchery"), make_organisation(db, "lab")
    now = db.clock.now()
    return OwnNews(
        sample_id=new_id(now),
        organisation_id=farm,
        division_code="320114",
        disease_code="DIV1",
        species_code="PNV",
        life_stage="仔虾",
        individuals=150,
        sampled_on=now.date(),
        purpose=Purpose.CERTIFICATE,
        method_code="sct7237-2020",
        outcome="negative",
        lab_id=lab,
        lab_name="示例实验室",
        in_scope=True,
        report_no="LAB-01-2026-00001",
        version=Version(now, new_id(now)),
    )


def take(db, *heard):
    for one in heard:
        with db.work(SYSTEM) as w:
            said = take_own_result(w, one)
    return said


def later(news, hours, outcome, *, withdrawn=False):
    at = news.version.reported_at + timedelta(hours=hours)
    return replace(
        news,
        outcome=outcome,
        report_no=f"{news.report_no}-{hours}",
        version=Version(at, new_id(at), withdrawn),
    )


def withdrawn(news):
    return replace(news, version=replace(news.version, is_withdrawn=True))


def rows(db):
    with db.look(SYSTEM) as look:
        return look.scalars(select(OwnResult)), look.scalars(select(Event))


def picture(db):
    """What stands, without when it was heard."""
    results, events = rows(db)
    return (
        [(r.outcome, r.report_no, r.is_withdrawn) for r in results],
        [(e.status, e.is_confirmed, e.content) for e in events],
    )


def test_a_repeated_result_is_one_observation(db, news):
    assert take(db, news) is Heard.NEW
    assert take(db, news) is Heard.SAME
    [row], events = rows(db)
    assert (row.outcome, row.disease_name, events) == ("negative", "十足目虹彩病毒病", [])
    assert row.place.startswith("江苏省")


def test_an_older_version_after_a_newer_is_ignored_and_logged(db, news):
    newer = later(news, 5, "positive")
    take(db, newer)
    assert take(db, news) is Heard.STALE
    assert picture(db)[0] == [("positive", newer.report_no, False)]
    with db.look(SYSTEM) as look:
        tags = look.scalars(select(AuditEntry.tag))
    assert tags.count("surveillance:own:ignore") == 1


def test_an_official_positive_makes_a_confirmed_event_that_names_no_farm_and_opens_no_zone(
    db, news
):
    take(db, replace(news, outcome="positive"))
    _results, [event] = rows(db)
    assert (event.status, event.is_confirmed, event.division_code) == ("confirmed", True, "320114")
    assert str(news.organisation_id) not in f"{event.source_key}{event.content}"


def test_a_self_test_only_raises_a_suspicion_until_an_official_test_confirms_it(db, news):
    take(db, replace(news, outcome="positive", purpose=Purpose.SELF))
    _results, [event] = rows(db)
    assert (event.status, event.is_confirmed) == ("suspected", False)
    official = replace(later(news, 30, "positive"), sample_id=new_id(db.clock.now()))
    take(db, official)
    _results, [event] = rows(db)
    assert (event.status, event.is_confirmed) == ("confirmed", True)


def test_a_positive_that_is_withdrawn_leaves_a_denied_event(db, news):
    positive = replace(news, outcome="positive")
    take(db, positive, withdrawn(positive))
    _results, [event] = rows(db)
    assert (event.status, event.is_confirmed) == ("denied", False)


def test_an_officers_confirmation_does_not_outlive_the_positives_it_rests_on(db, news):
    officer = make_officer(db).actor
    positive = replace(news, outcome="positive", purpose=Purpose.SELF)
    take(db, positive)
    _results, [event] = rows(db)
    with db.work(officer) as w:
        confirm_event(w, event.id, "参考实验室 R-1")
    assert len(blocked(db, place="320114")) == 1
    take(db, withdrawn(positive))
    _results, [event] = rows(db)
    assert (event.status, event.verdict, event.is_confirmed) == ("denied", "suspected", False)
    assert blocked(db, place="320114") == ()
    with db.look(officer) as look:
        told = look.scalars(select(InboxMessage).where(InboxMessage.kind == "ladder"))
        assert officer.person_id in {one.to_person_id for one in told}
        assert changes_of(look, event.id)[-1].diff["verdict"] == ["confirmed", "suspected"]
    take(db, later(replace(news, sample_id=new_id(db.clock.now())), 40, "positive"))
    _results, [event] = rows(db)
    assert (event.status, event.verdict, event.is_confirmed) == ("confirmed", None, True)
    with pytest.raises(NotAllowedNow, match="官方阳性报告还有效"), db.work(officer) as w:
        deny_event(w, event.id, "我看没有病")


def test_the_same_news_in_any_order_end_in_one_state(db, news):
    first = replace(news, outcome="positive", purpose=Purpose.SELF)
    story = [first, withdrawn(first), later(first, 3, "negative"), later(first, 9, "positive")]
    pictures = []
    for order in itertools.permutations(range(len(story))):
        farm = make_organisation(db, "hatchery")
        sample = new_id(db.clock.now())
        told = [replace(one, organisation_id=farm, sample_id=sample) for one in story]
        take(db, *[told[n] for n in order], told[order[0]])
        with db.look(SYSTEM) as look:
            row = look.one(select(OwnResult).where(OwnResult.sample_id == sample))
        pictures.append((row.outcome, row.report_no, row.is_withdrawn))
    _results, events = rows(db)
    assert len(set(pictures)) == 1
    assert {(e.status, e.is_confirmed, str(e.content)) for e in events} == {
        (events[0].status, events[0].is_confirmed, str(events[0].content))
    }
    assert (len(pictures), len(events), events[0].status) == (24, 24, "suspected")


def test_the_list_and_its_files_keep_to_the_readers_place_and_name_no_farm(db, client, news):
    take(db, replace(news, life_stage="=1+1"))
    elsewhere = replace(
        news, sample_id=new_id(db.clock.now()), division_code="370285", report_no="LAB-02"
    )
    take(db, elsewhere)
    officer = make_person(db, "county_supervisor", division="320114")
    signed_in(client, officer)
    html = client.get("/surveillance/tests?q=十足目").get_data(as_text=True)
    assert "LAB-01-2026-00001" in html
    assert "LAB-02" not in html
    text = client.get("/surveillance/tests.csv").get_data().decode("utf-8-sig")
    assert [line.split(",")[4] for line in text.splitlines()] == ["病种", "十足目虹彩病毒病"]
    assert ",'=1+1," in text
    assert str(news.organisation_id) not in text
    book = load_workbook(io.BytesIO(client.get("/surveillance/tests.xlsx?outcome=positive").data))
    assert book.active.max_row == 1
    for page in ("tests", "tests.csv"):
        assert client.get(f"/surveillance/{page}?from=gestern").status_code == 422
    lab = make_person(db, "lab_technician", organisation_id=news.lab_id)
    signed_in(client, lab)
    assert client.get("/surveillance/tests").status_code == 403
