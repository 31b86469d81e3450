"""What a choice gives back: the file, and its items with their ids; and what was delivered."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Select, or_, select

from aquacert.kernel.errors import Invalid
from aquacert.kernel.work import Look
from aquacert.surveillance.documents.giveback import (
    events_geojson,
    qaad_csv,
    qaad_docx,
    qaad_workbook,
    table_zip,
    wahis_workbook,
)
from aquacert.surveillance.models.deliveries import Delivery, DeliveryItem, Recipient
from aquacert.surveillance.queries.giving import facts
from aquacert.surveillance.queries.outlines import as_bytes, in_force
from aquacert.surveillance.queries.quarter import quarter_table
from aquacert.surveillance.rules.dhis2out import (
    event_end,
    event_item,
    tracker_payload,
    value_end,
    value_item,
    values_payload,
)
from aquacert.surveillance.rules.giving import (
    Facts,
    Item,
    ItemState,
    Product,
    State,
    without_points,
)
from aquacert.surveillance.rules.periods import Period, Span, UnreadPeriod, parse_period
from aquacert.surveillance.rules.quarters import sheet_rows

JSON = "application/json"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
NOT_A_QUARTER = "季度报告表要选一个季度。"


@dataclass(frozen=True)
class Choice:
    """What a person chose to give back."""

    product: Product
    period: Period
    span: Span = Span.MONTH
    """By what counts are grouped."""
    division_code: str = ""


@dataclass(frozen=True)
class Made:
    """A file with the items it says."""

    data: bytes
    name: str
    media_type: str
    items: tuple[Item, ...]
    facts: Facts


def chosen(product: str, period: str, span: str, division: str = "") -> Choice:
    """Return a choice from what a form says; raise `Invalid` naming what is wrong."""
    try:
        found = parse_period(period)
        choice = Choice(Product(product), found, Span(span or Span.MONTH), division)
    except UnreadPeriod as error:
        raise Invalid(error.sentence, period=error.sentence) from None
    except ValueError:
        raise Invalid("没有这种数据。", product="请从列表里选。") from None
    if choice.product is Product.QAAD and found.span is not Span.QUARTER:
        raise Invalid(NOT_A_QUARTER, period=NOT_A_QUARTER)
    return choice


def made(
    look: Look, choice: Choice, codes: Mapping[str, str] | None = None, form: str = ""
) -> Made:
    """Return the file of a choice and its items; `form` picks one of several file forms (QAAD)."""
    stem = f"{choice.product}-{choice.period.text}"
    if choice.product is Product.QAAD:
        return _quarter(look, choice, stem, form)
    found = facts(look, choice.period, choice.span, choice.division_code)
    if choice.product is Product.ZONES:
        zones = without_points(in_force(look))
        data, _etag = as_bytes(zones)
        items = tuple(
            Item(f"zone/{n}/{one.get('id', '')}", one) for n, one in enumerate(zones["features"])
        )
        return Made(data, f"{stem}.geojson", "application/geo+json", items, found)
    if choice.product in {Product.DHIS2_VALUES, Product.TABLE}:
        items = tuple(value_item(one, codes or {}) for one in found.counts)
    else:
        items = tuple(event_item(one, codes or {}) for one in found.events)
    data, suffix, media_type = _file(choice.product, found, items)
    return Made(data, f"{stem}{suffix}", media_type, items, found)


def payload(product: Product, items: Sequence[Item]) -> bytes:
    """Return a message to DHIS2 with these items."""
    whole = values_payload if product is Product.DHIS2_VALUES else tracker_payload
    return json.dumps(whole(items), ensure_ascii=False).encode()


def ends_of(product: Product, key: str, body: Mapping[str, Any]) -> Item:
    """Return the item that takes an item back."""
    if product is Product.DHIS2_TRACKER:
        return event_end(key, body)
    return value_end(key, body)


def _file(product: Product, found: Facts, items: Sequence[Item]) -> tuple[bytes, str, str]:
    if product is Product.TABLE:
        return table_zip(found), ".zip", "application/zip"
    if product is Product.WAHIS:
        return wahis_workbook(found.events), ".xlsx", XLSX
    if product is Product.GEOJSON:
        return events_geojson(found.events), ".geojson", "application/geo+json"
    return payload(product, items), ".json", JSON


def _quarter(look: Look, choice: Choice, stem: str, form: str) -> Made:
    table, found = quarter_table(look, choice.period)
    item = Item(f"qaad/{choice.period.text}", {"rows": [list(one) for one in sheet_rows(table)]})
    writers = {
        "csv": (qaad_csv, "text/csv"),
        "docx": (qaad_docx, DOCX),
        "xlsx": (qaad_workbook, XLSX),
    }
    suffix = form if form in writers else "xlsx"
    write, media_type = writers[suffix]
    return Made(write(table), f"{stem}.{suffix}", media_type, (item,), found)


def taken_before(look: Look, recipient_id: UUID) -> dict[str, DeliveryItem]:
    """Return what a recipient has taken last, by key."""
    rows = look.scalars(
        select(DeliveryItem)
        .where(
            DeliveryItem.recipient_id == recipient_id,
            DeliveryItem.state == ItemState.TAKEN.value,
        )
        .order_by(DeliveryItem.id)
    )
    return {row.key: row for row in rows}


def deliveries(look: Look, recipient_id: UUID | None = None) -> Select[Delivery]:
    """Return the statement that lists deliveries, the newest first."""
    del look
    found = select(Delivery).order_by(Delivery.made_at.desc(), Delivery.id.desc())
    return found if recipient_id is None else found.where(Delivery.recipient_id == recipient_id)


def items_of(look: Look, delivery_id: UUID) -> Select[DeliveryItem]:
    """Return the statement that lists a delivery's items, refused ones first."""
    del look
    return (
        select(DeliveryItem)
        .where(DeliveryItem.delivery_id == delivery_id)
        .order_by(DeliveryItem.state != ItemState.REFUSED.value, DeliveryItem.ordinal)
    )


def recipients(look: Look) -> list[Recipient]:
    """Return every recipient by name."""
    return look.scalars(select(Recipient).order_by(Recipient.name))


def due(look: Look) -> list[UUID]:
    """Return the deliveries whose time has come: of each recipient the oldest that waits.

    A later one never overtakes: an old number must not be the last that arrives.
    """
    rows = look.scalars(
        select(Delivery)
        .join(Recipient, Recipient.id == Delivery.recipient_id)
        .where(Delivery.state == State.WAITING.value, Recipient.is_on)
        .order_by(Delivery.made_at, Delivery.id)
    )
    first: dict[UUID, Delivery] = {}
    for row in rows:
        first.setdefault(row.recipient_id, row)
    return [
        row.id
        for row in first.values()
        if (row.next_at is None or row.next_at <= look.now)
        and (row.claimed_until is None or row.claimed_until <= look.now)
    ]


def newer_than(look: Look, row: DeliveryItem) -> bool:
    """Say whether the same thing was sent, or waits to be sent, after this item was made."""
    found = select(DeliveryItem.id).where(
        DeliveryItem.recipient_id == row.recipient_id,
        DeliveryItem.key == row.key,
        DeliveryItem.id > row.id,
        or_(
            DeliveryItem.state == ItemState.TAKEN.value,
            DeliveryItem.state == ItemState.WAITING.value,
        ),
    )
    return look.one(found.limit(1)) is not None
