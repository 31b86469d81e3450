"""HTML doors of the declarations: the owner's phone pages and the office's desk pages."""

from aquacert.declarations.views import (
    alike,
    bulk,
    calls,
    desk,
    filed,
    materials,
    office,
    owner,
    papers,
    parts,
    proxy,
    words,
    workload,
)
from aquacert.declarations.views.blueprint import bp, prepare

__all__ = [
    "alike",
    "bp",
    "bulk",
    "calls",
    "desk",
    "filed",
    "materials",
    "office",
    "owner",
    "papers",
    "parts",
    "prepare",
    "proxy",
    "words",
    "workload",
]
