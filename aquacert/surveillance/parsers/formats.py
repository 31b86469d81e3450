"""Every format that can be read, by the name that the console, the API and the pages use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

from aquacert.surveillance.parsers import (
    barentswatch,
    china,
    dhis2,
    dhis2tracker,
    empresi,
    geojson,
    qaad,
    sormas,
    wahis,
    wahisjson,
    withheld,
)
from aquacert.surveillance.parsers.mapped import read_mapped
from aquacert.surveillance.parsers.shape import Kind, Reader
from aquacert.surveillance.parsers.withheld import Writer


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
    without_persons: Callable[[BinaryIO], bytes] | None = None
    """Returns the file as it may be kept, where a format carries names of natural persons."""
    withheld: Callable[[BinaryIO, Mapping[str, Any]], Writer | None] | None = None
    """The same for formats that are streamed: given the mapping; returns None for a file without."""


ALL: tuple[Format, ...] = (
    Format(
        "china_monthly",
        "测报月报（本系统的模板）",
        china.read_monthly,
        (".xlsx", ".csv"),
        frozenset({Kind.FIGURE}),
    ),
    Format(
        "china_samples",
        "监测样品结果（本系统的模板）",
        china.read_samples,
        (".xlsx", ".csv"),
        frozenset({Kind.SAMPLE}),
    ),
    Format(
        "barentswatch",
        "BarentsWatch 每周数据、养殖点、管控区",
        barentswatch.read,
        (".json", ".geojson"),
        frozenset({Kind.EVENT, Kind.FIGURE}),
    ),
    Format(
        "dhis2_tracker",
        "DHIS2 跟踪数据（tracker JSON）",
        dhis2tracker.read,
        (".json",),
        frozenset({Kind.EVENT, Kind.FIGURE}),
        without_persons=dhis2tracker.without_accounts,
    ),
    Format(
        "dhis2_values",
        "DHIS2 数据值（dataValueSets：JSON、CSV、XML）",
        dhis2.read,
        (".json", ".csv", ".xml"),
        frozenset({Kind.FIGURE}),
        withheld=withheld.of_values,
    ),
    Format(
        "empresi",
        "EMPRES-i（FAO 导出的 CSV）",
        empresi.read,
        (".csv",),
        frozenset({Kind.EVENT}),
    ),
    Format(
        "geojson",
        "GeoJSON（点是事件，面是划定的区域）",
        geojson.read,
        (".geojson", ".json"),
        frozenset({Kind.EVENT}),
    ),
    Format(
        "mapped",
        "按列对照读的表格",
        read_mapped,
        (".csv", ".txt", ".tsv", ".xlsx"),
        frozenset(Kind),
        is_hidden=True,
        withheld=withheld.of_mapped,
    ),
    Format(
        "qaad",
        "亚太水生动物疫病季度报告表（QAAD）",
        qaad.read,
        (".xlsx", ".csv"),
        frozenset({Kind.FIGURE}),
    ),
    Format(
        "sormas_lab",
        "SORMAS 实验室消息（JSON）",
        sormas.read,
        (".json",),
        frozenset({Kind.SAMPLE}),
        without_persons=sormas.without_persons,
    ),
    Format(
        "wahis",
        "WAHIS 导出表（疫情明细、半年状态、半年措施、半年数量）",
        wahis.read,
        (".xlsx", ".csv"),
        frozenset({Kind.EVENT, Kind.FIGURE}),
    ),
    Format(
        "wahis_json",
        "WAHIS 报告清单和报告详情（JSON，新旧两种）",
        wahisjson.read,
        (".json",),
        frozenset({Kind.EVENT, Kind.FIGURE}),
        without_persons=wahisjson.without_persons,
    ),
)
FORMATS: Mapping[str, Format] = {one.name: one for one in ALL}
"""Alphabetical by name."""
