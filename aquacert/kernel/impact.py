"""Impact: a lower room previews what an act would touch above it, and gets counts only.

Higher rooms register counters in app.py; the lower room never learns what they count in.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aquacert.kernel.work import Look

Counter = Callable[["Look", Any], int]


class Impact:
    """Counters by the kind of thing that would change."""

    def __init__(self) -> None:
        self._counters: dict[str, dict[str, Counter]] = {}

    def register(self, kind: str, label: str, counter: Counter) -> None:
        """Let `counter` say how many things named `label` a change of `kind` would touch."""
        self._counters.setdefault(kind, {})[label] = counter

    def preview(self, look: Look, kind: str, subject: object) -> dict[str, int]:
        """Return label → count for a change of `kind` to `subject`."""
        return {
            label: counter(look, subject) for label, counter in self._counters.get(kind, {}).items()
        }
