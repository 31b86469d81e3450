"""What the kernel's pure parts promise."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from uuid import RFC_4122, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aquacert.kernel.audit import AuditEntry, broken_links, entry_hash
from aquacert.kernel.clock import legal_day, rfc3339
from aquacert.kernel.errors import Misconfigured, NotAllowedNow
from aquacert.kernel.ids import new_id
from aquacert.kernel.paging import Pages, cursor_of, key_of
from aquacert.kernel.search import grams, indexed
from aquacert.kernel.settings import Settings
from aquacert.kernel.states import Moves

INSTANTS = st.datetimes(datetime(2000, 1, 1), datetime(2099, 1, 1), timezones=st.just(UTC))


class State(StrEnum):
    DRAFT = "draft"
    SENT = "sent"


class Act(StrEnum):
    SEND = "send"


MOVES = Moves({(State.DRAFT, Act.SEND): State.SENT}, words={State.SENT: "已提交"})


@given(INSTANTS, INSTANTS)
def test_ids_sort_by_the_moment_they_were_made(one, other):
    if one + timedelta(milliseconds=1) <= other:
        assert new_id(one).bytes < new_id(other).bytes
    assert new_id(one).version == 7
    of_one_act = [new_id(one) for _ in range(100)]
    assert of_one_act == sorted(of_one_act)
    assert {made.variant for made in of_one_act} == {RFC_4122}


@given(INSTANTS)
def test_the_legal_day_is_the_day_in_shanghai(instant):
    assert legal_day(instant) == (instant + timedelta(hours=8)).date()
    assert datetime.fromisoformat(rfc3339(instant)) <= instant


def test_an_unlawful_move_says_where_the_thing_stands():
    with pytest.raises(NotAllowedNow, match="已提交"):
        MOVES.after(State.SENT, Act.SEND)


def test_a_journal_replays_to_the_state():
    assert MOVES.replay(State.DRAFT, [Act.SEND]) is State.SENT


@given(st.text(min_size=1, max_size=30))
def test_whatever_is_searched_for_is_among_what_was_indexed(words):
    assert grams(words) <= indexed(words)


def test_chinese_words_are_found_by_their_initials_too():
    assert grams("smz") <= indexed("水苗种 示例")


@given(st.integers(0, 500), st.integers(1, 40), st.integers(1, 50))
def test_numbered_pages_add_up(total, number, size):
    pages = Pages([], number, size, total)
    assert (pages.count - 1) * size < max(total, 1) <= pages.count * size


def test_a_cursor_leads_back_to_its_key_and_a_forged_one_nowhere():
    key = uuid4()
    assert key_of(cursor_of(key)) == key
    assert key_of("' OR 1=1") is None


def chain(length: int) -> list[AuditEntry]:
    entries, previous = [], "0" * 64
    for position in range(1, length + 1):
        values = {
            "chain": "320114",
            "position": position,
            "at": datetime(2026, 5, 9, tzinfo=UTC),
            "actor_id": None,
            "actor": "系统",
            "tag": "a:b:c",
            "title": "试",
            "subject_kind": "x",
            "subject_id": str(position),
            "reason": "",
            "change": {"n": position},
            "request_id": "",
            "previous": previous,
        }
        previous = entry_hash(values)
        entries.append(AuditEntry(**values, hash=previous, seq=position))
    return entries


@given(st.integers(2, 8), st.data())
def test_an_edited_a_removed_or_a_swapped_entry_shows(length, data):
    assert broken_links(chain(length)) == []
    place = data.draw(st.integers(0, length - 1))
    edited = chain(length)
    edited[place].actor = "别人"
    assert broken_links(edited)
    if place < length - 1:
        removed = chain(length)
        del removed[place]
        assert broken_links(removed)
        swapped = chain(length)
        swapped[place], swapped[place + 1] = swapped[place + 1], swapped[place]
        assert broken_links(swapped)


def test_production_refuses_what_only_a_demo_may_use():
    with pytest.raises(Misconfigured, match="AQUACERT_KEY_PASSPHRASE"):
        Settings.from_env({"AQUACERT_ENV": "production", "AQUACERT_SECRET": "x" * 40})


def test_a_setting_that_is_no_number_is_named():
    with pytest.raises(Misconfigured, match="PORT"):
        Settings.from_env({"PORT": "eighty"})
