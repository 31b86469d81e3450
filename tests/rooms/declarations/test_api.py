"""The JSON doors: one effect per key, problems in RFC 9457, cursors."""

from __future__ import annotations

import pytest

from aquacert.declarations.commands import save_fields
from aquacert.declarations.queries import declaration
from aquacert.declarations.rules.answers import from_json
from tests.make.accounts import Made, make_person, token
from tests.make.declarations import DESTINATION, answers, draft, make_declaration
from tests.make.hatcheries import make_hatchery

BASE = "/api/v1/declarations"


def made_of(farm, actor) -> Made:
    return Made(actor.person_id, "", "", None, farm.organisation_id, actor, "")


@pytest.fixture
def farm(db):
    return make_hatchery(db)


@pytest.fixture
def owner(db, farm):
    return {"Authorization": f"Bearer {token(db, made_of(farm, farm.owner))}"}


@pytest.fixture
def clerk(db, farm):
    return {"Authorization": f"Bearer {token(db, made_of(farm, farm.clerk))}"}


def asked(farm, **load):
    return {
        "batches": [{"lot": str(farm.lot_id), "quantity": "50万", "species": "南美白对虾"}],
        "loads": [
            {
                "destination": DESTINATION,
                "place": "样例养殖场",
                "consignee": "李四",
                "consignee_phone": "13700001111",
                "carrier": "王五",
                "carrier_phone": "13900001111",
                "mode": "road",
                "plate": "示A6P208",
                "disinfectant": "聚维酮碘",
                "departs_at": "2026-05-14 16:00",
                "travel_days": 2,
                "purpose": "farming",
            }
            | load
        ],
    }


def test_a_program_declares_and_the_office_accepts(db, client, farm, owner, clerk):
    made = client.post(BASE, json=asked(farm), headers=owner)
    assert made.status_code == 201
    one = f"{BASE}/{made.json['id']}"
    sent = client.post(f"{one}/submit", json={"statement": True}, headers=owner)
    assert sent.json["number"] == "320114-20260509-001"
    shown = client.get(one, headers=clerk).json
    assert shown["batches"][0]["quantity"] == 500_000
    assert all(check["ok"] for check in shown["checks"])
    assert "王五" not in str(shown)
    accepted = client.post(
        f"{one}/accept",
        json={"visit_at": "2026-05-12 13:30", "visit_place": "2 号塘"},
        headers=clerk,
    )
    assert accepted.json["state"] == "accepted"
    vet = make_person(db, "official_vet", organisation_id=farm.office_id)
    assigned = client.post(f"{one}/assign", json={"vet_id": str(vet.person_id)}, headers=clerk)
    assert assigned.json["state"] == "assigned"


def test_one_key_has_one_effect_and_another_body_is_a_conflict(client, farm, owner):
    key = owner | {"Idempotency-Key": "k1"}
    first = client.post(BASE, json=asked(farm), headers=key)
    again = client.post(BASE, json=asked(farm), headers=key)
    assert first.json == again.json
    other = client.post(BASE, json=asked(farm, plate="示A6P209"), headers=key)
    assert other.status_code == 409
    assert other.mimetype == "application/problem+json"


def test_every_fault_is_a_field_of_the_problem(client, farm, owner):
    made = client.post(
        BASE, json=asked(farm, plate="?", departs_at="2026-02-30 1:00"), headers=owner
    )
    answer = client.post(f"{BASE}/{made.json['id']}/submit", json={}, headers=owner)
    assert answer.status_code == 422
    assert set(answer.json["fields"]) == {"loads-0-plate", "loads-0-departs_at", "statement"}


@pytest.mark.parametrize("body", ["[]", "nonsense", '{"batches": 3, "loads": [null]}', "{}"])
def test_a_body_that_is_no_declaration_never_breaks_anything(client, owner, body):
    answer = client.post(BASE, data=body, headers=owner, content_type="application/json")
    assert answer.status_code in {201, 422}


def test_the_list_goes_on_by_cursor(db, client, clock, farm, clerk):
    for at in range(3):
        clock.forward(seconds=1)
        make_declaration(db, farm, filled=answers(db, farm, "1000", plate=f"示A1000{at}"))
    first = client.get(f"{BASE}?size=2", headers=clerk).json
    rest = client.get(f"{BASE}?size=2&after={first['next']}", headers=clerk).json
    numbers = [one["number"][-3:] for one in first["items"] + rest["items"]]
    assert numbers == ["001", "002", "003"]
    assert rest["next"] is None


def test_without_a_token_nothing_is_said(client, farm):
    assert client.get(BASE).status_code == 401
    assert client.post(BASE, json=asked(farm)).status_code == 401


def test_hatcheries_speak_json_too(db, client, farm, owner, clerk):
    shown = client.get(f"/api/v1/hatcheries/{farm.hatchery_id}", headers=owner).json
    assert shown["lots"][0]["balance"] == 1_200_000
    booked = client.post(
        f"/api/v1/hatcheries/lots/{farm.lot_id}/movements",
        json={"kind": "death", "quantity": "1000"},
        headers=owner,
    )
    assert booked.json["balance"] == 1_199_000
    for wrong in ({"kind": "certificate", "quantity": 1}, {"kind": "death", "quantity": 1.5}):
        answer = client.post(
            f"/api/v1/hatcheries/lots/{farm.lot_id}/movements", json=wrong, headers=owner
        )
        assert answer.status_code == 422
    ledger = client.get(f"/api/v1/hatcheries/lots/{farm.lot_id}/movements", headers=clerk).json
    assert [one["kind"] for one in ledger["items"]] == ["hatch", "death"]
    assert client.get("/api/v1/hatcheries", headers=clerk).json["next"] is None


def test_a_put_changes_what_it_names_and_loses_no_other_windows_part(db, client, farm, owner):
    declaration_id = draft(db, farm)
    url = f"/api/v1/declarations/{declaration_id}"
    with db.work(farm.owner) as w:  # another window, meanwhile
        save_fields(w, declaration_id, {"loads-0-plate": "示A00009", "batches-0-quantity": "40万"})
    said = {"batches": [{"quantity": "30万"}], "phone": "13800000009"}
    was = {"batches": [{"quantity": "50万"}]}
    answer = client.put(url, json=said | {"was": was}, headers=owner)
    assert answer.json["clashes"] == {"batches-0-quantity": "30万"}
    with db.look(farm.owner) as look:
        kept = from_json(declaration(look, declaration_id).answers)
    assert (kept.batches[0].quantity, kept.loads[0].plate) == ("40万", "示A00009")
    assert (kept.phone, kept.batches[0].lot) == ("13800000009", str(farm.lot_id))
    for odd in ({"batches": 5}, {"batches": {"a": 1}, "loads": [7]}, {"phone": [1]}):
        assert client.put(url, json=said | {"was": odd}, headers=owner).status_code == 200
    two = {"loads": [{}, {"plate": "示A00010"}]}
    client.put(url, json=two, headers=owner)
    one = {"loads": [{"departs_at": "2026-05-15 8:00"}]}
    client.put(url, json=one, headers=owner)
    with db.look(farm.owner) as look:
        kept = from_json(declaration(look, declaration_id).answers)
    assert [one.plate for one in kept.loads] == ["示A00009"]
    assert kept.loads[0].departs_at == "2026-05-15 8:00"
