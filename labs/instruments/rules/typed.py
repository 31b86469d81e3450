"""Read a Cq that a person typed: a slip of the hand must not become a negative."""

from labs.instruments.rules import NO_CQ_WORDS, Cq, RefusalCode, UnreadableCq, read_cq

WORDS = NO_CQ_WORDS - {"nan"}
"""What means “no Cq” when a person writes it; NaN is a machine's word, and may be a value that is missing."""


def read_typed_cq(text: str, *, cap: int) -> Cq:
    """Read a typed Cq, or raise `UnreadableCq`, also for more cycles than the method runs (225 for 22.5)."""
    cq = read_cq(text, cap=None, blank_is_none=False, words=WORDS)
    if cq.value is not None and cq.value > cap:
        raise UnreadableCq(RefusalCode.CQ_ABOVE_CYCLES)
    return read_cq(text, cap=cap, blank_is_none=False, words=WORDS)
