"""The JSON doors of surveillance."""

from __future__ import annotations

import pytest

from tests.make.accounts import token
from tests.make.surveillance import blocked, event_of, feed, luhe, make_officer

HERE = "/api/v1/surveillance"


@pytest.fixture
def key(db):
    return {"Authorization": f"Bearer {token(db, make_officer(db))}"}


def test_a_program_imports_lists_and_lifts(db, client, key):
    data = feed([luhe(), luhe(Id="2", disease="Crab woe")]).encode()
    dry = client.post(f"{HERE}/import?dry_run=1", data=data, headers=key)
    assert dry.json["created"] == 2
    done = client.post(f"{HERE}/import?name=a.csv", data=data, headers=key)
    assert list(done.json) == [
        *("created", "updated", "unchanged", "stale", "vanished", "quarantined")
    ]
    assert client.post(f"{HERE}/import", data=data, headers=key).json["unchanged"] == 2
    first = client.get(f"{HERE}/events?size=1", headers=key).json
    second = client.get(f"{HERE}/events?after={first['next']}", headers=key).json
    assert {one["source_key"] for one in first["items"] + second["items"]} == {"7001", "2"}
    one = client.get(f"{HERE}/events/{event_of(db).id}", headers=key).json
    [zone] = one["zones"]
    assert zone["divisions"] == ["320116"]
    assert zone["acts"] is True
    assert len(client.get(f"{HERE}/zones?in_force=1", headers=key).json["items"]) == 1
    lifted = client.post(f"{HERE}/zones/{zone['id']}/lift", json={"reason": "已扑灭"}, headers=key)
    assert lifted.json["state"] == "proposed"
    assert len(blocked(db)) == 1
    confirm = f"{HERE}/zones/versions/{lifted.json['version']}/confirm"
    assert client.post(confirm, json={"because": "我自己"}, headers=key).status_code == 403
    second = {"Authorization": f"Bearer {token(db, make_officer(db, '320116'))}"}
    agreed = client.post(confirm, json={"because": "复检阴性"}, headers=second)
    assert agreed.status_code == 200
    assert blocked(db) == ()
    circle = {"tier": "protection", "kind": "circle", "metres": 5000}
    circle["geometry"] = {"type": "Point", "coordinates": [118.84, 32.34]}
    asked = {"base": 9, "until_on": "2026-06-09", "reason": "试一下", "shapes": [circle]}
    adjust = f"{HERE}/zones/{zone['id']}/adjust"
    assert client.post(f"{adjust}?dry_run=1", json=asked, headers=key).json["counts"]
    assert client.post(adjust, json=asked, headers=key).status_code == 409
    broken = asked | {"shapes": [{"tier": "x"}]}
    assert client.post(adjust, json=broken, headers=key).status_code == 422


def test_a_program_confirms_and_opens(db, client, key):
    data = feed([luhe(status="Suspected", localityName="某水库")]).encode()
    client.post(f"{HERE}/import", data=data, headers=key)
    here = f"{HERE}/events/{event_of(db).id}"
    zone = {
        "divisions": ["320116"],
        "from_on": "2026-05-09",
        "until_on": "2026-06-01",
        "reason": "同一水系",
    }
    assert client.post(f"{here}/zones", json=zone, headers=key).status_code == 409
    assert client.post(f"{here}/confirm", json={"reason": "复检"}, headers=key).status_code == 200
    assert client.post(f"{here}/zones", json=zone, headers=key).status_code == 201
    bad = client.post(f"{here}/zones", json=zone | {"from_on": "x"}, headers=key)
    assert bad.status_code == 422
    assert "from_on" in bad.json["fields"]
    assert client.get(f"{HERE}/events?realm=sea", headers=key).status_code == 422


def test_a_file_that_cannot_be_read_is_a_problem_document(client, key):
    answer = client.post(f"{HERE}/import", data=b"a,b\n", headers=key)
    assert answer.status_code == 422
    assert answer.mimetype == "application/problem+json"
    assert client.post(f"{HERE}/import", data=b"", headers=key).status_code == 422
