"""What a person typed of a month, read into numbers; every fault is named at its field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from aquacert.kernel.errors import Invalid
from aquacert.reference.rules.quantity import parse_quantity
from aquacert.surveillance.rules.monthly import Row, Stock

UNKNOWN = "?"
ZEROS = frozenset({"0", "０", "零", "无", "没有"})
LARGEST_AREA = 10_000_000


def read_month(
    said: Mapping[str, Any], species: Sequence[str], rows: int
) -> tuple[tuple[Stock, ...], tuple[Row, ...]]:
    """Return stock and diseases of what was typed; raise `Invalid` with every fault at its field."""
    wrong: dict[str, str] = {}
    stocks = [
        Stock(
            code,
            area_tenths(said, f"area-{n}", wrong),
            whole(said, f"stocked-{n}", wrong),
        )
        for n, code in enumerate(species)
    ]
    found = [_row(said, n, species, wrong) for n in range(rows) if _text(said, f"row-{n}-disease")]
    if wrong:
        raise Invalid("有几处要改。", **wrong)
    return tuple(stocks), tuple(found)


def whole(said: Mapping[str, Any], field: str, wrong: dict[str, str]) -> int:
    """Return a whole number as people write it (50万, 0); note at `field` what is none."""
    text = _text(said, field)
    if text in ZEROS:
        return 0
    try:
        return parse_quantity(text, field=field)
    except Invalid as error:
        wrong[field] = error.fields.get(field, error.sentence)
        return 0


def area_tenths(said: Mapping[str, Any], field: str, wrong: dict[str, str]) -> int:
    """Return an area in tenths of its unit; note at `field` what is none."""
    text = _text(said, field).replace(",", "")
    try:
        value = Decimal(text) * 10
        fits = value.is_finite() and 0 <= value <= LARGEST_AREA
        if fits and value == value.to_integral_value():
            return int(value)
    except InvalidOperation:
        pass
    wrong[field] = "请填面积，例如 120 或 35.5，最多一位小数。"
    return 0


def _row(said: Mapping[str, Any], n: int, species: Sequence[str], wrong: dict[str, str]) -> Row:
    disease = _text(said, f"row-{n}-disease")
    kind = _text(said, f"row-{n}-species") or (species[0] if species else "")
    diseased, loss = f"row-{n}-diseased", f"row-{n}-loss"
    return Row(
        species_code=kind,
        disease_code="" if disease == UNKNOWN else disease,
        area_tenths=area_tenths(said, f"row-{n}-area", wrong),
        area_stock=whole(said, f"row-{n}-area_stock", wrong),
        deaths=whole(said, f"row-{n}-deaths", wrong),
        diseased=whole(said, diseased, wrong) if _text(said, diseased) else None,
        loss_yuan=whole(said, loss, wrong) if _text(said, loss) else 0,
        measures=tuple(map(str, said.get(f"row-{n}-measures") or ())),
        basis=tuple(map(str, said.get(f"row-{n}-basis") or ())),
    )


def _text(said: Mapping[str, Any], field: str) -> str:
    return str(said.get(field) or "").strip()
