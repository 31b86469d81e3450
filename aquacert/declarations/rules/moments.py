"""When seed may leave: the first departures offered, and those that are past or too far away."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from aquacert.kernel.clock import SHANGHAI
from aquacert.kernel.errors import Invalid
from aquacert.reference.rules.dates import read_moment

FARTHEST = timedelta(days=366)


def departures(earliest: datetime, hour: str, count: int = 3) -> list[str]:
    """Return the first days on which seed may leave at that time of day: `2026-05-12T16:00`.

    `hour` is taken from an earlier departure as typed; 08:00 where that cannot be read.
    """
    try:
        at = read_moment(hour, earliest.astimezone(SHANGHAI).date()).astimezone(SHANGHAI).time()
    except Invalid:
        at = time(8)
    local = earliest.astimezone(SHANGHAI)
    first = local.date() if at >= local.time() else local.date() + timedelta(days=1)
    return [
        f"{datetime.combine(first + timedelta(days=day), at):%Y-%m-%dT%H:%M}"
        for day in range(count)
    ]


def check_ahead(instant: datetime, now: datetime, field: str) -> None:
    """Raise `Invalid` for a departure that is past or more than a year away."""
    if instant <= now:
        raise Invalid("时间已经过了。", **{field: "启运时间已经过了，请填以后的时间。"})
    if instant - now > FARTHEST:
        raise Invalid("时间太远。", **{field: "启运时间在一年以后，请核对年份。"})
