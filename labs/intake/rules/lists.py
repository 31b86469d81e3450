"""On which one list an item stands, and how long it has waited there. Pure.

A referral must never be lost between two lists: `list_of` is the only judge, and the lists' own
questions to the database are held to it (tests/labs/test_lists.py).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from labs.intake.rules.states import ItemState

LONGEST_TRANSIT = timedelta(hours=24)
AGES = (7, 30)
"""Days after which an open item is marked, and marked red."""


class Listed(StrEnum):
    """The lists of a laboratory's items; every item is on one, an open one on one of the first five."""

    IN_TRANSIT = "in_transit"
    ARRIVED = "arrived"
    TO_TEST = "to_test"
    TESTED = "tested"
    UNFIT_OPEN = "unfit_open"
    UNFIT = "unfit"
    REPORTED = "reported"


LIST_WORDS: Mapping[Listed, str] = {
    Listed.IN_TRANSIT: "在途",
    Listed.ARRIVED: "已到未收",
    Listed.TO_TEST: "已收未检",
    Listed.TESTED: "已检未报告",
    Listed.UNFIT_OPEN: "不能检测，待处理",
    Listed.UNFIT: "不能检测，已处理",
    Listed.REPORTED: "已出报告",
}
OPEN = (
    Listed.IN_TRANSIT,
    Listed.ARRIVED,
    Listed.TO_TEST,
    Listed.TESTED,
    Listed.UNFIT_OPEN,
)


@dataclass(frozen=True, slots=True)
class Standing:
    """All that decides on which list an item stands."""

    state: ItemState
    arrived: bool
    tested: bool
    fault_open: bool


def list_of(standing: Standing) -> Listed:
    """Return the one list an item stands on: total, for every state there is."""
    match standing.state:
        case ItemState.ANNOUNCED:
            return Listed.ARRIVED if standing.arrived else Listed.IN_TRANSIT
        case ItemState.RECEIVED:
            return Listed.TESTED if standing.tested else Listed.TO_TEST
        case ItemState.UNFIT:
            return Listed.UNFIT_OPEN if standing.fault_open else Listed.UNFIT
        case ItemState.REPORTED:
            return Listed.REPORTED


def is_late(listed: Listed, since: datetime, now: datetime) -> bool:
    """Say whether an item was more than a day on its way."""
    return listed is Listed.IN_TRANSIT and now - since > LONGEST_TRANSIT


def age_mark(since: datetime, now: datetime) -> str:
    """Return "" for a young item, "wait" after 7 days, "no" after 30."""
    days = (now - since).days
    if days >= AGES[1]:
        return "no"
    return "wait" if days >= AGES[0] else ""
