"""The law of a segment's free numbers: what is taken, handed on or returned is cut off, once.

A segment never changes its ends. Of its numbers the stretch `next_free … free_last` is still in the
holder's hands; everything outside was taken one by one, voided, or cut off into a segment of its own
(handed down, returned to the giver, or kept by the holder as the rest behind a cut). Both borders
only move towards each other, so a number that has left the stretch never comes back to it: it is in
exactly one place at every moment.
"""

from __future__ import annotations

from dataclasses import dataclass

from aquacert.certificates.rules.numbering import Range, as_text
from aquacert.kernel.errors import Invalid


@dataclass(frozen=True)
class Piece:
    """A segment's free stretch: from `next_free` to `free_last`, empty when they have crossed."""

    next_free: int
    free_last: int

    @property
    def left(self) -> int:
        """Return how many numbers are free."""
        return max(0, self.free_last - self.next_free + 1)

    @property
    def free(self) -> Range | None:
        """Return the free numbers, or None."""
        return Range(self.next_free, self.free_last) if self.left else None


@dataclass(frozen=True)
class Cut:
    """What a cut leaves: the shorter piece, and the rest behind the cut (None mostly)."""

    piece: Piece
    rest: Range | None


def front(piece: Piece, count: int) -> Range:
    """Return the next `count` free numbers; raise `Invalid` when there are fewer."""
    _enough(piece, count)
    return Range(piece.next_free, piece.next_free + count - 1)


def tail(piece: Piece, count: int) -> Range:
    """Return the last `count` free numbers; raise `Invalid` when there are fewer."""
    _enough(piece, count)
    return Range(piece.free_last - count + 1, piece.free_last)


def cut(piece: Piece, wanted: Range) -> Cut:
    """Cut `wanted` out of the free stretch; raise `Invalid` unless all of it is free.

    From the front the pointer moves on, from the end the border comes back. Out of the middle the
    border comes back before the cut, and what lies behind it is the rest.
    """
    if not (piece.next_free <= wanted.first <= wanted.last <= piece.free_last):
        raise Invalid("这些号不都在结存里。", first=_where(piece))
    if wanted.first == piece.next_free:
        return Cut(Piece(wanted.last + 1, piece.free_last), None)
    before = Piece(piece.next_free, wanted.first - 1)
    behind = Range(wanted.last + 1, piece.free_last) if wanted.last < piece.free_last else None
    return Cut(before, behind)


def _where(piece: Piece) -> str:
    if piece.free is None:
        return "本段已经没有结存。"
    return f"结存是 {as_text(piece.next_free)}–{as_text(piece.free_last)}，请填这一段里的号。"


def _enough(piece: Piece, count: int) -> None:
    if count <= 0:
        raise Invalid("数量要大于 0。", count="请填大于 0 的整数。")
    if count > piece.left:
        raise Invalid("号段不够。", count=f"本段只剩 {piece.left} 个号。")
