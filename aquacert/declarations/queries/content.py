"""What a declaration says at one moment, sealed: a consent, a statement, an answer hold for it alone."""

from __future__ import annotations

from aquacert.declarations.models import Declaration
from aquacert.kernel.db import blind
from aquacert.kernel.errors import Invalid

CHANGED = "申报内容刚刚改过，和您看到的不一样了。请看过新的内容，再办一次。"


def content_of(paper: Declaration) -> str:
    """Return the answers that would be sent now: a pending change, else what stands."""
    return paper.pending or paper.answers


def seal_of(text: str) -> str:
    """Return a keyed digest: names and telephones cannot be tried out against it."""
    return blind("declaration", text)


def must_be_seen(text: str, seen: str) -> None:
    """Raise `Invalid` when `seen`, the seal that a page carried, is of another content.

    An empty `seen` comes from a door without a page (JSON): whoever calls it read no page.
    """
    if seen and seen != seal_of(text):
        raise Invalid(CHANGED, content=CHANGED)
