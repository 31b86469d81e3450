"""What a suspension may rest on, and how such a ground ends; pure."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class Ground(StrEnum):
    """Who or what says that the goods must not move."""

    ZONE = "zone"
    REPORT = "report"
    PERSON = "person"
    EARLIER = "earlier"
    """Suspended by the system before grounds were written down."""


class Ended(StrEnum):
    """How a ground ended."""

    NOT_YET = ""
    RELEASED = "released"
    """What it came from is gone: the zone was lifted, moved away, or its event denied."""
    OVERRULED = "overruled"
    """A person made the certificate good again: the same source does not suspend it anew."""


def is_freed(status: str, others: Iterable[str], *, is_ordered: bool) -> bool:
    """Say whether the end of a zone makes a certificate good again: nothing else holds it.

    `others` are the grounds that still stand; `is_ordered` says that a recall order which nobody
    has decided holds it.
    """
    return status == "suspended" and not is_ordered and not any(True for _ in others)


def joined(sentences: Iterable[str]) -> str:
    """Return what a page says of several grounds at once, each sentence once."""
    return "；".join(dict.fromkeys(one for one in sentences if one))
