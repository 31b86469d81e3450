"""What each statutory form says, as plain text: the one source of its PDF, its .docx and its page.

Every value is a string as it is printed (days and quantities in words), so that the facts can be
kept as JSON beside the form's number and read again years later without the rest of the database.
Only what the form asks for is here: no identity number on any of them, a phone where the norm
has a line for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, TypeVar

T = TypeVar("T", bound="FormFacts")


@dataclass(frozen=True, kw_only=True)
class FormFacts:
    """What every form has: who issues it, about which declaration, on what day."""

    office: str
    declaration_no: str
    owner: str
    """货主: a person's name, or the unit's full name."""
    day: str
    """ISO day of the form, in Asia/Shanghai."""
    is_demo: bool = False

    def plain(self) -> dict[str, Any]:
        """Return the facts as JSON can keep them."""
        return asdict(self)


@dataclass(frozen=True, kw_only=True)
class ApplicationFacts(FormFacts):
    """检疫申报单 (domain.md §2.1)."""

    phone: str
    species: str
    quantity: str
    source: str
    purpose: str
    origin: str
    departs: str
    destination: str
    submitted: str
    declared_by: str
    is_proxy: bool
    attached: str
    batches: tuple[tuple[str, ...], ...]
    """(batch, species, size, quantity, source, pond)"""
    loads: tuple[tuple[str, ...], ...]
    """(load, contents, destination, departs, vehicle, disinfection, purpose)"""


@dataclass(frozen=True, kw_only=True)
class AnswerFacts(FormFacts):
    """检疫申报受理单 and 不予受理通知书 (domain.md §2.2): one sheet with two boxes."""

    origin: str
    is_accepted: bool
    visit_day: str
    visit_time: str
    visit_place: str
    ground: str
    article: str
    reason: str
    clerk: str
    clerk_phone: str


@dataclass(frozen=True, kw_only=True)
class SupplementFacts(FormFacts):
    """检疫申报材料补正告知书: everything that is missing, told once."""

    origin: str
    asked: tuple[str, ...]
    note: str
    reply_due: str
    article: str
    clerk: str
    clerk_phone: str


@dataclass(frozen=True, kw_only=True)
class RecordFacts(FormFacts):
    """水产苗种产地检疫现场记录单 (domain.md §2.3)."""

    address: str
    declared: str
    checked: str
    place: str
    species: str
    quantity: str
    purpose: str
    source: str
    origin: str
    destination: str
    vehicle: str
    treatment: str
    certificates: str
    vet: str
    batches: tuple[tuple[str, ...], ...]
    """(batch, species, quantity, verdict, suspected, note)"""
    findings: tuple[tuple[str, ...], ...]
    """(batch, part, item, answer)"""
    photos: str


@dataclass(frozen=True, kw_only=True)
class SamplingFacts(FormFacts):
    """水产苗种产地检疫抽样单 (domain.md §2.8; no national form was found)."""

    sheet_number: str
    farm_pond: str
    species: str
    size: str
    batch_quantity: str
    individuals: str
    live_count: str
    pools: str
    matrix: str
    preservation: str
    water_temperature: str
    seal_number: str
    blind_code: str
    plan: str
    plan_because: str
    purpose: str
    taken: str
    samplers: str
    lab: str
    warned: str
    tests: tuple[tuple[str, ...], ...]
    """(disease, method)"""


@dataclass(frozen=True, kw_only=True)
class TreatmentFacts(FormFacts):
    """检疫处理通知单 (domain.md §2.4)."""

    owner_phone: str
    office_phone: str
    goods: str
    """Kind, name and quantity in capitals."""
    procedure: str
    """按照…有关规定"""
    failing: str
    law: str
    """Laws cited to article, paragraph and item."""
    measures: tuple[str, ...]
    method: str
    vet: str
    received: str = ""
    """How and when the party took the notice; empty until he has."""


@dataclass(frozen=True, kw_only=True)
class DisposalFacts(FormFacts):
    """无害化处理记录."""

    notice_number: str
    place: str
    goods: str
    quantity: str
    cause: str
    method: str
    done_at: str
    done_place: str
    operator: str
    vet: str
    photos: str
    note: str


def read_facts(kind: type[T], kept: Mapping[str, Any]) -> T:
    """Return the facts from what was kept; lists become tuples, unknown names are passed over."""
    known = {one.name for one in fields(kind)}
    return kind(**{name: _frozen(value) for name, value in kept.items() if name in known})


def _frozen(value: Any) -> Any:  # noqa: ANN401 (JSON)
    return tuple(_frozen(one) for one in value) if isinstance(value, list) else value
