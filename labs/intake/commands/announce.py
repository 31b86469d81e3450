"""Announce items to a laboratory, in a box, by whoever sends them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from aquacert.kernel.errors import Conflict, Invalid, NotAllowedNow
from aquacert.kernel.topics import Topic
from aquacert.kernel.work import Work
from labs.intake.commands.facts import ConsignmentAnnounced
from labs.intake.models import AssayOrder, Consignment, Item
from labs.intake.rules import (
    BOX_NUMBER,
    CARRIER_WORDS,
    PRESERVATION_WORDS,
    Carrier,
    ConsignmentState,
    ItemKind,
    ItemState,
    Preservation,
    blind_code,
)
from labs.register.commands import lock_lab
from labs.register.models import Laboratory, LabScope
from labs.register.queries import laboratory, scope_for, send_fault


@dataclass(frozen=True, slots=True)
class Announced:
    """One test of one blind item as its sender announces it. Temperature in degrees Celsius.

    Several rows with one blind code are several tests of one item.
    """

    blind_code: str
    disease_code: str
    method_code: str
    matrix: str
    individuals: int
    sampled_on: date
    water_temperature: Decimal | None = None
    species: str = ""
    life_stage: str = ""
    keep_apart: str = ""
    """Token of the sender: items with different ones do not go into one pool; "" = with none."""


@dataclass(frozen=True, slots=True)
class Box:
    """The box that a consignment travels in. No word in it may name a place or a person."""

    number: str
    carrier: Carrier | str
    expected_at: datetime | None = None
    preservation: Preservation | str = Preservation.ICE


def announce(w: Work, *, lab_id: UUID, items: Sequence[Announced], box: Box | None = None) -> UUID:
    """Announce a consignment to a laboratory and return its id.

    Raises `Invalid` naming the first wrong item; `NotAllowedNow` when the laboratory is suspended or may not do a test.
    """
    lab_row = lock_lab(w, lab_id)
    _judge(w, lab_row, items)
    count = w.session.scalar(
        select(func.count()).select_from(Consignment).where(Consignment.lab_id == lab_id)
    )
    codes = tuple(dict.fromkeys(_code(item) for item in items))
    consignment = w.add(
        Consignment(
            id=w.new_id(),
            lab_id=lab_id,
            number=f"{lab_row.code}-S{(count or 0) + 1:06d}",
            item_count=len(codes),
            state=ConsignmentState.ANNOUNCED,
            announced_at=w.now,
            completed_at=None,
            **_boxed(box),
        )
    )
    for code in codes:
        _add_item(w, consignment, code, [item for item in items if _code(item) == code])
    fact = ConsignmentAnnounced(consignment.number, codes)
    w.record(fact, on=consignment, county=lab_row.division_code)
    w.tell(Topic.LAB_WORK_CHANGED, lab_id)
    return consignment.id


def _boxed(box: Box | None) -> dict[str, Any]:
    """Return the columns of a box, or raise `Invalid` for what could name somebody."""
    if box is None:
        return {}
    number = box.number.strip().upper()
    if not BOX_NUMBER.fullmatch(number):
        raise Invalid("箱号只能用字母、数字和短横线（3 至 20 位）", box_number="例如 BX-0007")
    if box.carrier not in set(Carrier):
        raise Invalid("请选送样方式", carrier="、".join(CARRIER_WORDS.values()))
    if box.preservation not in set(Preservation):
        raise Invalid("请选保存方式", preservation="、".join(PRESERVATION_WORDS.values()))
    return {
        "box_number": number,
        "carrier": Carrier(box.carrier).value,
        "preservation": Preservation(box.preservation).value,
        "expected_at": box.expected_at,
    }


def _code(item: Announced) -> str:
    """Return the item's blind code in its one spelling, or raise `Invalid`."""
    code = blind_code(item.blind_code)
    if code is None:
        raise Invalid(
            "盲样号只能用字母、数字和短横线（4 至 32 位）", blind_code=item.blind_code[:40]
        )
    return code


def _judge(w: Work, lab_row: Laboratory, items: Sequence[Announced]) -> None:
    """Refuse what this laboratory may not take, or what cannot be right."""
    if not items:
        raise Invalid("送样单里没有样品", items="至少一份样品")
    for disease_code, method_code in dict.fromkeys((i.disease_code, i.method_code) for i in items):
        refused = send_fault(w, lab_row.id, disease_code, method_code, w.today)
        if refused:
            raise NotAllowedNow(refused)
    for item in items:
        if item.individuals <= 0:
            raise Invalid("每份样品的个体数至少为 1", individuals=_code(item))
        if item.sampled_on > w.today:
            raise Invalid("抽样日期不能晚于今天", sampled_on=_code(item))
    taken = w.one(
        select(Item.blind_code).where(Item.blind_code.in_({_code(item) for item in items}))
    )
    if taken is not None:
        raise Conflict(f"盲样号 {taken} 已经送过样，一个盲样号只能用一次。")


def _scope(w: Work, lab_row: Laboratory, item: Announced) -> LabScope:
    """Return the scope that a test falls under today, or raise `NotAllowedNow`."""
    scope = scope_for(w, lab_row.id, item.disease_code, item.method_code, w.today)
    if scope is None:
        raise NotAllowedNow(
            f"{lab_row.name_zh}没有 {item.disease_code}（{item.method_code}）的有效检测能力，不能送检。"
        )
    return scope


def _add_item(w: Work, consignment: Consignment, code: str, tests: Sequence[Announced]) -> None:
    """Add one item and the tests asked of it."""
    first = tests[0]
    temperature = first.water_temperature
    item = w.add(
        Item(
            id=w.new_id(),
            consignment_id=consignment.id,
            lab_id=consignment.lab_id,
            blind_code=code,
            kind=ItemKind.SAMPLE.value,
            species=first.species.strip(),
            life_stage=first.life_stage.strip(),
            matrix=first.matrix.strip(),
            individuals=first.individuals,
            sampled_on=first.sampled_on,
            water_temperature_tenths=None if temperature is None else round(temperature * 10),
            condition=None,
            condition_note="",
            received_at=None,
            received_by_id=None,
            state=ItemState.ANNOUNCED,
            keep_apart=first.keep_apart.strip(),
        )
    )
    if len({test.disease_code for test in tests}) != len(tests):
        raise Invalid("同一份样品的同一个疫病写了两次", disease_code=code)
    for test in tests:
        scope = _scope(w, laboratory(w, item.lab_id), test)
        w.add(
            AssayOrder(
                id=w.new_id(),
                item_id=item.id,
                lab_id=item.lab_id,
                disease_code=scope.disease_code,
                disease_name_zh=scope.disease_name_zh,
                method_code=scope.method_code,
                method_standard=scope.method_standard,
            )
        )
