"""The trust list of one province as a public document, signed by a threshold of root keys.

`{"signed": {…}, "signatures": [{"kid", "alg", "sig"}, …]}`. What a root signs are the bytes of the
canonical JSON of `signed` (RFC 8785; here only ASCII names, text, integers, true, false, null), the
same bytes that `jq -jcS .signed` prints. The idea of roots, threshold, growing version and end is
that of TUF (the Update Framework, §5.3): roots are changed by a list that both the old and the new
threshold signed. A province may list only issuers below its own code.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, Self

from aquacert.trust.errors import Refused, Why
from aquacert.trust.keys import ListedKey, PublicKey
from aquacert.trust.publickeys import Use
from aquacert.trust.roots import (
    MOST_ROOTS,
    Roots,
    RootSigner,
    as_division,
    as_instant,
    as_map,
    as_text,
    as_whole,
    canonical,
)
from aquacert.trust.statusbits import from_base64url
from aquacert.trust.trustlist import TrustList

TYPE = "aquacert-trust-list"
FORMAT = 2
LARGEST = 8 << 20
"""Bytes of the largest document this reads: 5,000 keys with their X.509 certificates."""
PUBLISHED = frozenset({Use.ISSUE, Use.SEAL, Use.REPORT, Use.STATUS, Use.ROOT})
"""Uses a list names. A vet's own key is not there: its certificate names a person."""


@dataclass(frozen=True)
class Issuer:
    """A body that signs certificates, and its keys."""

    division: str
    label: str
    name_zh: str
    name_en: str
    kinds: tuple[str, ...]
    keys: tuple[ListedKey, ...]


@dataclass(frozen=True, eq=False)
class TrustDocument:
    """One version of a province's list as read; nothing of it is believed before `check`."""

    body: Mapping[str, Any]
    """what is signed"""
    signatures: tuple[tuple[bytes, bytes], ...]
    """(kid, raw signature)"""
    province: str
    name_zh: str
    name_en: str
    version: int
    issued: datetime
    expires: datetime
    roots: Roots
    status_base: str
    log: Mapping[str, Any] | None
    issuers: tuple[Issuer, ...]

    @classmethod
    def read(cls, text: str | bytes) -> Self:
        """Return the document of `text`; raise `Refused` when it has another form or is too large."""
        document = _parsed(text)
        body = as_map(document.get("signed"))
        signatures = document.get("signatures")
        if set(document) != {"signed", "signatures"} or not isinstance(signatures, list):
            raise Refused(Why.MALFORMED, "not a trust list")
        if body.get("type") != TYPE:
            raise Refused(Why.MALFORMED, f"type {body.get('type')!r}")
        if body.get("v") != FORMAT:
            raise Refused(Why.UNKNOWN_VERSION, repr(body.get("v")))
        canonical(body)  # what cannot be written down cannot have been signed
        try:
            return cls(
                body=body,
                signatures=tuple(_signature(as_map(one)) for one in signatures[: MOST_ROOTS * 2]),
                province=as_division(body["province"]),
                name_zh=as_text(body["name"]["zh"]),
                name_en=as_text(body["name"]["en"]),
                version=as_whole(body["version"]),
                issued=as_instant(body["issued"]),
                expires=as_instant(body["expires"]),
                roots=Roots.from_row(body["roots"]),
                status_base=as_text(body["status"]["base"]),
                log=None if body["log"] is None else as_map(body["log"]),
                issuers=tuple(_issuer(as_map(one)) for one in body["issuers"]),
            )
        except (KeyError, ValueError, TypeError, AttributeError, OverflowError) as error:
            raise Refused(Why.MALFORMED, repr(error)) from None

    def text(self) -> str:
        """Return the document as published: readable JSON."""
        signatures = [_row_of(kid, sig, self.roots) for kid, sig in self.signatures]
        document = {"signed": self.body, "signatures": signatures}
        return json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True)

    @cached_property
    def signed_bytes(self) -> bytes:
        """What the roots sign."""
        return canonical(self.body)

    @property
    def digest(self) -> str:
        """SHA-256 of what the roots sign, hex: what a ceremony reads aloud."""
        return hashlib.sha256(self.signed_bytes).hexdigest()

    def signed_by(self, roots: Roots) -> int:
        """Return how many different keys of `roots` signed this document."""
        count = 0
        for key in roots.keys:
            for kid, signature in self.signatures:
                if kid == key.kid and _is_good(key, signature, self.signed_bytes):
                    count += 1
                    break
        return count

    def check(self, pinned: Roots) -> None:
        """Raise `Refused` unless the threshold of `pinned`, and of its own roots, signed.

        The second half lets roots change: a list that names new roots is signed by the old
        threshold and by the new one.
        """
        for roots, whose in ((pinned, "pinned"), (self.roots, "own")):
            count = self.signed_by(roots)
            if count < roots.threshold:
                raise Refused(
                    Why.NOT_ENOUGH_ROOTS, f"{count} of {roots.threshold} {whose} roots signed"
                )

    def check_reach(self) -> None:
        """Raise `Refused` when an issuer lies outside the province that lists it."""
        for issuer in self.issuers:
            if issuer.division[:2] != self.province[:2]:
                raise Refused(
                    Why.KEY_NOT_VALID, f"{self.province} lists an issuer of {issuer.division}"
                )

    def check_time(self, now: datetime) -> None:
        """Raise `Refused` when the list is past its end."""
        if now >= self.expires:
            raise Refused(Why.STALE, f"{self.province} version {self.version}")

    @cached_property
    def trust(self) -> TrustList:
        """The keys of the document as `cose.verify1` and `read_claims` ask them."""
        return TrustList(key for issuer in self.issuers for key in issuer.keys)

    def issuer_of(self, key: ListedKey) -> Issuer | None:
        """Return the issuer a key belongs to."""
        return next((one for one in self.issuers if key in one.keys), None)

    def with_signature(self, signer: RootSigner) -> Self:
        """Return the document with one more signature; the same root's earlier one is replaced."""
        kept = tuple(one for one in self.signatures if one[0] != signer.kid)
        fresh = (signer.kid, signer.sign(self.signed_bytes))
        return type(self)(**{**_fields(self), "signatures": (*kept, fresh)})

    def joined(self, other: TrustDocument) -> Self:
        """Return the document with the signatures of both; raise `Refused` for another body."""
        if other.signed_bytes != self.signed_bytes:
            raise Refused(Why.CHANGED, "signatures of different documents")
        held = dict(self.signatures) | dict(other.signatures)
        return type(self)(**{**_fields(self), "signatures": tuple(held.items())})


@dataclass(frozen=True)
class Facts:
    """What a new version says beside the keys."""

    province: str
    name_zh: str
    name_en: str
    version: int
    issued: datetime
    expires: datetime
    is_demo: bool
    status_base: str
    log: Mapping[str, Any] | None


def draft(facts: Facts, roots: Roots, issuers: Sequence[Issuer]) -> TrustDocument:
    """Return an unsigned document; raise `Refused` when an issuer lies outside the province."""
    body = {
        "type": TYPE,
        "v": FORMAT,
        "province": facts.province,
        "name": {"zh": facts.name_zh, "en": facts.name_en},
        "version": facts.version,
        "issued": _stamp(facts.issued),
        "expires": _stamp(facts.expires),
        "demo": facts.is_demo,
        "roots": roots.to_row(),
        "status": {"base": facts.status_base},
        "log": None if facts.log is None else dict(facts.log),
        "issuers": [_issuer_row(one) for one in issuers],
    }
    document = TrustDocument.read(json.dumps({"signed": body, "signatures": []}))
    document.check_reach()
    return document


def _fields(document: TrustDocument) -> dict[str, Any]:
    return {name: getattr(document, name) for name in document.__dataclass_fields__}


def _parsed(text: str | bytes) -> Mapping[str, Any]:
    if len(text) > LARGEST:
        raise Refused(Why.TOO_LARGE, f"{len(text)} of trust list")
    try:
        return as_map(json.loads(text, object_pairs_hook=_once, parse_float=_no_fraction))
    except (ValueError, RecursionError) as error:
        raise Refused(Why.MALFORMED, repr(error)) from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs) or not all(name.isascii() for name in found):
        raise Refused(Why.NOT_CANONICAL, "a name stands twice or is not ASCII")
    return found


def _no_fraction(text: str) -> float:
    raise Refused(Why.NOT_CANONICAL, f"the fraction {text}")


def _issuer(row: Mapping[str, Any]) -> Issuer:
    division, label, name = (
        as_division(row["division"]),
        as_text(row["label"]),
        as_text(row["name"]["zh"]),
    )
    owner = {"label": label, "division": division, "name": name}
    keys = tuple(ListedKey.from_row({**as_map(one), "issuer": owner}) for one in row["keys"])
    if any(key.use not in PUBLISHED for key in keys):
        raise Refused(Why.MALFORMED, "a key of a use that no list carries")
    kinds = tuple(as_text(kind) for kind in row["kinds"])
    return Issuer(division, label, name, as_text(row["name"]["en"]), kinds, keys)


def _issuer_row(issuer: Issuer) -> dict[str, Any]:
    keys = []
    for key in issuer.keys:
        row = key.to_row()
        del row["issuer"]
        keys.append(row)
    return {
        "division": issuer.division,
        "label": issuer.label,
        "name": {"zh": issuer.name_zh, "en": issuer.name_en},
        "kinds": list(issuer.kinds),
        "keys": keys,
    }


def _signature(row: Mapping[str, Any]) -> tuple[bytes, bytes]:
    return bytes.fromhex(as_text(row["kid"])), from_base64url(as_text(row["sig"]))


def _row_of(kid: bytes, signature: bytes, roots: Roots) -> dict[str, str]:
    named = next((key.algorithm for key in roots.keys if key.kid == kid), "")
    text = base64.urlsafe_b64encode(signature).decode().rstrip("=")
    return {"kid": kid.hex(), "alg": named, "sig": text}


def _is_good(key: PublicKey, signature: bytes, message: bytes) -> bool:
    try:
        key.verify(signature, message)
    except Refused:
        return False
    return True


def _stamp(instant: datetime) -> str:
    return instant.astimezone(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")
