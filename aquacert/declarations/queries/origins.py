"""Reading where a batch comes from: caught in the wild, or brought in from another province."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from sqlalchemy import select

from aquacert.declarations.queries.transports import Field
from aquacert.declarations.rules.answers import NO, SITES, YES, BatchAnswer
from aquacert.declarations.rules.plan import Faults
from aquacert.hatcheries.models import StockOrigin
from aquacert.hatcheries.rules.origins import Standing, certificate_number
from aquacert.kernel.errors import Invalid
from aquacert.kernel.work import Look
from aquacert.reference.models import Division
from aquacert.reference.rules.dates import Side, read_day
from aquacert.reference.rules.text import clean


@dataclass(frozen=True)
class Caught:
    """What is said of wild seed."""

    on: date | None = None
    place: str = ""
    sites: Mapping[str, bool | None] = field(default_factory=dict)


NOT_WILD = Caught()


@dataclass(frozen=True)
class Brought:
    """What is said of seed that came from another province."""

    certificate: str
    province: str
    arrived_on: date


def read_wild(look: Look, batch: BatchAnswer, at: str, faults: Faults) -> Caught:
    """Read day, water and the three site conditions; each that is missing is a fault."""

    def take_day(text: str) -> date:
        return _past(look, text, "捕获日期", "合法捕获的要填捕获日期，例如 2026-05-08。")

    on = Field(faults, f"{at}-captured_on").take(take_day, batch.captured_on)
    place = Field(faults, f"{at}-capture_place").take(
        _said("请填在哪片水域捕获。"), batch.capture_place
    )
    sites = {
        name: Field(faults, f"{at}-{name}").take(_yes_or_no, getattr(batch, name)) for name in SITES
    }
    return Caught(on, place or "", sites)


def read_brought(look: Look, batch: BatchAnswer, at: str, faults: Faults) -> Brought | None:
    """Read certificate, province and arrival of seed from another province; None: raised here."""
    if batch.brought.strip() in {"", NO}:
        return None
    if batch.brought.strip() != YES:
        faults[f"{at}-brought"] = "请选“是”或“否”。"
        return None
    certificate = Field(faults, f"{at}-brought_certificate").take(
        _number, batch.brought_certificate
    )
    province = Field(faults, f"{at}-brought_province").take(
        lambda text: _province(look, text), batch.brought_province
    )
    arrived = Field(faults, f"{at}-brought_on").take(
        lambda text: _past(look, text, "到场日期", "请填哪天到场的，例如 2026-05-08。"),
        batch.brought_on,
    )
    if certificate is None or province is None or arrived is None:
        return None
    return Brought(certificate, province, arrived)


def origin_standing(look: Look, hatchery_id: UUID, certificate: str) -> Standing:
    """Return how far a certificate from elsewhere was checked against our records.

    What the stock's own purchase was judged decides; else a number that we issued matches; any
    other stays unchecked (未核验) until a person judged it.
    """
    row = look.one(
        select(StockOrigin.standing)
        .where(
            StockOrigin.certificate_number == certificate,
            StockOrigin.hatchery_id == hatchery_id,
        )
        .order_by(StockOrigin.id.desc())
    )
    if row is not None and Standing(row) is not Standing.MISSING:
        return Standing(row)
    ours = any(look.impact("certificate_number", certificate).values())
    return Standing.MATCHED if ours else Standing.UNCHECKED


def _said(sentence: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        said = clean(text)
        if not said:
            raise Invalid("还没有填。", text=sentence)
        return said

    return parse


def _number(text: str) -> str:
    said = certificate_number(text)
    if not said:
        raise Invalid("还没有填。", number="请照检疫证明抄编号，例如 3700123456。")
    return said


def _province(look: Look, text: str) -> str:
    """Return the code of the province that is meant; it must be one of the list."""
    said = clean(text)
    rows = look.scalars(select(Division).where(Division.parent_code.is_(None)))
    found = [
        row.code for row in rows if said and (said == row.code or row.name_zh.startswith(said))
    ]
    if len(found) != 1:
        raise Invalid("请选省。", province="请选从哪个省来的。")
    return str(found[0])


def _yes_or_no(text: str) -> bool:
    if text.strip() not in {YES, NO}:
        raise Invalid("还没有答。", answer="请选“是”或“否”。")
    return text.strip() == YES


def _past(look: Look, text: str, what: str, missing: str) -> date:
    if not text.strip():
        raise Invalid("还没有填。", day=missing)
    on = read_day(text, look.today, side=Side.PAST)
    if on > look.today:
        raise Invalid("日期在以后。", day=f"{what}不能在今天以后。")
    return on
