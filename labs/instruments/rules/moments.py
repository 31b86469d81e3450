"""Instants as instruments write them."""

from datetime import UTC, date, datetime

from aquacert.kernel.clock import legal_day


def moment(text: str) -> datetime | None:
    """Return the instant an ISO 8601 text names; None when it names none. Without an offset it is taken as UTC.

    Instruments rarely write an offset; two versions of one file come from one clock, so their order holds all the same.
    """
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def day(text: str) -> date | None:
    """Return the day an instrument's text begins with; None when it names none.

    With an offset it is the day here; without one the instrument's own clock is the laboratory's.
    """
    found = moment(text)
    if found is not None and "T" in text and text.rstrip()[-6:-5] in {"+", "-"}:
        return legal_day(found)
    try:
        return date.fromisoformat(text.strip()[:10])
    except ValueError:
        return None
