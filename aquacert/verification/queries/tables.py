"""The code tables a phone keeps to read codes without a network."""

from __future__ import annotations

from typing import Any

from aquacert.kernel.work import Look
from aquacert.reference import queries as reference


def offline_tables(look: Look) -> dict[str, Any]:
    """Return names by code: divisions as [name, parent], species as [Chinese, Latin]."""
    divisions = look.scalars(reference.divisions(look))
    species = look.scalars(reference.all_species(look))
    return {
        "divisions": {row.code: [row.name_zh, row.parent_code or ""] for row in divisions},
        "species": {row.code: [row.name_zh, row.scientific_name] for row in species},
    }
