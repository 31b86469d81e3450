"""Electronic seals by GB/T 38540-2020 and GM/T 0031-2014: made, applied, judged.

`verify` and `SealReport` are an outside contract: they keep their shape.
"""

from aquacert.trust.ses.holders import Holder, read_holder
from aquacert.trust.ses.judging import (
    STEPS,
    Kind,
    SealRefused,
    SealReport,
    Step,
    verify,
    verify_in_period,
)
from aquacert.trust.ses.making import SealFacts, SealSigner, make_seal, sign
from aquacert.trust.ses.structures import ListType, Picture

__all__ = [
    "STEPS",
    "Holder",
    "Kind",
    "ListType",
    "Picture",
    "SealFacts",
    "SealRefused",
    "SealReport",
    "SealSigner",
    "Step",
    "make_seal",
    "read_holder",
    "sign",
    "verify",
    "verify_in_period",
]
