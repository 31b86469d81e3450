"""Whose name a feed's is: no file speaks under a name that belongs to another way of reading.

Keys of subjects are unique within a feed, and a newer report of a key overrules what stands. So a
file read by one format or mapping must not come in under the name of another, of a registered
feed of another kind, or of our own events.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import select

from aquacert.kernel.errors import Invalid
from aquacert.kernel.work import Look
from aquacert.surveillance.models import FeedFile
from aquacert.surveillance.models.mappings import FeedMapping, FeedMappingVersion
from aquacert.surveillance.models.visits import Feed
from aquacert.surveillance.parsers.formats import FORMATS
from aquacert.surveillance.rules.visits import Way

if TYPE_CHECKING:
    from aquacert.surveillance.queries.reading import ImportAsked

MAPPED = "mapped"
RESERVED = frozenset({"own", "self", "express", MAPPED})
"""Sources of our own events: no file may speak under their names."""
NAME = re.compile(r"[^\s:/\\\x00-\x1f\x7f][^:/\\\x00-\x1f\x7f]{0,39}")
"""`:` stands in the sources that are worked out of others (samples)."""


def check_feed(look: Look, ask: ImportAsked) -> None:
    """Raise `Invalid` (field "feed") when a file may not come in under the feed it names."""
    if not may_speak(look, ask.feed, ask.format, mapping_of_version(look, ask.mapping_id)):
        sentence = f"“{ask.feed[:40]}”是别的来源的名字，这个文件不能用。请换一个，或者按那个来源的格式导入。"
        raise Invalid(sentence, feed=sentence)


def check_signed(look: Look, ask: ImportAsked) -> None:
    """Raise `Invalid` when the feed's files are signed: then none comes in without, by any other door.

    Whoever may act everywhere still may: a lost key must not stop a feed.
    """
    row = look.one(select(Feed).where(Feed.key == ask.feed))
    if row is None or row.way != Way.PUSH.value or row.secret is None:
        return
    if not look.actor.scope.everything:
        sentence = "这个来源只收签过名的推送，不能在这里导入它的文件。"
        raise Invalid(sentence, feed=sentence)


def may_speak(look: Look, source: str, form: str, mapping_id: UUID | None) -> bool:
    """Say whether a file of this format or mapping may come in under a feed's name."""
    if source in RESERVED or not NAME.fullmatch(source):
        return False
    if source in FORMATS and source != form:
        return False
    mapped = look.session.scalar(select(FeedMapping.id).where(FeedMapping.plain == source))
    if mapped is not None and mapped != mapping_id:
        return False
    row = look.session.execute(
        select(Feed.format, Feed.mapping_id).where(Feed.key == source)
    ).first()
    if row is not None:
        return (row[0], row[1]) == (form, mapping_id)
    first = look.session.execute(
        select(FeedFile.format, FeedFile.mapping_id).where(FeedFile.source == source).limit(1)
    ).first()
    return first is None or (first[0] == form and mapping_of_version(look, first[1]) == mapping_id)


def mapping_of_version(look: Look, version_id: UUID | None) -> UUID | None:
    """Return the mapping that a version is of."""
    if version_id is None:
        return None
    asked = select(FeedMappingVersion.mapping_id).where(FeedMappingVersion.id == version_id)
    return look.session.scalar(asked)
