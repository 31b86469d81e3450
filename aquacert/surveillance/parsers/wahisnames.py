"""Names and counts as WAHIS writes them, in its extract and in its JSON alike."""

from __future__ import annotations

import re
from collections.abc import Mapping

from aquacert.surveillance.rules.events import Value, plain_name

SPECIES = re.compile(r"(.+?)\s*\(\s*([A-Z][a-z]+(?: [a-z.]+){0,2})\s*\)")
WILD = "wild"
Said = dict[str, Value]


def species_parts(written: str) -> tuple[str, str]:
    """Return (name, Latin name) of `Whiteleg shrimp (Penaeus vannamei)`."""
    found = SPECIES.fullmatch(written.strip())
    return (found[1].strip(), found[2]) if found else (written.strip(), "")


def species_field(
    written: str | None, counts: Mapping[str, Value], *, is_wild: bool | None
) -> dict[str, Value]:
    """Return one species of an outbreak as a field of its own: kept animals apart from wild ones.

    0 susceptible beside cases is unknown, not nought.
    """
    name, latin = species_parts(written or "")
    at_risk = counts.get("at_risk")
    line: Said = {"name": name, "latin": latin, "is_wild": is_wild, **counts}
    if at_risk == 0 and any(counts.get(one) for one in ("cases", "deaths")):
        line["at_risk"] = None
    word = plain_name(name) or "?"
    return {f"species:{word}{f' ({WILD})' if is_wild else ''}": line}
