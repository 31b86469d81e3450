"""Reading one transport as typed: where to, who carries it, in what, when."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from aquacert.declarations.parsers import purpose_asks
from aquacert.declarations.rules.answers import LoadAnswer, Mode, Purpose
from aquacert.declarations.rules.asks import answers_to
from aquacert.declarations.rules.moments import check_ahead
from aquacert.declarations.rules.plan import Faults
from aquacert.hatcheries import queries as hatcheries
from aquacert.kernel.clock import legal_day
from aquacert.kernel.errors import Invalid
from aquacert.kernel.work import Look
from aquacert.reference import queries as reference
from aquacert.reference.rules.dates import Side, read_moment
from aquacert.reference.rules.phone import parse_phone
from aquacert.reference.rules.plate import parse_plate
from aquacert.reference.rules.quantity import parse_quantity
from aquacert.reference.rules.text import clean

T = TypeVar("T")
MOST_VIA = 20
"""Counties that a route may name."""


@dataclass(frozen=True)
class ReadTransport:
    """A transport that is whole and right in itself."""

    destination_code: str
    place: str
    consignee: str
    consignee_phone: str
    carrier: str
    carrier_phone: str
    mode: Mode
    plate: str
    disinfectant: str
    departs_at: datetime
    travel_days: int
    purpose: Purpose
    purpose_answers: Mapping[str, str] = field(default_factory=dict)
    """What the purpose asks besides (rules.asks), answered ones only."""
    via_codes: tuple[str, ...] = ()
    """Counties it passes through, in the order that was typed; none where nobody said."""


@dataclass
class Field:
    """One field of the form: takes a parser, keeps its sentence when it refuses."""

    faults: Faults
    name: str

    def take(self, parse: Callable[[str], T], text: str) -> T | None:
        """Return what `parse` makes of the text, or None with the fault noted."""
        try:
            return parse(text)
        except Invalid as error:
            sentence = next(iter(error.fields.values()), error.sentence)
            self.faults[self.name] = sentence
            return None


def read_transport(
    look: Look, load: LoadAnswer, at: str, faults: Faults, now: datetime
) -> ReadTransport | None:
    """Return the transport, or None with every fault of it noted."""
    before = len(faults)

    def take(name: str, parse: Callable[[str], T], text: str) -> T | None:
        return Field(faults, f"{at}-{name}").take(parse, text)

    code = take("destination", lambda text: hatcheries.find_place(look, text), load.destination)
    mode = take("mode", choice(Mode), load.mode)
    read_all = (
        take("place", _said("到达的场名或村，例如“××水产养殖场”"), load.place),
        take("consignee", _said("收货人姓名或单位"), load.consignee),
        take("consignee_phone", _phone, load.consignee_phone),
        take("carrier", _said("承运人姓名或单位；自己运就填自己"), load.carrier),
        take("carrier_phone", _phone, load.carrier_phone),
        take(
            "plate", parse_plate if mode is Mode.ROAD else _said("车次、船名或航班号"), load.plate
        ),
        take("disinfectant", _said("装运前用什么消毒，例如“聚维酮碘”"), load.disinfectant),
    )
    departs_at = take("departs_at", lambda text: _departure(text, now), load.departs_at)
    days = take("travel_days", lambda text: _days(look, text), load.travel_days)
    purpose = take("purpose", choice(Purpose), load.purpose)
    via = take("via", lambda text: _via(look, text), load.via)
    besides = answers_to(purpose_asks(), load, legal_day(now))
    for name, said in besides.items():
        take(name, clean, said)
    if len(faults) > before:
        return None
    place, consignee, consignee_phone, carrier, carrier_phone, plate, disinfectant = (
        one or "" for one in read_all
    )
    return ReadTransport(
        destination_code=code or "",
        place=place,
        consignee=consignee,
        consignee_phone=consignee_phone,
        carrier=carrier,
        carrier_phone=carrier_phone,
        mode=mode or Mode.ROAD,
        plate=plate,
        disinfectant=disinfectant,
        departs_at=departs_at or now,
        travel_days=days or 1,
        purpose=purpose or Purpose.FARMING,
        purpose_answers={name: clean(said) for name, said in besides.items()},
        via_codes=via or (),
    )


def _said(what: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        said = clean(text)
        if not said:
            raise Invalid("还没有填。", text=f"请填{what}。")
        return said

    return parse


def _phone(text: str) -> str:
    if not text.strip():
        raise Invalid("还没有填。", phone="请填电话，例如 138 0000 8000。")
    return parse_phone(text)


def choice(choices: type[T]) -> Callable[[str], T]:
    """Return a parser of one of the enum's values."""

    def parse(text: str) -> T:
        try:
            return choices(text.strip())  # type: ignore[call-arg]
        except ValueError:
            raise Invalid("请选一项。", choice="请在列出的几项里选一项。") from None

    return parse


def _via(look: Look, text: str) -> tuple[str, ...]:
    """Return the counties of a list such as 南京市浦口区、滁州市南谯区; none for an empty one."""
    said = [one for one in re.split(r"[、，,；;\n]+|\s{2,}", text) if one.strip()]
    if len(said) > MOST_VIA:
        raise Invalid("写得太多。", via=f"最多写 {MOST_VIA} 个县，写主要经过的就行。")
    return tuple(dict.fromkeys(hatcheries.find_place(look, one, "via") for one in said))


def _departure(text: str, now: datetime) -> datetime:
    instant = read_moment(text, legal_day(now), "departs_at", Side.AHEAD)
    check_ahead(instant, now, "departs_at")
    return instant


def _days(look: Look, text: str) -> int:
    most = reference.rule(look, "certificate_a.valid_days_max", look.today).value
    days = parse_quantity(text)
    if days > most:
        raise Invalid("路上天数太长。", travel_days=f"路上最多 {most} 天，请填 1 到 {most}。")
    return days
