"""A province whose trust list and status lists are made by hand, as /trust publishes them."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from aquacert.kernel.clock import rfc3339
from aquacert.trust import statuslist
from aquacert.trust.claims import QrClaims
from aquacert.trust.cose import sign1
from aquacert.trust.keys import KeyRing, Owner, Use
from aquacert.trust.qr import qr_url
from tests.make.verification import OFFICE, record_of

HALF = 0x7FFFFFFF800000007FFFFFFFFFFFFFFFDE737D56D38BCF4279DCE5617E3192A8
NUMBER = 2026401
BASE = "https://cert.example"


def canonical(value: Any) -> bytes:
    """Canonical JSON of ASCII keys, integers and text (RFC 8785)."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def low_s(payload: bytes, signer: Any) -> bytes:
    """A COSE_Sign1 whose s is the low one."""
    while True:
        cose = sign1(payload, signer)
        if int.from_bytes(cose[-32:], "big") <= HALF:
            return cose


def _signature(root: Any, signed: dict[str, Any]) -> dict[str, str]:
    text = base64.urlsafe_b64encode(root.sign(canonical(signed))).decode().rstrip("=")
    return {"kid": root.kid.hex(), "alg": root.algorithm, "sig": text}


@dataclass
class Province:
    """Keys of one province, and the documents it publishes."""

    folder: Path
    now: datetime
    code: str = "320000"
    base: str = BASE
    suite: str = "ES256"
    """algorithm of the office's key"""
    roots: int = 1
    """how many roots it has; all but one must sign, or the one"""
    ring: KeyRing = field(init=False)
    office: Owner = field(init=False)
    others: list[KeyRing] = field(init=False)
    """rings of the roots beside the first"""

    def __post_init__(self) -> None:
        self.office = replace(OFFICE, division=self.code[:2] + OFFICE.division[2:])
        self.others = [KeyRing(self.folder / str(at), "x") for at in range(1, self.roots)]
        early = self.now - timedelta(days=30)
        self.ring = KeyRing(self.folder, "x")
        self.ring.create(Use.ISSUE, self.office, now=early, algorithm=self.suite)
        self.ring.ensure(Use.STATUS, Owner(f"province:{self.code}", self.code, "清单"), now=early)

    def code_for(self, public_id: str = "7KQ2M9XA4B", **facts: Any) -> str:
        """The address in the QR code of a certificate of this province."""
        at = facts.pop("at", self.now - timedelta(hours=1))
        facts = {"authority_code": self.office.division, **facts}
        record = record_of(at, public_id=public_id, status_list=NUMBER, **facts)
        signer = self.ring.signer(Use.ISSUE, self.office.label, at)
        return qr_url(self.base, public_id, low_s(QrClaims.of(record).encode(), signer))

    def status(
        self, changed: dict[int, statuslist.Status] | None = None, at: datetime | None = None
    ) -> bytes:
        """The signed status list."""
        at = at or self.now - timedelta(minutes=5)
        signer = self.ring.signer(Use.STATUS, f"province:{self.code}", at)
        uri = f"{self.base}/trust/status/{NUMBER}"
        return statuslist.sign_list(statuslist.build(changed or {}), uri, signer, at)

    def trust(
        self,
        *,
        version: int = 1,
        expires: datetime | None = None,
        demo: bool = False,
        signers: int | None = None,
        body: dict[str, Any] | None = None,
        **changed: Any,
    ) -> dict[str, Any]:
        """The signed trust list; `changed` goes into every issuing key, `body` into the list.

        `signers`: how many of the roots sign it; all when not given.
        """
        roots = [ring.load(ring.root(self.now)) for ring in (self.ring, *self.others)]
        signed = {
            "type": "aquacert-trust-list",
            "v": 2,
            "province": self.code,
            "name": {"zh": "示例省", "en": "Example"},
            "version": version,
            "issued": rfc3339(self.now - timedelta(hours=1)),
            "expires": rfc3339(expires or self.now + timedelta(days=7)),
            "demo": demo,
            "roots": {
                "threshold": max(1, self.roots - 1),
                "keys": [self._row(root.public) for root in roots],
            },
            "status": {"base": f"{self.base}/trust/status/"},
            "log": None,
            "issuers": [
                self._issuer(self._key(Use.ISSUE), self.office.division, changed),
                self._issuer(self._key(Use.STATUS), self.code, {}),
            ],
            **(body or {}),
        }
        return {
            "signed": signed,
            "signatures": [_signature(one, signed) for one in roots[:signers]],
        }

    def _key(self, use: Use) -> Any:
        return next(key for key in self.ring.public_keys() if key.use is use)

    @staticmethod
    def _row(key: Any) -> dict[str, Any]:
        row = key.to_row()
        return {name: row[name] for name in ("kid", "alg", "spki")} | {"name": key.owner.name}

    def _issuer(self, key: Any, division: str, changed: dict[str, Any]) -> dict[str, Any]:
        row = {name: value for name, value in key.to_row().items() if name != "issuer"}
        name = {"zh": key.owner.name, "en": key.owner.name}
        return {
            "division": division,
            "label": key.owner.label,
            "name": name,
            "kinds": ["A", "B"],
            "keys": [row | changed],
        }
