"""The shape of the day's download, `GET /field/day.json`: what a device needs for hours alone.

Every text is Chinese as in the data; ids are text; times are RFC 3339 in UTC; days are ISO dates.
`challenge codes` are typed or shown in photographs; `version` is the check's version, which a
record sends back as its `base_version`.
"""

from __future__ import annotations

from typing import Any, NotRequired, TypedDict


class Person(TypedDict):
    """Whose day it is; every record carries this id as `person`."""

    id: str
    label: str


class Option(TypedDict):
    """One answer that may be chosen."""

    value: str
    label: str


class Sign(TypedDict):
    """A disease that an abnormal finding may point to. `option` empty: any abnormal finding.

    `window`: water temperatures, tenths of a degree Celsius, in which it is usually seen.
    """

    disease: str
    option: str
    window: list[int] | None


class Item(TypedDict):
    """One thing to look at: `kind` is choice, number or pick.

    Numbers are whole numbers of tenths of the unit, between `least` and `most`; `decimals` 0 takes
    only whole units. `only_if` names the item that must be abnormal for this one to be asked.
    """

    key: str
    section: str
    section_label: str
    ask: str
    normal: str
    kind: str
    unit: str
    least: int
    most: int
    decimals: int
    options: list[Option]
    is_single: bool
    is_needed: bool
    only_if: str
    signs: list[Sign]


class Slot(TypedDict):
    """What a photograph may show, and whether a batch needs one of it to pass."""

    slot: str
    label: str
    needed: bool


class Checklist(TypedDict):
    """The checklist of one species group."""

    items: list[Item]
    slots: list[Slot]


class Disease(TypedDict):
    """A disease that the procedures name for a species."""

    code: str
    name: str


class Photo(TypedDict):
    """A photograph that the server holds."""

    slot: str
    sha256: str
    taken_at: str
    code: str


class Check(TypedDict):
    """Where a batch's check stands on the server.

    A finding is "normal" or "abnormal", a whole number of tenths, or a list of options' values.
    """

    id: str
    state: str
    version: int
    findings: dict[str, Any]
    notes: dict[str, str]
    photos: list[Photo]
    suspected: list[str]
    course: str
    quantity: int | None
    note: str
    started_at: str
    decided_at: str | None


class Batch(TypedDict):
    """One batch to be checked; `check` is null before its visit began."""

    batch_id: str
    number: int
    species_code: str
    species: str
    variety: str
    life_stage: str
    pond: str
    quantity: int
    unit: str
    checklist: str
    diseases: list[Disease]
    check: Check | None


class Visit(TypedDict):
    """One declaration to be visited. `state`: assigned, or inspected when it is finished.

    `codes` are the challenge codes of today; `codes_by_day` has tomorrow's too, by legal day.
    """

    declaration_id: str
    number: str
    state: str
    farm: str
    place: str
    visit_at: str | None
    phone: str
    destinations: list[str]
    lat: float | None
    lon: float | None
    codes: list[str]
    codes_by_day: dict[str, list[str]]
    batches: list[Batch]


class Limits(TypedDict):
    """What one request may hold, so that a device need not learn it by being refused."""

    records: int
    bytes: int
    photo_bytes: int
    clip_bytes: int
    chunk_bytes: int


class Day(TypedDict):
    """Everything the app needs for a vet's visits until tomorrow night.

    `etag` names the content without `server_time`: send it as If-None-Match and get 304.
    `english`: of each text that the checklists, batches and diseases show (`texts_of`).
    """

    server_time: str
    day: str
    person: Person
    visits: list[Visit]
    checklists: dict[str, Checklist]
    diseases: dict[str, str]
    limits: Limits
    rules: dict[str, str]
    etag: NotRequired[str]
    english: NotRequired[dict[str, str]]


def texts_of(day: Day) -> set[str]:
    """Return the texts of a day that are words of the program and no names of farms and places."""
    found = set(day["diseases"].values())
    for each in day["checklists"].values():
        found.update(slot["label"] for slot in each["slots"])
        for item in each["items"]:
            found.update((item["ask"], item["normal"], item["unit"], item["section_label"]))
            found.update(option["label"] for option in item["options"])
    for batch in (one for visit in day["visits"] for one in visit["batches"]):
        found.update((batch["species"], batch["life_stage"], batch["unit"]))
        found.update(disease["name"] for disease in batch["diseases"])
    return found
