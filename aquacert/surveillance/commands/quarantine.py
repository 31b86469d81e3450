"""Rows set aside, settled together: mended in one cell, read again by the newest mapping, dropped."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import groupby
from uuid import UUID

from aquacert.kernel.errors import Invalid
from aquacert.kernel.work import Work
from aquacert.surveillance.commands.feeds import ImportCounts, drop, replay
from aquacert.surveillance.models import FeedFile, FeedSetAside
from aquacert.surveillance.queries.mappings import mapping_and_version, newest_version
from aquacert.surveillance.queries.quarantine import raws_of

NOTHING: Mapping[UUID, str] = {}


def replay_rows(
    w: Work, rows: Sequence[FeedSetAside], mended: Mapping[UUID, str] = NOTHING
) -> ImportCounts:
    """Read these rows again, each file's together, by the newest version of its mapping."""
    counts = ImportCounts()
    for file_id, ids in _by_file(rows).items():
        these = {one: raw for one, raw in mended.items() if one in ids}
        version_id = newest_for(w, w.get(FeedFile, file_id))
        counts = counts.plus(replay(w, file_id, ids, these, mapping_id=version_id))
    return counts


def mend_cell(w: Work, rows: Sequence[FeedSetAside], at: int, value: str) -> ImportCounts:
    """Put `value` into cell `at` (from 0) of these rows and read them again.

    What was received stays; the mended row is kept beside it. Raises `Invalid` on "value".
    """
    mended = {}
    for aside_id, raw in raws_of(w, rows).items():
        cells = json.loads(raw) if raw.startswith("[") else None
        if not isinstance(cells, list) or not 0 <= at < len(cells):
            raise Invalid("这一行没有这一格。", value="这一行没有这一格，不能这样改。")
        cells[at] = value
        mended[aside_id] = json.dumps(cells, ensure_ascii=False, separators=(",", ":"))
    return replay_rows(w, rows, mended)


def drop_rows(w: Work, rows: Sequence[FeedSetAside], because: str) -> int:
    """Drop these rows for a reason, each file's under a fact of its own; return how many."""
    return sum(drop(w, ids, because) for ids in _by_file(rows).values())


def newest_for(w: Work, file: FeedFile) -> UUID | None:
    """Return the newest version of the mapping that a file was read by."""
    found = mapping_and_version(w, file.mapping_id)
    return newest_version(w, found[0].id).id if found else None


def _by_file(rows: Sequence[FeedSetAside]) -> dict[UUID, list[UUID]]:
    ordered = sorted(rows, key=lambda one: one.file_id)
    return {
        file_id: [one.id for one in some]
        for file_id, some in groupby(ordered, key=lambda one: one.file_id)
    }
