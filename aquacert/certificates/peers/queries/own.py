"""Our own trust list: what it should say now, and what was published."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from functools import lru_cache

from sqlalchemy import select

from aquacert.certificates.models import TrustVersion
from aquacert.certificates.rules.kinds import Kind
from aquacert.kernel.errors import NotFound
from aquacert.kernel.work import Look
from aquacert.reference import queries as reference
from aquacert.trust.keys import KeyRing, ListedKey, Use
from aquacert.trust.roots import Roots
from aquacert.trust.trustdocument import PUBLISHED, Facts, Issuer, TrustDocument, draft
from aquacert.trust.trustlist import TrustList

LIVES = timedelta(days=90)
"""How long a list holds: roots that cannot meet for a quarter are lost."""
RENEW = timedelta(days=30)
"""A list is drafted anew when so little is left."""
KINDS = tuple(kind.value for kind in Kind)


def own_list(keys: KeyRing) -> TrustList:
    """Return the list of this installation's own keys."""
    return TrustList(keys.public_keys())


def latest(look: Look) -> TrustVersion | None:
    """Return the newest published version of our own list, or None before the first."""
    return look.one(select(TrustVersion).order_by(TrustVersion.version.desc()))


def trust_version(look: Look, version: int) -> TrustVersion:
    """Return one published version; raise `NotFound` when there is none."""
    found = look.one(select(TrustVersion).where(TrustVersion.version == version))
    if found is None:
        raise NotFound("没有这一版信任清单。")
    return found


@lru_cache(maxsize=64)
def read_document(text: str) -> TrustDocument:
    """Return a stored document, parsed once in a process."""
    return TrustDocument.read(text)


def wanted(look: Look, keys: KeyRing, roots: Roots) -> TrustDocument | None:
    """Return the next version, unsigned, or None when the published one says all that is so.

    Needed when a key, a root or an address changed, and when the end comes near.
    """
    row = latest(look)
    fresh = _draft(look, keys, roots, 1 if row is None else row.version + 1)
    if row is None:
        return fresh
    held = read_document(row.document)
    if _matter(held) != _matter(fresh) or held.expires - look.now < RENEW:
        return fresh
    return None


def _draft(look: Look, keys: KeyRing, roots: Roots, version: int) -> TrustDocument:
    settings = look.settings
    province = f"{settings.province}0000"
    place = reference.division(look, province)
    log = keys.notes.key()
    facts = Facts(
        province=province,
        name_zh=place.name_zh,
        name_en=place.name_en,
        version=version,
        issued=look.now,
        expires=look.now + LIVES,
        is_demo=settings.is_demo,
        status_base=f"{settings.public_url}/trust/status/",
        log=None if log is None else {"origin": log.name, "key": str(log)},
    )
    return draft(facts, roots, _issuers(look, keys, province))


def _matter(document: TrustDocument) -> dict[str, object]:
    """Return what a document says beside its version and its dates."""
    passing = {"version", "issued", "expires"}
    return {name: value for name, value in document.body.items() if name not in passing}


def _issuers(look: Look, keys: KeyRing, province: str) -> list[Issuer]:
    """Return every body with its published keys, by division; the root belongs to the province."""
    grouped: defaultdict[tuple[str, str], list[ListedKey]] = defaultdict(list)
    for key in keys.public_keys():
        if key.use in PUBLISHED:
            grouped[key.owner.division or province, key.owner.label].append(key)
    return [
        Issuer(
            division=division,
            label=label,
            name_zh=held[0].owner.name,
            name_en=_english(look, division),
            kinds=() if held[0].use is Use.REPORT else KINDS,
            keys=tuple(held),
        )
        for (division, label), held in sorted(grouped.items())
    ]


def _english(look: Look, division: str) -> str:
    """Return the English name of a place; empty for a code that no list of ours has."""
    try:
        return reference.full_name_en(look, division)
    except NotFound:
        return ""
