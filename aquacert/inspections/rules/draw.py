"""The draw (双随机), pure: what is hashed byte by byte, and exact arithmetic from a ticket to its results.

Every hash is SHA-256 over `packed` parts: for each part four bytes of its length, big-endian, then
its bytes; text is UTF-8, a number its decimal digits, a hash its 32 raw bytes. The first part is a
label that says what is hashed. No two different lists of parts give the same bytes, and nothing
here is a floating-point number, so that a stranger with any language gets the same answer.
docs/recompute-a-draw.md is the same in twenty lines.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from itertools import accumulate
from typing import Any, Final

from aquacert.kernel.clock import SHANGHAI

FORMAT: Final = "aquacert-draw-1"
BITS: Final = 256
WHOLE: Final = 100 * 1_000_000
"""A share in millionths times a weight in hundredths: this many make one."""
PLAIN: Final = 100
"""Weight of a declaration with nothing special about it, in hundredths."""
DRAND_GENESIS, DRAND_PERIOD = 1_692_803_367, 3
"""drand's chain "quicknet": its first round's Unix time, seconds between rounds (recalled)."""

Line = tuple[str, int]
"""One candidate of a list with its weight."""


class Beacon(StrEnum):
    """Where the public random value of a day comes from."""

    DRAND = "drand"
    LOTTERY = "lottery"


class Purpose(StrEnum):
    """What is drawn from one ticket; each has its own number."""

    EXTRA_TEST = "extra-test"
    SECOND_VET = "second-vet"
    RECHECK = "recheck"


WHICH_TEST: Final = "which-test"
WHICH_VET: Final = "which-vet"


class Factor(StrEnum):
    """What makes a declaration weigh more."""

    ZONE = "zone"
    WATCHED = "watched"
    RESTRICTED = "restricted"
    SPECIES = "species"
    FIRST_TIME = "first-time"
    MUST_CHECK = "must-check"
    RISK_MIDDLE = "risk-middle"
    RISK_HIGH = "risk-high"


FACTOR_WORDS: Mapping[Factor, str] = {
    Factor.ZONE: "同一设区市有管控区",
    Factor.WATCHED: "信用等级：关注",
    Factor.RESTRICTED: "信用等级：限制",
    Factor.SPECIES: "规程列有多种疫病的品种",
    Factor.FIRST_TIME: "首次申报的苗种场",
    Factor.MUST_CHECK: "必检类别",
    Factor.RISK_MIDDLE: "启运县疫病风险：中",
    Factor.RISK_HIGH: "启运县疫病风险：高",
}
PURPOSE_WORDS: Mapping[Purpose, str] = {
    Purpose.EXTRA_TEST: "加抽实验室检测",
    Purpose.SECOND_VET: "第二名官方兽医复看",
    Purpose.RECHECK: "监督人员复核",
}


def packed(*parts: str | int | bytes) -> bytes:
    """Return the parts as bytes that no other list of parts gives."""
    raw = [part if isinstance(part, bytes) else str(part).encode() for part in parts]
    return b"".join(len(one).to_bytes(4, "big") + one for one in raw)


def digest(label: str, *parts: str | int | bytes) -> bytes:
    """Return SHA-256 of a label and the parts behind it."""
    return hashlib.sha256(packed(f"{FORMAT}/{label}", *parts)).digest()


def canonical(value: Any) -> bytes:  # noqa: ANN401 (any JSON value)
    """Return JSON with sorted keys and no blanks, UTF-8: the same value is the same bytes."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode()


def book_hash(book: Mapping[str, Any]) -> bytes:
    """Return the hash of the weights, shares and beacon that a day draws by."""
    return digest("book", canonical(book))


def commitment(day: date, book: Mapping[str, Any], salt_key_hash: bytes, secret: bytes) -> bytes:
    """Return what is published before the day opens: the secret, bound to its day and its book."""
    return digest("day", day.isoformat(), book_hash(book), salt_key_hash, secret)


def salt(key: bytes, number: str, content: bytes) -> bytes:
    """Return the 128 bits that hide a declaration's content: fixed by a key committed beforehand.

    Nobody can try salts until a ticket pleases: the content has one, and an auditor can check it.
    """
    return digest("salt", key, number, hashlib.sha256(content).digest())[:16]


def content_hash(salted: bytes, content: bytes) -> bytes:
    """Return the hash of a declaration's content that the ticket is drawn for."""
    return digest("content", salted, content)


def ticket(secret: bytes, beacon: str, number: str, content: bytes, attempt: int = 1) -> bytes:
    """Return SHA-256(day secret ‖ beacon value ‖ declaration number ‖ content hash).

    A redraw (`attempt` 2 and on) has its attempt as a fifth part.
    """
    more = (attempt,) if attempt > 1 else ()
    return digest("ticket", secret, beacon, number, content, *more)


def list_hash(lines: Sequence[Line]) -> bytes:
    """Return the hash of a list of candidates, their order and weights."""
    return digest("list", len(lines), *(part for line in lines for part in line))


def number_of(drawn: bytes, purpose: str, *more: bytes) -> int:
    """Return the purpose's own number, 0 ≤ n < 2^256, from the ticket."""
    return int.from_bytes(digest("number", drawn, purpose, *more), "big")


def weight_of(factors: Iterable[str], weights: Mapping[str, int]) -> int:
    """Return the weight in hundredths: 100 and what each factor adds."""
    return PLAIN + sum(weights.get(factor, 0) for factor in set(factors))


def is_drawn(number: int, share: int, weight: int) -> bool:
    """Say whether a number lies below the threshold of a share (millionths) times a weight."""
    return number * WHOLE < min(share * weight, WHOLE) << BITS


def pick(number: int, lines: Sequence[Line]) -> int | None:
    """Return the index of the candidate a number falls on; None when nobody has any weight."""
    total = sum(weight for _name, weight in lines)
    if total <= 0:
        return None
    point = number * total >> BITS
    return next(at for at, end in enumerate(accumulate(w for _n, w in lines)) if point < end)


def results(
    drawn: bytes,
    weight: int,
    shares: Mapping[str, int],
    tests: Sequence[Line],
    vets: Sequence[Line],
) -> dict[str, Any]:
    """Return everything that one ticket decides; an index is a place in its list, from 0."""
    hit: dict[str, Any] = {
        purpose.value: is_drawn(number_of(drawn, purpose), shares.get(purpose, 0), weight)
        for purpose in Purpose
    }
    extra = number_of(drawn, WHICH_TEST, list_hash(tests))
    hit[WHICH_TEST] = pick(extra, tests) if hit[Purpose.EXTRA_TEST] else None
    hit[WHICH_VET] = pick(number_of(drawn, WHICH_VET, list_hash(vets)), vets)
    return hit


def line_hash(line: Mapping[str, Any]) -> bytes:
    """Return the hash of one published line: whoever copied it sees whether it was changed."""
    return digest("line", canonical({k: v for k, v in line.items() if k not in LATER}))


LATER: Final = frozenset({"line_sha256", "superseded", "because"})
"""What a line may still gain after it was drawn."""


def opens_at(day: date) -> datetime:
    """Return the first instant of a legal day: its commitment is published before."""
    return datetime.combine(day, time.min, SHANGHAI)


def beacon_round(source: str, day: date, hour: int) -> str:
    """Return the round whose value a day draws with, fixed before that value exists.

    drand: the round of `hour` o'clock in Shanghai on the day. Lottery: the issue of 快乐8 that is
    drawn on the evening before.
    """
    if source == Beacon.DRAND:
        at = int((opens_at(day) + timedelta(hours=hour)).timestamp())
        return str((at - DRAND_GENESIS) // DRAND_PERIOD + 1)
    return f"kl8/{day - timedelta(days=1)}"
