"""Why a proof was refused: one code and one sentence for each way it can be wrong.

Every public function of `aquacert.trust` raises a subclass of `TrustError`, with its `reason`, on
any failure: unknown algorithm, trailing bytes, a changed file. It never returns a half answer.
"""

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
    BAD_PROOF = "bad-proof"
    """an inclusion or consistency proof does not lead to the root"""
    CHANGED = "changed"
    """a document was changed after it was signed"""
    NOT_PDF = "not-pdf"
    """no PDF, or one too broken to be read"""
    ENCRYPTED = "encrypted"
    UNSIGNED = "unsigned"
    """a document without the two signatures of a certificate"""
    TOO_LARGE = "too-large"
    NOT_ENOUGH_ROOTS = "not-enough-roots"
    """fewer root keys signed than the list asks for"""
    OLD_VERSION = "old-version"
    """an older list than one already held"""
    SEAL_EXPIRED = "seal-expired"
    SIGNER_NOT_OF_SEAL = "signer-not-of-seal"
    """the signer's certificate is not in the seal's list"""


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
        Why.BAD_PROOF: "证明与日志不符，不予采信。",
        Why.CHANGED: "文件在签名之后被改动过。",
        Why.NOT_PDF: "这不是 PDF 文件，或文件已损坏，读不出来。",
        Why.ENCRYPTED: "文件加了密，检疫证明不加密，不予采信。",
        Why.UNSIGNED: "文件上没有官方兽医签名和机构印章两个电子签名。",
        Why.TOO_LARGE: "文件太大，不像检疫证明，没有读取。",
        Why.NOT_ENOUGH_ROOTS: "清单上的根签名不够数，不予采信。",
        Why.OLD_VERSION: "清单比已有的旧，不予采信。",
        Why.SEAL_EXPIRED: "盖章时印章不在有效期内。",
        Why.SIGNER_NOT_OF_SEAL: "签章人不在这枚印章的名单里。",
    }
)


class TrustError(Invalid):
    """A signed object or a proof that must not be believed.

    `why` is the code, `reason` the same as text, `detail` is for the log.
    """

    code = "refused-proof"

    def __init__(self, why: Why, detail: str = "") -> None:
        super().__init__(SENTENCES[why])
        self.why = why
        self.detail = detail

    @property
    def reason(self) -> str:
        """The code of `why` as plain text, stable: `bad-signature`."""
        return self.why.value


class Refused(TrustError):
    """What was given to check is refused: `why` says for which reason."""
