"""Acts on documents that were made: judge, complete, preserve, print a copy."""

from aquacert.certificates.archive.commands.copies import Drawn, draw_copy, keep_copy
from aquacert.certificates.archive.commands.facts import verified_facts
from aquacert.certificates.archive.commands.judge import Judged, judge, keep_level
from aquacert.certificates.archive.commands.preserve import Done, complete, preserve_due

__all__ = [
    "Done",
    "Drawn",
    "Judged",
    "complete",
    "draw_copy",
    "judge",
    "keep_copy",
    "keep_level",
    "preserve_due",
    "verified_facts",
]
