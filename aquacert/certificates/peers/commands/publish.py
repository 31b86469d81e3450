"""Publishing our own trust list: draft, sign with a threshold of roots, keep; the version grows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import structlog

from aquacert.certificates.models import TrustVersion
from aquacert.certificates.peers.commands.roots import (
    make_demo_roots,
    pinned_roots,
    root_signers,
)
from aquacert.certificates.peers.queries.own import latest, read_document, wanted
from aquacert.kernel.audit import Fact
from aquacert.kernel.errors import Conflict
from aquacert.kernel.scope import SYSTEM
from aquacert.kernel.work import Database, Work
from aquacert.trust.errors import Refused, Why
from aquacert.trust.keys import KeyRing
from aquacert.trust.trustdocument import TrustDocument

log = structlog.get_logger("trust")


@dataclass(frozen=True)
class TrustListPublished(Fact):
    """A version of our trust list was signed by enough roots and published."""

    tag: ClassVar[str] = "certificates:trust-list:publish"
    title: ClassVar[str] = "发布信任清单"
    version: int
    digest: str
    roots: list[str]


def next_draft(database: Database, keys: KeyRing) -> TrustDocument | None:
    """Return the next version, unsigned, for the ceremony; None when nothing has changed.

    Raise `Conflict` while no roots are set.
    """
    roots = pinned_roots(database.settings)
    if roots is None:
        raise Conflict("还没有根密钥：先用 aquacert trust roots 登记几把根密钥、几把签字有效。")
    with database.look(SYSTEM) as look:
        return wanted(look, keys, roots)


def publish(w: Work, document: TrustDocument) -> int:
    """Publish a signed version of our own list; return its version.

    Raise `Refused`: another province's list, not the next version, past its end, issuers beyond
    the province, or fewer roots than the published list (if any) and this one ask for.
    """
    if document.province != f"{w.settings.province}0000":
        raise Refused(Why.KEY_NOT_VALID, f"list of {document.province}")
    row = latest(w)
    held = None if row is None else read_document(row.document)
    if document.version != (1 if held is None else held.version + 1):
        raise Refused(Why.OLD_VERSION, f"version {document.version} is not the next")
    document.check_time(w.now)
    document.check_reach()
    document.check(document.roots if held is None else held.roots)
    kept = w.add(
        TrustVersion(
            id=w.new_id(),
            version=document.version,
            document=document.text(),
            expires_at=document.expires,
            published_at=w.now,
        )
    )
    signed = [kid.hex() for kid, _ in document.signatures]
    w.record(TrustListPublished(document.version, document.digest, signed), on=kept)
    return document.version


def renew(database: Database, keys: KeyRing) -> int | None:
    """Publish the next version when one is due and enough roots lie here; return it, else None.

    A demo makes its roots on the first call. Where the roots lie elsewhere this only says in the
    log that a ceremony is due.
    """
    settings = database.settings
    now = database.clock.now()
    if settings.is_demo:
        make_demo_roots(settings, now)
    if pinned_roots(settings) is None:
        return None
    document = next_draft(database, keys)
    if document is None:
        return None
    for signer in root_signers(settings, now):
        document = document.with_signature(signer)
    if document.signed_by(document.roots) < document.roots.threshold:
        log.warning("a ceremony is due", version=document.version, digest=document.digest)
        return None
    with database.work(SYSTEM) as w:
        row = latest(w)
        if row is not None and row.version >= document.version:
            return None
        return publish(w, document)
