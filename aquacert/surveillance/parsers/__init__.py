"""Reading feeds: EMPRES-i files, and the table that sets a source's disease names to ours."""

from aquacert.surveillance.parsers.crosswalk import Mapped, crosswalk, mapped
from aquacert.surveillance.parsers.empresi import BadRow, Feed, Report, read_empresi

__all__ = ["BadRow", "Feed", "Mapped", "Report", "crosswalk", "mapped", "read_empresi"]
