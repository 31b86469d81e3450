"""What the trail says about review."""

from dataclasses import dataclass
from typing import ClassVar

from aquacert.kernel.audit import Fact


@dataclass(frozen=True)
class ResultVerified(Fact):
    """A second person confirmed a result."""

    tag: ClassVar[str] = "labs:result:verify"
    title: ClassVar[str] = "复核通过"
    blind_code: str
    disease_code: str
    outcome: str
    version: int


@dataclass(frozen=True)
class ResultReturned(Fact):
    """A result went back to the bench."""

    tag: ClassVar[str] = "labs:result:send_back"
    title: ClassVar[str] = "退回检测"
    blind_code: str
    disease_code: str
    version: int


@dataclass(frozen=True)
class ResultTakenBack(Fact):
    """The technician took a result back before review."""

    tag: ClassVar[str] = "labs:result:take_back"
    title: ClassVar[str] = "检测员撤回结果"
    blind_code: str
    disease_code: str
    version: int


@dataclass(frozen=True)
class ResultsSigned(Fact):
    """A person signed results; `record_hash` is the SHA-256 of the record that was shown."""

    tag: ClassVar[str] = "labs:result:sign"
    title: ClassVar[str] = "复核签名"
    results: int
    record_hash: str
    meaning: str


@dataclass(frozen=True)
class ReviewLevelSet(Fact):
    """How many persons must verify a method's results was set."""

    tag: ClassVar[str] = "labs:review:level"
    title: ClassVar[str] = "设定复核人数"
    method_code: str
    verifiers: int
    from_on: str
