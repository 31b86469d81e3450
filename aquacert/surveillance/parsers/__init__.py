"""Reading feeds: a reader for each format (formats.py), and the table of sources' disease names."""

from aquacert.surveillance.parsers.crosswalk import Mapped, crosswalk, mapped

__all__ = ["Mapped", "crosswalk", "mapped"]
