"""Keep what a laboratory holds: instruments with their calibrations, lots of kits and reagents."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar
from uuid import UUID

from sqlalchemy import select

from aquacert.kernel.audit import Fact
from aquacert.kernel.errors import Conflict, Invalid, NotAllowedNow
from aquacert.kernel.work import Work
from aquacert.reference.queries import disease
from labs.register.commands.rights import in_order, of_lab, written
from labs.register.models import Calibration, Instrument, KitLot

MOST_DAYS = 3650


@dataclass(frozen=True)
class InstrumentAdded(Fact):
    """A laboratory has one more instrument."""

    tag: ClassVar[str] = "labs:instrument:add"
    title: ClassVar[str] = "登记仪器"
    code: str
    name: str


@dataclass(frozen=True)
class InstrumentCalibrated(Fact):
    """An instrument was calibrated."""

    tag: ClassVar[str] = "labs:instrument:calibrate"
    title: ClassVar[str] = "登记仪器校准"
    calibrated_on: date
    until_on: date
    is_passed: bool


@dataclass(frozen=True)
class InstrumentRetired(Fact):
    """An instrument is used no longer."""

    tag: ClassVar[str] = "labs:instrument:retire"
    title: ClassVar[str] = "停用仪器"


@dataclass(frozen=True)
class LotAdded(Fact):
    """A laboratory has one more lot of a kit or reagent."""

    tag: ClassVar[str] = "labs:lot:add"
    title: ClassVar[str] = "登记试剂批"
    kit: str
    lot: str
    expires_on: date


@dataclass(frozen=True)
class LotOpened(Fact):
    """A lot was opened."""

    tag: ClassVar[str] = "labs:lot:open"
    title: ClassVar[str] = "登记试剂开封"
    opened_on: date


@dataclass(frozen=True)
class LotFinished(Fact):
    """Nothing of a lot is left."""

    tag: ClassVar[str] = "labs:lot:finish"
    title: ClassVar[str] = "登记试剂用完"


@dataclass(frozen=True)
class LotWithdrawn(Fact):
    """A lot is not to be trusted."""

    tag: ClassVar[str] = "labs:lot:withdraw"
    title: ClassVar[str] = "停用试剂批"
    lot: str


def add_instrument(
    w: Work, lab_id: UUID, *, code: str, name: str, model: str = "", serial_number: str = ""
) -> UUID:
    """Enter an instrument by the laboratory's own number of it; raise `Invalid` when that is taken."""
    lab = of_lab(w, lab_id)
    number = written(code, "code", "请写仪器编号")
    taken = select(Instrument.id).where(Instrument.lab_id == lab_id, Instrument.code == number)
    if w.one(taken) is not None:
        raise Invalid("这个仪器编号已有登记", code="编号已被占用，请换一个")
    row = w.add(
        Instrument(
            id=w.new_id(),
            lab_id=lab_id,
            code=number,
            name=written(name, "name", "请写仪器名称"),
            model=model.strip(),
            serial_number=serial_number.strip(),
            retired_on=None,
            retired_because="",
            added_at=w.now,
        )
    )
    w.record(InstrumentAdded(row.code, row.name), on=row, county=lab.division_code)
    return row.id


def calibrate(
    w: Work,
    instrument_id: UUID,
    *,
    calibrated_on: date,
    until_on: date,
    is_passed: bool = True,
    number: str = "",
    body: str = "",
) -> UUID:
    """Write down a calibration: the day, until when it is good, whether it passed, its paper, by whom."""
    instrument = w.get(Instrument, instrument_id)
    lab = of_lab(w, instrument.lab_id)
    in_order(calibrated_on, until_on)
    if calibrated_on > w.today:
        raise Invalid("校准日期不能晚于今天", calibrated_on="不能晚于今天")
    row = w.add(
        Calibration(
            id=w.new_id(),
            lab_id=instrument.lab_id,
            instrument_id=instrument_id,
            calibrated_on=calibrated_on,
            until_on=until_on,
            is_passed=is_passed,
            number=number.strip(),
            body=body.strip(),
            recorded_at=w.now,
        )
    )
    fact = InstrumentCalibrated(calibrated_on, until_on, is_passed)
    w.record(fact, on=instrument, county=lab.division_code)
    return row.id


def retire_instrument(w: Work, instrument_id: UUID, because: str) -> None:
    """Let an instrument be used no longer from today, for a stated reason."""
    row = w.get_for_change(Instrument, instrument_id)
    lab = of_lab(w, row.lab_id)
    if row.retired_on is not None:
        raise NotAllowedNow(f"这台仪器已于 {row.retired_on} 停用。")
    row.retired_because = written(because, "because", "请写停用的原因")
    row.retired_on = w.today
    w.record(InstrumentRetired(), on=row, county=lab.division_code, reason=row.retired_because)


def add_lot(
    w: Work,
    lab_id: UUID,
    *,
    kit: str,
    lot: str,
    expires_on: date,
    maker: str = "",
    disease_code: str = "",
    method_code: str = "",
    opened_on: date | None = None,
    days_after_opening: int | None = None,
) -> UUID:
    """Enter a lot of a kit or reagent with its expiry; a lot of one kit is entered once.

    `disease_code` and `method_code` "" mean that it serves any test.
    """
    lab = of_lab(w, lab_id)
    name, number = written(kit, "kit", "请写试剂名称"), written(lot, "lot", "请写批号")
    if disease_code:
        disease(w, disease_code)
    if days_after_opening is not None and not 0 <= days_after_opening <= MOST_DAYS:
        raise Invalid("开封后的天数不对", days_after_opening=f"0 至 {MOST_DAYS} 天")
    same = (KitLot.lab_id == lab_id, KitLot.kit == name, KitLot.lot == number)
    if w.one(select(KitLot.id).where(*same)) is not None:
        raise Conflict(f"{name} 的批号 {number} 已经登记过。")
    row = w.add(
        KitLot(
            id=w.new_id(),
            lab_id=lab_id,
            kit=name,
            maker=maker.strip(),
            lot=number,
            disease_code=disease_code,
            method_code=method_code,
            expires_on=expires_on,
            opened_on=None,
            days_after_opening=days_after_opening,
            finished_on=None,
            withdrawn_on=None,
            withdrawn_because="",
            added_at=w.now,
        )
    )
    w.record(LotAdded(name, number, expires_on), on=row, county=lab.division_code)
    if opened_on is not None:
        open_lot(w, row.id, opened_on)
    return row.id


def open_lot(w: Work, lot_id: UUID, on: date | None = None) -> None:
    """Write down the day a lot was opened (today, or an earlier day); it is written once."""
    row = w.get_for_change(KitLot, lot_id)
    lab = of_lab(w, row.lab_id)
    day = on or w.today
    _still_used(row)
    if row.opened_on is not None:
        raise NotAllowedNow(f"这批试剂已登记在 {row.opened_on} 开封。")
    if day > w.today:
        raise Invalid("开封日不能晚于今天", opened_on="不能晚于今天")
    row.opened_on = day
    w.record(LotOpened(day), on=row, county=lab.division_code)


def finish_lot(w: Work, lot_id: UUID) -> None:
    """Write down that nothing of a lot is left after today."""
    row = w.get_for_change(KitLot, lot_id)
    lab = of_lab(w, row.lab_id)
    _still_used(row)
    row.finished_on = w.today
    w.record(LotFinished(), on=row, county=lab.division_code)


def withdraw_lot(w: Work, lot_id: UUID, because: str) -> None:
    """Trust a lot no longer, for a stated reason: runs with it release nothing more.

    What was released already is found by `labs.reports.queries.lots` and called back above.
    """
    row = w.get_for_change(KitLot, lot_id)
    lab = of_lab(w, row.lab_id)
    if row.withdrawn_on is not None:
        raise NotAllowedNow(f"这批试剂已于 {row.withdrawn_on} 停用。")
    row.withdrawn_because = written(because, "because", "请写停用的原因")
    row.withdrawn_on = w.today
    fact = LotWithdrawn(f"{row.kit} {row.lot}")
    w.record(fact, on=row, county=lab.division_code, reason=row.withdrawn_because)


def _still_used(row: KitLot) -> None:
    if row.withdrawn_on is not None:
        raise NotAllowedNow(f"这批试剂已于 {row.withdrawn_on} 停用。")
    if row.finished_on is not None:
        raise NotAllowedNow(f"这批试剂已于 {row.finished_on} 用完。")
