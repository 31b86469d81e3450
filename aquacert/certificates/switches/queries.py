"""Is issuing halted here? One select, asked before and inside every issuance."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select

from aquacert.certificates.models.switches import IN_FORCE, IssuingHalt
from aquacert.kernel.db import table_of
from aquacert.kernel.errors import NotFound
from aquacert.kernel.quick import Quick
from aquacert.kernel.work import Look
from aquacert.reference import queries as reference

HALTS = table_of(IssuingHalt)
STANDING = Quick(select(HALTS.c.division_code, HALTS.c.because).where(IN_FORCE))


@dataclass(frozen=True)
class HaltLine:
    """One halt as the supervisors' page shows it. Instants are UTC."""

    halt_id: UUID
    division_code: str
    place: str
    by: str
    because: str
    since: datetime
    ended_at: datetime | None
    ended_by: str
    ended_because: str
    may_resume: bool
    """Whether whoever asks is of the level that halted, or above it."""


def halted(look: Look, county: str) -> str:
    """Return why nothing may be issued in `county` now, in Chinese; "" when nothing is in the way.

    One select that is empty on every ordinary day; only when something stands still anywhere are
    the divisions above the county looked up.
    """
    rows = look.rows(STANDING)
    if not rows:
        return ""
    path = _upwards(look, county)
    for code, because in rows:
        if code in path:
            return f"{_name(look, code)}已停止出证：{because}"
    return ""


def switch_words(look: Look) -> str:
    """Return what the frame says beside the switch for this actor's place: 正常, or what stands."""
    codes = look.scalars(select(IssuingHalt.division_code).where(IN_FORCE))
    if not codes:
        return "正常"
    home = look.actor.county or province(look)
    if set(codes) & set(_upwards(look, home)):
        return "已停"
    below = [code for code in codes if _within(look, code)]
    return f"{len(below)} 处已停" if below else "正常"


def halts(look: Look, limit: int = 50) -> list[HaltLine]:
    """Return the halts of this actor's place and of those above it, in force first, newest first."""
    mine = look.visible(IssuingHalt)
    above = IssuingHalt.division_code.in_(_upwards(look, look.actor.county or province(look)))
    rows = look.scalars(
        select(IssuingHalt)
        .where(or_(mine, above))
        .order_by(IssuingHalt.ended_at.is_not(None), IssuingHalt.halted_at.desc())
        .limit(limit)
    )
    return [_line(look, row) for row in rows]


def may_end(look: Look, row: IssuingHalt) -> bool:
    """Say whether this actor is of the level that halted, or of one above it."""
    return _within(look, row.authority)


def authority(look: Look) -> str:
    """Return the division in whose name this actor halts; the province for who sees everything."""
    return province(look) if look.actor.scope.everything else (look.actor.county or province(look))


def province(look: Look) -> str:
    """Return the division code of this installation's province."""
    return f"{look.settings.province}0000"


def place_choices(look: Look) -> list[tuple[str, str]]:
    """Return (code, name) of every place this actor may halt: own place, then the ones below."""
    home = authority(look)
    below = sorted(reference.descendants(look, home) - {home})
    counties = [code for code in below if _within(look, code)]
    return [(home, _name(look, home) + "（全部）" if counties else _name(look, home))] + [
        (code, _name(look, code)) for code in counties
    ]


def _within(look: Look, code: str) -> bool:
    scope = look.actor.scope
    return scope.everything or code in scope.divisions


def _upwards(look: Look, code: str) -> tuple[str, ...]:
    """Return a division and everything above it; an unknown one stands under the province."""
    try:
        return tuple(step.code for step in reference.division_path(look, code))
    except NotFound:
        return (code, province(look))


def _name(look: Look, code: str) -> str:
    try:
        return reference.division(look, code).name_zh
    except NotFound:
        return code


def _line(look: Look, row: IssuingHalt) -> HaltLine:
    return HaltLine(
        halt_id=row.id,
        division_code=row.division_code,
        place=_name(look, row.division_code),
        by=row.halted_by,
        because=row.because,
        since=row.halted_at,
        ended_at=row.ended_at,
        ended_by=row.ended_by,
        ended_because=row.ended_because,
        may_resume=row.ended_at is None and may_end(look, row),
    )
