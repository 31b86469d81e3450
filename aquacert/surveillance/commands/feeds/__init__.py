"""Feeds in: kept whole, judged subject by subject, written in stretches, mended row by row."""

from aquacert.surveillance.commands.feeds.importing import import_feed, import_in, import_kept
from aquacert.surveillance.commands.feeds.keeping import Progress, receive_feed
from aquacert.surveillance.commands.feeds.projections import PROJECTIONS
from aquacert.surveillance.commands.feeds.replaying import drop, replay
from aquacert.surveillance.commands.feeds.reprojecting import reproject
from aquacert.surveillance.commands.feeds.starting import (
    import_empresi,
    import_received,
    receive_empresi,
    start_import,
)
from aquacert.surveillance.queries.plan import ImportCounts
from aquacert.surveillance.queries.reading import ImportAsked

__all__ = [
    "PROJECTIONS",
    "ImportAsked",
    "ImportCounts",
    "Progress",
    "drop",
    "import_empresi",
    "import_feed",
    "import_in",
    "import_kept",
    "import_received",
    "receive_empresi",
    "receive_feed",
    "replay",
    "reproject",
    "start_import",
]
