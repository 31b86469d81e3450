"""Public logs as static files (C2SP tlog-tiles, tlog-checkpoint, tlog-proof): names and formats.

A tile is 256 hashes of one level; level 1 holds the roots of full tiles of level 0, and so on. A
bundle is the entries themselves, each after its length in 2 bytes. A checkpoint is a signed note:
origin, size, root. A proof is one leaf's path under one checkpoint, in text.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Self, TypeAlias

from aquacert.trust import merkle
from aquacert.trust.errors import Refused, Why
from aquacert.trust.merkle import HASH_BYTES
from aquacert.trust.notes import Note, NoteKey, NoteSigner, sign, unbase64

TILE = 256
"""Hashes in a full tile, entries in a full bundle."""
LEVEL_BITS = 8
ENTRIES = "entries"
LONGEST_ENTRY = (1 << 16) - 1
PROOF_HEADER = "c2sp.org/tlog-proof@v1"
LONGEST_PROOF = 64
NUMBER = r"0|[1-9][0-9]{0,18}"
PATH = re.compile(
    r"tile/(entries|0|[1-9]|[1-5][0-9]|6[0-3])/((?:x[0-9]{3}/){0,5}[0-9]{3})"
    r"(?:\.p/([1-9]|[1-9][0-9]|1[0-9][0-9]|2[0-4][0-9]|25[0-5]))?"
)


@dataclass(frozen=True)
class TilePath:
    """Which tile or bundle: its level (or `entries`), its number, and how many it holds."""

    level: int | None
    """None: entries"""
    number: int
    width: int = TILE

    def __str__(self) -> str:
        """Return the path below the log's address: `tile/0/x001/234.p/7`."""
        digits = str(self.number)
        digits = digits.zfill(-(-len(digits) // 3) * 3)
        parts = [digits[at : at + 3] for at in range(0, len(digits), 3)]
        steps = [*(f"x{part}" for part in parts[:-1]), parts[-1]]
        kind = ENTRIES if self.level is None else str(self.level)
        tail = "" if self.width == TILE else f".p/{self.width}"
        return f"tile/{kind}/{'/'.join(steps)}{tail}"

    @classmethod
    def read(cls, text: str) -> Self:
        """Return the tile a path names; raise `Refused` (MALFORMED) for any other spelling."""
        found = PATH.fullmatch(text)
        if found is None:
            raise Refused(Why.MALFORMED, "no tile has this name")
        kind, steps, width = found.groups()
        level = None if kind == ENTRIES else int(kind)
        number = int(steps.replace("x", "").replace("/", ""))
        path = cls(level, number, int(width) if width else TILE)
        if str(path) != text:
            raise Refused(Why.NOT_CANONICAL, "this tile has another name")
        return path

    @property
    def is_full(self) -> bool:
        """Whether nothing can be added to it any more."""
        return self.width == TILE


def width_at(level: int | None, number: int, size: int) -> int:
    """Return how many hashes tile `number` of `level` holds in a log of `size` leaves; 0: none."""
    there = size >> (LEVEL_BITS * (level or 0))
    return max(0, min(TILE, there - number * TILE))


def tiles_of(size: int) -> Iterator[TilePath]:
    """Yield every tile and bundle of a log of `size` leaves, lowest level first."""
    level: int | None = None
    while True:
        there = size >> (LEVEL_BITS * (level or 0))
        for number in range(-(-there // TILE)):
            yield TilePath(level, number, width_at(level, number, size))
        if level is not None and there < TILE:
            return
        level = 0 if level is None else level + 1


FetchTile: TypeAlias = Callable[[int, int, int], bytes]
"""(level, number, width at least) → the tile's hashes, concatenated."""


def reader_over(fetch: FetchTile, size: int) -> merkle.Reader:
    """Return a reader of complete subtrees in a log of `size` leaves kept as tiles.

    Each tile is fetched and hashed once, so a reader serves for one question, not for ever.
    """
    seen: dict[tuple[int, int], tuple[int, merkle.Reader]] = {}

    def read(level: int, index: int) -> bytes:
        row, rise = divmod(level, LEVEL_BITS)
        number, place = divmod(index << rise, TILE)
        if (row, number) not in seen:
            hashes = split_tile(fetch(row, number, width_at(row, number, size)))
            seen[row, number] = len(hashes), merkle.reader_of(hashes)
        width, within = seen[row, number]
        if place + (1 << rise) > width:
            raise Refused(Why.BAD_PROOF, f"tile {row}/{number} is too short")
        return within(rise, place >> rise)

    return read


def split_tile(tile: bytes) -> list[bytes]:
    """Return a tile's hashes; raise `Refused` when it is no whole number of them."""
    if len(tile) % HASH_BYTES or len(tile) > TILE * HASH_BYTES:
        raise Refused(Why.MALFORMED, f"a tile of {len(tile)} bytes")
    return [tile[at : at + HASH_BYTES] for at in range(0, len(tile), HASH_BYTES)]


def bundle_of(entries: Sequence[bytes]) -> bytes:
    """Return entries as a bundle; raise `Refused` for one longer than 65,535 bytes."""
    if any(len(entry) > LONGEST_ENTRY for entry in entries):
        raise Refused(Why.TOO_LARGE, "an entry longer than 65535 bytes")
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)


def split_bundle(bundle: bytes) -> list[bytes]:
    """Return a bundle's entries; raise `Refused` when it ends within one."""
    entries, at = [], 0
    while at < len(bundle):
        ends = at + 2 + int.from_bytes(bundle[at : at + 2], "big")
        if ends > len(bundle) or at + 2 > len(bundle):
            raise Refused(Why.MALFORMED, "the bundle ends within an entry")
        entries.append(bundle[at + 2 : ends])
        at = ends
    return entries


@dataclass(frozen=True)
class Checkpoint:
    """The head of a log at one size: what its signature is over."""

    origin: str
    size: int
    root: bytes

    def __str__(self) -> str:
        """Return the note's text: origin, size, root, each on its line."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"

    @classmethod
    def read(cls, text: str) -> Self:
        """Return the checkpoint of a note's text; extension lines are passed over.

        Raises `Refused` (MALFORMED or NOT_CANONICAL) for anything that is no checkpoint.
        """
        lines = text.split("\n")
        if len(lines) < 4 or lines[-1] or not all(lines[:-1]):
            raise Refused(Why.MALFORMED, "a checkpoint has three lines")
        root = unbase64(lines[2])
        if len(root) != HASH_BYTES:
            raise Refused(Why.MALFORMED, "a root has 32 bytes")
        return cls(lines[0], read_number(lines[1]), root)

    def signed(self, *signers: NoteSigner) -> Note:
        """Return the checkpoint as a signed note."""
        return sign(str(self), *signers)


def open_checkpoint(data: bytes, key: NoteKey, *witnesses: NoteKey) -> tuple[Checkpoint, Note]:
    """Return the checkpoint of a note that the log's `key` signed, under its own name.

    Raises `Refused`: not signed by the log, of another origin than the key's name, malformed, or a
    line of one of `witnesses` that does not hold. Which witnesses signed, the note says.
    """
    note = Note.read(data)
    found = note.verify(key, *witnesses)
    if key not in found:
        raise Refused(Why.UNKNOWN_KEY, "the log itself did not sign")
    checkpoint = Checkpoint.read(note.text)
    if checkpoint.origin != key.name:
        raise Refused(Why.UNKNOWN_KEY, f"a checkpoint of {checkpoint.origin!r}")
    return checkpoint, note


@dataclass(frozen=True)
class Proof:
    """That one leaf is in the log, as the checkpoint says; `extra` is not covered by anything."""

    index: int
    path: tuple[bytes, ...]
    checkpoint: bytes
    """the signed note, verbatim"""
    extra: bytes | None = None

    def __bytes__(self) -> bytes:
        """Return the `.tlog-proof` text."""
        extra = [] if self.extra is None else [f"extra {_b64(self.extra)}"]
        lines = [PROOF_HEADER, *extra, f"index {self.index}", *map(_b64, self.path), "", ""]
        return "\n".join(lines).encode() + self.checkpoint

    @classmethod
    def read(cls, data: bytes) -> Self:
        """Parse a `.tlog-proof` strictly; raise `Refused` for what is none."""
        head, blank, checkpoint = data.partition(b"\n\n")
        try:
            header, *lines = head.decode("ascii").split("\n")
        except UnicodeDecodeError as error:
            raise Refused(Why.MALFORMED, repr(error)) from None
        if header != PROOF_HEADER:
            raise Refused(Why.UNKNOWN_VERSION, header[:80])
        extra = None
        if lines and lines[0].startswith("extra "):
            extra = unbase64(lines.pop(0).removeprefix("extra "))
        if not blank or not lines or not lines[0].startswith("index "):
            raise Refused(Why.MALFORMED, "a proof has an index and a checkpoint")
        path = tuple(unbase64(line) for line in lines[1:])
        if len(path) > LONGEST_PROOF or any(len(step) != HASH_BYTES for step in path):
            raise Refused(Why.BAD_PROOF, "a step has not 32 bytes, or there are too many")
        return cls(read_number(lines[0].removeprefix("index ")), path, checkpoint, extra)

    def verify(self, leaf_hash: bytes, key: NoteKey) -> Checkpoint:
        """Return the checkpoint under which the leaf is proven; raise `Refused` otherwise."""
        checkpoint, _note = open_checkpoint(self.checkpoint, key)
        merkle.verify_inclusion(leaf_hash, self.index, checkpoint.size, self.path, checkpoint.root)
        return checkpoint


def read_number(text: str) -> int:
    """Return a decimal without leading zeros; raise `Refused` (MALFORMED) for any other."""
    if re.fullmatch(NUMBER, text, re.ASCII) is None or int(text) >= merkle.LARGEST:
        raise Refused(Why.MALFORMED, "no decimal number")
    return int(text)


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()
