"""The trust list: every public key of this installation, in one signed public document.

`/trust/list.json` is plain JSON for readers; its `signature` is a COSE_Sign1 (base64url) by the
root over the same keys in deterministic CBOR, so mirrors can be believed.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self

from aquacert.kernel.clock import rfc3339
from aquacert.trust import cbor
from aquacert.trust.claims import QrClaims
from aquacert.trust.cose import Signer, sign1, verify_own
from aquacert.trust.errors import Refused, Why
from aquacert.trust.keys import ListedKey, PublicKey, Use

CONTENT_TYPE = "application/aquacert-trust+cbor"
LIST_VERSION = 1


class TrustList:
    """The keys one believes, by kid; a kid may be carried by more than one key."""

    def __init__(self, keys: Iterable[ListedKey]) -> None:
        self.keys = tuple(keys)
        self._of_use: dict[Use, dict[bytes, list[PublicKey]]] = {use: {} for use in Use}
        self._listed: dict[tuple[bytes, Use], tuple[ListedKey, ...]] = {}
        for key in self.keys:
            self._of_use[key.use].setdefault(key.kid, []).append(key.key)
            known = self._listed.get((key.kid, key.use), ())
            self._listed[key.kid, key.use] = (*known, key)

    def keys_of(self, use: Use) -> Mapping[bytes, Sequence[PublicKey]]:
        """Return the public keys of one use by kid, as `cose.verify1` takes them."""
        return self._of_use[use]

    def matching(self, kid: bytes, use: Use) -> tuple[ListedKey, ...]:
        """Return every key that carries `kid` and may be used so."""
        return self._listed.get((kid, use), ())

    def to_json(self, signer: Signer, now: datetime, version: int) -> str:
        """Return the public document; `version` only ever grows."""
        rows = [key.to_row() for key in self.keys]
        body: dict[str, Any] = {
            "v": LIST_VERSION,
            "version": version,
            "issued": rfc3339(now),
            "keys": rows,
        }
        proof = sign1(cbor.encode(body), signer, content_type=CONTENT_TYPE)
        signature = base64.urlsafe_b64encode(proof).decode().rstrip("=")
        return json.dumps({**body, "signature": signature}, ensure_ascii=False, indent=1)

    @classmethod
    def from_json(cls, text: str, root_spki: bytes) -> Self:
        """Return the list whose signature is the root's; raise `Refused` otherwise."""
        try:
            document: dict[str, Any] = json.loads(text)
            signature = document.pop("signature")
            proof = base64.urlsafe_b64decode(signature + "=" * (-len(signature) % 4))
            root = PublicKey.load(root_spki)
            signed = verify_own(proof, {root.kid: root}, content_type=CONTENT_TYPE)
            if cbor.encode(document) != signed.payload:
                raise Refused(Why.BAD_SIGNATURE, "document differs from what was signed")
            return cls(ListedKey.from_row(row) for row in document["keys"])
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise Refused(Why.MALFORMED, repr(error)) from None


@dataclass(frozen=True)
class Believed:
    """QR claims whose signature is good, under a key that was entitled to make it."""

    claims: QrClaims
    key: ListedKey


def read_claims(cose: bytes, trust: TrustList) -> Believed:
    """Return the claims of a scanned code; raise `Refused` unless wholly to be believed.

    Checked: strict form, signature, the key's window at the instant of issue, its use, and that
    the claims name the division the key belongs to.
    """
    verified = verify_own(cose, trust.keys_of(Use.ISSUE))
    claims = QrClaims.decode(verified.payload)
    instant = datetime.fromtimestamp(claims.issued_at, UTC)
    for key in trust.matching(verified.kid, Use.ISSUE):
        if key.key == verified.key and key.covers(instant):
            if key.owner.division != claims.authority_code:
                raise Refused(Why.KEY_NOT_VALID, f"{key.owner.division} signed for another")
            return Believed(claims, key)
    raise Refused(Why.KEY_NOT_VALID, verified.kid.hex())


def as_rows(trust: TrustList) -> Sequence[Mapping[str, Any]]:
    """Return the keys as JSON-ready rows, for pages that carry them to the browser."""
    return [key.to_row() for key in trust.keys]
