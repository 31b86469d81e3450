"""Species that feeds name and our list does not know: counted among the newest events."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from aquacert.kernel.work import Look
from aquacert.surveillance.models import Event
from aquacert.surveillance.queries.crosswalk import Crosswalk, formats_of
from aquacert.surveillance.rules.events import Realm

NEWEST = 2000
"""Events looked through: their species stand in their content, not in a column."""
SHOWN = 100


@dataclass(frozen=True)
class Stranger:
    """A species name without a meaning."""

    written: str
    source: str
    events: int
    newest_on: date | None


def waiting_species(look: Look) -> list[Stranger]:
    """Return the species names that mean nothing, the most frequent first."""
    rows = look.session.execute(
        select(Event.source, Event.content, Event.reported_on)
        .where(Event.realm != Realm.TERRESTRIAL.value)
        .order_by(Event.reported_on.desc().nulls_last(), Event.id)
        .limit(NEWEST)
    ).all()
    names, formats = Crosswalk(look), formats_of(look)
    counts: Counter[tuple[str, str]] = Counter()
    newest: dict[tuple[str, str], date | None] = {}
    for source, content, day in rows:
        if source not in formats:
            continue
        for written in written_species(content):
            if names.species(written, formats[source]) is None:
                counts[source, written] += 1
                newest.setdefault((source, written), day)
    return [
        Stranger(written, source, count, newest[source, written])
        for (source, written), count in counts.most_common(SHOWN)
    ]


def written_species(content: Mapping[str, object]) -> tuple[str, ...]:
    """Return the species that an event's values name, its Latin name with each that has one."""
    listed = content.get("species")
    found = []
    for one in listed if isinstance(listed, list) else []:
        if isinstance(one, dict):
            parts = [str(one.get(key) or "").strip() for key in ("name", "latin")]
            found.append(":".join(part for part in parts if part))
    return tuple(dict.fromkeys(name for name in found if name))
