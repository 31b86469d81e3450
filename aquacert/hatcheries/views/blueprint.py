"""The blueprint of the hatcheries and what its pages share."""

from __future__ import annotations

import re
from datetime import date
from uuid import UUID

from flask import Blueprint, Flask

from aquacert.hatcheries.queries import due_campaigns, hatchery, hatchery_of, waiting_count
from aquacert.hatcheries.queries.campaigns import DueLine
from aquacert.http.gates import look
from aquacert.http.house import EXTENSION
from aquacert.http.personal import holds
from aquacert.kernel.permissions import P
from aquacert.kernel.work import Look
from aquacert.reference.queries import species_named
from aquacert.reference.rules.dates import Side, read_day

bp = Blueprint("hatcheries", __name__, url_prefix="/hatcheries")
holds("hatchery", hatchery, P.HATCHERY_READ, contact_name="联系人", phone="联系电话")


def prepare(app: Flask) -> None:
    """Let the rail count registrations that wait; say which office the own farm declares at.

    The address on a farm's sign is no part of this room's prefix, so it joins here.
    """
    from aquacert.hatcheries.views.sign import scanned

    app.register_blueprint(scanned)
    app.extensions[EXTENSION].rail["hatcheries"] = _rail
    app.jinja_env.globals["due_data_checks"] = due_data_checks
    app.extensions[EXTENSION].extras["assigned_office"] = _assigned_office


def due_data_checks() -> list[DueLine]:
    """Return the data checks that the farm of whoever asks has not answered."""
    with look() as unit:
        farm = hatchery_of(unit, unit.actor.organisation_id)
        return due_campaigns(unit, farm.id) if farm is not None else []


def _assigned_office(look: Look) -> UUID | None:
    farm = hatchery_of(look, look.actor.organisation_id)
    return farm.office_id if farm is not None else None


def _rail(look: Look) -> tuple[int, int]:
    return (waiting_count(look), 0) if look.actor.may(P.HATCHERY_APPROVE) else (0, 0)


def named_species(look: Look, text: str, field: str) -> tuple[str, ...]:
    """Read a list of species by any name; raise `Invalid` on `field` with suggestions."""
    words = [one for one in re.split(r"[、，,；;\s]+", text) if one]
    return tuple(dict.fromkeys(species_named(look, one, field=field).code for one in words))


def day(look: Look, text: str | None, field: str, side: Side = Side.PAST) -> date:
    """Read a day as typed today; raise `Invalid` on `field` for one that is none or unclear."""
    return read_day(text or "", look.today, field, side)
