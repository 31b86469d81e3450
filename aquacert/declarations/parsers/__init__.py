"""What comes in from outside: papers, a farm's workbook of declarations, the purposes' questions."""

from __future__ import annotations

from aquacert.declarations.parsers.asks import PURPOSE_ASKS, purpose_asks
from aquacert.declarations.parsers.workbook import read_workbook
from aquacert.hatcheries.parsers.papers import read_paper

__all__ = ["PURPOSE_ASKS", "purpose_asks", "read_paper", "read_workbook"]
