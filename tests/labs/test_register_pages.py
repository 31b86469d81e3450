"""The register's pages: a tab for each part of an entry, and the forms that keep it."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from aquacert.kernel.scope import SYSTEM
from labs.register.models import Accreditation, Authorisation, Calibration, Instrument, KitLot
from tests.make.accounts import make_person, signed_in
from tests.make.labs import DISEASE, METHOD, make_items, make_lab


@pytest.fixture
def at(app, db):
    """Return a laboratory and a browser that asks its pages as somebody."""
    lab = make_lab(db)

    def asking(made):
        client = signed_in(app.test_client(), made)

        def ask(path, sent=None):
            if not path.startswith("/labs"):
                path = f"/labs/register/{lab.lab_id}{path}"
            return client.get(path) if sent is None else client.post(path, data=sent)

        return ask

    return lab, asking


@pytest.fixture
def province(db):
    return make_person(db, "province_supervisor", division="320000")


def words(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.get_data(as_text=True)))


def one(db, model, **by):
    with db.look(SYSTEM) as look:
        return look.one(select(model).filter_by(**by))


def days(db, first, last):
    today = db.clock.now().date()
    return [(today + timedelta(days=n)).isoformat() for n in (first, last)]


def test_what_entitles_a_laboratory_is_kept_by_the_province(at, db, province):
    _lab, asking = at
    office = asking(province)
    first, last = days(db, 0, 20)
    sent = {"kind": "cnas", "number": "L0001", "from_on": first, "until_on": last}
    assert office("/accreditations", sent).status_code == 302
    page = words(office(""))
    assert "CNAS 认可" in page
    assert "L0001" in page
    assert "还有 20 天" in page
    assert office("/accreditations", sent).status_code == 422
    row = one(db, Accreditation, kind="cnas")
    end = f"/labs/register/accreditations/{row.id}/end"
    assert office(end, {"because": ""}).status_code == 422
    assert office(end, {"because": "认可委撤销"}).status_code == 302
    assert "认可委撤销" in words(office(""))


def test_the_scope_says_whether_a_sample_may_be_sent_today(at, province):
    lab, asking = at
    assert "可送样" in words(asking(lab.receiver)("/scope"))
    office = asking(province)
    office("/standing", {"because": "整改"})
    assert "已暂停承检，请改送" in words(office("/scope"))


def test_an_instrument_is_entered_and_calibrated_by_its_laboratory(at, db):
    lab, asking = at
    bench = asking(lab.technician)
    assert bench("/instruments", {"code": "", "name": "x"}).status_code == 422
    assert bench("/instruments", {"code": "QPCR-77", "name": "荧光仪"}).status_code == 302
    assert "没有校准记录" in words(bench("/instruments"))
    row = one(db, Instrument, code="QPCR-77")
    page = f"/labs/register/instruments/{row.id}"
    first, last = days(db, 0, 10)
    sent = {"calibrated_on": first, "until_on": last, "is_passed": "yes", "number": "J-1"}
    assert bench(f"{page}/calibrations", sent | {"until_on": "2020-01-01"}).status_code == 422
    assert bench(f"{page}/calibrations", sent).status_code == 302
    assert one(db, Calibration, number="J-1").is_passed
    assert "还有 10 天" in words(bench("/instruments"))
    assert bench(f"{page}/retire", {"because": "主板坏"}).status_code == 302
    assert "停用" in words(bench(page))


def test_a_lot_is_entered_opened_used_up_and_withdrawn_by_its_laboratory(at, db):
    lab, asking = at
    bench = asking(lab.technician)
    first, last = days(db, 0, 10)
    sent = {"kit": "试剂盒", "lot": "K77", "test": f"{DISEASE}|{METHOD}", "expires_on": last}
    assert bench("/lots", sent | {"days_after_opening": "7"}).status_code == 302
    row = one(db, KitLot, lot="K77")
    assert (row.disease_code, row.method_code) == (DISEASE, METHOD)
    assert "还没有登记开封日" in words(bench("/lots"))
    page = f"/labs/register/lots/{row.id}"
    assert bench(f"{page}/open", {"opened_on": first}).status_code == 302
    assert "还有 7 天" in words(bench(page))
    assert bench(f"{page}/finish", {}).status_code == 302
    assert bench(f"{page}/finish", {}).status_code == 422
    assert bench(f"{page}/withdraw", {"because": "厂家召回"}).status_code == 302
    assert "厂家召回" in words(bench(page))


def test_people_are_authorised_by_the_authoriser_and_by_nobody_else(at, db):
    lab, asking = at
    first, last = days(db, 0, 300)
    sent = {
        "person_id": str(lab.technician.person_id),
        "act": "test",
        "test": "",
        "from_on": first,
        "until_on": last,
    }
    assert asking(lab.technician)("/staff", sent).status_code == 403
    signer = asking(lab.authoriser)
    assert "不按授权拦人" in words(signer("/staff"))
    assert signer("/staff", sent).status_code == 302
    assert "全部项目" in words(signer("/staff"))
    row = one(db, Authorisation)
    end = f"/labs/register/staff/{row.id}/end"
    assert "检测" in words(signer(end))
    assert signer(end, {"because": "调离"}).status_code == 302
    assert "已收回" in words(signer("/staff"))


def test_a_proficiency_test_is_written_down_and_stops_the_scope(at, db):
    lab, asking = at
    bench = asking(lab.reviewer)
    first, last = days(db, 0, 20)
    sent = {"test": f"{DISEASE}|", "outcome": "unsatisfactory", "taken_on": first}
    assert bench("/proficiency", sent | {"next_due_on": last}).status_code == 302
    assert "不满意" in words(bench("/proficiency"))
    assert "能力验证不满意" in words(bench("/scope"))
    lifted = bench("/proficiency", sent | {"outcome": "satisfactory"})
    assert (lifted.status_code, "由省里登记" in words(lifted)) == (422, True)


def test_the_workload_warns_when_a_day_is_full(at, db):
    lab, asking = at
    desk = asking(lab.authoriser)
    assert desk("/capacity", {"capacity_per_day": "0"}).status_code == 422
    assert desk("/capacity", {"capacity_per_day": "1"}).status_code == 302
    make_items(db, lab, 1)
    assert "已满日检测能力" in words(desk("/workload"))
    assert "1 / 1" in words(desk("/labs/register/"))


def test_others_see_the_public_tabs_only(at, db):
    lab, asking = at
    stranger = asking(make_lab(db).technician)
    for tab in ("", "/scope", "/proficiency", "/workload"):
        assert stranger(tab).status_code == 200
    for tab in ("/instruments", "/lots", "/staff"):
        assert stranger(tab).status_code == 403
    for path in (f"instruments/{lab.instrument_id}", f"lots/{lab.lot_id}"):
        assert stranger(f"/labs/register/{path}").status_code == 404
    refused = stranger("/instruments", {"code": "X", "name": "X"})
    assert refused.status_code in {403, 422}


def test_an_empty_entry_says_what_to_do_next(app, db):
    lab = make_lab(db)
    other = make_person(db, "lab_authoriser", organisation_id=lab.lab_id)
    client = signed_in(app.test_client(), other)
    for tab, says in (("staff", "由授权签字人登记"), ("proficiency", "参加后把结果")):
        assert says in words(client.get(f"/labs/register/{lab.lab_id}/{tab}"))
