"""Why a proof was refused: one code and one sentence for each way a code can be wrong."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from aquacert.kernel.errors import Invalid


class Why(StrEnum):
    """The ways a signed object can fail; pages choose their colour by it."""

    MALFORMED = "malformed"
    NOT_CANONICAL = "not-canonical"
    UNKNOWN_ALGORITHM = "unknown-algorithm"
    UNKNOWN_VERSION = "unknown-version"
    UNKNOWN_KEY = "unknown-key"
    KEY_NOT_VALID = "key-not-valid"
    BAD_SIGNATURE = "bad-signature"
    STALE = "stale"


SENTENCES: Mapping[Why, str] = MappingProxyType(
    {
        Why.MALFORMED: "编码残缺或被改动，读不出内容。",
        Why.NOT_CANONICAL: "编码不是规定的唯一写法，不予采信。",
        Why.UNKNOWN_ALGORITHM: "签名算法不在认可之列。",
        Why.UNKNOWN_VERSION: "编码版本不认识，请更新查验程序。",
        Why.UNKNOWN_KEY: "签名所用的密钥不在信任清单中。",
        Why.KEY_NOT_VALID: "签发时这把密钥不在有效期内，或无权签发这类内容。",
        Why.BAD_SIGNATURE: "签名不符，内容可能被改动。",
        Why.STALE: "清单已过有效期，暂时无法核验。",
    }
)


class Refused(Invalid):
    """A signed object that must not be believed; `why` is the code, `detail` is for the log."""

    code = "refused-proof"

    def __init__(self, why: Why, detail: str = "") -> None:
        super().__init__(SENTENCES[why])
        self.why = why
        self.detail = detail
