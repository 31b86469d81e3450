"""What was published of the status lists, written down outside the database: `status.mark`.

One line for each published version: list, version, and the slots that became final with it
(`2026201 7 81214:1 90001:3`). Appended and synced before the version's transaction commits, taken
along by backups and never shortened by a restore (kernel.backup). A restored database has
forgotten what became final after the backup: the next list carries it all the same, says so here
(`81214=1`), and every later one does too. No version number is given to two contents.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from aquacert.kernel.marks import append_lines
from aquacert.trust import statuslist
from aquacert.trust.statusbits import FINAL

STATUS_MARKS = "status.mark"
LINE = re.compile(r"(\d{7}) (\d+)((?: \d+[:=]\d)*)")

PAIR = re.compile(r"(\d+)([:=])(\d)")
CARRIED = "="


@dataclass(frozen=True)
class Remembered:
    """What the file knows of one list: its newest version, every final slot, and which are carried."""

    version: int
    final: Mapping[int, int]
    carried: frozenset[int]
    """Final slots that a restored database forgot and that lists carry on this file's word."""

    def forgotten(self, changed: Mapping[int, int], token: bytes) -> dict[int, int]:
        """Return the final slots that neither the table nor this database's own newest list has.

        What the newest list has and the table takes back is no memory lost: that is an alarm.
        """
        against = {at: value for at, value in self.final.items() if changed.get(at) != value}
        if not against:
            return {}
        own = statuslist.peek(token) if token else None
        return {
            at: value
            for at, value in against.items()
            if at in self.carried or own is None or at >= len(own) or own[at] != value
        }


def remembered(folder: Path, number: int) -> Remembered:
    """Return what is known of a list; nothing when there is no file yet. Torn lines are passed."""
    version, final, carried = 0, dict[int, int](), set[int]()
    for line in _lines(folder / STATUS_MARKS):
        found = LINE.fullmatch(line)
        if found is None or int(found[1]) != number:
            continue
        version = max(version, int(found[2]))
        for slot, sign, value in PAIR.findall(found[3]):
            final[int(slot)] = int(value)
            if sign == CARRIED:
                carried.add(int(slot))
    return Remembered(version, final, frozenset(carried))


def remember(
    folder: Path, number: int, version: int, final: Mapping[int, int], forgotten: Mapping[int, int]
) -> None:
    """Write down a version and what is new in it; raise `Unavailable` when the disk refuses."""
    known = remembered(folder, number)
    pairs = [
        f"{at}:{value}"
        for at, value in sorted(final.items())
        if value in FINAL and known.final.get(at) != value
    ]
    pairs += [f"{at}={value}" for at, value in sorted(forgotten.items()) if at not in known.carried]
    append_lines(folder / STATUS_MARKS, [" ".join((str(number), str(version), *pairs))])


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="ascii", errors="replace").splitlines()
    except FileNotFoundError:
        return []
