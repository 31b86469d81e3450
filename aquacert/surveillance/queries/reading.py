"""How a file is read: which reader, by which mapping, into a spool; and what importing it would do."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID

from aquacert import __version__
from aquacert.kernel.errors import Invalid
from aquacert.kernel.work import Look
from aquacert.surveillance.models import FeedFile
from aquacert.surveillance.parsers.formats import FORMATS, Format
from aquacert.surveillance.parsers.shape import Asked
from aquacert.surveillance.parsers.spool import Spool, stretches
from aquacert.surveillance.queries.mappings import content_of
from aquacert.surveillance.queries.plan import EMPRESI, Addition, ImportCounts, plan_part
from aquacert.surveillance.queries.projecting import Projector
from aquacert.surveillance.queries.snapshots import lacking

ONE_WORK = 8_000
"""A file of so many rows and reports is one transaction: some tenths of a second."""
PART = 4_000
"""Reports and rows to one transaction of a larger file: that much of it lies in memory."""
SHOWN = 20
LONGEST_NAME = 120


@dataclass(frozen=True)
class ImportAsked:
    """What is to be imported, and how."""

    source: str
    """The feed: keys of subjects are unique within it. Empty: the format's own name."""
    format: str
    name: str = ""
    """The file's name."""
    mapping_id: UUID | None = None
    is_whole: bool = False
    """A whole snapshot: known subjects of its days that it lacks are marked, never deleted."""
    dry_run: bool = False
    mapping: Mapping[str, Any] = field(default_factory=dict)
    """The mapping's content, where the caller has it at hand."""

    @property
    def feed(self) -> str:
        """The feed's key."""
        return self.source or self.format

    @property
    def reading(self) -> str:
        """What besides the bytes decides how rows are read."""
        return f"{self.format}:{__version__}:{self.mapping_id or ''}"


@dataclass(frozen=True)
class Preview:
    """What importing a file would do."""

    counts: ImportCounts
    additions: list[Addition]
    """Some of those that would change something, with their differences."""
    header_set: str
    newest_on: date | None


def asked_of(row: FeedFile) -> ImportAsked:
    """Return how a file that was received is to be imported."""
    return ImportAsked(row.source, row.format, row.name, row.mapping_id, row.is_whole)


def with_mapping(look: Look, ask: ImportAsked) -> ImportAsked:
    """Return what is asked with the mapping's content, where a mapping is named."""
    if ask.mapping_id is None or ask.mapping:
        return ask
    return replace(ask, mapping=content_of(look, ask.mapping_id))


def format_of(name: str) -> Format:
    """Return a format by its name; raise `Invalid` naming those there are."""
    found = FORMATS.get(name)
    if found is None:
        known = "、".join(sorted(FORMATS))
        raise Invalid(f"没有这种格式。能读的格式有：{known}。", format="没有这种格式")
    return found


def open_spool(file: BinaryIO, ask: ImportAsked, today: date, folder: Path | None = None) -> Spool:
    """Read a file to its end into a spool; raise `Invalid` in one sentence when it cannot be."""
    reader = format_of(ask.format).reader
    asked = Asked(today, name=ask.name, mapping=ask.mapping)
    try:
        return Spool(reader(file, asked), folder)
    except (RecursionError, UnicodeError, OverflowError):
        sentence = "文件读不下去：内容不完整，或者结构不对。"
        raise Invalid(sentence, file=sentence) from None


def spool_folder(look: Look) -> Path:
    """Return where spools of big files lie while they are read."""
    return look.home.settings.data_dir / "tmp"


def preview(look: Look, data: bytes, ask: ImportAsked) -> Preview:
    """Return what importing these bytes would do; nothing is written."""
    ask = with_mapping(look, ask)
    with open_spool(io.BytesIO(data), ask, look.today, spool_folder(look)) as spool:
        return planned(look, spool, ask)


def planned(look: Look, spool: Spool, ask: ImportAsked) -> Preview:
    """Return what a file that was read would do."""
    counts = ImportCounts(quarantined=spool.bad)
    projector = Projector(look, ask.format)
    shown: list[Addition] = []
    for groups in stretches(spool.groups(), PART, weigh=1):
        part = plan_part(look, ask.feed, groups, projector)
        counts = counts.plus(part.counts)
        shown += [one for one in part.additions if one.diff][: SHOWN - len(shown)]
    if ask.is_whole or spool.is_whole:
        missing = sum(len(ids) for ids in lacking(look, ask.feed, spool).values())
        counts = counts.plus(ImportCounts(vanished=missing))
    newest = date.fromisoformat(spool.newest) if spool.newest else None
    return Preview(counts, shown, spool.header_set, newest)


def preview_empresi(look: Look, data: bytes, *, full: bool = False) -> Preview:
    """Return what importing an EMPRES-i file would do; raise `Invalid` when it cannot be read."""
    return preview(look, data, ImportAsked("", EMPRESI, is_whole=full))
