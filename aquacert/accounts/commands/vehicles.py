"""Vehicles of carriers and dealers, by plate: one live entry per plate in the whole province."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from sqlalchemy import select

from aquacert.accounts.models import Organisation, Vehicle
from aquacert.accounts.rules.roles import Kind
from aquacert.accounts.rules.states import OrganisationState
from aquacert.kernel.audit import Fact
from aquacert.kernel.errors import Invalid, NotAllowedNow
from aquacert.kernel.work import Work
from aquacert.reference.rules.plate import parse_plate
from aquacert.reference.rules.text import clean


@dataclass(frozen=True)
class VehicleAdded(Fact):
    """A vehicle was put on record."""

    tag: ClassVar[str] = "accounts:vehicle:add"
    title: ClassVar[str] = "登记运输车辆"
    plate: str


@dataclass(frozen=True)
class VehicleEnded(Fact):
    """A vehicle is no longer this body's."""

    tag: ClassVar[str] = "accounts:vehicle:end"
    title: ClassVar[str] = "注销运输车辆"
    plate: str


def add_vehicle(w: Work, organisation_id: UUID, *, plate: str, fitted: str = "") -> UUID:
    """Put a vehicle on record; raise `Invalid` for no plate, or one that another has."""
    body = w.get_for_change(Organisation, organisation_id)
    if body.kind not in {Kind.CARRIER, Kind.DEALER} or body.state != OrganisationState.OPEN:
        raise NotAllowedNow("车辆登记在承运单位或贩运单位名下。")
    code = parse_plate(plate)
    words = clean(fitted, field="fitted", longest=80) if fitted.strip() else ""
    if w.one(select(Vehicle.id).where(Vehicle.plate == code, Vehicle.ended_on.is_(None))):
        sentence = "这个车牌已经登记过，请先在原单位注销"
        raise Invalid(f"{sentence}。", plate=sentence)
    row = w.add(
        Vehicle(
            id=w.new_id(),
            organisation_id=body.id,
            division_code=body.division_code,
            plate=code,
            fitted=words,
            from_on=w.today,
            ended_on=None,
        )
    )
    w.record(VehicleAdded(code), on=body, county=body.division_code)
    return row.id


def end_vehicle(w: Work, vehicle_id: UUID) -> UUID:
    """End a vehicle from today on; return its body's id."""
    row = w.get_for_change(Vehicle, vehicle_id)
    if row.ended_on is not None:
        raise NotAllowedNow("这辆车已经注销。")
    row.ended_on = w.today
    on = ("organisations", str(row.organisation_id))
    w.record(VehicleEnded(row.plate), on=on, county=row.division_code)
    return row.organisation_id
