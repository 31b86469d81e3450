"""Taking in another province's trust list: each step is said, and the first that fails stops it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import ClassVar
from uuid import UUID

from aquacert.certificates.models import PeerList, PeerProvince
from aquacert.certificates.rules.peers import PeerState
from aquacert.kernel.audit import Fact
from aquacert.kernel.errors import NotAllowedNow
from aquacert.kernel.work import Work
from aquacert.trust.errors import SENTENCES, Refused, Why
from aquacert.trust.roots import Roots
from aquacert.trust.trustdocument import TrustDocument

SKEW = timedelta(minutes=5)
"""How far another's clock may be ahead."""


@dataclass(frozen=True)
class PeerListImported(Fact):
    """A version of another province's trust list was accepted."""

    tag: ClassVar[str] = "certificates:peer-list:import"
    title: ClassVar[str] = "采信外省信任清单"
    division: str
    version: int
    digest: str
    source: str
    roots_changed: bool


@dataclass(frozen=True)
class Step:
    """One step of the examination: what was looked at, and what was found."""

    title: str
    is_good: bool
    found: str


@dataclass
class Examination:
    """The steps so far, and the document once it is read."""

    steps: list[Step] = field(default_factory=list)
    document: TrustDocument | None = None
    refused: Refused | None = None

    @property
    def is_good(self) -> bool:
        """Tell whether every step was good."""
        return self.refused is None

    def run(self, title: str, found: str, check: Callable[[], object]) -> None:
        """Do one step; after a failure nothing more is looked at."""
        if self.refused is not None:
            return
        try:
            check()
        except Refused as refused:
            self.refused = refused
            self.steps.append(Step(title, is_good=False, found=SENTENCES[refused.why]))
        else:
            self.steps.append(Step(title, is_good=True, found=found))


def examine(w: Work, row: PeerProvince, text: str | bytes) -> Examination:
    """Look at a list step by step, in the order in which each step makes the next safe."""
    seen = Examination()

    def read() -> None:
        seen.document = TrustDocument.read(text)

    seen.run("格式", "可以读出", read)
    document = seen.document
    if document is None:
        return seen
    pinned = Roots.from_row(row.roots)
    seen.run("省份", f"{document.province} {document.name_zh}", lambda: _is_of(document, row))
    count = document.signed_by(pinned)
    signed = f"{count} 把已认可的根签字，要求 {pinned.threshold} 把"
    seen.run("根签名", signed, lambda: document.check(pinned))
    version = f"第 {document.version} 版，手上是第 {row.version} 版"
    seen.run("版本", version, lambda: _is_newer(document, row))
    seen.run("有效期", f"到 {document.expires:%Y-%m-%d}", lambda: _is_in_time(document, w))
    keys = sum(len(one.keys) for one in document.issuers)
    reach = f"{len(document.issuers)} 个机构、{keys} 把密钥，都在本省代码之下"
    seen.run("签发机构", reach, document.check_reach)
    return seen


def import_list(w: Work, province_id: UUID, text: str | bytes, source: str) -> Examination:
    """Examine a list and, when every step is good, believe it from now on; say each step.

    The roots it names are the pinned ones afterwards: roots are changed by a list that the old and
    the new threshold signed. Raise `NotAllowedNow` for a province that two persons did not pin.
    """
    row = w.get_for_change(PeerProvince, province_id)
    if row.state != PeerState.PINNED.value:
        raise NotAllowedNow("这个省的根密钥还没有由两个人认可，不能采信它的清单。")
    seen = examine(w, row, text)
    if not seen.is_good or seen.document is None:
        return seen
    document = seen.document
    changed = not document.roots.same_as(Roots.from_row(row.roots))
    w.add(
        PeerList(
            id=w.new_id(),
            province_id=row.id,
            version=document.version,
            document=document.text(),
            expires_at=document.expires,
            source=source[:300],
            imported_at=w.now,
            imported_by_id=w.actor.person_id,
        )
    )
    row.version = document.version
    row.roots = document.roots.to_row()
    row.name = document.name_zh
    fact = PeerListImported(
        document.province, document.version, document.digest, source[:300], changed
    )
    w.record(fact, on=row)
    return seen


def _is_of(document: TrustDocument, row: PeerProvince) -> None:
    if document.province != row.division_code:
        raise Refused(Why.KEY_NOT_VALID, f"list of {document.province}, not {row.division_code}")


def _is_newer(document: TrustDocument, row: PeerProvince) -> None:
    if document.version <= row.version:
        raise Refused(Why.OLD_VERSION, f"{document.version} after {row.version}")


def _is_in_time(document: TrustDocument, w: Work) -> None:
    document.check_time(w.now)
    if document.issued > w.now + SKEW:
        raise Refused(Why.KEY_NOT_VALID, "the list is dated ahead")
