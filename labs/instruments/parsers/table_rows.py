"""Judge the rows of a table one after another: each becomes a reading, a refusal, or nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from labs.instruments.parsers.sheets import UNCOMPUTED, Sheet
from labs.instruments.rules import (
    Cq,
    Refusal,
    RefusalCode,
    Role,
    UnreadableCq,
    WellReading,
    Why,
    plain,
    read_cq,
    role_of_name,
)
from labs.instruments.rules.conclusions import contradicts
from labs.instruments.rules.profiles import Decimals, Profile

OMITTED = frozenset({"true", "yes", "y", "1", "是", "x", "omit", "omitted"})
KEPT = frozenset({"", "false", "no", "n", "0", "否", "-"})


@dataclass(slots=True)
class Reader:
    """What a row is held against: the columns, the profile, and what was seen before."""

    columns: Mapping[str, int]
    width: int
    profile: Profile
    cap: int | None
    sheet: Sheet
    nameless: bool = False
    said: int | None = None
    """The column of conclusions beside the Cq; it is never taken, but must not contradict."""
    empty: int = 0
    _seen: set[tuple[str, ...]] = field(default_factory=set)

    def read(self, number: int, row: tuple[str, ...]) -> WellReading | Refusal | None:
        """Turn one row into a frozen row; None for a well that holds nothing."""
        filled = len(row) - next(
            (i for i, cell in enumerate(reversed(row)) if cell.strip()), len(row)
        )
        if filled > self.width or len(row) < self.width:
            place = self.columns["sample"]
            about = (plain(row[place]) if place < len(row) else "", "")
            return Refusal(number, "", RefusalCode.ROW_LENGTH, ",".join(row)[:40], about)
        cells = {name: plain(row[place]) for name, place in self.columns.items()}
        if self.sheet.is_merged(number, self.columns.values()):
            about = (cells["sample"], cells["target"])
            return Refusal(number, "", RefusalCode.MERGED_CELLS, cells["sample"][:40], about)
        if not cells["cq"] and not cells["target"] and not cells["sample"]:
            self.empty += 1
            return None
        made = self._judged(cells, number)
        if isinstance(made, WellReading) and self.said is not None:
            made = self._agreed(made, plain(row[self.said]))
        made = self._once(made, number) if isinstance(made, WellReading) else made
        if isinstance(made, Refusal):
            named = cells["sample"] or self.profile.well(cells.get("well", "")) or ""
            return replace(made, about=(named, cells["target"]))
        return made

    def _agreed(self, made: WellReading, said: str) -> WellReading | Refusal:
        """Refuse a reading that the conclusion in its row contradicts."""
        if made.is_excluded or not contradicts(made.cq, said, self.profile.no_cq):
            return made
        return Refusal(
            made.row, "cq", RefusalCode.RESULT_CONTRADICTS, f"{made.cq or '无'} {said}"[:40]
        )

    def _once(self, made: WellReading, number: int) -> WellReading | Refusal:
        """Refuse what an earlier row said of the same well and target."""
        key = (made.well, made.target) if made.well else (made.sample, made.target, str(made.cq))
        if key in self._seen:
            column = "well" if made.well else "sample"
            return Refusal(number, column, RefusalCode.DUPLICATE_ROW, key[0])
        self._seen.add(key)
        return made

    def _judged(self, cells: Mapping[str, str], number: int) -> WellReading | Refusal:
        """Judge the cells one after another; the first bad one refuses the row."""
        well = self.profile.well(cells.get("well", ""))
        if well is None:
            return Refusal(number, "well", RefusalCode.WELL_UNREADABLE, cells["well"][:40])
        missing = self._missing(cells, well)
        if missing is not None:
            return Refusal(number, missing[0], missing[1], well)
        task, omit = cells.get("role", "").lower(), cells.get("omit", "").lower()
        for column, word, code, is_known in (
            ("role", task, RefusalCode.TASK_UNKNOWN, not task or task in self.profile.tasks),
            ("omit", omit, RefusalCode.OMIT_UNKNOWN, omit in KEPT | OMITTED),
        ):
            if not is_known:
                return Refusal(number, column, code, word[:40])
        if omit in OMITTED:
            return self._made(cells, well, task, Cq(None, Why.EXCLUDED), number)
        try:
            # Only where the profile says so is an empty cell “nothing came up”; elsewhere empty is unknown.
            cq = read_cq(
                cells["cq"],
                cap=self.cap,
                blank_is_none=self.profile.blank_is_none,
                decimal_comma=self._comma,
                words=self.profile.no_cq,
            )
        except UnreadableCq as unreadable:
            return Refusal(number, "cq", unreadable.code, cells["cq"][:40])
        return self._made(cells, well, task, cq, number)

    def _made(
        self, cells: Mapping[str, str], well: str, task: str, cq: Cq, number: int
    ) -> WellReading:
        """Return the reading of a row that nothing stands against."""
        told = self.profile.tasks.get(task, Role.UNKNOWN)
        role = role_of_name(cells["sample"]) if told is Role.UNKNOWN else told
        return WellReading(
            "", well, cells["sample"], role, cells["target"], cq.value, cq.why, row=number
        )

    def _missing(self, cells: Mapping[str, str], well: str) -> tuple[str, RefusalCode] | None:
        """Return the cell a row cannot do without; a worksheet may tell the sample of a named well."""
        unsaid = next((name for name, cell in cells.items() if cell == UNCOMPUTED), None)
        if unsaid is not None:
            return unsaid, RefusalCode.FORMULA_EMPTY
        if not cells["sample"] and not (self.nameless and well):
            return "sample", RefusalCode.SAMPLE_MISSING
        return None if cells["target"] else ("target", RefusalCode.TARGET_MISSING)

    @property
    def _comma(self) -> bool:
        """Whether a comma is the decimal sign."""
        if self.profile.decimals is Decimals.AUTO:
            return self.sheet.decimal_comma
        return self.profile.decimals is Decimals.COMMA
