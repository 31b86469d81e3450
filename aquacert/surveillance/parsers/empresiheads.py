"""The four header sets of EMPRES-i, and how one is told in a file.

v1 (2017) `Id,source,latitude,…,observationDate,…`, days dd/mm/yyyy; v2 (2021) `Event ID,Disease,…`,
ISO days; v3, v2 in snake_case; plus, the export of EMPRES-i+, with its dots as R writes them
(`Observation.date..dd.mm.yyyy.`) or without (`Observation date (dd/mm/yyyy)`), which begins with
some lines about the query before its header.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO

from aquacert.surveillance.parsers.cells import DELIMITERS, open_text, refused

FAR_DOWN = 30
"""Lines among which the header is looked for."""
NOT_NAME = re.compile(r"[^0-9a-z]+")


@dataclass(frozen=True)
class HeaderSet:
    """One shape of file: header → field, which columns it needs, and how its days are written."""

    name: str
    columns: Mapping[str, str]
    needed: frozenset[str]
    is_slashed: bool = False
    """Days are dd/mm/yyyy; else ISO."""
    is_dotted: bool = False
    """Names are compared with every sign as a dot."""

    def fields(self, header: Sequence[str]) -> list[str]:
        """Return the field of each column, "" for one that is not read."""
        return [self.columns.get(self.bare(name), "") for name in header]

    def bare(self, name: str) -> str:
        """Return a column's name as this set compares names."""
        plain = name.strip().strip('"').casefold()
        return NOT_NAME.sub(".", plain).strip(".") if self.is_dotted else plain

    def lacks(self, header: Sequence[str]) -> list[str]:
        """Return the needed columns that a header has not."""
        return sorted(self.needed - {self.bare(name) for name in header})


V1 = HeaderSet(
    "v1",
    {
        "id": "key",
        "source": "diagnosis_source",
        "latitude": "latitude",
        "longitude": "longitude",
        "region": "region",
        "country": "country",
        "admin1": "admin1",
        "localityname": "locality",
        "localityquality": "quality",
        "observationdate": "observed_on",
        "reportingdate": "reported_on",
        "status": "status",
        "disease": "disease",
        "serotypes": "serotype",
        "speciesdescription": "species_text",
        "sumatrisk": "at_risk",
        "sumcases": "cases",
        "sumdeaths": "deaths",
        "sumdestroyed": "destroyed",
        "sumslaughtered": "slaughtered",
        "humansaffected": "humans_affected",
        "humansdeaths": "human_deaths",
    },
    frozenset({"id", "country", "observationdate", "reportingdate", "status", "disease"}),
    is_slashed=True,
)
V2 = HeaderSet(
    "v2",
    {
        "event id": "key",
        "disease": "disease",
        "serotype": "serotype",
        "lat": "latitude",
        "lon": "longitude",
        "locality": "locality",
        "country": "country",
        "region": "region",
        "location": "place",
        "observation_date": "observed_on",
        "report_date": "reported_on",
        "species": "species_text",
        "diagnosis source": "diagnosis_source",
        "humans affected": "humans_affected",
        "human deaths": "human_deaths",
    },
    frozenset({"event id", "disease", "country", "observation_date", "report_date"}),
)
V3 = HeaderSet(
    "v3",
    {
        "event_id": "key",
        "disease": "disease",
        "serotype": "serotype",
        "lat": "latitude",
        "lon": "longitude",
        "latitude": "latitude",
        "longitude": "longitude",
        "locality": "locality",
        "country": "country",
        "region": "region",
        "location": "place",
        "observation_date": "observed_on",
        "report_date": "reported_on",
        "species": "species_text",
        "diagnosis_source": "diagnosis_source",
        "humans_affected": "humans_affected",
        "human_deaths": "human_deaths",
    },
    frozenset({"event_id", "disease", "country", "observation_date", "report_date"}),
)
OBSERVED, REPORTED = "observation.date.dd.mm.yyyy", "report.date.dd.mm.yyyy"
PLUS = HeaderSet(
    "plus",
    {
        "event.id": "key",
        "disease": "disease",
        "serotype": "serotype",
        "region": "region",
        "subregion": "subregion",
        "country": "country",
        "admin.level.1": "admin1",
        "locality": "locality",
        "latitude": "latitude",
        "longitude": "longitude",
        "diagnosis.source": "diagnosis_source",
        "diagnosis.status": "status",
        "animal.type": "animal_type",
        "species": "species_text",
        OBSERVED: "observed_on",
        REPORTED: "reported_on",
        "humans.affected": "humans_affected",
        "human.deaths": "human_deaths",
    },
    frozenset({"event.id", "disease", "country", OBSERVED, REPORTED}),
    is_slashed=True,
    is_dotted=True,
)
SETS = (V1, V2, V3, PLUS)
PLACED = frozenset({"latitude", "longitude", "locality"})
"""Fields without which an event has no place: a header that lost one of them refuses the file."""
UNREAD = frozenset({"", "humansgenderdesc", "humansage", "date", "display_date"})
"""Columns that every file has and that say nothing an animal's disease needs."""


@dataclass(frozen=True)
class Head:
    """The header that was found: which set, on which line, parted by what."""

    shape: HeaderSet
    line: int
    delimiter: str
    header: tuple[str, ...]


def find_head(file: BinaryIO) -> Head:
    """Return the header of a file; raise `Invalid` when it is unclear which set it is."""
    text = open_text(file)
    try:
        lines = list(islice(text, FAR_DOWN))
    finally:
        with suppress(ValueError):
            text.detach()
    for number, line in enumerate(lines, 1):
        for delimiter in DELIMITERS:
            header = _parted(line, delimiter)
            fitting = [shape for shape in SETS if not shape.lacks(header)]
            if fitting:
                return _checked(Head(fitting[0], number, delimiter, tuple(header)), fitting)
    raise _unfit(lines)


def _parted(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return []


def _checked(head: Head, fitting: Sequence[HeaderSet]) -> Head:
    if len(fitting) > 1:
        raise refused("表头同时像两种 EMPRES-i 格式，分不清按哪一种读。")
    names = [head.shape.bare(name) for name in head.header]
    fields = [field for field in head.shape.fields(head.header) if field]
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if twice or len(fields) != len(set(fields)):
        named = f"：{'、'.join(twice)}" if twice else ""
        raise refused(f"表头里有重复的列{named}，分不清用哪一列。")
    placeless = sorted(PLACED - set(fields))
    if placeless:
        lacking = [name for name, field in head.shape.columns.items() if field in placeless]
        raise refused(
            f"表头像是 EMPRES-i（{head.shape.name}），但缺这几列：{'、'.join(lacking)}。没有导入。"
        )
    return head


def drifted(head: Head) -> str:
    """Return what a header lacks and has besides, in one line; empty when it is as it always was.

    Such a file is read: what is new stays in its raw rows, what is gone says nothing. But it is
    told, for a renamed column would else be lost without a word.
    """
    fields = head.shape.fields(head.header)
    filled = set(fields)
    gone = [name for name, field in head.shape.columns.items() if field not in filled]
    new = [
        name.strip()
        for name, field in zip(head.header, fields, strict=True)
        if not field and head.shape.bare(name) not in UNREAD
    ]
    said = [f"没有的列：{'、'.join(gone)}"] if gone else []
    said += [f"不认得的列：{'、'.join(new)}"] if any(new) else []
    return "；".join(said)


def _unfit(lines: Sequence[str]) -> Exception:
    """Return the sentence for a header that fits no set: the nearest one says what is missing."""
    best: tuple[int, HeaderSet, list[str]] | None = None
    for line in lines:
        for delimiter in DELIMITERS:
            header = _parted(line, delimiter)
            for shape in SETS:
                lacking = shape.lacks(header)
                known = sum(1 for field in shape.fields(header) if field)
                if 2 * known > len(shape.columns) and (best is None or len(lacking) < best[0]):
                    best = (len(lacking), shape, lacking)
    if best is None:
        return refused("表头不是 EMPRES-i 的格式，认不出哪一列是事件编号、疫病和日期。")
    missing = "、".join(best[2])
    return refused(f"表头像是 EMPRES-i（{best[1].name}），但缺这几列：{missing}。没有导入。")
