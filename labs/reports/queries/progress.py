"""How far a test is that has no report yet, for whoever knows the item's blind code."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from aquacert.kernel.clock import legal_day
from aquacert.kernel.work import Look
from labs.bench.models import Result
from labs.bench.rules import LIVE, ResultState
from labs.intake.models import AssayOrder, Item
from labs.intake.rules import blind_code
from labs.pools.queries import splitting
from labs.turnaround.queries import due_of


@dataclass(frozen=True, slots=True)
class Progress:
    """When a test is due (None: not promised, or its clock stands), and whether it is measured again."""

    due_on: date | None
    is_retest: bool
    is_split: bool
    """A pool it was in came back positive or undecided; it is tested by itself now."""


def progress_of(look: Look, code: str, disease_code: str) -> Progress | None:
    """Return how far one test of an item is; None when the laboratory knows no such test.

    The sending side asks by the blind code it made itself, so no row scope applies.
    """
    found = blind_code(code)
    order = look.one(
        select(AssayOrder.id)
        .join(Item, Item.id == AssayOrder.item_id)
        .where(Item.blind_code == found, AssayOrder.disease_code == disease_code)
    )
    if order is None:
        return None
    due = due_of(look, [order]).get(order)
    states = set(look.scalars(select(Result.state).where(Result.order_id == order)))
    again = ResultState.RETEST.value in states and not states & {one.value for one in LIVE}
    split = found is not None and disease_code in splitting(look, found)
    return Progress(legal_day(due.at) if due and due.at else None, again, split)
