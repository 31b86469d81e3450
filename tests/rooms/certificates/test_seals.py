"""Electronic seals in bodies' hands: made, imported, stopped, put on certificates; and the pages."""

import base64
import io
import json
from dataclasses import replace
from datetime import timedelta
from html import unescape
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from aquacert.certificates.models import Certificate
from aquacert.certificates.models.seals import SealApplication
from aquacert.certificates.seals import queries
from aquacert.certificates.seals.commands import apply, import_seal, make_seal, stop_seal
from aquacert.certificates.seals.queries import Fit
from aquacert.kernel import ddl
from aquacert.kernel.errors import Invalid, NotAllowedNow, NotFound
from aquacert.kernel.scope import SYSTEM, Scope
from aquacert.trust import ses
from tests.make.accounts import make_person, signed_in
from tests.make.certificates import issue_one, make_ready
from tests.make.hatcheries import make_hatchery
from tests.make.seals import DATA, NOW, elsewhere, facts, give_seal, someone


@pytest.fixture
def keeper(db):
    return make_person(db, "province_supervisor", division="320000")


def text_of(answer):
    return unescape(answer.get_data(as_text=True))


def office(db):
    return make_hatchery(db).office_id


def test_a_seal_made_here_verifies_and_names_the_body(house, db, keeper):
    body = office(db)
    seal_id = give_seal(house, keeper.actor, body)
    with db.look(keeper.actor) as look:
        row = queries.seal(look, seal_id)
        report = ses.verify(row.der, at=look.now, roots=house.keys.seal_roots())
        [line] = queries.lines(look, [row])
    assert line.fit is Fit.READY
    assert line.name.endswith("动物检疫专用章")
    assert report.seal_id == row.number
    assert ses.Step.CHAIN in report.checked
    assert report.picture.data.startswith(b"\x89PNG")


def test_a_body_has_one_seal_in_use(house, db, keeper):
    body = office(db)
    first = give_seal(house, keeper.actor, body)
    with pytest.raises(Invalid, match="在用的印章"):
        give_seal(house, keeper.actor, body)
    with db.work(keeper.actor) as w:
        stop_seal(w, first, "换新章")
    second = give_seal(house, keeper.actor, body)
    assert second != first


def test_a_stopped_seal_stays_stopped(house, db, keeper):
    seal_id = give_seal(house, keeper.actor, office(db))
    with db.work(keeper.actor) as w:
        stop_seal(w, seal_id, "单位更名")
    with pytest.raises(NotAllowedNow), db.work(keeper.actor) as w:
        stop_seal(w, seal_id, "再停一次")
    with pytest.raises(DBAPIError), db.engine.begin() as connection:
        connection.execute(text("UPDATE seals SET state = 'in-use'"))


def test_no_reason_stops_no_seal(house, db, keeper):
    seal_id = give_seal(house, keeper.actor, office(db))
    with pytest.raises(Invalid, match="原因"), db.work(keeper.actor) as w:
        stop_seal(w, seal_id, " ")


@pytest.mark.parametrize("days", [0, -1, 361])
def test_a_seal_ends_within_its_keys_life(house, db, keeper, days):
    body = office(db)
    with pytest.raises(Invalid, match="终止日期"), db.work(keeper.actor) as w:
        make_seal(w, house.keys, body_id=body, ends_on=w.today + timedelta(days=days))


def test_nobody_makes_a_seal_for_another_place_or_for_a_farm(house, db, keeper):
    farm = make_hatchery(db)
    elsewhere_only = Scope(everything=False, divisions=frozenset({"370000"}))
    stranger = replace(keeper.actor, scope=elsewhere_only)
    ends = NOW.date() + timedelta(days=30)
    with pytest.raises(NotFound), db.work(stranger) as w:
        make_seal(w, house.keys, body_id=farm.office_id, ends_on=ends)
    with pytest.raises(NotFound), db.work(keeper.actor) as w:
        make_seal(w, house.keys, body_id=farm.organisation_id, ends_on=ends)


def test_an_imported_seal_is_verified_held_and_not_applied(house, db, keeper):
    body, der = office(db), elsewhere()
    with db.work(keeper.actor) as w:
        seal_id = import_seal(w, body_id=body, der=der)
    with db.look(keeper.actor) as look:
        row = queries.seal(look, seal_id)
        assert (row.der, row.key_id, row.maker) == (der, "", "某省政务电子印章平台")
        assert queries.fit_of(row, look.now) is Fit.KEY_ELSEWHERE
    with pytest.raises(Invalid, match="已在|已经在|在用"), db.work(keeper.actor) as w:
        import_seal(w, body_id=body, der=der)


def test_an_expired_seal_a_changed_one_and_a_signed_value_are_not_taken_in(db, keeper):
    body = office(db)
    maker = someone("平台")
    holder = someone("单位", issuer=maker)
    seal = ses.make_seal(facts(holder), maker, now=NOW)
    with pytest.raises(ses.SealRefused), db.work(keeper.actor) as w:
        import_seal(w, body_id=body, der=elsewhere(valid_to=NOW - timedelta(hours=1)))
    with pytest.raises(ses.SealRefused), db.work(keeper.actor) as w:
        import_seal(w, body_id=body, der=seal.replace(b"32010200000001", b"32010200000002"))
    with pytest.raises(Invalid, match="签章数据"), db.work(keeper.actor) as w:
        import_seal(w, body_id=body, der=ses.sign(seal, DATA, holder, at=NOW))


def test_the_seal_is_put_on_the_signed_record_once(house, db, keeper):
    ready = make_ready(db)
    give_seal(house, keeper.actor, ready.farm.office_id)
    certificate = issue_one(house, ready)
    value = apply(db, house.keys, certificate)
    assert apply(db, house.keys, certificate) == value
    with db.look(SYSTEM) as look:
        row = look.get(Certificate, certificate)
        assert queries.application_of(look, certificate) == value
        report = ses.verify(value, row.record, roots=house.keys.seal_roots())
        assert len(look.session.query(SealApplication).all()) == 1
    assert report.property_info == f"AquaCert record; certificate={row.number}; cover=all"
    assert {ses.Step.DATA, ses.Step.CHAIN} <= set(report.checked)
    with pytest.raises(ses.SealRefused, match="改动"):
        ses.verify(value, row.record + b" ")


def test_what_was_applied_is_never_changed(house, db, keeper):
    ready = make_ready(db)
    give_seal(house, keeper.actor, ready.farm.office_id)
    apply(db, house.keys, issue_one(house, ready))
    for statement in ("DELETE FROM seal_applications", "UPDATE seal_applications SET county = ''"):
        with pytest.raises(DBAPIError), db.engine.begin() as connection:
            connection.execute(text(statement))
    with pytest.raises(DBAPIError), db.engine.begin() as connection:
        connection.execute(text("UPDATE seals SET number = 'another'"))


def test_a_seal_changed_behind_the_application_is_found(house, db, keeper):
    ready = make_ready(db)
    give_seal(house, keeper.actor, ready.farm.office_id)
    certificate = issue_one(house, ready)
    value = apply(db, house.keys, certificate)
    with db.look(SYSTEM) as look:
        assert list(queries.wrong_seals(look)) == []
    with db.engine.begin() as connection:
        for statement in ddl.drop("seal_applications", db.engine.dialect.name):
            connection.execute(text(statement))
        changed = value[:-1] + bytes([value[-1] ^ 1])
        connection.execute(text("UPDATE seal_applications SET value = :v"), {"v": changed})
    with db.look(SYSTEM) as look:
        [wrong] = queries.wrong_seals(look)
    assert wrong.certificate_id == certificate
    assert "签名不符" in wrong.sentence


@pytest.mark.parametrize("why", ["none", "stopped", "imported", "ended", "withdrawn"])
def test_without_a_usable_seal_a_certificate_carries_none(house, db, keeper, why):
    ready = make_ready(db)
    body = ready.farm.office_id
    if why == "imported":
        with db.work(keeper.actor) as w:
            import_seal(w, body_id=body, der=elsewhere())
    elif why != "none":
        seal_id = give_seal(house, keeper.actor, body)
        with db.look(SYSTEM) as look:
            kid = queries.seal(look, seal_id).key_id
        if why == "stopped":
            with db.work(keeper.actor) as w:
                stop_seal(w, seal_id, "停用")
        if why == "withdrawn":
            house.keys.withdraw(bytes.fromhex(kid))
    certificate = issue_one(house, ready)
    if why == "ended":
        db.clock.forward(days=183)
    assert apply(db, house.keys, certificate) is None


def test_the_list_says_what_to_do_when_it_is_empty(client, keeper):
    page = text_of(signed_in(client, keeper).get("/certificates/seals"))
    assert "还没有电子印章" in page
    assert "没有法律效力" in page
    assert "导入印章" in page


def test_making_a_seal_leads_to_its_page_and_files(client, db, keeper):
    body = office(db)
    browser = signed_in(client, keeper)
    form = {"body": str(body), "ends_on": "2026-10-01", "once": "k1"}
    made = browser.post("/certificates/seals/make", data=form)
    assert made.status_code == 302, text_of(made)
    page = text_of(browser.get(made.location))
    assert "制章人对印章的签名" in page
    assert "证书由哪家机构签发" in page
    assert "停用这枚印章" in page
    picture = browser.get(f"{made.location}/picture")
    assert (picture.status_code, picture.mimetype) == (200, "image/png")
    der = browser.get(f"{made.location}/seal.esl").data
    assert ses.verify(der, at=NOW).kind is ses.Kind.SEAL
    assert "示例" in text_of(browser.get("/certificates/seals?q=动物检疫专用章"))
    stopped = browser.post(f"{made.location}/stop", data={"because": "单位更名", "once": "k2"})
    assert stopped.status_code == 302
    assert "已停用" in text_of(browser.get(made.location))
    again = browser.post(f"{made.location}/stop", data={"because": "再停", "once": "k3"})
    assert again.status_code == 409


def test_a_wrong_day_is_said_at_the_field(client, db, keeper):
    form = {"body": str(office(db)), "ends_on": "2029-01-01", "once": "k1"}
    answer = signed_in(client, keeper).post("/certificates/seals/make", data=form)
    assert answer.status_code == 422
    assert "360 天以内" in text_of(answer)


def test_importing_shows_each_step_of_a_refusal(client, db, keeper):
    body, der = office(db), elsewhere()
    browser = signed_in(client, keeper)

    def send(data, once):
        form = {"body": str(body), "file": (io.BytesIO(data), "a.esl"), "once": once}
        return browser.post("/certificates/seals/import", data=form)

    refused = send(der.replace(b"32010200000001", b"32010200000002"), "k1")
    page = text_of(refused)
    assert refused.status_code == 422
    assert "没有通过验证" in page
    assert page.count("通过") > 1
    assert "不通过" in page
    assert send(b"not a seal", "k2").status_code == 422
    kept = send(der, "k3")
    assert kept.status_code == 302
    assert "密钥由制发平台" in text_of(browser.get(kept.location))


def test_the_verifier_tells_what_was_and_was_not_checked(client, db, keeper):
    make_hatchery(db)
    maker = someone("平台")
    holder = someone("示例单位", issuer=maker)
    value = ses.sign(ses.make_seal(facts(holder), maker, now=NOW), DATA, holder, at=NOW)
    browser = signed_in(client, keeper)

    def send(data, original=None):
        form = {"file": (io.BytesIO(data), "SignedValue.dat")}
        if original is not None:
            form["original"] = (io.BytesIO(original), "Signature.xml")
        answer = browser.post("/certificates/seals/verify", data=form)
        return answer.status_code, text_of(answer)

    status, page = send(value, DATA)
    assert status == 200
    assert "签章验证通过" in page
    assert "示例单位" in page
    assert "没有核对" in page
    status, page = send(value, b"something else")
    assert status == 422
    assert "没有通过验证" in page
    assert "改动" in page
    assert send(value)[0] == 200
    attached = json.dumps({"record_cbor": base64.b64encode(DATA).decode()}).encode()
    assert send(value, attached)[0] == 200
    for junk in (b"junk", value[:-1], value + b"\0", b"%PDF-1.7" + bytes(1000)):
        assert send(junk)[0] == 422


def test_the_verifier_takes_no_value_of_an_ended_certificate(client, keeper):
    browser = signed_in(client, keeper)
    maker = someone("平台")
    ended = someone("旧章单位", ends=NOW - timedelta(hours=1), issuer=maker)
    value = ses.sign(ses.make_seal(facts(ended), maker, now=NOW), DATA, ended, at=NOW)
    form = {"file": (io.BytesIO(value), "SignedValue.dat")}
    answer = browser.post("/certificates/seals/verify", data=form)
    page = text_of(answer)
    assert answer.status_code == 422
    assert "签章时已过有效期" in page
    assert "签章时证书已过期" in page
    assert "旧章单位" in page
    assert "签章验证通过" not in page


def test_the_check_finds_a_value_of_an_ended_certificate(house, db, keeper):
    ready = make_ready(db)
    give_seal(house, keeper.actor, ready.farm.office_id)
    certificate = issue_one(house, ready)
    apply(db, house.keys, certificate)
    maker = someone("平台")
    ended = someone("旧章单位", ends=NOW - timedelta(hours=1), issuer=maker)
    seal = ses.make_seal(facts(ended), maker, now=NOW)
    with db.look(SYSTEM) as look:
        record = look.session.query(Certificate).one().record
    with db.engine.begin() as connection:
        for statement in ddl.drop("seal_applications", db.engine.dialect.name):
            connection.execute(text(statement))
        value = ses.sign(seal, record, ended, at=NOW)
        connection.execute(text("UPDATE seal_applications SET value = :v"), {"v": value})
    with db.look(SYSTEM) as look:
        [wrong] = queries.wrong_seals(look)
    assert wrong.certificate_id == certificate


def test_officials_see_seals_and_only_the_province_keeps_them(client, db, house, keeper):
    ready = make_ready(db)
    seal_id = give_seal(house, keeper.actor, ready.farm.office_id)
    vet = signed_in(client, ready.vet)
    assert vet.get(f"/certificates/seals/{seal_id}").status_code == 200
    assert vet.get("/certificates/seals/make").status_code == 403
    assert vet.post(f"/certificates/seals/{seal_id}/stop").status_code == 403
    assert vet.get(f"/certificates/seals/{uuid4()}").status_code == 404


def test_the_signed_value_of_a_certificate_can_be_fetched(client, db, house, keeper):
    ready = make_ready(db)
    give_seal(house, keeper.actor, ready.farm.office_id)
    certificate = issue_one(house, ready)
    browser = signed_in(client, ready.vet)
    assert browser.get(f"/certificates/{certificate}/seal.ses").status_code == 404
    value = apply(db, house.keys, certificate)
    assert browser.get(f"/certificates/{certificate}/seal.ses").data == value
