"""Every format that can be read, by the name that the console, the API and the pages use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from aquacert.surveillance.parsers import barentswatch, geojson
from aquacert.surveillance.parsers.shape import Kind, Reader


@dataclass(frozen=True)
class Format:
    """A format: its reader, what people call it, how its files end, what its rows are about."""

    name: str
    title: str
    reader: Reader
    suffixes: tuple[str, ...]
    kinds: frozenset[Kind]
    is_hidden: bool = False
    """Not offered on its own: the mapped files, which need a mapping."""


ALL: tuple[Format, ...] = (
    Format(
        "barentswatch",
        "BarentsWatch 每周数据、养殖点、管控区",
        barentswatch.read,
        (".json", ".geojson"),
        frozenset({Kind.EVENT, Kind.FIGURE}),
    ),
    Format(
        "geojson",
        "GeoJSON（点是事件，面是划定的区域）",
        geojson.read,
        (".geojson", ".json"),
        frozenset({Kind.EVENT}),
    ),
)
FORMATS: Mapping[str, Format] = {one.name: one for one in ALL}
"""Alphabetical by name."""
