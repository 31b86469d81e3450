"""Impact: a lower room previews what an act would touch above it, and gets counts only.

Higher rooms register counters in app.py; the lower room never learns what they count in. Where it
must know one thing (the certificate behind a purchase), a higher room answers in a type of the
lower one's own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aquacert.kernel.work import Look

Counter = Callable[["Look", Any], int]
Answer = Callable[["Look", Any], Any]


class Impact:
    """Counters by the kind of thing that would change."""

    def __init__(self) -> None:
        self._counters: dict[str, dict[str, Counter]] = {}
        self._answers: dict[str, Answer] = {}

    def register(self, kind: str, label: str, counter: Counter) -> None:
        """Let `counter` say how many things named `label` a change of `kind` would touch."""
        self._counters.setdefault(kind, {})[label] = counter

    def answer(self, kind: str, answer: Answer) -> None:
        """Let `answer` say what a higher room knows of a subject of this kind."""
        self._answers[kind] = answer

    def ask(self, look: Look, kind: str, subject: object) -> Any:  # noqa: ANN401
        """Return what the higher room answers; None where none answers."""
        found = self._answers.get(kind)
        return found(look, subject) if found else None

    def preview(self, look: Look, kind: str, subject: object) -> dict[str, int]:
        """Return label → count for a change of `kind` to `subject`."""
        return {
            label: counter(look, subject) for label, counter in self._counters.get(kind, {}).items()
        }
