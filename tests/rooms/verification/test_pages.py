"""The public page: every state, nothing personal, fresh within a second, amber when nobody answers."""

from __future__ import annotations

import re
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from aquacert.kernel.clock import FixedClock
from aquacert.kernel.settings import Settings
from aquacert.kernel.work import Database
from aquacert.trust.keys import KeyRing, Use
from aquacert.verification.documents.english import ENGLISH
from aquacert.verification.documents.page import TEMPLATES
from aquacert.verification.queries.keys import KeyWatch
from aquacert.verification.queries.pages import PublicPages
from aquacert.verification.rules.verdict import Verdict
from tests.make.verification import OFFICE, PUBLIC_ID, Shelf, record_of, ring_of, sealed

NOW = datetime(2026, 5, 18, 7, 2, tzinfo=UTC)
OTHER = "7KQ2M9XA4C"
PRIVATE = (
    "张大海",
    "13800138000",
    "示例村",
    "李收货",
    "王承运",
    "13900139000",
    "样例路",
    "赵兽医",
    "示A8Z356",
    "2 号池",
)


class House:
    """One process: clock, register, keys, pages; `pass_on` lets a second go by."""

    def __init__(self, folder, limit=1 << 20):
        self.clock = FixedClock(NOW)
        self.database = Database(Settings(data_dir=folder), self.clock)
        self.ring = ring_of(folder / "keys", NOW)
        self.shelf = Shelf()
        self.seconds = 0.0
        self.pages = PublicPages(
            self.database,
            self.shelf,
            KeyWatch(folder / "keys"),
            limit=limit,
            host="aquacert.example",
            tick=lambda: self.seconds,
        )
        self.put(record_of(NOW))

    def put(self, record):
        self.shelf.kept[record.public_id] = sealed(self.ring, record)

    def pass_on(self, seconds=1.1):
        self.seconds += seconds

    def see(self, public_id=PUBLIC_ID, lang="zh_CN"):
        answer = self.pages.answer(public_id, lang)
        return answer.verdict, answer.body.decode()


@pytest.fixture
def here(tmp_path):
    house = House(tmp_path)
    yield house
    house.database.close()


def test_a_proved_certificate_is_green_with_the_facts_to_compare(here):
    verdict, page = here.see()
    assert verdict is Verdict.VALID
    assert '<section class="verdict is-valid"' in page
    for words in (
        "有效",
        "还剩 3 天 8 小时",
        "凡纳滨对虾",
        "50 万尾",
        "伍拾万尾",
        "示A·8**56",
        "江苏省示例市示例县",
        "山东省样例市样例县",
        "5月21日 24:00 前到达",
        "示例县农业农村局",
        "请与车上的苗种核对",
        "签名由服务器验证",
    ):
        assert words in page


@pytest.mark.parametrize("lang", ["zh_CN", "en"])
@pytest.mark.parametrize("status", ["valid", "suspended", "void", "recalled", "replaced"])
def test_no_page_shows_anything_personal(here, lang, status):
    here.put(replace(record_of(NOW), public_id=OTHER, plate="示A99999"))
    here.shelf.change(PUBLIC_ID, status=status, successor_public_id=OTHER)
    _, page = here.see(lang=lang)
    assert not [words for words in PRIVATE if words in page]


@pytest.mark.parametrize(
    ("change", "verdict", "tone", "words"),
    [
        ({"status": "suspended"}, Verdict.SUSPENDED, "unsure", "暂停（勿运）"),
        ({"status": "void"}, Verdict.VOID, "invalid", "已作废"),
        ({"status": "recalled"}, Verdict.RECALLED, "invalid", "已召回"),
        ({"arrived_at": NOW}, Verdict.ARRIVED, "done", "已在 5月18日 到达"),
    ],
)
def test_a_change_shows_within_a_second(here, change, verdict, tone, words):
    assert here.see()[0] is Verdict.VALID
    here.shelf.change(PUBLIC_ID, **change)
    here.pass_on()
    found, page = here.see()
    assert found is verdict
    assert f'<section class="verdict is-{tone}"' in page
    assert words in page
    assert "is-valid" not in page


def test_an_expired_certificate_turns_red_without_any_change(here):
    here.see()
    here.clock.at = datetime(2026, 5, 21, 15, 59, 59, tzinfo=UTC)
    assert here.see()[0] is Verdict.VALID
    here.clock.at += timedelta(seconds=1)
    verdict, page = here.see()
    assert verdict is Verdict.EXPIRED
    assert "已过期，5月21日 24:00 到期" in page


def test_remaining_time_is_told_anew_when_its_words_end(here):
    assert "3 天 8 小时" in here.see()[1]
    here.clock.forward(hours=1)
    assert "3 天 7 小时" in here.see()[1]
    here.clock.at = datetime(2026, 5, 21, 12, 0, tzinfo=UTC)
    assert "还剩 3 小时 59 分" in here.see()[1]


def test_a_replaced_certificate_leads_to_the_last_one_and_says_what_changed(here):
    here.put(replace(record_of(NOW), public_id=OTHER, number="3200012399", plate="示A99999"))
    here.shelf.change(PUBLIC_ID, status="replaced", successor_public_id=OTHER)
    verdict, page = here.see()
    assert verdict is Verdict.REPLACED
    assert f'href="/c/{OTHER}"' in page
    assert "示A·8**56" in page
    assert "示A·9**99" in page
    assert "没有变化" in page
    assert "is-valid" not in page


def test_a_changed_record_is_never_shown_and_never_green(here):
    good = here.shelf.kept[PUBLIC_ID]
    forged = record_of(NOW, quantity=900_000)
    here.shelf.kept[PUBLIC_ID] = replace(good, record=forged.encode())
    verdict, page = here.see()
    assert verdict is Verdict.FORGED
    assert "签名不符" in page
    assert "90 万尾" not in page
    assert "50 万尾" not in page


def test_another_certificates_proof_does_not_serve(here):
    here.put(replace(record_of(NOW), public_id=OTHER))
    here.shelf.kept[PUBLIC_ID] = here.shelf.kept[OTHER]
    assert here.see()[0] is Verdict.FORGED


def test_a_flipped_bit_in_the_signature_is_red(here):
    good = here.shelf.kept[PUBLIC_ID]
    cose = bytearray(good.cose)
    cose[-1] ^= 1
    here.shelf.kept[PUBLIC_ID] = replace(good, cose=bytes(cose))
    assert here.see()[0] is Verdict.FORGED


def test_an_unknown_key_is_amber_and_shows_no_facts(here, tmp_path):
    stranger = KeyRing(tmp_path / "elsewhere", "x")
    stranger.ensure(Use.ISSUE, OFFICE, now=NOW - timedelta(days=1))
    here.shelf.kept[PUBLIC_ID] = sealed(stranger, record_of(NOW))
    verdict, page = here.see()
    assert verdict is Verdict.UNSURE
    assert "密钥" in page
    assert "凡纳滨对虾" not in page


def test_a_key_compromised_by_another_process_takes_the_green_away(here, tmp_path):
    assert here.see()[0] is Verdict.VALID
    other = KeyRing(tmp_path / "keys", "x")
    kid = other.find(Use.ISSUE, OFFICE.label, NOW).kid
    other.withdraw(kid, compromised_since=NOW - timedelta(days=1))
    here.pass_on()
    assert here.see()[0] is Verdict.UNSURE


def test_a_key_made_after_the_start_is_known_within_a_second(here):
    here.see()
    late = replace(OFFICE, label="office:2")
    here.ring.ensure(Use.ISSUE, late, now=NOW - timedelta(days=1))
    here.pass_on()
    from aquacert.trust.claims import QrClaims
    from aquacert.trust.cose import sign1
    from tests.make.verification import Sealed

    record = replace(record_of(NOW), public_id=OTHER)
    signer = here.ring.signer(Use.ISSUE, "office:2", NOW)
    here.shelf.kept[OTHER] = Sealed(record.encode(), sign1(QrClaims.of(record).encode(), signer))
    assert here.see(OTHER)[0] is Verdict.VALID


def test_a_silent_database_is_amber_and_never_a_kept_green(here):
    assert here.see()[0] is Verdict.VALID
    here.shelf.silent = True
    here.pass_on()
    for _ in range(3):
        verdict, page = here.see()
        assert verdict is Verdict.UNSURE
        assert "暂时无法核验" in page
        assert "is-valid" not in page
    asked = here.shelf.asked
    here.see()
    assert here.shelf.asked == asked, "a silent database is not asked more than once a second"
    here.shelf.silent = False
    here.pass_on()
    assert here.see()[0] is Verdict.VALID


def test_kept_pages_ask_the_database_at_most_once_a_second(here):
    here.see()
    read, asked = here.shelf.read, here.shelf.asked
    for _ in range(50):
        here.see()
    assert (here.shelf.read, here.shelf.asked) == (read, asked)


def test_a_change_while_a_page_is_made_does_not_stay_hidden(here):
    real = here.shelf.by_public_id

    def slow(look, public_id, /):
        found = real(look, public_id)
        here.shelf.by_public_id = real
        here.shelf.change(PUBLIC_ID, status="void")
        here.pass_on()
        here.see(OTHER)
        return found

    here.see(OTHER)
    here.shelf.by_public_id = slow
    here.see()
    here.pass_on()
    assert here.see()[0] is Verdict.VOID


def test_the_cache_stays_within_its_bytes(tmp_path):
    house = House(tmp_path, limit=40_000)
    for place in range(40):
        house.put(replace(record_of(NOW), public_id=f"7KQ2M9X{place:03d}"))
        assert house.see(f"7KQ2M9X{place:03d}")[0] is Verdict.VALID
        assert house.pages.held <= 40_000
    house.database.close()


def test_unknown_ids_are_told_plainly_and_are_not_kept(here):
    answer = here.pages.answer("0000000000", "zh_CN")
    assert answer.status == 404
    assert "查无此证" in answer.body.decode()
    assert here.pages.held == 0


def test_english_is_complete():
    sources = set()
    for file in ("head", "tail", "certificate", "ask"):
        text = (TEMPLATES / "verification" / f"{file}.html").read_text()
        sources |= set(re.findall(r"""_\(['"]([^'"]+)['"]""", text))
    assert sources <= set(ENGLISH), sources - set(ENGLISH)


def test_the_english_page_has_no_chinese_but_names(here):
    _, page = here.see(lang="en")
    text = re.sub(r"<template.*?</template>|<[^>]+>", " ", page, flags=re.DOTALL)
    left = set(re.findall(r"[\u4e00-\u9fff]+", text))
    assert left <= {
        "凡纳滨对虾仔虾",
        "尾",
        "示",
        "江苏省示例市示例县",
        "山东省样例市样例县",
        "示例县农业农村局",
        "中文",
    }, left


def test_a_demo_certificate_says_so(here):
    here.put(replace(record_of(NOW), is_demo=True))
    assert "演示样张·无效" in here.see()[1]


def test_markup_in_a_record_is_only_text(here):
    here.put(replace(record_of(NOW), body="<script>alert(1)</script>"))
    assert "<script>alert" not in here.see()[1]


def test_the_page_carries_its_moment_and_nothing_inline(here):
    _, page = here.see()
    assert "查验时间 2026-05-18 15:02:00" in page
    assert not re.search(r"<script(?![^>]*src=)|<style|\son\w+=|\sstyle=|https?://", page)


def ask_while_another_thread_asks(here, answers):
    """Let a quiet time pass; ask while another thread is asking, which then `answers` or fails."""
    here.see()
    here.pass_on(60.0)
    here.pages._lock.acquire()
    seen = []
    second = threading.Thread(target=lambda: seen.append(here.see()[0]))
    second.start()
    time.sleep(0.05)
    if answers:
        here.pages._looked = here.seconds
    else:
        here.pages._is_down = True
    here.pages._lock.release()
    second.join(10)
    return seen[0]


def test_after_a_quiet_time_a_second_thread_waits_for_the_first_ones_answer(here):
    assert ask_while_another_thread_asks(here, answers=True) is Verdict.VALID


def test_a_second_thread_is_amber_when_the_first_one_finds_nobody(here):
    assert ask_while_another_thread_asks(here, answers=False) is Verdict.UNSURE


def test_pages_are_made_before_anybody_asks(here):
    here.put(replace(record_of(NOW), public_id=OTHER))
    assert here.pages.warm(10) == 2
    read = here.shelf.read
    assert here.see(OTHER)[0] is Verdict.VALID
    assert here.shelf.read == read, "it was kept"


def test_warming_ends_quietly_when_nobody_answers(here):
    here.shelf.silent = True
    assert here.pages.warm(10) == 0
