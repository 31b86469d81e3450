"""The laboratory's JSON doors, and `labs read`."""

import base64
import json

from click.testing import CliRunner

from labs.instruments.cli import labs as labs_cli
from tests.make.accounts import token
from tests.make.labs import make_items, make_lab, make_report, make_result, rdml_file


def bearer(db, made):
    return {"Authorization": f"Bearer {token(db, made)}"}


def test_a_file_is_imported_by_api_once(db, client):
    lab = make_lab(db)
    [code] = make_items(db, lab)
    headers = bearer(db, lab.technician)
    owed = client.get("/api/v1/labs/owed", headers=headers).json
    assert [item["blind_code"] for item in owed["items"]] == [code]
    content = base64.b64encode(rdml_file(db, {code: None})).decode()
    body = {"name": "r.rdml", "content": content}
    first = client.post(
        "/api/v1/labs/imports", json=body, headers={**headers, "Idempotency-Key": "k1"}
    )
    again = client.post(
        "/api/v1/labs/imports", json=body, headers={**headers, "Idempotency-Key": "k1"}
    )
    fresh = client.post("/api/v1/labs/imports", json=body, headers=headers)
    assert (first.status_code, first.json["results"], first.json["repeat"]) == (201, 1, False)
    assert again.json == first.json
    assert (fresh.status_code, fresh.json["repeat"]) == (200, True)
    assert client.get("/api/v1/labs/owed", headers=headers).json["items"] == []


def test_problems_are_json(db, client):
    lab = make_lab(db)
    headers = bearer(db, lab.technician)
    for body in (
        {"name": "x", "content": "***"},
        {"name": "x", "content": "AAAA"},
        {"name": "x", "content": "文件"},
        {"name": "x"},
        [],
    ):
        answer = client.post("/api/v1/labs/imports", json=body, headers=headers)
        assert answer.status_code == 422, body
        assert answer.mimetype == "application/problem+json"
    assert client.post("/api/v1/labs/imports", json={}).status_code == 401


def test_items_are_received_by_api(db, client):
    lab = make_lab(db)
    [code] = make_items(db, lab)
    receiver = bearer(db, lab.receiver)
    path = f"/api/v1/labs/items/{code}"
    assert (
        client.post(f"{path}/receipt", json={"condition": "good"}, headers=receiver).status_code
        == 201
    )
    assert (
        client.post(f"{path}/receipt", json={"condition": "missing"}, headers=receiver).status_code
        == 409
    )
    assert (
        client.post(f"{path}/receipt", json={"condition": "wet"}, headers=receiver).status_code
        == 422
    )
    for odd in (["good"], {"a": 1}, 5):
        sent = client.post(f"{path}/receipt", json={"condition": odd}, headers=receiver)
        assert sent.status_code == 422, odd
    assert client.get(path, headers=receiver).json["state"] == "received"
    boxes = client.get("/api/v1/labs/consignments", headers=receiver).json["items"]
    assert [box["state"] for box in boxes] == ["received"]
    results = "/api/v1/labs/results"
    result_id = make_result(db, lab, code)
    assert client.get(results, headers=receiver).json["items"][0]["id"] == str(result_id)


def test_lists_and_reports_by_api(db, client):
    lab, other = make_lab(db), make_lab(db)
    [code] = make_items(db, lab)
    report_id = make_report(db, lab, code)
    headers = bearer(db, lab.reviewer)
    listed = client.get("/api/v1/labs/reports", headers=headers).json
    assert [row["id"] for row in listed["items"]] == [str(report_id)]
    whole = client.get(f"/api/v1/labs/reports/{report_id}", headers=headers).json
    assert whole["content"]["blind_code"] == code
    strange = client.get(f"/api/v1/labs/reports/{report_id}", headers=bearer(db, other.reviewer))
    assert strange.status_code == 404
    shown = client.get(f"/api/v1/labs/{lab.lab_id}", headers=headers).json
    assert shown["scope"][0]["disease"] == "DIV1"
    assert len(client.get("/api/v1/labs/", headers=headers).json["items"]) == 2
    states = [
        row["state"] for row in client.get("/api/v1/labs/results", headers=headers).json["items"]
    ]
    assert states == ["reported"]


def test_labs_read_shows_what_is_read_and_refused(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("Sample,Target,Ct\nS1,DIV1,无\nS2,DIV1,阴?\n", "utf-8")
    shown = CliRunner().invoke(labs_cli, ["read", str(path)])
    assert shown.exit_code == 0
    assert "收 1 孔，不认 1 行" in shown.output
    assert "第 3 行" in shown.output
    as_json = json.loads(CliRunner().invoke(labs_cli, ["read", "--json", str(path)]).output)
    assert as_json["readings"][0]["why"] == "no_cq"
    path.write_bytes(b"")
    broken = CliRunner().invoke(labs_cli, ["read", str(path)])
    assert broken.exit_code == 1
    assert "空的" in broken.output
