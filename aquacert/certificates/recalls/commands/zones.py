"""A zone came, moved, shrank or went: suspend what it holds now, free what it alone held.

One act for all news, whatever they say: what the zone should hold is worked out from what stands,
compared with what it holds, and the difference is done. So news may come late, twice or in any
order, and a crash leaves whole stretches. Whole statements, like the stretches of a recall.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from aquacert.certificates.log import commands as log
from aquacert.certificates.recalls.commands.freeing import let_go
from aquacert.certificates.recalls.commands.holding import hold
from aquacert.certificates.recalls.commands.zonenotices import tell_of_zone
from aquacert.certificates.status.queries.grounds import (
    in_turn,
    known_to_zone,
    laid_by_zone,
    zones_holding,
)
from aquacert.certificates.status.queries.road import OnRoad, those, touched, travelling
from aquacert.kernel.memory import without_pauses
from aquacert.kernel.scope import SYSTEM
from aquacert.kernel.work import Database, Look
from aquacert.reference import queries as reference
from aquacert.surveillance.models import Zone
from aquacert.surveillance.queries.shapes import drawn_at
from aquacert.surveillance.queries.zones import acts

AT_ONCE = 1_000
"""Certificates held or freed in one act: a quarter of a second in which nobody can issue."""


@dataclass(frozen=True)
class Settled:
    """What was done: certificates newly held, and certificates let go of."""

    held: int = 0
    released: int = 0


@dataclass(frozen=True)
class Due:
    """What a zone should come to hold, and what it should let go, each with its reason."""

    more: tuple[UUID, ...]
    less: tuple[UUID, ...]
    """Both county by county: each county's chain is then written by few statements."""
    because: str
    no_longer: str


def settle_zone(database: Database, zone_id: UUID, *, is_news: bool = True) -> Settled:
    """Bring what a zone holds on the road to what it should hold now; tell everybody concerned.

    `is_news`: the zone itself may have changed. Without, a zone that stands lets nothing go.
    """
    with database.work(SYSTEM) as w:
        log.await_others(w)
    with without_pauses(), database.look(SYSTEM) as look:
        due = due_of(look, zone_id, is_news=is_news)
    if due is None:
        return Settled()
    held = released = 0
    for some in in_turn(due.more, AT_ONCE):
        with without_pauses(), database.work(SYSTEM) as w:
            held += hold(w, zone_id, some, due.because)
    for some in in_turn(due.less, AT_ONCE):
        with without_pauses(), database.work(SYSTEM) as w:
            released += let_go(w, zone_id, some, due.no_longer)
    tell_of_zone(database, zone_id)
    return Settled(held, released)


def settle_each(database: Database, began: Iterable[UUID]) -> Settled:
    """Do so for these and for every zone that holds something: no news come of a zone's last day.

    One that cannot be settled keeps no other from it: its fault is raised at the end.
    """
    with database.look(SYSTEM) as look:
        every = sorted({*began, *zones_holding(look)})
    done, broken = [], list[Exception]()
    for zone_id in every:
        try:
            done.append(settle_zone(database, zone_id, is_news=False))
        except Exception as error:  # noqa: BLE001 (raised again below)
            broken.append(error)
    if broken:
        raise broken[0]
    return Settled(sum(one.held for one in done), sum(one.released for one in done))


def due_of(look: Look, zone_id: UUID, *, is_news: bool = True) -> Due | None:
    """Return what has to change; None for a zone that is not there.

    A zone that stands lets go only of what it held before its outline of now: a farm that draws its
    own ponds elsewhere frees nothing of its own that way; a person may.
    """
    zone = look.session.get(Zone, zone_id)
    if zone is None:
        return None
    laid = laid_by_zone(look, zone_id)
    held = set(laid)
    disease = reference.disease(look, zone.disease_code).name_zh
    because = f"{disease}管控区 {zone.from_on} 起生效，自动暂停"
    if not acts(look, zone):
        over = f"{disease}管控区已不再生效，自动恢复"
        return Due((), _by_county(those(look, held), held), because, over)
    rows, mine = travelling(look, zone), those(look, held)
    wanted, kept = touched(look, zone, rows), touched(look, zone, mine)
    more = wanted - held
    more -= known_to_zone(look, zone_id, more)
    since = drawn_at(look, zone)
    gone = {one for one in held - kept if is_news and laid[one] < since}
    moved = f"{disease}管控区已改划，不再涉及，自动恢复"
    return Due(_by_county(rows, more), _by_county(mine, gone), because, moved)


def _by_county(rows: Iterable[OnRoad], ids: Collection[UUID]) -> tuple[UUID, ...]:
    """Return the ids in the order of their counties; one that is no longer live comes last."""
    county = {row.id: row.origin_code for row in rows}
    return tuple(sorted(ids, key=lambda one: (county.get(one, "~"), one)))
