"""The Merkle tree of RFC 9162 §2.1 (the same hashing as RFC 6962): roots, proofs, their checks.

Leaves are hashed as SHA-256(0x00 ‖ entry), inner nodes as SHA-256(0x01 ‖ left ‖ right); the empty
tree's root is SHA-256 of nothing. Hashes are 32 bytes. Sizes and indexes count leaves from 0.
Whatever makes a proof reads the tree through a `Reader`, so that it works on a list in memory as
on tiles of a million leaves (trust/tlog). The checks need nothing but the proof.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Sequence
from typing import TypeAlias

from aquacert.trust.errors import Refused, Why

HASH_BYTES = 32
LEAF_PREFIX, NODE_PREFIX = b"\x00", b"\x01"
EMPTY_ROOT = hashlib.sha256(b"").digest()
LARGEST = 1 << 63
"""Sizes from here on are refused: no log is so large, and some readers count in 64 bits signed."""

Reader: TypeAlias = Callable[[int, int], bytes]
"""(level, index) → hash of the complete subtree over leaves index·2^level … (index+1)·2^level − 1."""


def leaf_hash(entry: bytes) -> bytes:
    """Return the hash of a leaf (RFC 9162 §2.1.1)."""
    return hashlib.sha256(LEAF_PREFIX + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node (RFC 9162 §2.1.1)."""
    return hashlib.sha256(NODE_PREFIX + left + right).digest()


def root_of(hashes: Sequence[bytes]) -> bytes:
    """Return the root over leaf hashes in order; of none, SHA-256 of nothing."""
    return root(reader_of(hashes), len(hashes))


def inclusion_proof(hashes: Sequence[bytes], index: int) -> list[bytes]:
    """Return the proof that leaf `index` is in the tree over `hashes`, lowest sibling first.

    Raises `Refused` (BAD_PROOF) when there is no such leaf.
    """
    return inclusion(reader_of(hashes), index, len(hashes))


def consistency_proof(hashes: Sequence[bytes], size1: int) -> list[bytes]:
    """Return the proof that the tree over `hashes` continues its own first `size1` leaves.

    Empty when both are the same size. Raises `Refused` (BAD_PROOF) for size 0, which proves
    nothing, and for a size beyond the tree.
    """
    return consistency(reader_of(hashes), size1, len(hashes))


def verify_inclusion(
    leaf_hash: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes
) -> None:
    """Return when `proof` leads from `leaf_hash` at `index` to `root` of the tree of `size` leaves.

    The algorithm is RFC 9162 §2.1.3.2. Raises `Refused` (BAD_PROOF) for anything else: an index
    beyond the tree, a proof too long or too short, a hash that has not 32 bytes, another root.
    """
    _sound(index, size)
    if index >= size:
        raise Refused(Why.BAD_PROOF, f"leaf {index} is not in a tree of {size}")
    found, root, *path = _hashes(leaf_hash, root, proof)
    place, last = index, size - 1
    for sibling in path:
        if last == 0:
            raise Refused(Why.BAD_PROOF, "proof too long")
        if place & 1 or place == last:
            found = node_hash(sibling, found)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            found = node_hash(found, sibling)
        place, last = place >> 1, last >> 1
    if last:
        raise Refused(Why.BAD_PROOF, "proof too short")
    _same(found, root)


def verify_consistency(
    size1: int, size2: int, proof: Sequence[bytes], root1: bytes, root2: bytes
) -> None:
    """Return when the tree (size2, root2) continues the tree (size1, root1): nothing was rewritten.

    The algorithm is RFC 9162 §2.1.4.2. Equal sizes want an empty proof and equal roots, whatever
    the size. Raises `Refused` (BAD_PROOF) for anything else, a proof from size 0 to a larger tree
    among it: every tree continues the empty one, so such a proof says nothing and is no proof.
    """
    _sound(size1, size2)
    if size1 > size2:
        raise Refused(Why.BAD_PROOF, f"{size1} leaves cannot come before {size2}")
    if size1 == size2:
        if not isinstance(proof, Sequence) or proof:
            raise Refused(Why.BAD_PROOF, "a proof between equal sizes is not empty")
        _same(root1, root2)
        return
    if size1 == 0:
        raise Refused(Why.BAD_PROOF, "a proof from size 0 proves nothing")
    root1, root2, *steps = _hashes(root1, root2, proof)
    _walk(size1, size2, steps, root1, root2)


def _walk(size1: int, size2: int, proof: Sequence[bytes], root1: bytes, root2: bytes) -> None:
    """Rebuild both roots from one path (RFC 9162 §2.1.4.2), for 0 < size1 < size2."""
    # When size1 is a power of two, its root is itself the first node of the path.
    path = list(proof) if size1 & (size1 - 1) else [root1, *proof]
    if not path or (len(path) == 1 and not proof):
        raise Refused(Why.BAD_PROOF, "proof is empty")
    place, last = size1 - 1, size2 - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    first = second = path[0]
    for step in path[1:]:
        if last == 0:
            raise Refused(Why.BAD_PROOF, "proof too long")
        if place & 1 or place == last:
            first, second = node_hash(step, first), node_hash(step, second)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            second = node_hash(second, step)
        place, last = place >> 1, last >> 1
    if last:
        raise Refused(Why.BAD_PROOF, "proof too short")
    _same(first, root1)
    _same(second, root2)


def root(read: Reader, size: int) -> bytes:
    """Return the root of the first `size` leaves that `read` knows."""
    return _range(read, 0, size) if size else EMPTY_ROOT


def inclusion(read: Reader, index: int, size: int) -> list[bytes]:
    """Return PATH(index, D[size]) of RFC 9162 §2.1.3.1, lowest sibling first."""
    _sound(index, size)
    if index >= size:
        raise Refused(Why.BAD_PROOF, f"leaf {index} is not in a tree of {size}")
    low, high, ranges = 0, size, []
    while high - low > 1:
        middle = low + _split(high - low)
        if index < middle:
            ranges.append((middle, high))
            high = middle
        else:
            ranges.append((low, middle))
            low = middle
    return [_range(read, *one) for one in reversed(ranges)]


def consistency(read: Reader, size1: int, size2: int) -> list[bytes]:
    """Return PROOF(size1, D[size2]) of RFC 9162 §2.1.4.1; empty for equal sizes."""
    _sound(size1, size2)
    if not 0 < size1 <= size2:
        raise Refused(Why.BAD_PROOF, f"no proof leads from {size1} to {size2}")
    low, high, ranges = 0, size2, []
    while size1 != high:
        middle = low + _split(high - low)
        if size1 <= middle:
            ranges.append((middle, high))
            high = middle
        else:
            ranges.append((low, middle))
            low = middle
    if low:
        ranges.append((low, high))
    return [_range(read, *one) for one in reversed(ranges)]


def reader_of(hashes: Sequence[bytes]) -> Reader:
    """Return a reader of the tree over leaf hashes held in memory."""
    levels = [list(hashes)]

    def read(level: int, index: int) -> bytes:
        while len(levels) <= level:
            below = levels[-1]
            levels.append(
                [node_hash(below[at], below[at + 1]) for at in range(0, len(below) - 1, 2)]
            )
        return levels[level][index]

    return read


def _range(read: Reader, low: int, high: int) -> bytes:
    """Return MTH(D[low:high]), where `low` is a multiple of the next power of two of the width."""
    parts = []
    while low < high:
        level = (high - low).bit_length() - 1
        parts.append(read(level, low >> level))
        low += 1 << level
    found = parts.pop()
    while parts:
        found = node_hash(parts.pop(), found)
    return found


def _split(width: int) -> int:
    """Return the largest power of two smaller than `width` (> 1)."""
    return 1 << ((width - 1).bit_length() - 1)


def _sound(*numbers: object) -> None:
    for number in numbers:
        if isinstance(number, bool) or not isinstance(number, int):
            raise Refused(Why.BAD_PROOF, f"{number!r} is no number of leaves")
        if not 0 <= number < LARGEST:
            raise Refused(Why.BAD_PROOF, f"{number} is no number of leaves")


def _hashes(first: bytes, second: bytes, proof: Sequence[bytes]) -> list[bytes]:
    """Return both hashes and those of the proof as bytes; refuse what is no hash, or no list."""
    if not isinstance(proof, Sequence):
        raise Refused(Why.BAD_PROOF, f"a proof is a list, not {type(proof).__name__}")
    hashes = [_plain(one) for one in (first, second, *proof)]
    if any(len(one) != HASH_BYTES for one in hashes):
        raise Refused(Why.BAD_PROOF, "a hash has not 32 bytes")
    return hashes


def _plain(value: object) -> bytes:
    """Return the bytes of a hash, nothing for what has none."""
    return bytes(value) if isinstance(value, bytes | bytearray | memoryview) else b""


def _same(found: bytes, expected: bytes) -> None:
    octets = (bytes, bytearray, memoryview)
    if not isinstance(found, octets) or not isinstance(expected, octets):
        raise Refused(Why.BAD_PROOF, "a root is bytes")
    if not hmac.compare_digest(found, expected):
        raise Refused(Why.BAD_PROOF, "the path leads to another root")
