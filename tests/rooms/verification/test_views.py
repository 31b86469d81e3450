"""The public doors as a stranger's phone meets them."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from aquacert.certificates.peers import commands as peers
from aquacert.trust.trustdocument import TrustDocument
from aquacert.verification import views
from aquacert.verification.queries.keys import KeyWatch
from aquacert.verification.queries.pages import PublicPages
from tests.make.verification import NUMBER, PUBLIC_ID, Shelf, record_of, ring_of, sealed


@pytest.fixture
def shelf(app, house, monkeypatch):
    """The application's public doors over a register in memory."""
    now = house.database.clock.now()
    ring = ring_of(house.settings.data_dir / "keys", now, house.settings.key_passphrase)
    made = Shelf()
    made.kept[PUBLIC_ID] = sealed(ring, record_of(now))
    house.extras[views.EXTRA].pages = PublicPages(
        house.database,
        made,
        KeyWatch(house.settings.data_dir / "keys"),
        limit=1 << 20,
        host="cert.example",
    )
    numbers = {NUMBER: PUBLIC_ID}
    monkeypatch.setattr(
        views.certificates, "public_id_of_number", lambda look, number: numbers.get(number)
    )
    return made


def test_a_scan_is_answered_without_cookie_and_with_strict_headers(client, shelf):
    answer = client.get(f"/c/{PUBLIC_ID}")
    assert answer.status_code == 200
    assert "有效" in answer.text
    assert "Set-Cookie" not in answer.headers
    policy = answer.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "address",
    [
        f"/c/{PUBLIC_ID}?from=singlemessage&isappinstalled=0",
        f"/c/{PUBLIC_ID.lower()}",
        f"/c/{PUBLIC_ID}?from=timeline&lang=zh_CN",
    ],
)
def test_what_chat_apps_do_to_an_address_is_no_hindrance(client, shelf, address):
    assert "有效" in client.get(address).text


def test_english_is_chosen_by_the_address_alone(client, shelf):
    assert "Valid" in client.get(f"/c/{PUBLIC_ID}?lang=en").text
    assert "有效" in client.get(f"/c/{PUBLIC_ID}", headers={"Accept-Language": "en"}).text


@pytest.mark.parametrize("code", ["0000000000", "nonsense", "%F0%9F%90%9F", "a" * 300])
def test_an_unknown_code_is_told_plainly(client, shelf, code):
    answer = client.get(f"/c/{code}")
    assert answer.status_code == 404
    assert "查无此证" in answer.text


def test_a_nul_in_the_address_opens_no_page(client, shelf):
    answer = client.get("/c/%00")
    assert answer.status_code == 404
    assert "有效" not in answer.text


def test_scans_are_counted_after_the_answer_and_only_for_real_pages(client, shelf, house):
    client.get(f"/c/{PUBLIC_ID}")
    client.get(f"/c/{PUBLIC_ID}")
    client.head(f"/c/{PUBLIC_ID}")
    client.get("/c/0000000000")
    assert house.tally.fold("scans") == {PUBLIC_ID: 2}


def test_a_silent_database_is_200_and_amber(client, shelf):
    shelf.silent = True
    answer = client.get(f"/c/{PUBLIC_ID}")
    assert answer.status_code == 200
    assert "暂时无法核验" in answer.text


def test_strangers_who_guess_ids_are_slowed(client, shelf):
    codes = [client.get(f"/c/{place:010d}").status_code for place in range(70)]
    assert codes[0] == 404
    assert codes[-1] == 429


def test_a_good_pair_leads_to_the_page(client, shelf):
    answer = client.get("/verify", query_string={"number": NUMBER, "code": "9xa-4b".upper()})
    assert answer.status_code == 422
    answer = client.get("/verify", query_string={"number": NUMBER, "code": PUBLIC_ID[-6:].lower()})
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"/c/{PUBLIC_ID}"
    assert "Set-Cookie" not in answer.headers


def test_a_wrong_pair_and_an_unknown_number_answer_alike(client, shelf):
    wrong = client.get("/verify", query_string={"number": NUMBER, "code": "000000"})
    unknown = client.get("/verify", query_string={"number": "3299999999", "code": "000000"})
    assert (wrong.status_code, unknown.status_code) == (404, 404)
    typed = 'value="{}"'
    assert wrong.text.replace(typed.format(NUMBER), "") == unknown.text.replace(
        typed.format("3299999999"), ""
    )
    assert "没有查到" in wrong.text


def test_tries_are_limited_per_address(client, shelf):
    pair = {"number": "3299999999", "code": "000000"}
    codes = [client.get("/verify", query_string=pair).status_code for _ in range(12)]
    assert codes[:10] == [404] * 10
    assert codes[10:] == [429, 429]


@pytest.mark.parametrize("pair", [{"number": "12"}, {"number": "３２００", "code": "x"}, {}])
def test_the_form_keeps_what_was_typed(client, shelf, pair):
    answer = client.get("/verify", query_string=pair)
    assert answer.status_code == (422 if pair else 200)
    assert f'value="{pair.get("number", "")}"' in answer.text


def test_the_trust_list_is_signed_by_enough_roots(client, shelf, house):
    assert client.get("/trust/list.json").status_code == 503
    house.keys.root(house.database.clock.now())
    assert peers.renew(house.database, house.keys) == 1
    answer = client.get("/trust/list.json")
    assert answer.status_code == 200
    read = TrustDocument.read(answer.data)
    read.check(peers.pinned_roots(house.settings))
    assert {key.use.value for key in read.trust.keys} >= {"issue", "root"}
    assert "private" not in answer.text.lower()
    again = client.get("/trust/list.json", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


def test_the_interface_tells_the_same_verdict(client, shelf):
    body = json.loads(client.get(f"/api/v1/verification/certificates/{PUBLIC_ID}").text)
    assert body["verdict"] == "valid"
    assert body["plate"] == "示A·8**56"
    assert "张大海" not in json.dumps(body, ensure_ascii=False)
    shelf.kept[PUBLIC_ID] = replace(shelf.kept[PUBLIC_ID], status="void")
    body = json.loads(client.get(f"/api/v1/verification/certificates/{PUBLIC_ID}").text)
    assert body["verdict"] == "void"
    assert client.get("/api/v1/verification/certificates/0000000000").status_code == 404


@pytest.mark.parametrize("number", ["2026999", "9" * 20, "9" * 30])
def test_a_status_list_nobody_published_is_not_found(client, shelf, number):
    assert client.get(f"/trust/status/{number}").status_code == 404


def test_a_phone_gets_the_one_key_it_needs(client, shelf, house):
    key = next(key for key in house.keys.public_keys() if key.use.value == "issue")
    rows = client.get(f"/trust/keys/{key.kid.hex()}.json").json["keys"]
    assert [row["spki"] for row in rows] == [key.spki.hex()]
    assert client.get("/trust/keys/00000000.json").json["keys"] == []
    assert client.get("/trust/keys/zz.json").status_code == 404


def served(client, path):
    """The bytes of a static file as served."""
    with client.get(path) as answer:
        assert answer.status_code == 200, path
        return answer.data


ALL_OF_IT = (
    "/static/css/tokens.css",
    "/static/css/public.css",
    "/static/js/verify.js",
    "/static/js/trust.js",
    "/static/icon.svg",
)


def test_a_first_visit_weighs_at_most_sixty_kilobytes_as_served(client, shelf):
    """Nothing is compressed by the server: every byte counts."""
    page = client.get(f"/c/{PUBLIC_ID}")
    linked = {
        *re.findall(r'(?:href|src)="(/static/[^"]+)"', page.text),
        "/static/js/trust.js",
    }
    assert linked == set(ALL_OF_IT)
    sizes = [len(page.data), *(len(served(client, path)) for path in ALL_OF_IT)]
    assert sum(sizes) <= 60_000, sizes


def test_the_page_says_this_minute_s_phrase_and_how_old_the_lists_are(client, shelf, house):
    def live():
        return re.search(r'<p class="live">(.*?)</p>', client.get(f"/c/{PUBLIC_ID}").text).group(1)

    first = live()
    assert "本分钟口令" in first
    assert "信任名单" in first
    assert "状态清单" in first
    house.database.clock.forward(minutes=1)
    assert live() != first
    assert "%LIVE%" not in client.get("/verify").text


@pytest.mark.parametrize(
    "address",
    [
        f"/C/{PUBLIC_ID}",
        f"/c/{PUBLIC_ID}%23837450192600000000",
        f"/c/{PUBLIC_ID}%2523837450192600000000%253Ffrom%253Dsinglemessage",
        f"/c/{PUBLIC_ID}%3Ffrom=singlemessage&isappinstalled=0",
        f"/c/{PUBLIC_ID}%20",
        f"/c/{PUBLIC_ID.lower()}?from=groupmessage",
    ],
)
def test_an_encoded_or_upper_cased_address_still_leads_there(client, shelf, address):
    assert "is-valid" in client.get(address).text


def test_a_cut_address_is_unknown_and_says_what_to_do(client, shelf):
    answer = client.get(f"/c/{PUBLIC_ID[:6]}")
    assert answer.status_code == 404
    assert "重新扫码" in answer.text


def test_the_page_leads_to_log_proof_files_and_place(client, shelf):
    where = {
        to: client.get(f"/c/{PUBLIC_ID}?to={to}").headers["Location"]
        for to in ("log", "files", "place")
    }
    assert where["log"].endswith(f"/c/{PUBLIC_ID}.tlog-proof")
    assert where["files"].endswith("/files")
    assert where["place"].endswith("/place")
    assert client.get(f"/c/{PUBLIC_ID}/files").status_code in {302, 303, 401}


def test_only_the_scanner_may_compile_wasm_and_no_page_runs_script_text(client, shelf):
    plain = client.get(f"/c/{PUBLIC_ID}").headers["Content-Security-Policy"]
    scanner = client.get("/verify").headers["Content-Security-Policy"]
    assert "wasm" not in plain
    assert "'wasm-unsafe-eval'" in scanner
    assert "unsafe-inline" not in scanner
    assert "'unsafe-eval'" not in scanner


def test_the_service_worker_covers_the_scanner_and_names_files_that_exist(client, app):
    worker = client.get("/verify/worker.js")
    assert worker.headers["Service-Worker-Allowed"] == "/verify"
    files = re.findall(r'"(/static/[^"]+)"', worker.text)
    assert len(files) == 10
    assert all(served(client, path) for path in files)
    assert "%VERSION%" not in worker.text
    tables = client.get("/verify/tables.json").json
    assert len(tables["divisions"]) > 3000
    assert len(tables["species"]) > 50
