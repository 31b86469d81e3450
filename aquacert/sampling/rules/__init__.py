"""Rules of sampling, pure: how many, from what, in which pools, by which tests, under which code."""

from aquacert.sampling.rules.code128 import code128
from aquacert.sampling.rules.labels import ALPHABET, BLIND_CODE_LENGTH, blind_code
from aquacert.sampling.rules.states import (
    MOVES,
    STAGE_WORDS,
    STATE_WORDS,
    Act,
    Stage,
    State,
    days_between,
)
from aquacert.sampling.rules.tests import (
    BECAUSE_WORDS,
    Because,
    RequiredTest,
    TestStanding,
    required,
)
from aquacert.sampling.rules.tissue import MATRIX_WORDS, Matrix

__all__ = [
    "ALPHABET",
    "BECAUSE_WORDS",
    "BLIND_CODE_LENGTH",
    "MATRIX_WORDS",
    "MOVES",
    "STAGE_WORDS",
    "STATE_WORDS",
    "Act",
    "Because",
    "Matrix",
    "RequiredTest",
    "Stage",
    "State",
    "TestStanding",
    "blind_code",
    "code128",
    "days_between",
    "required",
]
