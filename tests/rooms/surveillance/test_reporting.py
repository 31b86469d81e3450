"""Own reporting: points, their months, the plan through the sampling room, the ladder's findings."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date

import pytest
from openpyxl import load_workbook
from sqlalchemy import func, select

from aquacert.accounts.models import InboxMessage
from aquacert.kernel.errors import Invalid, NotAllowed, NotAllowedNow, NotFound
from aquacert.kernel.ids import new_id
from aquacert.kernel.scope import SYSTEM
from aquacert.sampling import tasks as sampling_tasks
from aquacert.sampling.commands.plansamples import (
    PlanTaking,
    send_plan_sample,
    take_plan_sample,
)
from aquacert.sampling.queries.plansamples import plan_sample
from aquacert.sampling.queries.referrals import unlisted
from aquacert.surveillance.commands.feeds import ImportAsked, import_in
from aquacert.surveillance.commands.ladder import find_on_farm
from aquacert.surveillance.commands.monthly import (
    MonthSaid,
    accept_month,
    keep_draft,
    quiet_month,
    return_month,
    send_month,
)
from aquacert.surveillance.commands.plans import PlanSaid, make_monitoring_plan
from aquacert.surveillance.commands.points import close_point
from aquacert.surveillance.commands.shapes import confirm_version
from aquacert.surveillance.models import Event, MonthlyReport, OwnResult
from aquacert.surveillance.queries.ladder import area_ladders, farm_ladder, farm_ladders
from aquacert.surveillance.queries.monthly import carried, draft, figures, late
from aquacert.surveillance.queries.plans import open_tasks, plan, plan_lines
from aquacert.surveillance.queries.plans import task as task_line
from aquacert.surveillance.queries.points import coverage, my_points, point, points
from aquacert.surveillance.queries.register import register_now
from aquacert.surveillance.queries.risk import late_months
from aquacert.surveillance.queries.shapes import proposed_of
from aquacert.surveillance.rules.ladder import Finding, Rung
from aquacert.surveillance.rules.monthly import Row, Stock
from aquacert.surveillance.tasks import remind_late
from labs.intake.commands import receive_item
from tests.make.accounts import make_person, signed_in
from tests.make.hatcheries import make_hatchery
from tests.make.labs import make_lab, make_report
from tests.make.surveillance import make_officer, make_point, zones_of

APRIL, MARCH = date(2026, 4, 1), date(2026, 3, 1)
STOCK = Stock("PNV", 1200, 500_000)
SICK = Row("PNV", "WSD", 300, 100_000, 2_500, basis=("lab",), measures=("medicine",))


@pytest.fixture
def farm(db):
    return make_hatchery(db)


@pytest.fixture
def officer(db):
    return make_officer(db).actor


@pytest.fixture
def place(db, farm, officer):
    return make_point(db, farm.organisation_id, officer)


def send(db, who, place, month, said=None, because=""):
    with db.work(who) as w:
        return send_month(w, place, month, said or MonthSaid((STOCK,)), because)


def test_points_are_numbered_within_their_county_and_seen_by_their_own_only(
    db, farm, officer, place
):
    helper = make_person(db, "station_assistant")
    second = make_point(db, farm.organisation_id, officer, reporter_id=helper.person_id)
    stranger = make_officer(db, "320500").actor
    with db.look(officer) as look:
        codes = [row.code for row in look.scalars(points(look))]
        [county] = [one for one in coverage(look) if one.division_code == "320114"]
        assert (codes, county.points) == (["320114-01", "320114-02"], 2)
        assert farm.organisation_id not in {one.organisation_id for one in county.lacking}
    with db.look(helper.actor) as look:
        assert [row.id for row in look.scalars(my_points(look))] == [second]
    with db.look(farm.owner) as look:
        assert [row.id for row in look.scalars(my_points(look))] == [place]
    with db.look(stranger) as look, pytest.raises(NotFound):
        point(look, place)
    with pytest.raises(NotAllowed):
        make_point(db, farm.organisation_id, stranger)
    with pytest.raises(NotAllowed):
        send(db, helper.actor, place, APRIL)
    for day in (date(202, 5, 1), date(9999, 12, 1)):
        with pytest.raises(Invalid, match="开始日不对"):
            make_point(db, farm.organisation_id, officer, from_on=day)
    with db.work(officer) as w:
        close_point(w, second, "养殖场停产")
    assert make_point(db, farm.organisation_id, officer) is not None
    with db.look(officer) as look:
        assert [row.code for row in look.scalars(points(look))] == ["320114-01", "320114-03"]


def test_a_month_goes_from_draft_to_accepted_and_is_corrected_as_a_new_version(
    db, farm, officer, place
):
    with pytest.raises(NotAllowedNow), db.work(farm.owner) as w:
        quiet_month(w, place, APRIL)
    with db.work(farm.owner) as w:
        keep_draft(w, place, date(2026, 5, 1), {"stocked-0": "五十"})
    with pytest.raises(NotAllowedNow):
        send(db, farm.owner, place, date(2026, 5, 1))
    with pytest.raises(NotAllowedNow):
        send(db, farm.owner, place, date(2026, 1, 1))
    with pytest.raises(Invalid) as refused:
        send(db, farm.owner, place, MARCH, MonthSaid((STOCK,), (replace(SICK, deaths=100_001),)))
    assert refused.value.fields == {"row-0-deaths": "死亡的不能比发病区域里养的多。"}
    with pytest.raises(Invalid) as refused:
        send(
            db, farm.owner, place, MARCH, MonthSaid((STOCK,), (replace(SICK, disease_code="SVC"),))
        )
    assert set(refused.value.fields) == {"row-0-disease"}
    first = send(db, farm.owner, place, MARCH)
    with db.work(farm.owner) as w:
        quiet_month(w, place, APRIL)
        assert carried(w, place) == (STOCK,)
    with pytest.raises(Invalid, match="已经报过"):
        send(db, farm.owner, place, MARCH)
    second = send(db, farm.owner, place, MARCH, MonthSaid((STOCK,), (SICK,)), "漏报了白斑")
    with pytest.raises(NotAllowedNow), db.work(officer) as w:
        accept_month(w, first)
    with db.work(officer) as w:
        return_month(w, second, "发病面积不对")
    third = send(db, farm.owner, place, MARCH, MonthSaid((STOCK,), (SICK,)))
    with db.work(officer) as w:
        accept_month(w, third)
        accept_month(w, third)
    with db.look(officer) as look:
        states = look.scalars(
            select(MonthlyReport.state)
            .where(MonthlyReport.month_on == MARCH)
            .order_by(MonthlyReport.version)
        )
        assert states == ["replaced", "replaced", "accepted"]
        found = figures(look, 2026, quarter=1)
        assert [(one.disease_code, one.deaths, one.version) for one in found] == [("WSD", 2_500, 3)]
        assert [one.is_quiet for one in figures(look, 2026, month=4)] == [True]
        assert figures(look, 2026, month=4, accepted_only=True) == []
        assert draft(look, place, date(2026, 5, 1)) == {"stocked-0": "五十"}
        assert figures(look, 2026, division_code="320500") == []
    with db.look(make_officer(db, "320500").actor) as look:
        assert figures(look, 2026) == []


def test_late_months_are_listed_and_their_reporter_is_told_once(db, farm, officer, place):
    send(db, farm.owner, place, MARCH)
    with db.look(officer) as look:
        rows = look.scalars(points(look))
        assert [(row.id, month.month) for row, month in late(look, rows)] == [
            (place, 2),
            (place, 4),
        ]
        assert late_months(look, ["320114"]) == {"320114": 2}
    assert remind_late(db) == 2
    assert remind_late(db) == 0
    with db.look(SYSTEM) as look:
        told = select(func.count()).select_from(InboxMessage).where(InboxMessage.kind == "monthly")
        assert (
            look.session.scalar(told.where(InboxMessage.to_organisation_id == farm.organisation_id))
            == 2
        )
        [sent] = look.scalars(select(MonthlyReport.id))
    with db.work(officer) as w:
        return_month(w, sent, "面积不对")
        close_point(w, place, "停产")
    with db.look(
        farm.owner
    ) as look:  # what a closed point still owes stays on its reporter's phone
        [row] = look.scalars(my_points(look))
        assert len(late(look, [row])) == 3
    with db.look(SYSTEM) as look:
        assert late_months(look, ["320114"]) == {"320114": 3}


def test_the_plan_is_sampled_by_the_sampling_room_and_its_positive_climbs_the_ladder(
    db, farm, officer, place
):
    lab = make_lab(db)
    vet = make_person(db, "official_vet").actor
    said = PlanSaid("2026 年监测", "DIV1", date(2026, 5, 1), date(2026, 12, 31), 2, (place,))
    with db.work(officer) as w:
        made = make_monitoring_plan(w, said)
    with pytest.raises(Invalid, match="一次一点一病一样"), db.work(officer) as w:
        make_monitoring_plan(w, said)
    with db.look(vet) as look:
        [task] = look.scalars(open_tasks(look))
        assert (task.occasion, task.individuals) == (1, 150)
    with pytest.raises(Invalid), db.work(vet) as w:
        take_plan_sample(w, task.id, PlanTaking("协检员", individuals=60))
    with db.work(vet) as w:
        sample = take_plan_sample(w, task.id, PlanTaking("协检员", life_stage="仔虾"))
    with pytest.raises(NotAllowedNow), db.work(vet) as w:
        take_plan_sample(w, task.id, PlanTaking("协检员"))
    with db.work(vet) as w:
        send_plan_sample(w, sample, lab.lab_id)
        code = plan_sample(w, sample).blind_code
    with db.look(SYSTEM) as look:
        assert unlisted(look) == []
    with db.work(lab.receiver.actor) as w:
        receive_item(w, code, "good")
    report = make_report(db, lab, code, "22.5")
    for _twice in range(2):
        sampling_tasks.report_changed(db, report)
    with db.look(officer) as look:
        [line] = plan_lines(look, [plan(look, made)])
        said = line.progress
        assert (said.planned, said.taken, said.answered, said.positive) == (2, 1, 1, 1)
        assert task_line(look, task.id).report_no
        [result] = look.scalars(select(OwnResult))
        assert (result.purpose, result.outcome, result.sample_id) == ("plan", "positive", sample)
        [event] = look.scalars(select(Event))
        assert (event.status, event.is_confirmed) == ("suspected", False)
        assert farm_ladder(look, farm.organisation_id, "DIV1").ladder.rung is Rung.SUSPECTED
    climb_down(db, farm, officer, event.id)


def climb_down(db, farm, officer, event_id):
    """Confirm by the reference laboratory, refuse to resolve too early, resolve after a year."""
    key = (farm.organisation_id, "DIV1")
    stranger = make_officer(db, "320500").actor
    with pytest.raises(NotFound), db.work(stranger) as w:
        find_on_farm(w, *key, Finding.CONFIRM, "参考实验室 R-1")
    with db.work(officer) as w:
        find_on_farm(w, *key, Finding.CONFIRM, "参考实验室 R-1")
    [zone] = zones_of(db, event_id)
    assert zone.zone.lifted_at is None
    with pytest.raises(NotAllowedNow, match="官方阴性"), db.work(officer) as w:
        find_on_farm(w, *key, Finding.RESOLVE, "太早")
    with db.look(farm.owner) as look:
        [mine] = farm_ladders(look, [farm.organisation_id])
        assert [step.rung for step in mine.ladder.steps] == [Rung.SUSPECTED, Rung.CONFIRMED]
    db.clock.forward(days=366)
    with db.work(officer) as w:
        find_on_farm(w, *key, Finding.RESOLVE, "一年没有新的发现")
    [zone] = zones_of(db, event_id)
    assert zone.zone.lifted_at is None
    with db.look(SYSTEM) as look:
        [entry] = register_now(look, ())
        assert entry.state == "ended"  # the zone ran out by its own day
        assert entry.ended_on == look.today.isoformat()
    with db.work(make_officer(db).actor) as w:
        asked = proposed_of(w, zone.zone.id)
        assert asked is not None
        confirm_version(w, asked.id, "同意解除")
    [zone] = zones_of(db, event_id)
    assert zone.zone.lifted_at is not None
    with db.look(officer) as look:
        assert farm_ladder(look, *key).ladder.rung is Rung.RESOLVED
        assert [(one.division_code, one.rung) for one in area_ladders(look)] == [
            ("320114", Rung.RESOLVED)
        ]


HEAD = "样品编号,监测点编号,采样日期,品种,检测病种,检测结果,报告日期,测序分型"
POSITIVE = "NJ26-0117,320114-01,2026-04-18,凡纳滨对虾,十足目虹彩病毒病,阳性,2026-04-20,"
CORRECTED = "NJ26-0117,320114-01,2026-04-18,凡纳滨对虾,十足目虹彩病毒病,阴性,2026-04-28,"
OTHER = "NJ26-0118,320114-01,2026-04-18,凡纳滨对虾,白斑综合征,阳性,2026-04-20,G1"


def brought(db, *rows):
    ask = ImportAsked(source="jiance", format="china_samples", name="samples.csv")
    with db.work(SYSTEM) as w:
        return import_in(w, "\n".join([HEAD, *rows, ""]).encode(), ask)


@pytest.mark.parametrize("order", [(0, 1, 2), (1, 0, 2), (2, 1, 0)])
def test_sample_results_from_files_are_events_and_a_correction_denies_in_any_order(
    db, farm, place, order
):
    rows = (POSITIVE, CORRECTED, OTHER)
    for n in (*order, order[0]):
        brought(db, rows[n])
    with db.look(SYSTEM) as look:
        events = look.scalars(select(Event).order_by(Event.source_key))
    assert [(e.disease_code, e.status, e.is_confirmed, e.division_code) for e in events] == [
        ("DIV1", "denied", False, "320114"),
        ("WSD", "confirmed", True, "320114"),
    ]


def test_a_farm_reports_on_the_phone_and_the_county_reviews(db, client, farm, officer, place):
    signed_in(client, replace(make_officer(db), secret=farm.owner_secret))
    april = f"/surveillance/monthly/{place}/2026-04"
    html = client.get("/surveillance/monthly").text
    assert "2026 年 4 月" in html
    assert "和上月一样" not in html  # nothing to carry over yet
    said = {"rows": "1", "area-0": "120", "stocked-0": "50万", "row-0-disease": "WSD"}
    sick = {"row-0-area": "121", "row-0-area_stock": "10万", "row-0-deaths": "2500"}
    html = client.post(april, data=said | sick).text
    assert "发病面积不能比监测面积大" in html
    assert "请选凭什么判断" in html
    assert 'value="50万"' in html
    client.post(april, data=said | sick | {"act": "draft"})
    assert 'value="121"' in client.get(april).text
    assert "row-1-disease" in client.post(april, data=said | sick | {"act": "more"}).text
    sick |= {"row-0-area": "30", "row-0-basis": ["lab", "microscope"]}
    assert client.post(april, data=said | sick).status_code == 302
    html = client.get(april).text
    assert "25.00 %" in html
    assert "死亡数 ÷ 发病区域养殖数" in html
    assert client.post(april, data=said).status_code == 422  # a correction says why
    march = f"/surveillance/monthly/{place}/2026-03"
    assert client.post(f"{march}/quiet").status_code == 302
    assert "本月无病" in client.get(march).text
    assert client.get(f"/surveillance/monthly/{new_id(db.clock.now())}/2026-04").status_code == 404
    assert client.get(f"/surveillance/monthly/{place}/9999-12").status_code == 404
    assert client.get("/surveillance/monthly/reports").status_code == 403
    signed_in(client, make_officer(db))
    assert "有病" in client.get("/surveillance/monthly/reports?state=submitted").text
    book = load_workbook(
        io.BytesIO(client.get("/surveillance/monthly/figures.xlsx?year=2026").data)
    )
    assert [row[4].value for row in book.active.iter_rows(min_row=2)] == ["无病", "白斑综合征"]
    found = client.get("/api/v1/surveillance/figures?year=2026&quarter=2").json["items"]
    assert [(one["deaths"], one["state"]) for one in found] == [(2500, "submitted")]
