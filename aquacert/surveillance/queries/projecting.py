"""Columns of an event or a record, worked out from its folded values with the crosswalk as it is."""

from __future__ import annotations

from typing import Any

from aquacert.kernel.work import Look
from aquacert.surveillance.parsers.crosswalk import Mapped
from aquacert.surveillance.parsers.shape import Kind
from aquacert.surveillance.queries.crosswalk import Crosswalk
from aquacert.surveillance.queries.places import Places
from aquacert.surveillance.rules.events import (
    Realm,
    Status,
    Value,
    Values,
    counts_of,
    day_of,
    is_confirmed,
    search_words,
    status_of,
)


class Projector:
    """Works columns out; keeps names and provinces for the length of one import."""

    def __init__(self, look: Look, system: str = "") -> None:
        self.places = Places(look)
        self.crosswalk = Crosswalk(look)
        self.system = system
        self._meanings: dict[str, Mapped] = {}
        self._statuses: dict[str, Status] = {}

    def columns(self, kind: Kind, values: Values, verdict: Status | None = None) -> dict[str, Any]:
        """Return every column of a subject that follows from its values."""
        return self.event(values, verdict) if kind is Kind.EVENT else self.record(kind, values)

    def event(self, values: Values, verdict: Status | None = None) -> dict[str, Any]:
        """Return an event's columns."""
        disease = str(values.get("disease") or "")
        meaning = self._meaning(disease)
        status = self._status(values.get("status"))
        realm = meaning.realm
        if realm is Realm.UNMAPPED and values.get("is_aquatic") is False:
            realm = Realm.TERRESTRIAL  # the file says so itself: nobody has to look the name up
        place = place_of(values)
        country = str(values.get("country") or "")
        code = meaning.disease_code
        cases, deaths = counts_of(values)
        return {
            "content": values,
            "disease_written": disease,
            "disease_code": code,
            "realm": realm.value,
            "status": status.value,
            "verdict": verdict.value if verdict else None,
            "is_confirmed": is_confirmed(status, verdict),
            "is_domestic": self.places.is_home(values),
            "country": country,
            "place": place,
            "division_code": self.places.county(values) if code else None,
            "latitude": values.get("latitude"),
            "longitude": values.get("longitude"),
            "observed_on": day_of(values, "observed_on"),
            "reported_on": day_of(values, "reported_on"),
            "cases": cases,
            "deaths": deaths,
            "words": search_words(values, place, code or ""),
        }

    def record(self, kind: Kind, values: Values) -> dict[str, Any]:
        """Return a record's columns."""
        disease = str(values.get("disease") or "")
        meaning = self._meaning(disease)
        place = place_of(values)
        return {
            "kind": kind.value,
            "content": values,
            "disease_written": disease,
            "disease_code": meaning.disease_code,
            "country": str(values.get("country") or ""),
            "place": place,
            "division_code": self.places.county(values) if meaning.disease_code else None,
            "period": str(values["period"]) if values.get("period") else None,
            "observed_on": day_of(values, "sampled_on") or day_of(values, "observed_on"),
            "reported_on": day_of(values, "reported_on"),
            "words": search_words(values, place, meaning.disease_code or ""),
        }

    def _status(self, written: Value) -> Status:
        text = str(written or "")
        found = self._statuses.get(text)
        if found is None:
            found = self._statuses[text] = status_of(text)
        return found

    def _meaning(self, disease: str) -> Mapped:
        found = self._meanings.get(disease)
        if found is None:
            found = self._meanings[disease] = self.crosswalk.meaning(disease, self.system)
        return found


def place_of(values: Values) -> str:
    """Return a subject's place in one line."""
    get = values.get
    names = (get("locality") or get("place"), get("admin1"), get("country"))
    return "，".join(dict.fromkeys([str(name) for name in names if name]))
