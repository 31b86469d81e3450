"""Keys that are believed, asked by kid and use; and a scanned code judged by them.

The signed public document they come from is `trustdocument`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from aquacert.trust.claims import QrClaims
from aquacert.trust.cose import verify_own
from aquacert.trust.errors import Refused, Why
from aquacert.trust.keys import ListedKey, PublicKey, Use


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
