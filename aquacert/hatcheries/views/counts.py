"""What a page of counts sends back: for each lot right or wrong, the number, the reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from aquacert.hatcheries.queries import lots
from aquacert.hatcheries.queries.stock import LotLine
from aquacert.hatcheries.rules.counts import Counted, SaidOfLot, judge_count
from aquacert.http.sentences import said
from aquacert.kernel.errors import Invalid
from aquacert.kernel.work import Look

PARTS = ("standing", "number", "why", "seen")


@dataclass
class CountLine:
    """One lot on a page of counts, as it is booked, as it was typed, with what is wrong."""

    lot: LotLine
    typed: dict[str, str]
    faults: dict[str, str] = field(default_factory=dict)


class Miscounted(Exception):
    """Carries the lines with each lot's sentence back to the page."""

    def __init__(self, lines: list[CountLine]) -> None:
        """Keep the lines."""
        super().__init__()
        self.lines = lines


def count_lines(look: Look, hatchery_id: UUID, form: Mapping[str, Any]) -> list[CountLine]:
    """Return the lots that hold something, with what was typed for each."""
    return [
        CountLine(one, {part: str(form.get(f"{part}-{one.lot_id}", "")) for part in PARTS})
        for one in lots(look, hatchery_id)
        if one.balance
    ]


def read_counts(look: Look, hatchery_id: UUID, form: Mapping[str, Any]) -> dict[UUID, Counted]:
    """Return what was counted of the lots that differ; raise `Miscounted` with every fault."""
    lines = count_lines(look, hatchery_id, form)
    found: dict[UUID, Counted] = {}
    for line in lines:
        try:
            counted = judge_count(SaidOfLot(**line.typed), line.lot.balance, line.lot.unit)
        except Invalid as error:
            line.faults = {name: said(text) for name, text in error.fields.items()}
        else:
            if counted is not None:
                found[line.lot.lot_id] = counted
    if any(line.faults for line in lines):
        raise Miscounted(lines)
    return found
