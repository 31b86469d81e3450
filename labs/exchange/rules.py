"""Messages of a laboratory's own system: numbered, signed, taken strictly in their order.

Whatever order they arrive in, they are applied by their number: a later one waits until the missing one has come.
So every arrival of the same messages ends in one state (labs' own systems retry, and networks turn things round).
"""

import base64
import hashlib
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from aquacert.kernel.states import Moves

AUDIENCE = "aquacert"
KIND = "aquacert-lab+jwt"
"""Type of the JWS, so that no other token of the same key is taken for a message."""
LONGEST_ID = 64
SURROGATE = re.compile("[\ud800-\udfff]")
SECRET_PREFIX = "whsec_"  # noqa: S105 (the prefix of Standard Webhooks, no secret)
MOST_WAITING = 1_000
"""Messages that may wait for a missing one before further ones are refused."""
MOST_WAITING_BYTES = 64_000_000
"""And how long they may be together."""


class SystemState(StrEnum):
    """Whether a laboratory's system may send."""

    ACTIVE = "active"
    REVOKED = "revoked"


class SystemAct(StrEnum):
    """What may be done to a system."""

    REVOKE = "revoke"


SYSTEM_MOVES: Moves[SystemState, SystemAct] = Moves(
    {(SystemState.ACTIVE, SystemAct.REVOKE): SystemState.REVOKED},
    words={SystemState.ACTIVE: "已接入", SystemState.REVOKED: "已停用"},
)


class MessageState(StrEnum):
    """What became of a message."""

    HELD = "held"
    APPLIED = "applied"
    REFUSED = "refused"


class MessageAct(StrEnum):
    """What may be done to a message."""

    APPLY = "apply"
    REFUSE = "refuse"


MESSAGE_MOVES: Moves[MessageState, MessageAct] = Moves(
    {
        (MessageState.HELD, MessageAct.APPLY): MessageState.APPLIED,
        (MessageState.HELD, MessageAct.REFUSE): MessageState.REFUSED,
    },
    words={
        MessageState.HELD: "等前面的报文",
        MessageState.APPLIED: "已办",
        MessageState.REFUSED: "不收",
    },
)


class Kind(StrEnum):
    """What a message asks for."""

    RECEIPT = "receipt"
    RUN = "run"
    FINDING = "finding"
    NOTHING = "nothing"


KIND_WORDS: Mapping[Kind, str] = {
    Kind.RECEIPT: "收样",
    Kind.RUN: "一次检测运行",
    Kind.FINDING: "判读结果",
    Kind.NOTHING: "空报文（补号）",
}


class Fault(StrEnum):
    """Why an envelope is none."""

    AUDIENCE = "audience"
    LAB = "lab"
    SEQUENCE = "sequence"
    MESSAGE_ID = "message_id"
    SENT_AT = "sent_at"
    KIND = "kind"
    BODY = "body"


SENTENCES: Mapping[Fault, str] = {
    Fault.AUDIENCE: f"aud 应为 {AUDIENCE}",
    Fault.LAB: "lab 应为本实验室的代号",
    Fault.SEQUENCE: "sequence 应为从 1 起的整数，每份报文加 1",
    Fault.MESSAGE_ID: f"message_id 应为 1 至 {LONGEST_ID} 个能显示的字符",
    Fault.SENT_AT: "sent_at 应为带时区的时间，例如 2026-05-12T09:30:00+08:00",
    Fault.KIND: "kind 应为 " + "、".join(Kind),
    Fault.BODY: "body 应为一个对象，其中的文字不能有零字符或半个代理对",
}


class BadEnvelope(ValueError):
    """An envelope that may not be read, with everything that is wrong with it."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        """Keep the faults."""
        super().__init__(*faults)
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Envelope:
    """One message: its place, its own name, when it was sent, what it asks for."""

    sequence: int
    message_id: str
    sent_at: datetime
    kind: Kind
    body: Mapping[str, Any]


def read_envelope(claims: Mapping[str, Any], lab_code: str) -> Envelope:
    """Return the envelope of verified claims; raise `BadEnvelope` naming every fault at once."""
    sequence, name = claims.get("sequence"), claims.get("message_id")
    sent_at, body = _instant(claims.get("sent_at")), claims.get("body")
    found = {
        Fault.AUDIENCE: claims.get("aud") != AUDIENCE,
        Fault.LAB: claims.get("lab") != lab_code,
        Fault.SEQUENCE: not _is_count(sequence),
        Fault.MESSAGE_ID: not _is_name(name),
        Fault.SENT_AT: sent_at is None,
        Fault.KIND: claims.get("kind") not in list(Kind),
        Fault.BODY: not (isinstance(body, Mapping) and _can_be_kept(body)),
    }
    faults = tuple(fault for fault in Fault if found[fault])
    if faults or sent_at is None or not isinstance(body, Mapping) or not isinstance(sequence, int):
        raise BadEnvelope(faults)
    return Envelope(sequence, str(name).strip(), sent_at, Kind(claims["kind"]), body)


def _is_name(value: object) -> bool:
    """Tell a system's own name of a message."""
    return isinstance(value, str) and 1 <= len(value.strip()) <= LONGEST_ID and value.isprintable()


def _can_be_kept(value: object) -> bool:
    """Tell whether every text in it can be kept: PostgreSQL holds no NUL, UTF-8 no half of a surrogate pair."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str) and ("\0" in one or SURROGATE.search(one)):
            return False
        if isinstance(one, Mapping):
            waiting += [*one, *one.values()]
        elif isinstance(one, list):
            waiting += one
    return True


def _is_count(value: object) -> bool:
    """Tell a whole number from 1 to 2^53 − 1, what JSON of every language holds."""
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value < 2**53


def _instant(value: object) -> datetime | None:
    """Return an aware instant in UTC, None when the value is none or lies outside of the calendar."""
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
        return found.astimezone(UTC) if found is not None and found.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None


def token_name(system_id: UUID) -> str:
    """Return the name of a system's own token: its messages are taken with no other."""
    return f"lab-system {system_id}"


def digest_of(token: bytes) -> str:
    """Return the SHA-256 (hex) of what a signature covers: header and claims, not the signature itself.

    ECDSA signatures differ each time; the same message signed twice is the same message.
    """
    covered, _, _ = token.strip().rpartition(b".")
    return hashlib.sha256(covered).hexdigest()


def hook_key(secret: str) -> bytes:
    """Return the bytes that calls are signed with: the base64 after the prefix (Standard Webhooks 1.0).

    Secrets from before this was so were written in the URL's alphabet, without padding.
    """
    text = secret.removeprefix(SECRET_PREFIX).translate(str.maketrans("-_", "+/"))
    return base64.b64decode(text + "=" * (-len(text) % 4))


def runnable(done: int, waiting: Collection[int]) -> list[int]:
    """Return the waiting numbers that may be applied now, in their order: without a gap after `done`."""
    found: list[int] = []
    while done + 1 + len(found) in waiting:
        found.append(done + 1 + len(found))
    return found


def missing(done: int, waiting: Collection[int], most: int = 20) -> list[int]:
    """Return the numbers that waiting messages wait for, at most so many."""
    held, gaps = set(waiting), []
    for number in range(done + 1, max(held, default=done)):
        if number not in held:
            gaps.append(number)
        if len(gaps) == most:
            break
    return gaps
