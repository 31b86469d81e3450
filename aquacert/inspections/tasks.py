"""What the inspections do in the background: drawing, and the days of the draw."""

from __future__ import annotations

from contextlib import suppress
from uuid import UUID

from aquacert.inspections.commands.drawdays import commit_days, reveal_days, take_drand
from aquacert.inspections.commands.draws import carry_over, catch_up, draw_on_acceptance
from aquacert.inspections.commands.express import report_suspicion as raise_report
from aquacert.inspections.queries.draws import missing_beacon
from aquacert.inspections.rules.draw import Beacon
from aquacert.kernel.scope import SYSTEM
from aquacert.kernel.work import Database

LARGEST = 64 * 1024
"""Bytes of a drand file that are read."""


def draw(database: Database, declaration_id: UUID) -> None:
    """Draw a declaration that was accepted; once drawn, the same content changes nothing."""
    with database.work(SYSTEM) as w:
        draw_on_acceptance(w, declaration_id)


def report_suspicion(database: Database, check_id: UUID) -> None:
    """Raise the express report of a batch that was isolated; again it is the same report."""
    with database.work(SYSTEM) as w:
        raise_report(w, check_id)


def keep_draws(database: Database) -> None:
    """Publish coming commitments, take the beacon's file, carry over what missed it, reveal secrets."""
    with database.work(SYSTEM) as w:
        commit_days(w)
    with database.look(SYSTEM) as look:
        day = missing_beacon(look)
        folder = look.settings.data_dir / "beacon"
    if day is not None and day.book["beacon"] == Beacon.DRAND:
        with suppress(FileNotFoundError):
            data = (folder / f"{day.beacon_round}.json").read_bytes()[:LARGEST]
            with database.work(SYSTEM) as w:
                take_drand(w, day.day_on, data)
    with database.work(SYSTEM) as w:
        catch_up(w)
        carry_over(w)
        reveal_days(w)
