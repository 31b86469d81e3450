"""Instants as instruments write them."""

from datetime import UTC, datetime


def moment(text: str) -> datetime | None:
    """Return the instant an ISO 8601 text names; None when it names none. Without an offset it is taken as UTC.

    Instruments rarely write an offset; two versions of one file come from one clock, so their order holds all the same.
    """
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
