"""The scanner in chromium: it judges with what it keeps, and is never green on less."""

from __future__ import annotations

import io
import json
import shutil
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from PIL import Image

from aquacert.trust.qr import digits as to_digits
from aquacert.trust.qr import from_digits, qr_matrix, qr_png
from aquacert.trust.statuslist import Status
from tests.browser.conftest import FLAGS
from tests.make.loopback import on_loopback
from tests.make.offline import NUMBER, Province

pytestmark = pytest.mark.browser
INDEX = 4711


class World:
    """What the network gives, and whether there is one."""

    def __init__(self, home):
        self.home = home
        self.down = False
        self.trust = home.trust()
        self.status = home.status()
        self.peers = []

    def answer(self, route):
        path = route.request.url.split("/trust/")[1].split("?")[0]
        body = {
            "list.json": lambda: json.dumps(self.trust),
            "peers.json": lambda: json.dumps({"lists": self.peers}),
            "status/index.json": lambda: json.dumps(
                {"status_lists": [f"https://cert.example/trust/status/{NUMBER}"]}
            ),
            f"status/{NUMBER}": lambda: self.status,
        }.get(path)
        if self.down:
            route.abort()
        elif body is None or body() is None:
            route.fulfill(status=404)
        else:
            route.fulfill(status=200, body=body(), headers={"Access-Control-Allow-Origin": "*"})


@pytest.fixture
def base(app):
    with on_loopback(app) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def home(tmp_path):
    return Province(tmp_path / "home", datetime.now(UTC))


@pytest.fixture
def world(home):
    return World(home)


@pytest.fixture
def phone(chromium, world):
    context = chromium.new_context(viewport={"width": 360, "height": 740}, locale="zh-CN")
    context.route("**/trust/**", world.answer)
    page = context.new_page()
    page.wrong = []
    page.on("pageerror", lambda error: page.wrong.append(str(error)))
    page.on(
        "console",
        lambda m: (
            page.wrong.append(m.text)
            if m.type == "error" and "Failed to load resource" not in m.text
            else None
        ),
    )
    yield page
    assert page.wrong == []
    context.close()


def opened(page, base):
    page.goto(f"{base}/verify")
    page.wait_for_selector("html[data-lists]", state="attached")
    return page


def told(page, text):
    """Paste `text`; return (tone, why)."""
    before = page.get_attribute("#result", "data-shown") or "0"
    page.locator("details.more").evaluate("d => { d.open = true; }")
    page.fill("#text", text)
    page.click("#read")
    return verdict(page, before)


def until(page, question, argument=None, seconds=30.0):
    """Ask again until the page says yes; Playwright's own waiting evaluates text, which CSP forbids."""
    ends = time.monotonic() + seconds
    while not page.evaluate(question, argument):
        assert time.monotonic() < ends, question
        page.wait_for_timeout(50)


def verdict(page, before="0"):
    until(page, "b => (document.getElementById('result').dataset.shown || '0') !== b", before)
    result = page.locator("#result")
    return result.get_attribute("data-tone"), result.get_attribute("data-why")


def test_a_good_code_is_green_with_its_facts_in_words(phone, base, home):
    opened(phone, base)
    assert told(phone, home.code_for()) == ("valid", "good")
    text = phone.inner_text("#result")
    assert "有效" in text
    assert "500,000 尾" in text
    assert "→" in text
    assert "32 0001 2345" in text
    assert "示例县农业农村局" in text


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        (Status.INVALID, ("invalid", "void")),
        (Status.REPLACED, ("invalid", "replaced")),
        (Status.SUSPENDED, ("unsure", "suspended")),
    ],
)
def test_what_the_list_says_is_said(phone, base, home, world, status, answer):
    world.status = home.status({INDEX: status})
    opened(phone, base)
    assert told(phone, home.code_for()) == answer


def test_a_void_one_is_red_online_and_after_the_kept_list_was_refreshed(phone, base, home, world):
    code = home.code_for()
    opened(phone, base)
    assert told(phone, code)[0] == "valid"
    world.status = home.status({INDEX: Status.INVALID}, at=home.now)
    assert told(phone, code) == ("invalid", "void")
    world.down = True
    assert told(phone, code) == ("invalid", "void")


def test_it_works_without_a_network_once_it_was_opened(phone, base, home, world):
    opened(phone, base)
    phone.evaluate("navigator.serviceWorker.ready.then(() => true)")
    until(phone, "() => navigator.serviceWorker.controller !== null")
    world.down = True
    phone.context.set_offline(True)
    phone.reload()
    phone.wait_for_selector("html[data-lists]", state="attached")
    assert told(phone, home.code_for()) == ("valid", "good")
    assert "示例" in phone.inner_text("#result")
    phone.context.set_offline(False)


def test_a_picture_is_read_offline_too(phone, base, home, world, tmp_path):
    picture = tmp_path / "code.png"
    picture.write_bytes(qr_png(qr_matrix(home.code_for()), module_pixels=6))
    opened(phone, base)
    until(phone, "() => navigator.serviceWorker.controller !== null")
    world.down = True
    phone.context.set_offline(True)
    phone.set_input_files("#picture", str(picture))
    assert verdict(phone) == ("valid", "good")
    phone.context.set_offline(False)


def test_a_picture_without_a_code_says_so(phone, base, tmp_path):
    Image.new("RGB", (300, 300), "white").save(tmp_path / "white.png")
    opened(phone, base)
    phone.set_input_files("#picture", str(tmp_path / "white.png"))
    assert verdict(phone) == ("unsure", "unreadable")


def test_a_list_past_its_time_is_never_green(phone, base, home, world):
    world.status = home.status(at=home.now - timedelta(hours=30))
    opened(phone, base)
    assert told(phone, home.code_for()) == ("unsure", "stale")
    assert "待核" in phone.inner_text("#result")
    assert "已过期" in phone.inner_text("#ages")


def test_an_old_trust_list_is_never_green(phone, base, home, world):
    world.trust = home.trust(expires=home.now - timedelta(minutes=1))
    opened(phone, base)
    assert told(phone, home.code_for()) == ("unsure", "stale-trust")


def test_without_the_status_list_it_is_not_green(phone, base, home, world):
    world.status = None
    opened(phone, base)
    assert told(phone, home.code_for()) == ("unsure", "no-list")


def test_forged_digits_are_red_and_show_no_facts(phone, base, home):
    opened(phone, base)
    code = home.code_for()
    page, digits = code.split("#")
    middle = len(digits) // 2
    forged = f"{page}#{digits[:middle]}{(int(digits[middle]) + 1) % 10}{digits[middle + 1 :]}"
    tone, why = told(phone, forged)
    assert tone == "invalid"
    assert why in {"forged", "not-canonical", "malformed"}
    assert phone.locator("#result .facts").count() == 0


def test_cut_digits_and_strange_texts_are_not_believed(phone, base, home):
    opened(phone, base)
    code = home.code_for()
    assert told(phone, code[:-5])[0] == "invalid"
    assert told(phone, "https://evil.example/pay")[0] == "invalid"
    assert told(phone, code + "0")[0] == "invalid"


def test_chat_apps_words_do_not_matter(phone, base, home):
    opened(phone, base)
    code = home.code_for()
    assert told(phone, code.replace("#", "?from=singlemessage&isappinstalled=0#"))[0] == "valid"
    assert told(phone, code + "?from=singlemessage")[0] == "valid"
    assert told(phone, code.replace("#", "%23"))[0] == "valid"


def test_a_foreign_address_with_a_good_signature_is_warned_of(phone, base, home):
    opened(phone, base)
    assert told(phone, home.code_for().replace("cert.example", "cert-example.top"))[0] == "valid"
    assert "不是签发系统的网址" in phone.inner_text("#result")


def test_an_issuer_on_no_list_is_neither_good_nor_forged(phone, base, tmp_path, home):
    other = Province(tmp_path / "other", home.now, "340000", "https://other.example")
    opened(phone, base)
    assert told(phone, other.code_for()) == ("unsure", "unknown-key")
    assert "未核实" in phone.inner_text("#result")
    assert phone.locator("#result .is-unproven").count() == 1


def test_a_province_on_the_peer_list_is_known_but_needs_its_status(
    phone, base, tmp_path, home, world
):
    other = Province(tmp_path / "other", home.now, "340000", "https://other.example")
    world.peers = [{"division": "340000", "document": other.trust()}]
    world.status = None
    opened(phone, base)
    code = other.code_for()
    assert told(phone, code) == ("unsure", "no-list")
    world.status = other.status()
    assert told(phone, code) == ("valid", "good")


@pytest.mark.parametrize("since", [-2, 2])
def test_a_stolen_key_counts_only_before_it_was_stolen(phone, base, home, world, since):
    at = home.now - timedelta(hours=1)
    world.trust = home.trust(
        state="compromised",
        compromised_since=(at + timedelta(minutes=since)).isoformat(),
    )
    opened(phone, base)
    expected = ("valid", "good") if since > 0 else ("unsure", "key-not-valid")
    assert told(phone, home.code_for(at=at)) == expected


def test_the_twin_of_a_signature_is_refused(phone, base, home):
    page, digits = home.code_for().split("#")
    cose = from_digits(digits)
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    twin = cose[:-32] + (order - int.from_bytes(cose[-32:], "big")).to_bytes(32, "big")
    opened(phone, base)
    assert told(phone, f"{page}#{to_digits(twin)}") == ("invalid", "not-canonical")


def test_another_root_or_an_older_list_is_not_taken(phone, base, tmp_path, home, world):
    world.trust = home.trust(version=5)
    opened(phone, base)
    code = home.code_for()
    assert told(phone, code)[0] == "valid"
    stranger = Province(tmp_path / "stranger", home.now)
    world.trust = stranger.trust(version=9)
    phone.reload()
    phone.wait_for_selector("html[data-lists='1']", state="attached")
    assert told(phone, code)[0] == "valid"
    assert told(phone, stranger.code_for())[0] == "unsure"


def test_one_stolen_root_cannot_lower_the_bar(phone, base, tmp_path, home, world):
    home = Province(tmp_path / "three", home.now, roots=3)
    world.trust, world.status = home.trust(), home.status()
    opened(phone, base)
    assert told(phone, home.code_for()) == ("valid", "good")
    stolen = world.trust["signed"]["roots"]
    world.trust = home.trust(
        version=2, signers=1, body={"roots": {**stolen, "threshold": 1}}, state="compromised"
    )
    phone.reload()
    phone.wait_for_selector("html[data-lists='1']", state="attached")
    assert told(phone, home.code_for()) == ("valid", "good")


def test_roots_change_by_a_list_that_old_and_new_ones_signed(phone, base, tmp_path, home, world):
    world.trust = home.trust()
    opened(phone, base)
    fresh = Province(tmp_path / "fresh", home.now)
    mixed = fresh.trust(version=2)
    mixed["signatures"] += home.trust(version=2, body=mixed["signed"])["signatures"]
    world.trust, world.status = mixed, fresh.status()
    phone.reload()
    phone.wait_for_selector("html[data-lists='1']", state="attached")
    assert told(phone, fresh.code_for()) == ("valid", "good")
    world.trust = home.trust(version=3)
    phone.reload()
    phone.wait_for_selector("html[data-lists='1']", state="attached")
    assert told(phone, home.code_for())[0] == "unsure"


def test_a_province_lists_no_issuer_of_another(phone, base, tmp_path, home, world):
    other = Province(tmp_path / "other", home.now, "340000", "https://other.example")
    other.office = replace(other.office, division=home.office.division)
    world.peers = [{"division": "340000", "document": other.trust()}]
    opened(phone, base)
    code = other.code_for()
    assert told(phone, code) == ("unsure", "unknown-key")


def test_an_issuer_signs_no_kind_that_its_list_does_not_give_it(phone, base, home, world):
    listed = home.trust()["signed"]["issuers"]
    world.trust = home.trust(body={"issuers": [{**one, "kinds": ["B"]} for one in listed]})
    opened(phone, base)
    assert told(phone, home.code_for(kind="A"))[1] == "key-not-valid"


def test_an_expired_one_is_red(phone, base, home):
    opened(phone, base)
    late = home.code_for(at=home.now - timedelta(days=6))
    assert told(phone, late) == ("invalid", "expired")


def test_history_stays_here_and_can_be_cleared(phone, base, home):
    opened(phone, base)
    told(phone, home.code_for())
    assert "3200012345" in phone.inner_text("#history")
    phone.reload()
    phone.wait_for_selector("#history li")
    phone.click("#clear")
    assert phone.locator("#history li").count() == 0
    assert phone.evaluate("localStorage.getItem('aquacert.history')") is None


def test_it_can_be_installed_and_its_worker_covers_it(phone, base):
    opened(phone, base)
    manifest = phone.request.get(f"{base}/verify/manifest.webmanifest")
    assert manifest.ok
    assert manifest.json()["start_url"] == "/verify"
    for icon in manifest.json()["icons"]:
        assert phone.request.get(base + icon["src"]).ok
    scope = phone.evaluate("navigator.serviceWorker.ready.then(r => r.scope)")
    assert scope.endswith("/verify")


def test_wide_and_small_nothing_is_cut_off(phone, base, home):
    opened(phone, base)
    told(phone, home.code_for())
    for width in (360, 1280):
        phone.set_viewport_size({"width": width, "height": 740})
        assert phone.evaluate("document.documentElement.scrollWidth") <= width


def test_an_sm2_signature_is_checked_here_too_and_only_then_its_library_is_loaded(
    phone, base, tmp_path, home, world
):
    sent = []
    phone.on("request", lambda request: sent.append(request.url))
    opened(phone, base)
    told(phone, home.code_for())
    loaded = "() => typeof globalThis.SmCryptoV2"
    assert phone.evaluate(loaded) == "undefined"
    other = Province(tmp_path / "sm2", home.now, "340000", "https://other.example", suite="SM2")
    world.peers = [{"division": "340000", "document": other.trust()}]
    world.status = other.status()
    phone.reload()
    phone.wait_for_selector("html[data-lists='2']", state="attached")
    code = other.code_for()
    assert told(phone, code) == ("valid", "good")
    assert phone.evaluate(loaded) != "undefined"
    page, digits = code.split("#")
    cose = bytearray(from_digits(digits))
    cose[-1] ^= 1
    assert told(phone, f"{page}#{to_digits(bytes(cose))}") == ("invalid", "forged")


def test_a_specimen_says_so(phone, base, home, world):
    document = home.trust(demo=True)
    world.trust = document
    opened(phone, base)
    assert told(phone, home.code_for())[0] == "valid"
    assert "演示样张" in phone.inner_text("#result")


def test_no_camera_is_said_and_a_hidden_note_stays_hidden(phone, base):
    opened(phone, base)
    assert not phone.locator("#nocamera").is_visible()
    phone.evaluate(
        "() => { navigator.mediaDevices.getUserMedia = () => Promise.reject(new Error('no')); }"
    )
    phone.click("#camera")
    phone.wait_for_selector("#nocamera", state="visible")
    assert "相机没有打开" in phone.inner_text("#nocamera")


def test_the_camera_reads_a_code_held_before_it(chromium, base, home, world, tmp_path):
    film = tmp_path / "code.mjpeg"
    film.write_bytes(film_of(home.code_for()))
    flags = [
        *FLAGS,
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={film}",
    ]
    path = shutil.which("chromium") or "/usr/bin/chromium"
    browser = chromium.browser_type.launch(executable_path=path, args=flags)
    context = browser.new_context(viewport={"width": 360, "height": 740}, locale="zh-CN")
    context.route("**/trust/**", world.answer)
    page = opened(context.new_page(), base)
    page.click("#camera")
    page.wait_for_selector("#result[data-shown]", timeout=20_000)
    assert verdict(page) == ("valid", "good")
    assert page.locator("#view").is_hidden()
    browser.close()


def film_of(text):
    """A short film of a code, as motion JPEG."""
    code = Image.open(io.BytesIO(qr_png(qr_matrix(text), module_pixels=6))).convert("RGB")
    frame = Image.new("RGB", (640, 480), "white")
    frame.paste(code, ((640 - code.width) // 2, (480 - code.height) // 2))
    kept = io.BytesIO()
    frame.save(kept, "JPEG", quality=92)
    return kept.getvalue() * 10
