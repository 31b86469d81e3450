"""What a laboratory holds and whether it may be used on a day: instruments, lots, people's authorisations.

ISO/IEC 17025:2017 6.2.6 (authorisation), 6.4.4–6.4.8 (equipment and calibration), 6.6 (materials). Every
judgement is of one legal day; a span's last day belongs to it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

SOON = timedelta(days=30)
"""How long before its end a span is shown as ending."""


class StaffAct(StrEnum):
    """What a laboratory authorises a person to do."""

    TEST = "test"
    REVIEW = "review"
    SIGN = "sign"


STAFF_ACT_WORDS: Mapping[StaffAct, str] = {
    StaffAct.TEST: "检测",
    StaffAct.REVIEW: "复核",
    StaffAct.SIGN: "签发",
}


class Ending(StrEnum):
    """How near its end something is."""

    FINE = "fine"
    SOON = "soon"
    OVER = "over"


def ending(until_on: date | None, on: date) -> Ending:
    """Tell how near its end a span is on a day: `SOON` within 30 days, its last day included."""
    if until_on is None:
        return Ending.FINE
    if until_on < on:
        return Ending.OVER
    return Ending.SOON if until_on <= on + SOON else Ending.FINE


@dataclass(frozen=True, slots=True)
class Calibrated:
    """One calibration: done on a day, good until a day, passed or not."""

    calibrated_on: date
    until_on: date
    is_passed: bool


def instrument_sentence(
    name: str, calibrations: Iterable[Calibrated], on: date, retired_on: date | None = None
) -> str:
    """Say why an instrument may not be used on a day; "" when it may."""
    if retired_on is not None and retired_on <= on:
        return f"仪器 {name} 已于 {retired_on} 停用，请换一台。"
    known = [each for each in calibrations if each.calibrated_on <= on]
    if not known:
        return f"仪器 {name} 在 {on} 没有校准记录，请先登记校准。"
    last = max(known, key=lambda each: (each.calibrated_on, each.until_on))
    if not last.is_passed:
        return f"仪器 {name} 在 {last.calibrated_on} 的校准不合格，重新校准合格后才能使用。"
    if last.until_on < on:
        return f"仪器 {name} 的校准有效期到 {last.until_on}，已经过期，请先校准。"
    return ""


@dataclass(frozen=True, slots=True)
class LotDays:
    """What decides whether a lot may be used. `days_after_opening` None: no limit but its expiry."""

    name: str
    expires_on: date
    opened_on: date | None = None
    days_after_opening: int | None = None
    finished_on: date | None = None
    withdrawn_on: date | None = None
    because: str = ""

    @property
    def usable_until_on(self) -> date:
        """The last day the lot may be used: its expiry, or sooner when it was opened."""
        if self.opened_on is None or self.days_after_opening is None:
            return self.expires_on
        return min(self.expires_on, self.opened_on + timedelta(days=self.days_after_opening))


def lot_sentence(lot: LotDays, on: date) -> str:
    """Say why a lot may not be used on a day; "" when it may. A withdrawn lot is bad on every day."""
    name = f"试剂批 {lot.name}"
    if lot.withdrawn_on is not None:
        return f"{name} 已于 {lot.withdrawn_on} 停用（{lot.because}），请换一批。"
    if lot.expires_on < on:
        return f"{name} 的有效期到 {lot.expires_on}，已经过期，请换一批。"
    if lot.finished_on is not None and lot.finished_on < on:
        return f"{name} 已于 {lot.finished_on} 用完，请换一批。"
    return _opening_sentence(lot, name, on)


def _opening_sentence(lot: LotDays, name: str, on: date) -> str:
    if lot.opened_on is None:
        if lot.days_after_opening is None:
            return ""
        return f"{name} 还没有登记开封日，请先登记开封。"
    if on < lot.opened_on:
        return f"{name} 登记的开封日是 {lot.opened_on}，在 {on} 还没有开封。"
    if lot.usable_until_on < on:
        return (
            f"{name} 在 {lot.opened_on} 开封，开封后 {lot.days_after_opening} 天内有效，"
            f"到 {lot.usable_until_on} 为止，请换一批。"
        )
    return ""


@dataclass(frozen=True, slots=True)
class Authorised:
    """One authorisation: an act, for a disease and method ("" = every), over a span."""

    act: StaffAct
    disease_code: str
    method_code: str
    from_on: date
    until_on: date
    ended_on: date | None = None

    def covers(self, act: StaffAct, disease_code: str, method_code: str) -> bool:
        """Tell whether it is for this act and this test, whatever the day."""
        return (
            self.act is act
            and self.disease_code in {"", disease_code}
            and self.method_code in {"", method_code}
        )


def staff_sentence(
    authorisations: Iterable[Authorised],
    act: StaffAct,
    test: tuple[str, str],
    on: date,
) -> str:
    """Say why a person may not act for a test (disease, method) on a day; "" when he may."""
    disease, method = test
    what = f"{STAFF_ACT_WORDS[act]} {disease}（{method}）"
    fitting = [each for each in authorisations if each.covers(act, disease, method)]
    if not fitting:
        return f"您没有{what}的人员授权，请由本实验室授权后再办。"
    for each in fitting:
        ended = each.ended_on is not None and each.ended_on <= on
        if each.from_on <= on <= each.until_on and not ended:
            return ""
    last = max(fitting, key=lambda each: each.until_on)
    if last.ended_on is not None and last.ended_on <= on:
        return f"您{what}的授权已于 {last.ended_on} 收回。"
    if on < last.from_on:
        return f"您{what}的授权从 {last.from_on} 起才有效。"
    return f"您{what}的授权到 {last.until_on} 为止，已经过期，请先续期。"
