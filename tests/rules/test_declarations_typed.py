"""Drafts of two windows, the task list, slots, what purposes ask, the first departures: pure."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aquacert.declarations.parsers import purpose_asks
from aquacert.declarations.rules.answers import Answers, BatchAnswer, LoadAnswer, Purpose, flat
from aquacert.declarations.rules.asks import answers_to, asks_of, open_asks, unanswered
from aquacert.declarations.rules.grounds import Material
from aquacert.declarations.rules.moments import departures
from aquacert.declarations.rules.parts import (
    ASKS,
    FIELDS,
    Part,
    Piece,
    Standing,
    names_of,
    next_piece,
    piece_of,
    pieces,
    read_key,
    task_list,
)
from aquacert.declarations.rules.slots import missing, slots
from aquacert.declarations.rules.typed import (
    from_flat,
    known,
    merged,
    posted,
    shown_before,
    without_row,
)

ON = date(2026, 5, 9)
texts = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=6)
WINDOW = st.dictionaries(st.sampled_from(["a", "b", "c", "d"]), texts)


@given(WINDOW, WINDOW, WINDOW)
def test_whatever_two_windows_type_nothing_is_lost(shown, first, second):
    stored = merged(shown, shown, first).values
    made = merged(stored, shown, second)
    for name, said in second.items():
        kept = {made.values.get(name, ""), made.clashes.get(name)}
        assert said in kept or said == shown.get(name, "")
    for name, said in stored.items():
        assert said in {made.values[name], shown.get(name)} or made.values[name] == second[name]


@pytest.mark.parametrize(
    ("stored", "was", "typed", "kept", "clash"),
    [
        ("50", "50", "40", "40", None),  # only this window touched it
        ("30", "50", "50", "30", None),  # only the other one did
        ("30", "50", "40", "30", "40"),  # both, differently
        ("40", "50", "40", "40", None),  # both, alike
        ("50", "50", "", "", None),  # emptied on purpose
    ],
)
def test_a_field_of_two_windows(stored, was, typed, kept, clash):
    made = merged({"q": stored}, {"q": was}, {"q": typed})
    assert (made.values["q"], made.clashes.get("q")) == (kept, clash)


def test_a_row_taken_away_elsewhere_is_not_brought_back():
    name = "loads-1-plate"
    made = merged({}, {name: "示A1"}, {name: "示A2"})
    assert (made.values, made.clashes) == ({}, {name: "示A2"})
    assert merged({}, {name: "示A1"}, {name: "示A1"}).clashes == {}


def test_what_waits_follows_its_row_when_one_before_it_is_taken_away():
    waiting = {
        "loads-0-plate": "甲",
        "loads-1-plate": "乙",
        "loads-2-quantities-1": "3",
        "batches-2-lot": "塘",
        "phone": "1",
    }
    assert without_row(waiting, "-load-1") == {
        "loads-0-plate": "甲",
        "loads-1-quantities-1": "3",
        "batches-2-lot": "塘",
        "phone": "1",
    }
    assert without_row(waiting, "-batch-1") == {
        "loads-0-plate": "甲",
        "loads-1-plate": "乙",
        "batches-1-lot": "塘",
        "phone": "1",
    }


def test_names_and_texts_read_back_what_they_were():
    answers = Answers(
        batches=(BatchAnswer(lot="x", quantity="50万", site_apart="no"), BatchAnswer()),
        loads=(LoadAnswer(plate="示A6P208", quantities=("1", "2"), release_water="长江"),),
        phone="138",
    )
    assert from_flat(flat(answers)) == answers


@pytest.mark.parametrize(
    ("name", "is_ours"),
    [
        ("phone", True),
        ("batches-0-quantity", True),
        ("loads-19-quantities-19", True),
        ("loads-20-plate", False),
        ("batches-0-quantities-0", False),
        ("loads-0-state", False),
        ("csrf_token", False),
        ("batches-x-lot", False),
    ],
)
def test_only_answers_are_kept_of_what_is_posted(name, is_ours):
    assert known(name) is is_ours
    assert posted({name: "1"}) == ({name: "1"} if is_ours else {})


def test_another_departure_is_the_one_typed_beside_it():
    at, beside = "loads-0-departs_at", "other-loads-0-departs_at"
    assert posted({at: "other", beside: "2026-05-20T08:00"}) == {at: "2026-05-20T08:00"}
    assert posted({at: "2026-05-12T16:00", beside: "x"}) == {at: "2026-05-12T16:00"}
    assert posted({beside: "2026-05-20T08:00"}) == {at: "2026-05-20T08:00"}
    assert shown_before("no json") == shown_before("[1]") == {}


def test_every_answer_stands_on_one_part_of_the_form():
    asked = {name for names in FIELDS.values() for name in names}
    ours = {one.name for kind in (BatchAnswer, LoadAnswer) for one in fields(kind)}
    assert asked == ours - {"quantities"}
    assert set(ASKS) == {one.field for one in purpose_asks()}
    two = Answers(batches=(BatchAnswer(), BatchAnswer()), loads=(LoadAnswer(), LoadAnswer()))
    for name in flat(two):
        piece = piece_of(name)
        assert piece is not None
        assert name in names_of(piece, two)
        assert read_key(piece.key, two) == piece
    assert read_key("seed-2", two) is None
    assert Piece(Part.SHARES) in pieces(two)
    assert Piece(Part.SHARES) not in pieces(Answers())


def standing(answers, faults, key):
    return next(one.standing for one in task_list(answers, faults) if one.piece.key == key)


def test_the_four_standings_of_a_part():
    typed = Answers(batches=(BatchAnswer(quantity="1.5"),), loads=(LoadAnswer(), LoadAnswer()))
    faults = {"batches-0-quantity": "…", "loads-0-plate": "…", "record": "…"}
    assert standing(typed, faults, "seed-0") is Standing.WRONG
    assert standing(typed, faults, "trip-0") is Standing.OPEN
    assert standing(typed, faults, "trip-1") is Standing.DONE
    assert standing(typed, faults, "shares") is Standing.WAIT
    assert standing(typed, faults, "check") is Standing.WAIT
    assert standing(typed, {}, "check") is Standing.OPEN
    assert standing(typed, {"papers-capture_permit": "…"}, "papers") is Standing.OPEN
    assert next_piece(task_list(typed, faults), Piece(Part.SEED, 0)) == Piece(Part.TRIP, 0)
    assert next_piece(task_list(typed, faults), Piece(Part.CONTACT)) == Piece(Part.SEED, 0)
    assert next_piece(task_list(typed, {}), Piece(Part.CONTACT)) == Piece(Part.CHECK)


def test_wild_seed_must_bring_its_proof_and_what_the_record_holds_is_not_asked_again():
    wild = Answers(batches=(BatchAnswer(), BatchAnswer(source="wild", brought="yes")))
    found = slots(wild, {"seed_photo": 2}, {Material.SEED_LICENCE: "苏-1"})
    by = {one.material: one for one in found}
    assert set(missing(found)) == {"papers-capture_permit"}
    assert by[Material.SEED_LICENCE].filled
    assert by[Material.SEED_PHOTO].held == 2
    assert Material.ORIGIN_CERTIFICATES in by
    assert missing(slots(wild, {"capture_permit": 1}, {})) == {}
    farmed = slots(Answers(), {}, {})
    assert missing(farmed) == {}
    assert Material.CAPTURE_PERMIT not in {one.material for one in farmed}
    # There is one asking only: what belongs there is lacking, what is brought if any is not.
    assert {one.material for one in found if one.lacking} == {
        Material.CAPTURE_PERMIT,
        Material.ORIGIN_CERTIFICATES,
        Material.PRODUCTION_RECORD,
        Material.WATERS_LICENCE,
    }


def test_what_a_purpose_asks_is_data_and_binds_only_where_the_text_was_read():
    rows = purpose_asks()
    release = LoadAnswer(purpose="release", release_water=" 长江口 ", parents="别的用途填的")
    labels = [one.field for one in asks_of(rows, "release", ON)]
    assert labels == ["release_plan", "release_water", "native_stock"]
    assert answers_to(rows, release, ON) == {"release_water": "长江口"}
    assert len(open_asks(rows, "release", {"release_water": "长江口"}, ON)) == 2
    assert asks_of(rows, Purpose.FARMING.value, ON) == ()
    assert asks_of(rows, "release", date(2001, 1, 1)) == ()
    assert {one.sureness for one in rows} == {"unverified"}
    assert unanswered(rows, Answers(loads=(release,)), ON) == {}
    read = [replace(one, sureness="verified") for one in rows]
    assert set(unanswered(read, Answers(loads=(LoadAnswer(), release)), ON)) == {
        "loads-1-release_plan",
        "loads-1-native_stock",
    }


@pytest.mark.parametrize(
    ("hour", "first"),
    [
        ("2026-04-01T16:00", "2026-05-12T16:00"),
        ("2026-04-01 9:30", "2026-05-12T09:30"),
        ("", "2026-05-12T08:00"),
        ("明天", "2026-05-12T08:00"),
    ],
)
def test_the_first_departures_keep_last_times_hour(hour, first):
    earliest = datetime(2026, 5, 11, 16, tzinfo=UTC)  # midnight in Shanghai
    found = departures(earliest, hour)
    assert (found[0], len(found)) == (first, 3)
    late = departures(datetime(2026, 5, 12, 2, tzinfo=UTC), "2026-04-01 08:00")
    assert late[0] == "2026-05-13T08:00"
