"""Signed notes (C2SP signed-note): text, a blank line, and signature lines by named keys.

`— <name> <base64(4-byte key id ‖ signature)>`. Two kinds of key, both Ed25519 (RFC 8032): 0x01
signs the text; 0x04 is a witness that cosigns a checkpoint with the time it looked
(C2SP tlog-cosignature, `cosignature/v1`). The key id is SHA-256(name ‖ 0x0A ‖ kind ‖ key)[:4].
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import IntEnum
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from aquacert.trust.errors import Refused, Why

DASH = "— "
KEY_BYTES, ID_BYTES, SIGNATURE_BYTES, TIME_BYTES = 32, 4, 64, 8
LONGEST_NOTE = 1 << 20
MOST_LINES = 64
"""Signatures read of one note; the specification asks for at least 16."""
HEX_DIGITS = frozenset("0123456789abcdef")


class Kind(IntEnum):
    """The signature types we read and make (C2SP signed-note, "Signature types")."""

    ED25519 = 0x01
    COSIGNATURE = 0x04


@dataclass(frozen=True)
class NoteKey:
    """A public key that may sign notes: who, how, and the 32 bytes of RFC 8032."""

    name: str
    kind: Kind
    public: bytes

    def __post_init__(self) -> None:
        """Refuse a name that a signature line could not carry, or a key of another length."""
        if not is_name(self.name) or len(self.public) != KEY_BYTES:
            raise Refused(Why.MALFORMED, f"note key {self.name!r}")

    @property
    def key_id(self) -> bytes:
        """The 4 bytes that name this key in a signature line."""
        body = self.name.encode() + b"\n" + bytes([self.kind]) + self.public
        return hashlib.sha256(body).digest()[:ID_BYTES]

    def __str__(self) -> str:
        """Return the key as one line, `name+hash+base64(kind ‖ key)`: what a stranger configures."""
        material = base64.b64encode(bytes([self.kind]) + self.public).decode()
        return f"{self.name}+{self.key_id.hex()}+{material}"

    @classmethod
    def read(cls, text: str) -> Self:
        """Return the key that `str` wrote; raise `Refused` unless every part of it agrees."""
        name, _, rest = text.strip().partition("+")
        digits, _, material = rest.partition("+")
        raw = unbase64(material)
        if len(raw) != 1 + KEY_BYTES or raw[0] not in set(Kind):
            raise Refused(Why.UNKNOWN_ALGORITHM, "not an Ed25519 note key")
        key = cls(name, Kind(raw[0]), raw[1:])
        if not set(digits) <= HEX_DIGITS or digits != key.key_id.hex():
            raise Refused(Why.MALFORMED, "the key's hash is another key's")
        return key


@dataclass(frozen=True)
class Signature:
    """One signature line, not yet judged."""

    name: str
    key_id: bytes
    signature: bytes

    def __str__(self) -> str:
        """Return the line, with its newline."""
        return f"{DASH}{self.name} {base64.b64encode(self.key_id + self.signature).decode()}\n"


@dataclass(frozen=True)
class Note:
    """A parsed note: its text (which ends in a newline) and its signature lines, in order."""

    text: str
    signatures: tuple[Signature, ...]

    @classmethod
    def read(cls, data: bytes) -> Self:
        """Parse strictly; raise `Refused` for anything the specification does not allow."""
        if len(data) > LONGEST_NOTE:
            raise Refused(Why.TOO_LARGE, f"{len(data)} bytes")
        try:
            whole = data.decode("utf-8")
        except UnicodeDecodeError as error:
            raise Refused(Why.MALFORMED, repr(error)) from None
        if any(char < " " and char != "\n" for char in whole) or not whole.endswith("\n"):
            raise Refused(Why.MALFORMED, "control characters, or no final newline")
        text, blank, tail = whole.rpartition("\n\n")
        lines = tail.split("\n")[:-1]
        if not blank or not lines or len(lines) > MOST_LINES:
            raise Refused(Why.MALFORMED, "no signatures, or too many")
        return cls(text + "\n", tuple(_line(line) for line in lines))

    def __bytes__(self) -> bytes:
        """Return the note as it is kept and sent."""
        return (self.text + "\n" + "".join(map(str, self.signatures))).encode()

    def verify(self, *keys: NoteKey) -> tuple[NoteKey, ...]:
        """Return which of `keys` signed; raise `Refused` when none did or one signed falsely.

        Lines by unknown keys are ignored, as the specification asks.
        """
        known = {(key.name, key.key_id): key for key in keys}
        good = []
        for line in self.signatures:
            key = known.get((line.name, line.key_id))
            if key is not None:
                _judge(self.text, line, key)
                good.append(key)
        if not good:
            raise Refused(Why.UNKNOWN_KEY, "signed by no key we know")
        return tuple(dict.fromkeys(good))

    def cosigned_at(self, key: NoteKey) -> datetime:
        """Return when the witness `key` says it saw this; raise `Refused` unless it cosigned."""
        self.verify(key)
        named = (key.name, key.key_id)
        line = next(one for one in self.signatures if (one.name, one.key_id) == named)
        seconds = int.from_bytes(line.signature[:TIME_BYTES], "big")
        try:
            return datetime.fromtimestamp(seconds, UTC)
        except (ValueError, OverflowError, OSError) as error:
            raise Refused(Why.MALFORMED, repr(error)) from None

    def extended(self, *more: Signature) -> Note:
        """Return the note with lines added; a line of the same key takes the older one's place."""
        fresh = {(line.name, line.key_id): line for line in (*self.signatures, *more)}
        return Note(self.text, tuple(fresh.values()))


class NoteSigner:
    """An Ed25519 private key that signs notes under a name."""

    def __init__(self, name: str, private: Ed25519PrivateKey, kind: Kind = Kind.ED25519) -> None:
        self._private = private
        self.key = NoteKey(name, kind, private.public_key().public_bytes_raw())

    @classmethod
    def of_seed(cls, name: str, seed: bytes, kind: Kind = Kind.ED25519) -> Self:
        """Return the signer of a 32-byte seed (RFC 8032)."""
        if len(seed) != KEY_BYTES:
            raise Refused(Why.MALFORMED, "a seed has 32 bytes")
        return cls(name, Ed25519PrivateKey.from_private_bytes(seed), kind)

    def sign(self, text: str) -> Signature:
        """Return the signature line over a note's text."""
        if self.key.kind is not Kind.ED25519:
            raise Refused(Why.UNKNOWN_ALGORITHM, "a witness signs with the time: cosign")
        return Signature(self.key.name, self.key.key_id, self._private.sign(text.encode()))

    def cosign(self, text: str, at: datetime) -> Signature:
        """Return the line by which this witness says that at `at` it found the checkpoint sound."""
        if self.key.kind is not Kind.COSIGNATURE:
            raise Refused(Why.UNKNOWN_ALGORITHM, "this key signs notes, it is no witness")
        seconds = int(at.timestamp())
        signed = self._private.sign(cosigned_text(text, seconds))
        stamp = seconds.to_bytes(TIME_BYTES, "big")
        return Signature(self.key.name, self.key.key_id, stamp + signed)


def sign(text: str, *signers: NoteSigner) -> Note:
    """Return `text` as a note; raise `Refused` for a text that a note cannot hold."""
    note = Note(text, tuple(signer.sign(text) for signer in signers))
    Note.read(bytes(note))
    return note


def cosigned_text(text: str, seconds: int) -> bytes:
    """Return what a witness signs (C2SP tlog-cosignature, "Ed25519 signed message")."""
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()


def is_name(name: str) -> bool:
    """Tell whether a key may be named so: not empty, no space of any script, no plus."""
    return bool(name) and "+" not in name and not any(char.isspace() for char in name)


def unbase64(text: str) -> bytes:
    """Return the bytes of standard base64 (RFC 4648 §4); raise `Refused` for any other spelling."""
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Refused(Why.MALFORMED, repr(error)) from None
    if base64.b64encode(raw).decode() != text:
        raise Refused(Why.NOT_CANONICAL, "base64 in another spelling")
    return raw


def _line(line: str) -> Signature:
    if not line.startswith(DASH):
        raise Refused(Why.MALFORMED, "a signature line begins with a dash")
    name, blank, material = line.removeprefix(DASH).partition(" ")
    raw = unbase64(material)
    if not blank or not is_name(name) or len(raw) <= ID_BYTES:
        raise Refused(Why.MALFORMED, "a signature line has a name and a signature")
    return Signature(name, raw[:ID_BYTES], raw[ID_BYTES:])


def _judge(text: str, line: Signature, key: NoteKey) -> None:
    signed, body = line.signature, text.encode()
    if key.kind is Kind.COSIGNATURE:
        seconds = int.from_bytes(signed[:TIME_BYTES], "big")
        signed, body = signed[TIME_BYTES:], cosigned_text(text, seconds)
        if seconds >= 1 << 63:
            raise Refused(Why.MALFORMED, "a time beyond 63 bits")
    if len(signed) != SIGNATURE_BYTES:
        raise Refused(Why.BAD_SIGNATURE, f"{key.name}: {len(signed)} bytes")
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(signed, body)
    except (InvalidSignature, ValueError):
        raise Refused(Why.BAD_SIGNATURE, key.name) from None


def signatures_of(lines: Sequence[str]) -> tuple[Signature, ...]:
    """Return parsed signature lines kept apart from their note."""
    return tuple(_line(line.rstrip("\n")) for line in lines)
