"""The declaration as a task list: short parts, each with one of four standings.

After the GOV.UK patterns "complete multiple tasks" and "task list": few statuses, what is done is
plain, what cannot start yet is grey and no link.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from aquacert.declarations.rules.answers import SITES, Answers, Source, flat
from aquacert.declarations.rules.typed import NAME


class Part(StrEnum):
    """One short page of the form."""

    SEED = "seed"
    SOURCE = "source"
    PLACE = "place"
    TRIP = "trip"
    PURPOSE = "purpose"
    SHARES = "shares"
    PAPERS = "papers"
    CONTACT = "contact"
    CHECK = "check"
    AGAIN = "again"
    """The three things that are new each time; a shortcut beside the list, no line of it."""


class Standing(StrEnum):
    """How far a part is."""

    DONE = "done"
    OPEN = "open"
    WRONG = "wrong"
    WAIT = "wait"


STANDING_WORDS: Mapping[Standing, str] = {
    Standing.DONE: "已填好",
    Standing.OPEN: "没填完",
    Standing.WRONG: "要改",
    Standing.WAIT: "暂不能开始",
}
PART_WORDS: Mapping[Part, str] = {
    Part.SEED: "苗种和数量",
    Part.SOURCE: "苗种从哪里来",
    Part.PLACE: "到哪里、谁收货",
    Part.TRIP: "什么时候走、用什么车",
    Part.PURPOSE: "用途",
    Part.SHARES: "每车装多少",
    Part.PAPERS: "材料照片",
    Part.CONTACT: "联系电话",
    Part.CHECK: "核对，提交",
    Part.AGAIN: "这次哪里不同",
}
ASKS = (
    *("release_plan", "release_water", "native_stock"),
    *("protected", "protected_permit", "parents", "isolation_place"),
)
"""Answers of a load that only some purposes ask for (seed_data/purpose_asks.csv)."""
OF_BATCH = (Part.SEED, Part.SOURCE)
OF_LOAD = (Part.PLACE, Part.TRIP, Part.PURPOSE)
FIELDS: Mapping[Part, tuple[str, ...]] = {
    Part.SEED: ("lot", "species", "variety", "life_stage", "unit", "quantity"),
    Part.SOURCE: (
        *("source", "captured_on", "capture_place", *SITES),
        *("brought", "brought_certificate", "brought_province", "brought_on"),
    ),
    Part.PLACE: ("destination", "place", "consignee", "consignee_phone"),
    Part.TRIP: (
        *("departs_at", "travel_days", "via", "mode", "plate"),
        *("carrier", "carrier_phone", "disinfectant"),
    ),
    Part.PURPOSE: ("purpose", *ASKS),
}
PLACE_OF = {name: part for part, names in FIELDS.items() for name in names}


@dataclass(frozen=True)
class Piece:
    """One part of one batch or load (`row`), or of the whole declaration (`row` None)."""

    part: Part
    row: int | None = None

    @property
    def key(self) -> str:
        """How addresses name it: `seed-0`, `papers`."""
        return self.part.value if self.row is None else f"{self.part.value}-{self.row}"


@dataclass(frozen=True)
class Task:
    """One line of the task list."""

    piece: Piece
    standing: Standing


def piece_of(name: str) -> Piece | None:
    """Return the part on which a field (or a fault) stands; None for what no part asks."""
    if name == "phone":
        return Piece(Part.CONTACT)
    if name.startswith("papers"):
        return Piece(Part.PAPERS)
    found = NAME.fullmatch(name)
    if found is None:
        return None
    if found[3] == "quantities":
        return Piece(Part.SHARES)
    return Piece(PLACE_OF[found[3]], int(found[2])) if found[3] in PLACE_OF else None


def read_key(key: str, answers: Answers) -> Piece | None:
    """Return the part that an address names, or None when this declaration has no such part."""
    if key == Part.AGAIN.value:
        return Piece(Part.AGAIN)
    return next((one for one in pieces(answers) if one.key == key), None)


def names_of(piece: Piece, answers: Answers) -> tuple[str, ...]:
    """Return the fields that a part asks, of its own batch or load only."""
    if piece.part is Part.CONTACT:
        return ("phone",)
    if piece.part is Part.AGAIN:
        return (
            *(f"batches-{at}-quantity" for at in range(len(answers.batches))),
            *(
                f"loads-{at}-{name}"
                for at in range(len(answers.loads))
                for name in ("departs_at", "plate")
            ),
        )
    if piece.part is Part.SHARES:
        return tuple(
            f"loads-{load}-quantities-{batch}"
            for load in range(len(answers.loads))
            for batch in range(len(answers.batches))
        )
    kind = "batches" if piece.part in OF_BATCH else "loads"
    return tuple(f"{kind}-{piece.row}-{name}" for name in FIELDS.get(piece.part, ()))


def pieces(answers: Answers) -> tuple[Piece, ...]:
    """Return every part of this declaration in the order of the list."""
    found = [Piece(part, at) for at in range(len(answers.batches)) for part in OF_BATCH]
    found += [Piece(part, at) for at in range(len(answers.loads)) for part in OF_LOAD]
    if shares_asked(answers):
        found.append(Piece(Part.SHARES))
    return (*found, Piece(Part.PAPERS), Piece(Part.CONTACT), Piece(Part.CHECK))


def shares_asked(answers: Answers) -> bool:
    """Say whether what each lorry carries must be asked: several batches or lorries."""
    many = len(answers.batches) > 1 or len(answers.loads) > 1
    return many or any(any(load.quantities) for load in answers.loads)


def task_list(answers: Answers, faults: Collection[str]) -> tuple[Task, ...]:
    """Return every part with its standing.

    A fault at an empty field means the part is not finished; at a filled one, that it must be
    changed. Shares wait for the amounts, the last check for everything.
    """
    values = flat(answers)
    found = {one: _standing(one, faults, values) for one in pieces(answers)}
    seeds = [said for one, said in found.items() if one.part is Part.SEED]
    if any(said is not Standing.DONE for said in seeds) and Piece(Part.SHARES) in found:
        found[Piece(Part.SHARES)] = Standing.WAIT
    rest = [said for one, said in found.items() if one.part is not Part.CHECK]
    if any(said is not Standing.DONE for said in rest):
        found[Piece(Part.CHECK)] = Standing.WAIT
    else:
        found[Piece(Part.CHECK)] = Standing.OPEN
    return tuple(Task(one, said) for one, said in found.items())


def _standing(piece: Piece, faults: Collection[str], values: Mapping[str, str]) -> Standing:
    at_fault = [name for name in faults if piece_of(name) == piece]
    if not at_fault:
        return Standing.DONE
    filled = any(values.get(name, "").strip() for name in at_fault)
    return Standing.WRONG if filled else Standing.OPEN


def next_piece(tasks: Sequence[Task], after: Piece) -> Piece | None:
    """Return the next part that is not done, beginning behind `after` and going round once."""
    at = next((i for i, one in enumerate(tasks) if one.piece == after), -1)
    turned = [*tasks[at + 1 :], *tasks[: at + 1]]
    open_ones = [
        one.piece
        for one in turned
        if one.standing in {Standing.OPEN, Standing.WRONG} and one.piece.part is not Part.CHECK
    ]
    ready = any(one.piece.part is Part.CHECK and one.standing is Standing.OPEN for one in tasks)
    return open_ones[0] if open_ones else (Piece(Part.CHECK) if ready else None)


def parts_changed(names: Collection[str]) -> tuple[str, ...]:
    """Return the words of the parts on which changed fields stand, for whoever reads it after."""
    found = [piece for name in names if (piece := piece_of(name))]
    return tuple(dict.fromkeys(PART_WORDS[one.part] for one in found))


def is_wild(answers: Answers) -> bool:
    """Say whether any batch was caught in the wild."""
    return any(one.source == Source.WILD.value for one in answers.batches)
