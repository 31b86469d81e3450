"""The certificate number: 10 digits, 2 of the province (GB/T 2260) and an 8-digit serial.

Source: the Ministry's reply to Henan (2011) on electronic issue, copied to every province. There is
no check digit. Segments are ranges of whole numbers; a child lies inside its parent and never
overlaps a sibling, so a number has one holder.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from aquacert.kernel.errors import Invalid

DIGITS = 10
SERIAL_DIGITS = 8
SERIALS = 10**SERIAL_DIGITS
LARGEST_SEGMENT = 1_000_000


@dataclass(frozen=True)
class Range:
    """Numbers `first` to `last`, both included, as whole numbers (3200000001)."""

    first: int
    last: int

    @property
    def size(self) -> int:
        """Return how many numbers it holds."""
        return self.last - self.first + 1

    def __str__(self) -> str:
        return f"{as_text(self.first)}–{as_text(self.last)}"

    def holds(self, other: Range) -> bool:
        """Say whether `other` lies wholly inside."""
        return self.first <= other.first and other.last <= self.last

    def overlaps(self, other: Range) -> bool:
        """Say whether any number is in both."""
        return self.first <= other.last and other.first <= self.last


def as_text(number: int) -> str:
    """Return a number as it is printed: 10 digits, leading zeros kept."""
    return str(number).zfill(DIGITS)


def spaced(number: str) -> str:
    """Return a printed number in the groups people read aloud: 32 0001 2345."""
    return f"{number[:2]} {number[2:6]} {number[6:]}"


def parse_number(text: str) -> int:
    """Return the number a person typed; spaces are ignored. Raise `Invalid` unless 10 digits."""
    digits = "".join(text.split())
    if len(digits) != DIGITS or not digits.isascii() or not digits.isdigit():
        raise Invalid("证号应为 10 位数字。", number="应为 10 位数字，例如 3200012345。")
    return int(digits)


def parse_range(first: str, last: str, *, province: str) -> Range:
    """Return the segment from `first` to `last`; raise `Invalid` naming what would be right."""
    segment = Range(parse_number(first), parse_number(last))
    if segment.first > segment.last:
        raise Invalid("号段的起号大于止号。", last="止号应不小于起号。")
    low = int(province) * SERIALS
    if not Range(low, low + SERIALS - 1).holds(segment):
        raise Invalid("号段不属于本省。", first=f"前两位应为本省代码 {province}。")
    if segment.size > LARGEST_SEGMENT:
        raise Invalid("号段太大。", last=f"一段最多 {LARGEST_SEGMENT} 个号，请分段登记。")
    return segment


def check_child(child: Range, parent: Range, siblings: Iterable[Range], next_free: int) -> None:
    """Raise `Invalid` unless `child` lies in the unused part of `parent`, free of its siblings."""
    if not parent.holds(child):
        raise Invalid("下发的号段超出上级号段。", first=f"应在 {parent} 之内。")
    if child.first < next_free:
        raise Invalid("号段前面的号已经用过。", first=f"应从 {as_text(next_free)} 或以后开始。")
    for sibling in siblings:
        if sibling.overlaps(child):
            raise Invalid("号段与已下发的号段重叠。", first=f"与 {sibling} 重叠。")
