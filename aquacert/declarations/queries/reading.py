"""Reading what was typed: every field is judged, every fault is named, nothing is thrown away."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from aquacert.declarations.queries.origins import NOT_WILD, Brought, read_brought, read_wild
from aquacert.declarations.queries.transports import Field, ReadTransport, choice, read_transport
from aquacert.declarations.rules.answers import Answers, BatchAnswer, LoadAnswer, Source
from aquacert.declarations.rules.plan import (
    BatchPlan,
    Faults,
    LoadPlan,
    lots_twice,
    share_out,
    split,
)
from aquacert.hatcheries import queries as hatcheries
from aquacert.hatcheries.models import Hatchery
from aquacert.hatcheries.queries import LotLine
from aquacert.kernel.work import Look
from aquacert.reference import queries as reference
from aquacert.reference.rules.phone import parse_phone
from aquacert.reference.rules.quantity import parse_quantity

CHOOSE_LOT = "请选从哪个塘口出苗。"


@dataclass(frozen=True)
class ReadBatch:
    """A batch that is whole and right in itself."""

    lot: LotLine
    quantity: int
    source: Source
    captured_on: date | None
    capture_place: str = ""
    sites: Mapping[str, bool | None] = field(default_factory=dict)
    """The three conditions of the waiting place (`site_apart` …); empty for farmed seed."""
    brought: Brought | None = None

    @property
    def plan(self) -> BatchPlan:
        """The batch as the planning rules want it."""
        lot = self.lot
        return BatchPlan(lot.species_code, lot.unit, self.quantity, str(lot.lot_id), lot.pond_name)


@dataclass
class Reading:
    """The whole form, read. A part that is wrong is None, and `faults` says what would be right."""

    batches: list[ReadBatch | None] = field(default_factory=list)
    transports: list[ReadTransport | None] = field(default_factory=list)
    loads: list[LoadPlan] = field(default_factory=list)
    phone: str = ""
    faults: Faults = field(default_factory=dict)

    @property
    def whole(self) -> bool:
        """Whether nothing has to be corrected."""
        return not self.faults

    def good_batches(self) -> list[ReadBatch]:
        """Return the batches that could be read."""
        return [one for one in self.batches if one is not None]

    def good_transports(self) -> list[ReadTransport]:
        """Return the transports that could be read."""
        return [one for one in self.transports if one is not None]


def read(look: Look, hatchery: Hatchery, answers: Answers, now: datetime) -> Reading:
    """Read the answers of a declaration of `hatchery`; never raises for what was typed."""
    reading = Reading()
    lots = {str(line.lot_id): line for line in hatcheries.lots(look, hatchery.id)}
    for at, batch in enumerate(answers.batches):
        reading.batches.append(_batch(look, lots, batch, f"batches-{at}", reading.faults))
    for at, load in enumerate(answers.loads):
        transport = read_transport(look, load, f"loads-{at}", reading.faults, now)
        reading.transports.append(transport)
    asked = Field(reading.faults, "phone")
    reading.phone = asked.take(parse_phone, answers.phone) or "" if answers.phone.strip() else ""
    batches = reading.good_batches()
    if len(batches) == len(answers.batches):
        _share(reading, answers, [one.plan for one in batches])
    return reading


def _share(reading: Reading, answers: Answers, batches: Sequence[BatchPlan]) -> None:
    reading.faults.update(lots_twice(batches))
    wanted = [
        [
            _amount(reading.faults, f"loads-{at}-quantities-{index}", _at(load, index), batch.unit)
            for index, batch in enumerate(batches)
        ]
        for at, load in enumerate(answers.loads)
    ]
    given, faults = share_out(batches, wanted)
    for name, sentence in faults.items():
        reading.faults.setdefault(name, sentence)
    if not faults:
        reading.loads = split(batches, given)


def _at(load: LoadAnswer, index: int) -> str:
    return load.quantities[index] if index < len(load.quantities) else ""


def _amount(faults: Faults, name: str, text: str, unit: str) -> int | None:
    """Return an amount; None for an empty field; an honest 0 is allowed here."""
    if not text.strip():
        return None
    if text.strip() in {"0", "０"}:
        return 0
    return Field(faults, name).take(_counted(unit), text)


def _batch(
    look: Look, lots: dict[str, LotLine], batch: BatchAnswer, at: str, faults: Faults
) -> ReadBatch | None:
    before = len(faults)
    lot = _lot(look, lots, batch, at, faults)
    unit = lot.unit if lot else ""
    quantity = Field(faults, f"{at}-quantity").take(_counted(unit), batch.quantity)
    source = Field(faults, f"{at}-source").take(choice(Source), batch.source)
    caught = read_wild(look, batch, at, faults) if source is Source.WILD else NOT_WILD
    brought = read_brought(look, batch, at, faults)
    if len(faults) > before or lot is None or quantity is None or source is None:
        return None
    return ReadBatch(lot, quantity, source, caught.on, caught.place, caught.sites, brought)


def _lot(
    look: Look, lots: dict[str, LotLine], batch: BatchAnswer, at: str, faults: Faults
) -> LotLine | None:
    """Return the lot; a species, unit, variety or stage that was typed must be the lot's own."""
    lot = lots.get(batch.lot.strip())
    if lot is None:
        faults[f"{at}-lot"] = CHOOSE_LOT
        return None
    if batch.species.strip():
        _same_species(look, lot, batch.species, f"{at}-species", faults)
    if batch.unit.strip() and batch.unit.strip() != lot.unit:
        faults[f"{at}-unit"] = f"{lot.pond_name}这一批按“{lot.unit}”计，请换算后再填。"
    for name, said, own in (
        ("variety", batch.variety, lot.variety),
        ("life_stage", batch.life_stage, lot.life_stage),
    ):
        if said.strip() and said.strip() != own:
            faults[f"{at}-{name}"] = f"{lot.pond_name}登记的是“{own or '无'}”，请核对或改选塘口。"
    return lot


def _same_species(look: Look, lot: LotLine, text: str, name: str, faults: Faults) -> None:
    found = reference.find_species(look, text)
    if not found:
        faults[name] = f"不认识“{text.strip()[:20]}”。请用通用名，例如“凡纳滨对虾”（南美白对虾）。"
    elif lot.species_code not in {one.code for one in found}:
        faults[name] = f"{lot.pond_name}登记的是{lot.species_name}，请核对或改选塘口。"


def _counted(unit: str) -> Callable[[str], int]:
    def parse(text: str) -> int:
        return parse_quantity(text, unit=unit)

    return parse
