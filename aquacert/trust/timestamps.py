"""Timestamps by RFC 3161: asked from an authority over HTTP, and believed only once checked.

A token counts when it is for our digest and our nonce, signed under a root we hold, by a
certificate for time-stamping, at about our own time. Everything else is no timestamp, and the
next authority is asked. Limits: `TOKEN_BYTES` per answer and `Authority.wait` seconds in all.
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import Any

import structlog
from asn1crypto import cms, core, crl, pem, tsp, x509

from aquacert.kernel.errors import Misconfigured, Unavailable

TOKEN_BYTES = 65_536
"""The largest answer read; a token with its chain is 2 to 8 kB."""
LIST_BYTES = 1 << 20
"""The largest revocation list fetched from an authority."""
SKEW = timedelta(minutes=10)
"""How far an authority's time may be from ours: one of the two is wrong beyond it."""
NONCE_BITS = 62
QUERY, REPLY = "application/timestamp-query", "application/timestamp-reply"
log = structlog.get_logger("timestamps")


class NotStamped(Unavailable):
    """No authority gave a timestamp that can be believed."""


@dataclass(frozen=True)
class Authority:
    """Whom to ask for timestamps, in order, and whom to believe."""

    urls: tuple[str, ...]
    roots: tuple[bytes, ...]
    """Certificates believed without proof, DER."""
    others: tuple[bytes, ...] = ()
    """Intermediate certificates, DER."""
    crls: tuple[bytes, ...] = ()
    """Revocation lists handed over by file, DER; others are fetched where certificates say."""
    wait: float = 8.0
    """Seconds one authority has for its whole answer."""

    def token(self, digest: bytes, at: datetime, skew: timedelta = SKEW) -> cms.ContentInfo:
        """Return a checked token over a SHA-256 `digest`; raise `NotStamped` when none comes."""
        return asyncio.run(self.token_async(digest, at, skew))

    async def token_async(
        self, digest: bytes, at: datetime, skew: timedelta = SKEW
    ) -> cms.ContentInfo:
        """Return a checked token, as `token` does, within a running loop."""
        wrong = []
        for url in self.urls:
            try:
                return await self._ask(url, digest, at, skew)
            except Exception as error:  # noqa: BLE001 (whatever a stranger's answer may cause)
                wrong.append(f"{url}: {error!r}")
                log.warning("no timestamp", url=url, error=repr(error)[:300])
        raise NotStamped("时间戳机构没有给出可用的时间戳。", detail="; ".join(wrong)[:2000])

    async def _ask(self, url: str, digest: bytes, at: datetime, skew: timedelta) -> cms.ContentInfo:
        nonce = secrets.randbits(NONCE_BITS) | 1 << NONCE_BITS
        answer = tsp.TimeStampResp.load(post(url, query(digest, nonce), self.wait), strict=True)
        if answer["status"]["status"].native not in {"granted", "granted_with_mods"}:
            raise ValueError(f"refused: {answer['status'].native}")
        token = answer["time_stamp_token"]
        said = token["content"]["encap_content_info"]["content"].parsed
        if said["nonce"].native != nonce:
            raise ValueError("wrong nonce")
        await check_token(token, digest, self, said["gen_time"].native)
        if abs(said["gen_time"].native - at) > skew:
            raise ValueError(f"its clock says {said['gen_time'].native}, ours {at}")
        return token


async def check_token(
    token: cms.ContentInfo, digest: bytes, authority: Authority, at: datetime
) -> None:
    """Raise `ValueError` unless `token` stamps `digest` under a root of `authority`, at `at`."""
    from pyhanko.sign.validation.generic_cms import validate_tst_signed_data
    from pyhanko.sign.validation.status import TimestampSignatureStatus
    from pyhanko_certvalidator import ValidationContext

    context = ValidationContext(
        trust_roots=[x509.Certificate.load(root) for root in authority.roots],
        other_certs=[x509.Certificate.load(other) for other in authority.others],
        crls=[crl.CertificateList.load(one) for one in authority.crls],
        moment=at,
        allow_fetching=False,
    )
    found = TimestampSignatureStatus(
        **await validate_tst_signed_data(
            token["content"], context, lambda algorithm: _same(algorithm, digest)
        )
    )
    if not (found.intact and found.valid):
        raise ValueError("not over this digest, or changed")
    if not found.trusted:
        raise ValueError("signed under no root we hold")


def query(digest: bytes, nonce: int) -> bytes:
    """Return a TimeStampReq (RFC 3161 §2.4.1) over a SHA-256 digest, asking for certificates."""
    imprint = {"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": digest}
    asked = {
        "version": 1,
        "message_imprint": imprint,
        "nonce": core.Integer(nonce),
        "cert_req": True,
    }
    return bytes(tsp.TimeStampReq(asked).dump())


def post(url: str, data: bytes, wait: float) -> bytes:
    """Return what `url` answers to a query (RFC 3161 §3.4), or raise `OSError` or `ValueError`."""
    import requests

    with requests.post(
        url,
        data,
        headers={"Content-Type": QUERY, "Accept": REPLY},
        timeout=wait,
        stream=True,
        allow_redirects=False,
    ) as answer:
        kind = answer.headers.get("Content-Type", "").partition(";")[0].strip()
        if answer.status_code != requests.codes.ok or kind != REPLY:
            raise ValueError(f"status {answer.status_code}, {kind}")
        return _bounded(answer, TOKEN_BYTES, wait)


def fetch(url: str, wait: float) -> bytes:
    """Return what `url` holds, within `LIST_BYTES`; raise `OSError` or `ValueError`."""
    import requests

    with requests.get(url, timeout=wait, stream=True, allow_redirects=False) as answer:
        if answer.status_code != requests.codes.ok:
            raise ValueError(f"status {answer.status_code}")
        return _bounded(answer, LIST_BYTES, wait)


def revocation_lists(authority: Authority, certificates: Sequence[bytes]) -> list[bytes]:
    """Return the lists that speak for `certificates` (DER): those of file, then fetched ones.

    A list that does not come is left out: the level reached is judged afterwards, not here.
    """
    found = list(authority.crls)
    wanted: dict[str, None] = {}
    for der in certificates:
        for point in x509.Certificate.load(der).crl_distribution_points:
            if point.url and point.url.startswith(("http://", "https://")):
                wanted[point.url] = None
    for url in wanted:
        try:
            data = fetch(url, authority.wait)
            found.append(crl.CertificateList.load(_der(data), strict=True).dump())
        except Exception as error:  # noqa: BLE001 (whatever a stranger's answer may cause)
            log.warning("no revocation list", url=url, error=repr(error)[:300])
    return found


def read_trust(path: Path) -> tuple[tuple[bytes, ...], tuple[bytes, ...], tuple[bytes, ...]]:
    """Return (roots, other certificates, revocation lists) of a PEM file, each DER.

    A root is a self-signed certificate. Raise `Misconfigured` when the file holds none.
    """
    roots: list[bytes] = []
    others: list[bytes] = []
    lists: list[bytes] = []
    try:
        for kind, _headers, der in pem.unarmor(path.read_bytes(), multiple=True):
            if kind == "X509 CRL":
                lists.append(bytes(crl.CertificateList.load(der, strict=True).dump()))
            elif kind == "CERTIFICATE":
                found = x509.Certificate.load(der, strict=True)
                (roots if found.self_signed != "no" else others).append(bytes(found.dump()))
    except (OSError, ValueError) as error:
        raise Misconfigured(f"时间戳机构的证书文件读不出：{path}。") from error
    if not roots:
        raise Misconfigured(f"时间戳机构的证书文件里没有根证书：{path}。")
    return tuple(roots), tuple(others), tuple(lists)


def stamper(authority: Authority, at: datetime) -> Any:  # noqa: ANN401 (pyHanko has no types)
    """Return pyHanko's view of `authority`: it asks us, and we ask and check."""
    from pyhanko.sign.timestamps.api import TimeStamper

    class Checked(TimeStamper):
        """Gives only tokens that were checked."""

        async def async_timestamp(
            self,
            message_digest: bytes,
            md_algorithm: str,
        ) -> Any:  # noqa: ANN401
            if md_algorithm != "sha256":
                raise ValueError(md_algorithm)
            return await authority.token_async(message_digest, at)

    return Checked()  # type: ignore[no-untyped-call]


def _bounded(answer: Any, most: int, wait: float) -> bytes:  # noqa: ANN401 (requests' response)
    """Read at most `most` bytes in at most `wait` seconds, however slowly they drip."""
    ends = monotonic() + wait
    taken = bytearray()
    for piece in answer.iter_content(1):
        taken += piece
        if len(taken) > most:
            raise ValueError("answer too large")
        if monotonic() > ends:
            raise TimeoutError("answer too slow")
    return bytes(taken)


def _der(data: bytes) -> bytes:
    return bytes(pem.unarmor(data)[2]) if pem.detect(data) else data


def _same(algorithm: str, digest: bytes) -> bytes:
    """Return what the imprint must be; another algorithm than SHA-256 gives what never fits."""
    return digest if algorithm == "sha256" else hashlib.sha256(digest).digest()
