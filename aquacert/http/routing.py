"""Addresses whose builders are made when they are first asked for.

Werkzeug compiles two functions for each rule when the application starts: with some seven hundred
rules that is most of the start. A worker builds few of them; each is made once, when it is wanted.
"""

from __future__ import annotations

from collections.abc import Callable

from werkzeug.routing import Rule


class PatientRule(Rule):
    """A rule that compiles the functions that build its address when one is first built."""

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:  # noqa: FBT001, FBT002
        compiled = super()._compile_builder
        made: list[Callable[..., tuple[str, str]]] = []

        def build(rule: Rule, /, **values: object) -> tuple[str, str]:
            if not made:
                made.append(compiled(append_unknown))
            return made[0](rule, **values)

        return build
