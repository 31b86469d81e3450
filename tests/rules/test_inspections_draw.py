"""The draw's rules: bytes that mean one thing, exact thresholds, beacons, a day's proof."""

from __future__ import annotations

import copy
import hashlib
import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aquacert.inspections.rules import draw
from aquacert.inspections.rules.drawproof import prove, read_drand, read_lottery
from aquacert.kernel.errors import Invalid

PART = st.one_of(st.binary(max_size=6), st.text(max_size=6), st.integers(0, 999))
DAY = date(2026, 5, 9)
BOOK = {
    "edition": 2026,
    "beacon": "lottery",
    "beacon_hour": 6,
    "shares": {"extra-test": 50_000, "second-vet": 20_000, "recheck": 30_000},
    "weights": {"zone": 100, "watched": 100, "restricted": 300, "first-time": 100},
    "species_diseases": 3,
}
SECRET, KEY_HASH = hashlib.sha256(b"secret").digest(), hashlib.sha256(b"key").digest()
TESTS = (("1 DIV1", 1), ("1 WSD", 1), ("2 WSD", 1))
VETS = (("aa", 1000), ("bb", 500), ("cc", 333))


def ticket(number: int) -> bytes:
    return draw.ticket(SECRET, "2026119 01 02", f"A{number}", hashlib.sha256(b"c").digest())


@given(st.lists(PART, max_size=4), st.lists(PART, max_size=4))
def test_two_lists_of_parts_have_the_same_bytes_only_when_they_say_the_same(
    one: list[bytes | str | int], other: list[bytes | str | int]
) -> None:
    def raw(parts: list[bytes | str | int]) -> list[bytes]:
        return [p if isinstance(p, bytes) else str(p).encode() for p in parts]

    assert (draw.packed(*one) == draw.packed(*other)) == (raw(one) == raw(other))


def test_the_encoding_is_length_and_bytes() -> None:
    assert draw.packed("签", 12, b"\0") == b"\0\0\0\x03\xe7\xad\xbe\0\0\0\x0212\0\0\0\x01\0"


@pytest.mark.parametrize(
    ("number", "share", "weight", "hit"),
    [
        (0, 0, 100, False),
        (0, 1, 100, True),
        (2**256 - 1, 1_000_000, 100, True),
        (2**256 - 1, 500_000, 250, True),
        (2**255, 500_000, 100, False),
        (2**255 - 1, 500_000, 100, True),
        (2**256 * 5 // 100, 50_000, 100, True),
        (2**256 * 5 // 100 + 1, 50_000, 100, False),
    ],
)
def test_a_threshold_is_exact_to_the_last_bit(
    number: int, share: int, weight: int, *, hit: bool
) -> None:
    assert draw.is_drawn(number, share, weight) is hit


def test_ten_thousand_tickets_fall_as_the_shares_and_weights_say() -> None:
    count = 10_000
    shares = {"extra-test": 200_000, "second-vet": 100_000, "recheck": 50_000}
    hits = dict.fromkeys(draw.Purpose, 0)
    both, on = 0, [0, 0, 0]
    for number in range(count):
        found = draw.results(ticket(number), 150, shares, TESTS, VETS)
        for purpose in draw.Purpose:
            hits[purpose] += found[purpose]
        both += found["extra-test"] and found["second-vet"]
        on[found["which-vet"]] += 1
    for purpose, share in (("extra-test", 30), ("second-vet", 15), ("recheck", 7.5)):
        assert abs(hits[draw.Purpose(purpose)] - count * share / 100) < 150, purpose
    assert abs(both - count * 0.045) < 90  # the purposes' numbers know nothing of each other
    for got, weight in zip(on, (1000, 500, 333), strict=True):
        assert abs(got - count * weight / 1833) < 160
    # chi square of the highest byte of the numbers against evenness: 255 degrees of freedom
    bins = [0] * 256
    for number in range(count):
        bins[draw.number_of(ticket(number), "x") >> 248] += 1
    assert sum((found * 256 - count) ** 2 for found in bins) < 340 * count * 256


@given(st.integers(0, 2**256 - 1), st.lists(st.integers(0, 9), max_size=6))
def test_a_list_is_fallen_upon_at_a_place_with_weight(number: int, weights: list[int]) -> None:
    lines = [(str(at), weight) for at, weight in enumerate(weights)]
    found = draw.pick(number, lines)
    assert found is None if not sum(weights) else weights[found] > 0


def test_one_changed_candidate_changes_the_hash_of_the_list() -> None:
    whole = draw.list_hash(VETS)
    others = [
        (("aa", 1000), ("bb", 500)),
        (("bb", 500), ("aa", 1000), ("cc", 333)),
        (("aa", 1000), ("bb", 501), ("cc", 333)),
        (("aa", 1000), ("bb", 500), ("cd", 333)),
    ]
    assert whole not in {draw.list_hash(one) for one in others}


def test_the_salt_is_fixed_by_its_key_and_a_redraw_is_another_ticket() -> None:
    key = b"k" * 32
    assert draw.salt(key, "A1", b"x") == draw.salt(key, "A1", b"x")
    assert len(draw.salt(key, "A1", b"x")) == 16
    assert draw.salt(key, "A1", b"x") != draw.salt(key, "A1", b"y")
    content = draw.content_hash(draw.salt(key, "A1", b"x"), b"x")
    first = draw.ticket(SECRET, "b", "A1", content)
    assert first == draw.ticket(SECRET, "b", "A1", content, 1)
    assert first != draw.ticket(SECRET, "b", "A1", content, 2)


def test_a_round_is_fixed_before_its_value_exists() -> None:
    assert draw.beacon_round("lottery", DAY, 6) == "kl8/2026-05-08"
    found = int(draw.beacon_round("drand", DAY, 6))
    at = draw.DRAND_GENESIS + (found - 1) * draw.DRAND_PERIOD
    six = int(draw.opens_at(DAY).timestamp()) + 6 * 3600
    assert six - 3 < at <= six


def drand(**other: object) -> bytes:
    signature = "ab" * 48
    value = hashlib.sha256(bytes.fromhex(signature)).hexdigest()
    return json.dumps({"round": 7, "randomness": value, "signature": signature} | other).encode()


def test_a_drand_file_is_taken_for_its_own_round_only() -> None:
    found = read_drand(drand(), "7")
    assert found.value == hashlib.sha256(b"\xab" * 48).hexdigest()
    wrong = (drand(round=8), drand(randomness="00" * 32), b"{}", b"no", b"[]", drand(signature=5))
    for data in wrong:
        with pytest.raises(Invalid):
            read_drand(data, "7")


BALLS = " ".join(f"{n}" for n in range(1, 40, 2))


def test_a_lottery_result_is_twenty_different_numbers_in_any_order() -> None:
    found = read_lottery("2026119", BALLS, "kl8/x")
    turned = read_lottery(" 2026119 ", "、".join(reversed(BALLS.split())), "kl8/x")
    assert found.value == turned.value
    assert found.value.startswith("2026119 01 03 05")
    wide = str.maketrans("0123456789", "０１２３４５６７８９")
    typed = read_lottery("2026119".translate(wide), BALLS.translate(wide), "kl8/x")
    assert typed.value == found.value
    for issue, numbers in (
        ("2026", BALLS),
        ("2026119", BALLS[:-3]),
        ("2026119", BALLS.replace("39", "37")),
        ("2026119", BALLS.replace("39", "81")),
        ("2026119", BALLS + " 40"),
        ("2026119", BALLS.replace("39", "390")),
    ):
        with pytest.raises(Invalid):
            read_lottery(issue, numbers, "kl8/x")


def document() -> dict[str, object]:
    """Return a day's file with two tickets."""
    value, lines = "2026119 01 02", []
    for number in ("A1", "A2"):
        content = hashlib.sha256(number.encode()).digest()
        drawn = draw.ticket(SECRET, value, number, content)
        line: dict[str, object] = {
            "number": number,
            "county": "320682",
            "attempt": 1,
            "state": "drawn",
            "content_hash": content.hex(),
            "drawn_at": "2026-05-09T01:42:00+00:00",
            "ticket": drawn.hex(),
            "factors": ["first-time"],
            "weight": 200,
            "tests": [list(one) for one in TESTS],
            "tests_sha256": draw.list_hash(TESTS).hex(),
            "vets": [list(one) for one in VETS],
            "vets_sha256": draw.list_hash(VETS).hex(),
            "results": draw.results(drawn, 200, BOOK["shares"], TESTS, VETS),
        }
        line["line_sha256"] = draw.line_hash(line).hex()
        lines.append(line | {"superseded": False, "because": ""})
    return {
        "format": draw.FORMAT,
        "day": DAY.isoformat(),
        "province": "32",
        "commitment": draw.commitment(DAY, BOOK, KEY_HASH, SECRET).hex(),
        "salt_key_sha256": KEY_HASH.hex(),
        "committed_at": "2026-05-02T00:00:00.000Z",
        "book": BOOK,
        "book_sha256": draw.book_hash(BOOK).hex(),
        "beacon": {"source": "lottery", "round": "kl8/2026-05-08", "value": value, "given": {}},
        "secret": SECRET.hex(),
        "tickets": lines,
    }


CHANGES = {
    "a candidate": lambda d: d["tickets"][0]["vets"][1].__setitem__(0, "zz"),
    "a candidate's weight": lambda d: d["tickets"][0]["vets"][1].__setitem__(1, 501),
    "a test": lambda d: d["tickets"][0]["tests"].pop(),
    "the content": lambda d: d["tickets"][1].update(content_hash="00" * 32),
    "the weight": lambda d: d["tickets"][1].update(weight=201),
    "a factor": lambda d: d["tickets"][1].update(factors=[]),
    "a result": lambda d: d["tickets"][0]["results"].update(recheck=True),
    "the day": lambda d: d.update(day="2026-05-10"),
    "the secret": lambda d: d.update(secret="11" * 32),
    "a weight of the book": lambda d: d["book"]["weights"].update(zone=101),
    "the book and its hash": lambda d: (
        d["book"]["shares"].update(recheck=1),
        d.update(book_sha256=draw.book_hash(d["book"]).hex()),
    ),
    "the beacon": lambda d: d["beacon"].update(value="2026119 01 03"),
    "the round": lambda d: d["beacon"].update(round="kl8/2026-05-07"),
    "the number": lambda d: d["tickets"][0].update(number="A3"),
    "the place of two": lambda d: d["tickets"][0].update(ticket=d["tickets"][1]["ticket"]),
}


def test_a_day_as_it_was_published_passes() -> None:
    found = prove(document())
    assert (found.wrong, found.tickets, found.is_revealed) == ((), 2, True)
    assert not prove(document() | {"secret": None}).wrong


@pytest.mark.parametrize("change", CHANGES)
def test_one_change_of_a_published_day_is_found(change: str) -> None:
    spoilt = copy.deepcopy(document())
    CHANGES[change](spoilt)
    assert prove(spoilt).wrong


@pytest.mark.parametrize("spoilt", [{}, {"format": "x"}, {"format": draw.FORMAT, "day": "x"}])
def test_what_is_no_file_of_a_draw_is_said_so(spoilt: dict[str, object]) -> None:
    with pytest.raises(Invalid):
        prove(spoilt)
