"""What others may ask of surveillance: above all, what a zone blocks on a day."""

from aquacert.surveillance.queries.blocks import Block, Wanted, blocks, tests_wanted, wanted
from aquacert.surveillance.queries.events import (
    EventLine,
    counts_by_realm,
    event,
    event_lines,
    events,
    waiting,
)
from aquacert.surveillance.queries.feeds import feed_age, feed_file, feed_files, set_aside
from aquacert.surveillance.queries.plan import ImportCounts
from aquacert.surveillance.queries.reading import preview_empresi
from aquacert.surveillance.queries.zones import ZoneLine, zone_lines, zones_of

__all__ = [
    "Block",
    "EventLine",
    "ImportCounts",
    "Wanted",
    "ZoneLine",
    "blocks",
    "counts_by_realm",
    "event",
    "event_lines",
    "events",
    "feed_age",
    "feed_file",
    "feed_files",
    "preview_empresi",
    "set_aside",
    "tests_wanted",
    "waiting",
    "wanted",
    "zone_lines",
    "zones_of",
]
