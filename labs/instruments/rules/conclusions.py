"""A conclusion that a table writes beside the Cq: never taken, but it must not contradict what was measured."""

from collections.abc import Collection
from decimal import Decimal, InvalidOperation

NEGATIVE = frozenset(
    {"-", "neg", "neg.", "negative", "not detected", "no", "nd", "阴性", "阴", "未检出", "无"}
)
POSITIVE = frozenset(
    {"+", "pos", "pos.", "positive", "detected", "yes", "阳性", "阳", "检出", "有"}
)


def contradicts(cq: Decimal | None, said: str, no_cq: Collection[str] = ()) -> bool:
    """Tell whether a conclusion, or a second value, says something else than the Cq. A word nobody knows says nothing."""
    word = "".join(said.lower().split()) if not said.isascii() else said.lower()
    if word in NEGATIVE or word in no_cq:
        return cq is not None
    if word in POSITIVE:
        return cq is None
    try:
        value = Decimal(word)
    except InvalidOperation:
        return False
    return value.is_finite() and value != cq
