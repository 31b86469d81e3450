"""Rules of sampling, pure: how many, from what, in which pools, by which tests, under which code."""

from aquacert.sampling.rules.code128 import code128
from aquacert.sampling.rules.design import CONFIDENCE, PREVALENCES, Design, design
from aquacert.sampling.rules.labels import (
    ALPHABET,
    BLIND_CODE_LENGTH,
    LABEL_WORDS,
    MOST_LABELS,
    LabelFault,
    LabelState,
    blind_code,
    label_fault,
    read_code,
    scanned_alike,
)
from aquacert.sampling.rules.labels import SENTENCES as LABEL_SENTENCES
from aquacert.sampling.rules.pools import in_pools, in_words
from aquacert.sampling.rules.size import BASIS_WORDS, Basis
from aquacert.sampling.rules.standing import AtLab, Block, TestStanding, told, why_blocked
from aquacert.sampling.rules.states import MOVES, STAGE_WORDS, STATE_WORDS, Act, Stage, State
from aquacert.sampling.rules.tests import (
    BECAUSE_WORDS,
    PURPOSE_WORDS,
    Because,
    Purpose,
    RequiredTest,
    required,
)
from aquacert.sampling.rules.tissue import (
    COARSE,
    MATRIX_WORDS,
    PRESERVATION_WORDS,
    TISSUE_WORDS,
    LifeStage,
    Matrix,
    Preservation,
    Tissue,
    TissueRule,
    blind_stage,
    keeps_until_late,
    stage_of,
    tissue_rule,
)
from aquacert.sampling.rules.window import SENTENCES as WINDOW_SENTENCES
from aquacert.sampling.rules.window import Outside, Warned, Window, warnings

__all__ = [
    "ALPHABET",
    "BASIS_WORDS",
    "BECAUSE_WORDS",
    "BLIND_CODE_LENGTH",
    "COARSE",
    "CONFIDENCE",
    "LABEL_SENTENCES",
    "LABEL_WORDS",
    "MATRIX_WORDS",
    "MOST_LABELS",
    "MOVES",
    "PRESERVATION_WORDS",
    "PREVALENCES",
    "PURPOSE_WORDS",
    "STAGE_WORDS",
    "STATE_WORDS",
    "TISSUE_WORDS",
    "WINDOW_SENTENCES",
    "Act",
    "AtLab",
    "Basis",
    "Because",
    "Block",
    "Design",
    "LabelFault",
    "LabelState",
    "LifeStage",
    "Matrix",
    "Outside",
    "Preservation",
    "Purpose",
    "RequiredTest",
    "Stage",
    "State",
    "TestStanding",
    "Tissue",
    "TissueRule",
    "Warned",
    "Window",
    "blind_code",
    "blind_stage",
    "code128",
    "design",
    "in_pools",
    "in_words",
    "keeps_until_late",
    "label_fault",
    "read_code",
    "required",
    "scanned_alike",
    "stage_of",
    "tissue_rule",
    "told",
    "warnings",
    "why_blocked",
]
