"""How a declaration is cut into batches and loads: quantities that must fit into each other.

Sum of loads ≤ batch ≤ stock; one load carries one species in one unit, because one certificate
covers one load of one species to one destination (architecture.md).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class BatchPlan:
    """What a batch has to give."""

    species: str
    unit: str
    quantity: int
    lot: str
    pond: str = ""


@dataclass(frozen=True)
class LoadPlan:
    """One load to be: which transport it came from and how much of which batch (by index)."""

    transport: int
    lines: Mapping[int, int]


Faults = dict[str, str]
"""Form field → sentence saying what would be right."""


def share_out(
    batches: Sequence[BatchPlan], wanted: Sequence[Sequence[int | None]]
) -> tuple[list[dict[int, int]], Faults]:
    """Give each transport its part of each batch.

    `wanted[t][b]` is the quantity typed, or None for an empty field. A batch whose fields are all
    empty goes whole to the only transport; with several, every amount must be said. A single empty
    field beside filled ones takes nothing.
    """
    given: list[dict[int, int]] = [{} for _ in wanted]
    faults: Faults = {}
    for index, batch in enumerate(batches):
        asked = [row[index] if index < len(row) else None for row in wanted]
        if all(amount is None for amount in asked):
            if len(wanted) > 1:
                faults[f"loads-0-quantities-{index}"] = "有几车时，每车装多少要写明；不装的填 0。"
                continue
            asked = [batch.quantity]
        for transport, amount in enumerate(asked):
            if amount:
                given[transport][index] = amount
        faults |= _too_much(batch, index, len(wanted) - 1, sum(amount or 0 for amount in asked))
    return given, faults or _empty(given)


def _too_much(batch: BatchPlan, index: int, last: int, total: int) -> Faults:
    if total <= batch.quantity:
        return {}
    more = f"各车合计 {total:,} {batch.unit}，比这一批的 {batch.quantity:,} {batch.unit} 多。"
    return {f"loads-{last}-quantities-{index}": more}


def _empty(given: Sequence[Mapping[int, int]]) -> Faults:
    return {
        f"loads-{transport}-quantities-0": "这一车什么也没装，请填数量或删去这一车。"
        for transport, lines in enumerate(given)
        if not lines
    }


def split(batches: Sequence[BatchPlan], given: Sequence[Mapping[int, int]]) -> list[LoadPlan]:
    """Cut transports into loads of one species and one unit each, in the order of the form.

    A lorry with carp and shrimp becomes two loads with the same plate: two certificates.
    """
    loads: list[LoadPlan] = []
    for transport, lines in enumerate(given):
        parts: dict[tuple[str, str], dict[int, int]] = {}
        for index, amount in sorted(lines.items()):
            part = (batches[index].species, batches[index].unit)
            parts.setdefault(part, {})[index] = amount
        loads += [LoadPlan(transport, part) for part in parts.values()]
    return loads


def lots_twice(batches: Sequence[BatchPlan]) -> Faults:
    """Refuse two batches from one lot: a batch is the part of one lot that travels."""
    seen: dict[str, int] = {}
    faults: Faults = {}
    for index, batch in enumerate(batches):
        if batch.lot in seen:
            faults[f"batches-{index}-lot"] = (
                f"这个塘口的这一批已在第 {seen[batch.lot] + 1} 批里，请合成一批。"
            )
        seen.setdefault(batch.lot, index)
    return faults


def beyond_stock(batches: Sequence[BatchPlan], free: Mapping[str, int]) -> Faults:
    """Refuse a batch larger than what its lot may still declare (stock less open declarations)."""
    faults: Faults = {}
    for index, batch in enumerate(batches):
        left = free.get(batch.lot, 0)
        if batch.quantity > left:
            where = f"{batch.pond}" if batch.pond else "这个塘口"
            faults[f"batches-{index}-quantity"] = f"{where}最多还能报 {amount(left, batch.unit)}。"
    return faults


def people(quantity: int) -> str:
    """Return a quantity as people say it: 50 万, 4.5 万, 8,000. Exact, never rounded."""
    if quantity >= 10_000 and quantity % 1_000 == 0:
        tens, rest = divmod(quantity, 10_000)
        return f"{tens:,}.{rest // 1000} 万" if rest else f"{tens:,} 万"
    return f"{quantity:,}"


def amount(quantity: int, unit: str) -> str:
    """Return a quantity with its unit as people say it: 50 万尾, 8,000 尾, 320 kg."""
    said = people(quantity)
    return f"{said}{unit}" if said.endswith("万") and unit != "kg" else f"{said} {unit}"
