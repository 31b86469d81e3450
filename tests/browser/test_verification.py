"""A buyer's phone in chromium: the code's own signature is checked on the phone, and it matters."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from aquacert.trust import qr
from aquacert.trust.claims import QrClaims
from aquacert.trust.cose import sign1
from aquacert.trust.keys import KeyRing, Use
from aquacert.verification import views
from aquacert.verification.queries.keys import KeyWatch
from aquacert.verification.queries.pages import PublicPages
from tests.make.loopback import on_loopback
from tests.make.verification import OFFICE, PUBLIC_ID, Shelf, record_of, ring_of, sealed

pytestmark = pytest.mark.browser
SUCCESSOR = "7KQ2M9XA4C"


@pytest.fixture
def phone(chromium):
    context = chromium.new_context(viewport={"width": 360, "height": 640})
    page = context.new_page()
    page.wrong = []
    page.on("console", lambda m: page.wrong.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: page.wrong.append(str(error)))
    yield page
    context.close()


@pytest.fixture
def shelf(app, house):
    now = house.database.clock.now()
    ring = ring_of(house.settings.data_dir / "keys", now, house.settings.key_passphrase)
    made = Shelf()
    made.kept[PUBLIC_ID] = sealed(ring, record_of(now))
    made.ring = ring
    house.extras[views.EXTRA].pages = PublicPages(
        house.database,
        made,
        KeyWatch(house.settings.data_dir / "keys"),
        limit=1 << 20,
        host="cert.example",
    )
    return made


@pytest.fixture
def base(app):
    with on_loopback(app) as port:
        yield f"http://127.0.0.1:{port}"


def digits(shelf, public_id=PUBLIC_ID):
    return qr.digits(shelf.kept[public_id].cose)


def scan(phone, address):
    phone.goto("about:blank")
    phone.goto(address)
    return phone.locator("#c")


def checked(phone, result):
    phone.wait_for_selector(f"#c[data-checked={result}]", state="attached", timeout=5000)


def test_the_phone_checks_the_signature_itself_and_says_so(phone, shelf, base):
    scan(phone, f"{base}/c/{PUBLIC_ID}#{digits(shelf)}")
    checked(phone, "good")
    assert "签名由本机验证" in phone.inner_text("#proof summary")
    assert phone.inner_text(".verdict h1") == "有效"
    assert phone.wrong == []


def test_a_lost_fragment_leaves_the_servers_word(phone, shelf, base):
    scan(phone, f"{base}/c/{PUBLIC_ID}")
    assert "签名由服务器验证" in phone.inner_text("#proof summary")
    assert phone.inner_text(".verdict h1") == "有效"


def test_without_script_the_page_reads_the_same(chromium, shelf, base):
    context = chromium.new_context(
        viewport={"width": 360, "height": 640}, java_script_enabled=False
    )
    page = context.new_page()
    page.goto(f"{base}/c/{PUBLIC_ID}#{digits(shelf)}")
    assert page.inner_text(".verdict h1") == "有效"
    assert "签名由服务器验证" in page.inner_text("#proof summary")
    context.close()


def test_claims_of_another_certificate_turn_the_page_red(phone, shelf, base):
    other = record_of(shelf_now(shelf), public_id=SUCCESSOR, quantity=900_000)
    shelf.kept[SUCCESSOR] = sealed(shelf.ring, other)
    scan(phone, f"{base}/c/{PUBLIC_ID}#{digits(shelf, SUCCESSOR)}")
    checked(phone, "bad")
    assert phone.inner_text(".verdict h1") == "无效"
    assert "签名不符" in phone.inner_text(".verdict")
    assert phone.locator(".facts").count() == 0


def test_a_signature_by_a_stranger_is_not_taken_for_ours(phone, shelf, base, tmp_path):
    now = shelf_now(shelf)
    stranger = KeyRing(tmp_path / "stranger", "x")
    stranger.ensure(Use.ISSUE, OFFICE, now=now - timedelta(days=1))
    signer = stranger.signer(Use.ISSUE, OFFICE.label, now)
    cose = sign1(QrClaims.of(record_of(now)).encode(), signer)
    scan(phone, f"{base}/c/{PUBLIC_ID}#{qr.digits(cose)}")
    checked(phone, "open")
    assert "签名由服务器验证" in phone.inner_text("#proof summary")


def test_one_wrong_bit_of_the_signature_turns_the_page_red(phone, shelf, base):
    cose = bytearray(shelf.kept[PUBLIC_ID].cose)
    cose[-1] ^= 1
    scan(phone, f"{base}/c/{PUBLIC_ID}#{qr.digits(bytes(cose))}")
    checked(phone, "bad")
    assert phone.inner_text(".verdict h1") == "无效"


def test_a_cut_fragment_is_said_to_be_incomplete_and_keeps_the_verdict(phone, shelf, base):
    scan(phone, f"{base}/c/{PUBLIC_ID}#{digits(shelf)[:-40]}")
    checked(phone, "short")
    assert "签名不完整" in phone.inner_text("#proof")
    assert phone.inner_text(".verdict h1") == "有效"


def test_the_verdict_stands_in_the_first_screen_of_a_small_phone(phone, shelf, base):
    for status, word in (
        ("valid", "有效"),
        ("suspended", "暂停（勿运）"),
        ("void", "无效"),
        ("recalled", "无效"),
    ):
        shelf.kept[PUBLIC_ID] = replace(shelf.kept[PUBLIC_ID], status=status)
        shelf.news.append((len(shelf.news) + 1, PUBLIC_ID))
        phone.wait_for_timeout(1100)
        scan(phone, f"{base}/c/{PUBLIC_ID}#{digits(shelf)}")
        box = phone.locator(".verdict").bounding_box()
        assert box["y"] + box["height"] <= 320
        assert phone.inner_text(".verdict h1") == word
        assert phone.evaluate("document.documentElement.scrollWidth") <= 360


def test_nothing_is_asked_of_any_other_host_and_little_of_ours(phone, shelf, base):
    sent = []
    phone.on("response", lambda r: sent.append((r.url, len(r.body()))))
    scan(phone, f"{base}/c/{PUBLIC_ID}#{digits(shelf)}")
    checked(phone, "good")
    assert all(url.startswith(base) for url, _ in sent)
    assert sum(size for _, size in sent) < 70_000
    assert phone.context.cookies() == []


def test_the_form_leads_from_a_number_to_the_page(phone, shelf, base, monkeypatch):
    monkeypatch.setattr(views.certificates, "public_id_of_number", lambda look, number: PUBLIC_ID)
    phone.goto(f"{base}/verify")
    phone.fill("#number", "3200012345")
    phone.fill("#code", "000000")
    phone.click("button[type=submit]")
    assert "没有查到" in phone.inner_text("[role=alert]")
    assert phone.input_value("#number") == "3200012345"
    phone.fill("#code", PUBLIC_ID[-6:].lower())
    phone.click("button[type=submit]")
    assert phone.inner_text(".verdict h1") == "有效"


def shelf_now(shelf):
    from aquacert.trust.record import Record

    return Record.decode(shelf.kept[PUBLIC_ID].record).issued
