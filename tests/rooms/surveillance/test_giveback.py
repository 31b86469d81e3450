"""Data given back to a real server that acts as a DHIS2, with its faults."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select

from aquacert.kernel.errors import Invalid, NotAllowedNow
from aquacert.kernel.ids import new_id
from aquacert.kernel.scope import SYSTEM
from aquacert.surveillance.commands.deliveries import (
    RecipientSaid,
    again_of,
    keep_recipient,
    planned,
    prepare,
    resend,
)
from aquacert.surveillance.commands.own import OwnNews, take_own_result
from aquacert.surveillance.commands.sending import deliver, deliver_due
from aquacert.surveillance.models import OwnResult
from aquacert.surveillance.models.deliveries import Delivery, Recipient
from aquacert.surveillance.queries.giveback import Choice, chosen, items_of, made
from aquacert.surveillance.rules.giving import Element, Product, State
from aquacert.surveillance.rules.own import Purpose, Version
from aquacert.surveillance.rules.periods import Span, month_of, quarter_of
from tests.make.accounts import make_organisation, signed_in
from tests.make.peers import gives, peer
from tests.make.surveillance import make_officer

MAY = Choice(Product.DHIS2_VALUES, month_of(2026, 5))


class Dhis2:
    """A DHIS2 of a few lines: data values by their key, tracker events by their id."""

    def __init__(self, other):
        self.values, self.entities, self.unknown = {}, {}, set()
        other.answers["/api/dataValueSets"] = self.take_values
        other.answers["/api/tracker"] = self.take_events

    def take_values(self, door, sent):
        counts = dict.fromkeys(("imported", "updated", "ignored", "deleted"), 0)
        conflicts = []
        for at, one in enumerate(json.loads(sent)["dataValues"]):
            key = (one["dataElement"], one["period"], one["orgUnit"])
            if one["orgUnit"] in self.unknown:
                conflicts.append({"value": "no such org unit", "indexes": [at]})
                counts["ignored"] += 1
            elif one.get("deleted"):
                counts["deleted"] += self.values.pop(key, None) is not None
            elif self.values.get(key) == one["value"]:
                counts["ignored"] += 1
            else:
                counts["updated" if key in self.values else "imported"] += 1
                self.values[key] = one["value"]
        status = 409 if conflicts else 200
        summary = {"status": "WARNING" if conflicts else "SUCCESS", "importCount": counts}
        body = {"httpStatusCode": status, "response": summary | {"conflicts": conflicts}}
        gives(json.dumps(body).encode(), status)(door, sent)

    def take_events(self, door, sent):
        stats = {"created": 0, "updated": 0, "deleted": 0, "ignored": 0}
        for one in json.loads(sent)["trackedEntities"]:
            stats["updated" if one["trackedEntity"] in self.entities else "created"] += 1
            self.entities[one["trackedEntity"]] = one
        gives(json.dumps({"status": "OK", "stats": stats}).encode())(door, sent)


@pytest.fixture
def other(db):
    object.__setattr__(db.settings, "allow_private_fetch", True)
    with peer() as found:
        yield found


@pytest.fixture
def officer(db):
    return make_officer(db, division="320000").actor


def news(db, outcome="negative", county="320114", on=None, sample=None, **version):
    farm = make_organisation(db, "hatchery", division=county)
    lab = make_organisation(db, "lab", division="320100")
    now = db.clock.now()
    one = OwnNews(
        sample_id=sample or new_id(now),
        organisation_id=farm,
        division_code=county,
        disease_code="DIV1",
        species_code="PNV",
        life_stage="仔虾",
        individuals=150,
        sampled_on=on or now.date(),
        purpose=Purpose.CERTIFICATE,
        method_code="sct7237-2020",
        outcome=outcome,
        lab_id=lab,
        lab_name="示例实验室",
        in_scope=True,
        report_no="LAB-01-2026-00001",
        version=Version(now, new_id(now), **version),
    )
    with db.work(SYSTEM) as w:
        take_own_result(w, one)
    return one


def recipient(db, officer, other, product=Product.DHIS2_VALUES, path="/api", **more):
    said = RecipientSaid(f"省库 {product}", product, other.url + path, "d2pat_xyz", **more)
    with db.work(officer) as w:
        return keep_recipient(w, said)


def send(db, officer, to, choice=MAY):
    with db.work(officer) as w:
        delivery_id = prepare(w, to, choice)
    deliver_due(db)
    with db.look(officer) as look:
        return look.get(Delivery, delivery_id), look.scalars(items_of(look, delivery_id))


def test_counts_are_sent_once_changed_ones_again_and_withdrawn_ones_taken_back(db, other, officer):
    there = Dhis2(other)
    first = news(db)
    news(db, "positive", "320116")
    to = recipient(db, officer, other)
    row, items = send(db, officer, to)
    assert (row.state, row.answer["imported"]) == ("delivered", len(items))
    assert there.values["AQ_DIV1_POSITIVE", "202605", "320116"] == "1"
    assert there.values["AQ_DIV1_NEGATIVE", "202605", "320114"] == "1"
    method, path, headers, _body = other.asked[0]
    assert (method, headers["Authorization"]) == ("POST", "ApiToken d2pat_xyz")
    assert "importStrategy=CREATE_AND_UPDATE" in path
    assert "dataElementIdScheme=CODE" in path
    with pytest.raises(NotAllowedNow):
        send(db, officer, to)
    db.clock.forward(minutes=5)
    news(db, county="320114")
    row, items = send(db, officer, to)
    assert {one.key.split("/")[0] for one in items} == {"AQ_DIV1_TESTED", "AQ_DIV1_NEGATIVE"}
    assert row.skipped > 0
    assert there.values["AQ_DIV1_TESTED", "202605", "320114"] == "2"
    db.clock.forward(minutes=5)
    second = replace(
        first, outcome="positive", version=Version(db.clock.now(), new_id(db.clock.now()))
    )
    with db.work(SYSTEM) as w:
        take_own_result(w, second)
    send(db, officer, to)
    assert there.values["AQ_DIV1_POSITIVE", "202605", "320114"] == "1"
    db.clock.forward(minutes=5)
    with db.look(SYSTEM) as look:
        rows = look.scalars(select(OwnResult).where(OwnResult.division_code == "320114"))
        told = [(one.sample_id, one.organisation_id, one.lab_id) for one in rows]
    for sample, farm, lab in told:
        gone = replace(
            first,
            sample_id=sample,
            organisation_id=farm,
            lab_id=lab,
            version=Version(db.clock.now(), new_id(db.clock.now()), is_withdrawn=True),
        )
        with db.work(SYSTEM) as w:
            take_own_result(w, gone)
    row, items = send(db, officer, to)
    assert any(one.is_end for one in items)
    assert row.answer["deleted"] > 0
    assert not [key for key in there.values if key[2] == "320114" and "POSITIVE" in key[0]]
    with pytest.raises(NotAllowedNow):
        send(db, officer, to)


def test_a_conflict_is_shown_per_item_and_only_that_is_sent_again(db, other, officer):
    there = Dhis2(other)
    there.unknown = {"320116"}
    news(db)
    news(db, county="320116")
    to = recipient(db, officer, other)
    row, items = send(db, officer, to)
    refused = [one for one in items if one.state == "refused"]
    assert (row.state, row.status, {one.key.split("/")[2] for one in refused}) == (
        "partly",
        409,
        {"320116"},
    )
    assert all("no such org unit" in one.fault for one in refused)
    there.unknown = set()
    keys = [one.key for one in refused]
    with db.look(officer) as look:
        assert len(again_of(look, row.id, keys)) == len(keys)
    with db.work(officer) as w:
        again = resend(w, row.id, keys)
    assert deliver_due(db) == [State.DELIVERED]
    with db.look(officer) as look:
        assert look.get(Delivery, again).items == len(keys)
    with db.work(officer) as w, pytest.raises(NotAllowedNow):
        resend(w, row.id, keys)


def test_a_lost_reply_and_every_fault_end_in_one_effect_or_a_plain_word(db, other, officer):
    there = Dhis2(other)
    news(db)
    to = recipient(db, officer, other)
    good = other.answers["/api/dataValueSets"]

    def loses(door, sent):
        class Nobody:
            def __getattr__(self, _name):
                return lambda *_: None

            wfile = type("W", (), {"write": lambda *_: None})()

        good(Nobody(), sent)
        time.sleep(0.5)

    other.answers["/api/dataValueSets"] = loses
    with db.work(officer) as w:
        delivery_id = prepare(w, to, MAY)
    assert deliver(db, delivery_id, seconds=0.25) is State.WAITING
    held = dict(there.values)
    assert held
    assert deliver_due(db) == []  # not before its time
    for answer, words in (
        (gives(b"", 500), "500"),
        (gives(b"<html>", 200), "看不懂"),
        (gives(b"", 401), "令牌"),
        (gives(b"", 302, Location="http://127.0.0.1:1/"), "转到别的地址"),
    ):
        other.answers["/api/dataValueSets"] = answer
        db.clock.forward(days=1)
        assert deliver(db, delivery_id) is State.WAITING
        with db.look(officer) as look:
            row = look.get(Delivery, delivery_id)
            assert words in row.fault
            assert row.next_at > db.clock.now()
    other.answers["/api/dataValueSets"] = good
    db.clock.forward(days=1)
    assert deliver_due(db) == [State.DELIVERED]
    assert there.values == held
    with db.look(officer) as look:
        row = look.get(Delivery, delivery_id)
        assert row.answer["ignored"] == len(held)
    bodies = {sent for _m, _p, _h, sent in other.asked}
    keys = {head["Idempotency-Key"] for _m, _p, head, _b in other.asked}
    assert (len(bodies), len(keys)) == (1, 1)
    news(db, county="320116")
    other.answers["/api/dataValueSets"] = gives(b'{"message": "bad json"}', 409)
    dead, items = send(db, officer, to)
    assert (dead.state, {one.state for one in items}) == ("dead", {"refused"})
    assert "bad json" in dead.fault
    other.answers["/api/dataValueSets"] = good
    with db.work(officer) as w:
        resend(w, dead.id)
    assert deliver_due(db) == [State.DELIVERED]


def test_events_go_as_tracker_and_files_whole_with_a_table_of_codes(db, other, officer):
    there = Dhis2(other)
    news(db, "positive", "320116")
    quarter = Choice(Product.DHIS2_TRACKER, quarter_of(2026, 2))
    to = recipient(db, officer, other, Product.DHIS2_TRACKER)
    row, _items = send(db, officer, to, quarter)
    assert (row.state, row.answer["created"], len(there.entities)) == ("delivered", 1, 1)
    [entity] = there.entities.values()
    [event] = entity["enrollments"][0]["events"]
    assert event["orgUnit"] == "320116"
    assert "geometry" not in event
    with db.work(officer) as w:
        keep_recipient(
            w,
            RecipientSaid("对照", Product.DHIS2_VALUES, other.url + "/api", codes="320116,OU1"),
        )
        with pytest.raises(Invalid):
            keep_recipient(w, RecipientSaid("坏", Product.DHIS2_VALUES, other.url, codes="320116"))
        with pytest.raises(Invalid):
            keep_recipient(w, RecipientSaid("内", Product.TABLE, "ftp://x"))
    with db.look(officer) as look:
        [mapped] = [one for one in look.scalars(select(Recipient)) if one.name == "对照"]
        found = planned(look, mapped, MAY)
        assert found.faulty == len(found.items) > 0
        assert "AQ_DIV1" in found.items[0].fault
    other.answers["/inbox"] = gives(b"thanks", 202)
    file_to = recipient(db, officer, other, Product.GEOJSON, "/inbox")
    row, _items = send(db, officer, file_to, quarter)
    assert row.state == "delivered"
    assert json.loads(other.asked[-1][3])["features"][0]["properties"]["locality"]
    with pytest.raises(NotAllowedNow):
        send(db, officer, file_to, quarter)


def test_the_desk_previews_downloads_and_sends(db, app, client, other):
    made_one = make_officer(db, division="320000")
    Dhis2(other)
    news(db, "positive", "320116", on=date(2026, 4, 8))
    signed_in(client, made_one)
    page = client.get("/surveillance/giveback?product=table&period=2026-Q2&span=month").text
    assert "阳性样品数" in page
    for product, form, start in (
        ("table", "", b"PK"),
        ("qaad", "docx", b"PK"),
        ("qaad", "xlsx", b"PK"),
        ("qaad", "csv", b"\xef\xbb\xbf"),
        ("wahis", "", b"PK"),
        ("geojson", "", b"{"),
        ("zones", "", b"{"),
        ("dhis2_values", "", b"{"),
        ("dhis2_tracker", "", b"{"),
    ):
        query = f"product={product}&period=2026-Q2&span=month&form={form}"
        got = client.get(f"/surveillance/giveback/file?{query}")
        assert got.data.startswith(start), product
    assert client.get("/surveillance/giveback?product=qaad&period=2026-05").status_code == 422
    asked = {
        "name": "省库",
        "product": "dhis2_values",
        "address": f"{other.url}/api",
        "token": "t0ken",
        "codes": "",
        "is_on": "y",
    }
    done = client.post("/surveillance/recipients/new", data=asked | {"once": "a"})
    assert done.status_code == 302
    with db.look(made_one.actor) as look:
        to = look.scalars(select(Recipient))[0].id
    shown = client.get(f"/surveillance/recipients/{to}/send?period=2026-04&span=month")
    assert "AQ_DIV1_POSITIVE/202604/320116" in shown.text
    sent = client.post(
        f"/surveillance/recipients/{to}/send?period=2026-04&span=month", data={"once": "b"}
    )
    assert sent.status_code == 302
    assert deliver_due(db) == [State.DELIVERED]
    told = client.get(sent.location)
    assert "对方收下" in told.text
    assert "t0ken" not in told.text + client.get(f"/surveillance/recipients/{to}").text
    assert "省库" in client.get("/surveillance/deliveries").text
    keys = [("key", "AQ_DIV1_POSITIVE/202604/320116")]
    look_first = client.get(f"{sent.location}?key=AQ_DIV1_POSITIVE/202604/320116")
    assert "1 项" in look_first.text
    again = client.post(f"{sent.location}/again", data=dict(keys) | {"once": "c"})
    assert again.status_code == 302
    assert deliver_due(db) == [State.DELIVERED]


def test_the_quarter_says_what_was_found_and_what_nobody_looked_for(db, officer):
    news(db, "positive", "320116", on=date(2026, 4, 8))
    news(db, on=date(2026, 5, 5))
    with db.look(officer) as look:
        found = made(look, chosen("qaad", "2026-Q2", ""), form="csv")
        text = found.data.decode("utf-8-sig")
        own = made(look, chosen("table", "2026-Q2", Span.QUARTER))
    line = next(one for one in text.splitlines() if "iridescen" in one)
    assert "(2026)" in line or "+" in line or "?" in line
    assert any(one.count(",*") == 3 for one in text.splitlines())  # nobody looked for it
    assert "samples tested" in text.lower()
    assert own.facts.total(Element.TESTED) == 2
    assert own.facts.total(Element.POSITIVE) == 1
