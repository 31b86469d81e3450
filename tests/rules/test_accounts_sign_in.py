"""Passwords, throttling, sessions and where one may be sent: pure."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aquacert.accounts.rules import passwords, sessions, throttling
from aquacert.accounts.rules.roles import Role

NOW = datetime(2026, 5, 12, 2, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "password", ["12345678", "Password123", "woaini1314", "aaaaaaaa", "１２３４５６７８"]
)
def test_a_password_everybody_knows_is_refused(password):
    assert passwords.weakness(password, passwords.FARM)


@pytest.mark.parametrize("password", ["塘里有十万尾虾苗", "my pond has 3 carps", "correct-horse"])
def test_a_farmer_may_use_a_plain_sentence(password):
    assert passwords.weakness(password, passwords.FARM) is None


def test_seven_characters_are_too_few_and_the_sentence_says_how_many():
    assert "8" in passwords.weakness("abcdefg", passwords.FARM)


def test_the_user_name_is_no_password():
    assert passwords.weakness("wangxiaoer88", passwords.FARM, known=["wangxiaoer"])


def test_who_signs_needs_a_passphrase():
    assert passwords.policy_for({Role.OFFICIAL_VET}) == passwords.SIGNER
    assert passwords.weakness("Short-pass-1", passwords.SIGNER)
    assert passwords.weakness("four quiet ponds at dawn", passwords.SIGNER) is None


def test_staff_mix_characters_or_write_a_longer_one():
    assert passwords.weakness("abcdefghijkq", passwords.STAFF)
    assert passwords.weakness("Shuitang7xia", passwords.STAFF) is None


@given(st.text(max_size=300))
def test_any_text_gets_an_answer_and_never_a_crash(text):
    for policy in (passwords.FARM, passwords.STAFF, passwords.SIGNER):
        assert passwords.weakness(text, policy) is None or text is not None


def test_only_staff_passwords_grow_old():
    long_ago = NOW - timedelta(days=181)
    assert passwords.is_stale(long_ago, NOW, passwords.STAFF)
    assert not passwords.is_stale(long_ago, NOW, passwords.FARM)


LIMIT = throttling.LIMITS[throttling.Gate.ACCOUNT]


def test_five_tries_in_sixty_seconds_and_then_a_wait():
    assert throttling.wait_seconds(NOW, 4, NOW, LIMIT) == 0
    assert throttling.wait_seconds(NOW, 5, NOW + timedelta(seconds=20), LIMIT) == 40
    assert throttling.wait_seconds(NOW, 5, NOW + timedelta(seconds=60), LIMIT) == 0


def test_a_clock_set_back_locks_nobody_out():
    assert throttling.wait_seconds(NOW, 5, NOW - timedelta(days=1), LIMIT) == 0


def test_a_wait_is_said_in_a_unit_people_use():
    assert throttling.in_words(59) == "59 秒"
    assert throttling.in_words(841) == "15 分钟"


def test_a_session_ends_idle_or_old():
    policy = sessions.policy_for({Role.OFFICE_CLERK})
    assert sessions.is_live(NOW, NOW, NOW + timedelta(minutes=119), policy)
    assert not sessions.is_live(NOW, NOW, NOW + timedelta(minutes=121), policy)
    seen = NOW + timedelta(hours=11, minutes=59)
    assert not sessions.is_live(NOW, seen, NOW + timedelta(hours=12), policy)


def test_a_farmer_stays_signed_in_for_days_unless_he_is_staff_too():
    assert sessions.policy_for({Role.HATCHERY_OWNER}) == sessions.FARM
    assert sessions.policy_for({Role.HATCHERY_OWNER, Role.AUDITOR}).idle == sessions.STAFF_IDLE
    assert sessions.policy_for(()).idle == sessions.STAFF_IDLE
    assert sessions.policy_for((), staff_hours=8).longest == timedelta(hours=8)


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example",
        "/\\evil.example",
        "https://evil.example",
        "evil",
        "",
        None,
        "/a\r\nSet-Cookie: x",
        "javascript:alert(1)",
        "/\t/evil.example",
        "/" + "a" * 3000,
    ],
)
def test_nobody_is_sent_to_another_site(target):
    assert sessions.local_path(target) is None


@pytest.mark.parametrize("target", ["/", "/declarations/0190?tab=2", "/搜索?q=虾"])
def test_a_path_of_ours_is_kept(target):
    assert sessions.local_path(target) == target


def test_only_the_neighbourhood_of_an_address_is_kept():
    assert sessions.network_of("203.0.113.77") == "203.0.113.0/24"
    assert sessions.network_of("2001:db8:1:2::3") == "2001:db8:1::/48"
    assert sessions.network_of("no address") == ""


def test_a_device_is_named_in_plain_words():
    agent = "Mozilla/5.0 (Linux; Android 14) MicroMessenger/8.0"
    assert sessions.device_of(agent) == "安卓手机（微信）"
    assert sessions.device_of("") == "其他设备"
