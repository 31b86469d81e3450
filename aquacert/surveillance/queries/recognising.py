"""Which ways of reading fit a file: every format and every saved mapping is asked, none preferred."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import PurePath
from uuid import UUID

from aquacert.kernel.errors import Invalid
from aquacert.kernel.work import Look
from aquacert.surveillance.parsers.formats import ALL, Format
from aquacert.surveillance.parsers.mapped import headed
from aquacert.surveillance.parsers.shape import Asked, BadRow
from aquacert.surveillance.queries.mappings import MAPPED, mapping_lines
from aquacert.surveillance.queries.reading import ImportAsked
from aquacert.surveillance.rules.mapping.spec import Spec, names_of, spec_of, wrong_with

TRIED_ROWS = 5
NO_TABLES = frozenset({".json", ".geojson", ".xml", ".zip", ".pdf"})


@dataclass(frozen=True)
class Way:
    """One way of reading a file: a format, or a saved mapping in its newest version."""

    value: str
    """What a form sends: `format:wahis`, `mapping:<id>`."""
    title: str
    source: str
    format: str
    version_id: UUID | None = None

    def asked(self, name: str) -> ImportAsked:
        """Return the import that reads a file this way."""
        return ImportAsked(self.source, self.format, name, self.version_id)


def ways(look: Look) -> list[Way]:
    """Return every way of reading there is: saved mappings first, then the formats."""
    saved = [
        Way(f"mapping:{one.mapping.id}", one.mapping.name, one.mapping.plain, MAPPED, one.newest.id)
        for one in mapping_lines(look)
    ]
    return saved + [
        Way(f"format:{one.name}", one.title, "", one.name) for one in ALL if not one.is_hidden
    ]


def fitting(look: Look, data: bytes, name: str) -> list[Way]:
    """Return the ways that can read this file."""
    specs = {one.newest.id: spec_of(one.newest.spec) for one in mapping_lines(look)}
    formats = {one.name: one for one in ALL}
    found = []
    for way in ways(look):
        if way.version_id is None:
            fits = _format_fits(formats[way.format], data, Asked(look.today, name))
        else:
            fits = _spec_fits(specs[way.version_id], data)
        if fits:
            found.append(way)
    return found


def is_table(data: bytes, name: str) -> bool:
    """Say whether a file may be a table that somebody can map."""
    if PurePath(name).suffix.casefold() in NO_TABLES:
        return False
    return data.lstrip()[:1] not in {b"{", b"[", b"<"}


def _spec_fits(spec: Spec, data: bytes) -> bool:
    try:
        header, _rows = headed(io.BytesIO(data), spec)
    except Invalid:
        return False
    return not wrong_with(spec, names_of(header))


def _format_fits(form: Format, data: bytes, asked: Asked) -> bool:
    """Say whether a format's own reader opens the file and reads one of its first rows."""
    if PurePath(asked.name).suffix.casefold() not in form.suffixes:
        return False
    try:
        opened = form.reader(io.BytesIO(data), asked)
        for _count, row in zip(range(TRIED_ROWS), opened.rows, strict=False):
            if not isinstance(row.said, BadRow):
                return True
    except (Invalid, ValueError, RecursionError):
        return False
    return False
