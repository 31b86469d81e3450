"""Rules of sampling, pure: which tests a batch needs, states of a sample, seals and blind codes.

As shipped every disease is checked clinically and tested on suspicion or by the province's plan
(procedures 2011 §4.5; 农渔发〔2020〕7号 forbids a county to widen the scope). A row of the disease
table may ask for more ("always", a must-check category); nobody below the province can add one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from aquacert.kernel.states import Moves

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's: no I, L, O, U, so that a code read aloud is the code meant."""
BLIND_CODE_LENGTH = 10


class State(StrEnum):
    """Where one sample stands on the sender's side."""

    TAKEN = "taken"
    SENT = "sent"
    RELEASED = "released"


class Act(StrEnum):
    """What happens to a sample."""

    SEND = "send"
    RELEASE = "release"
    RETURN = "return"


class Stage(StrEnum):
    """Where one ordered test stands, as other rooms read it."""

    ORDERED = "ordered"
    SAMPLED = "sampled"
    SENT = "sent"
    RECEIVED = "received"
    RELEASED = "released"


class Because(StrEnum):
    """Why a test is asked for."""

    ALWAYS = "always"
    SUSPICION = "suspicion"
    PLAN = "plan"
    VET = "vet"


class Matrix(StrEnum):
    """What is in the tube."""

    WHOLE = "whole"
    GILL = "gill"
    KIDNEY_SPLEEN = "kidney_spleen"
    HEPATOPANCREAS = "hepatopancreas"
    PLEOPOD = "pleopod"
    MANTLE = "mantle"
    EGGS = "eggs"
    WATER = "water"


STATE_WORDS: Mapping[State, str] = {
    State.TAKEN: "已封样",
    State.SENT: "已送样",
    State.RELEASED: "已出报告",
}
STAGE_WORDS: Mapping[Stage, str] = {
    Stage.ORDERED: "待抽样",
    Stage.SAMPLED: "已封样，待送样",
    Stage.SENT: "已送样",
    Stage.RECEIVED: "实验室已收样",
    Stage.RELEASED: "已出报告",
}
BECAUSE_WORDS: Mapping[Because, str] = {
    Because.ALWAYS: "规则要求每批都检",
    Because.SUSPICION: "临床检查可疑",
    Because.PLAN: "省级监测计划",
    Because.VET: "官方兽医决定",
}
MATRIX_WORDS: Mapping[Matrix, str] = {
    Matrix.WHOLE: "全苗（整尾）",
    Matrix.GILL: "鳃",
    Matrix.KIDNEY_SPLEEN: "脾肾",
    Matrix.HEPATOPANCREAS: "肝胰腺",
    Matrix.PLEOPOD: "游泳足",
    Matrix.MANTLE: "外套膜",
    Matrix.EGGS: "卵",
    Matrix.WATER: "水样",
}

MOVES: Moves[State, Act] = Moves(
    {
        (State.TAKEN, Act.SEND): State.SENT,
        (State.SENT, Act.RELEASE): State.RELEASED,
        (State.RELEASED, Act.RETURN): State.SENT,
    },
    words=STATE_WORDS,
)


@dataclass(frozen=True)
class RequiredTest:
    """A disease that this batch must be tested for, and why."""

    disease_code: str
    because: Because


@dataclass(frozen=True)
class TestStanding:
    """Where the test of one batch for one disease stands. `outcome` is None until a report."""

    disease_code: str
    disease_name: str
    because: str
    state: Stage
    outcome: str | None
    report_no: str
    report_id: UUID | None
    lab_id: UUID | None
    lab_name: str
    method_code: str
    sampled_on: date | None
    released_on: date | None
    in_scope: bool


def required(
    triggers: Mapping[str, str],
    suspected: Collection[str],
    planned: Collection[str],
    ordered: Iterable[tuple[str, Because]] = (),
) -> tuple[RequiredTest, ...]:
    """Return the tests a batch needs, one for each disease, the weightiest reason first.

    `triggers` is disease → trigger of the dated rules for this species; `planned` holds the
    diseases a provincial plan asks for today; `ordered` what was ordered already (never forgotten).
    """
    found: dict[str, Because] = {}
    for code, trigger in triggers.items():
        if trigger == "always":
            found[code] = Because.ALWAYS
    for code in sorted(suspected):
        found.setdefault(code, Because.SUSPICION)
    for code in sorted(set(planned) & set(triggers)):
        found.setdefault(code, Because.PLAN)
    for code, because in ordered:
        found.setdefault(code, because)
    return tuple(RequiredTest(code, because) for code, because in sorted(found.items()))


def blind_code(letters: bytes) -> str:
    """Return a blind code from random bytes: it says nothing about farm, place or order."""
    text = "".join(ALPHABET[byte % len(ALPHABET)] for byte in letters[:BLIND_CODE_LENGTH])
    return f"{text[:5]}-{text[5:]}"


def days_between(taken: datetime, sent: datetime) -> int:
    """Return whole days from taking to sending; samples should reach the lab within one."""
    return (sent - taken).days


CODE128_B_START = 104
CODE128_STOP = "2331112"
CODE128 = [
    "212222",
    "222122",
    "222221",
    "121223",
    "121322",
    "131222",
    "122213",
    "122312",
    "132212",
    "221213",
    "221312",
    "231212",
    "112232",
    "122132",
    "122231",
    "113222",
    "123122",
    "123221",
    "223211",
    "221132",
    "221231",
    "213212",
    "223112",
    "312131",
    "311222",
    "321122",
    "321221",
    "312212",
    "322112",
    "322211",
    "212123",
    "212321",
    "232121",
    "111323",
    "131123",
    "131321",
    "112313",
    "132113",
    "132311",
    "211313",
    "231113",
    "231311",
    "112133",
    "112331",
    "132131",
    "113123",
    "113321",
    "133121",
    "313121",
    "211331",
    "231131",
    "213113",
    "213311",
    "213131",
    "311123",
    "311321",
    "331121",
    "312113",
    "312311",
    "332111",
    "314111",
    "221411",
    "431111",
    "111224",
    "111422",
    "121124",
    "121421",
    "141122",
    "141221",
    "112214",
    "112412",
    "122114",
    "122411",
    "142112",
    "142211",
    "241211",
    "221114",
    "413111",
    "241112",
    "134111",
    "111242",
    "121142",
    "121241",
    "114212",
    "124112",
    "124211",
    "411212",
    "421112",
    "421211",
    "212141",
    "214121",
    "412121",
    "111143",
    "111341",
    "131141",
    "114113",
    "114311",
    "411113",
    "411311",
    "113141",
    "114131",
    "311141",
    "411131",
    "211412",
    "211214",
    "211232",
]


def code128(text: str) -> list[int]:
    """Return the widths, in modules, of bars and spaces of Code 128 set B (ISO/IEC 15417).

    Raises `ValueError` for a character outside printable ASCII.
    """
    values = [ord(character) - 32 for character in text]
    if any(not 0 <= value <= 94 for value in values):
        raise ValueError(text)
    check = (CODE128_B_START + sum(i * v for i, v in enumerate(values, start=1))) % 103
    patterns = [CODE128[value] for value in (CODE128_B_START, *values, check)]
    return [int(width) for width in "".join(patterns) + CODE128_STOP]
