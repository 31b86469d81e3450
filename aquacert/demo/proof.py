"""Proving a certificate as a stranger would: read the QR off the page, check the signatures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pypdfium2
import zxingcpp

from aquacert.certificates import queries as certificates
from aquacert.certificates.peers.queries import own_list
from aquacert.http.house import House
from aquacert.kernel.errors import Invalid
from aquacert.kernel.scope import SYSTEM
from aquacert.trust.claims import QrClaims
from aquacert.trust.pdf import verify_pdf
from aquacert.trust.qr import read_url
from aquacert.trust.trustlist import TrustList, read_claims

DPI = 150


@dataclass(frozen=True)
class Proof:
    """What a code says once its signature was checked."""

    url: str
    claims: QrClaims


def read_code(pdf: bytes, dpi: int = DPI) -> str:
    """Return the address in the QR code of the first page, rendered at `dpi`; raise `Invalid`."""
    page = pypdfium2.PdfDocument(pdf)[0].render(scale=dpi / 72).to_pil()
    for code in zxingcpp.read_barcodes(page):
        if "/c/" in code.text:
            return str(code.text)
    raise Invalid("这份文件的第一页上没有读到查验二维码。")


def check_address(url: str, trust: TrustList) -> Proof:
    """Check a scanned address against a trust list; raise `Refused` unless it is to be believed."""
    return Proof(url, read_claims(read_url(url).cose, trust).claims)


def prove(house: House, url: str, pdf: Path, said: Callable[[str], None]) -> None:
    """Check everything about a certificate that paper and code let a stranger check."""
    data = pdf.read_bytes()
    scanned = read_code(data)
    if scanned != url:
        raise Invalid("纸面二维码与登记的地址不一致。")
    proof = check_address(scanned, own_list(house.keys))
    with house.database.look(SYSTEM) as look:
        public = certificates.by_public_id(look, read_url(url).public_id)
    if public is None or not proof.claims.are_of(public.record):
        raise Invalid("二维码里的内容与证明记录不一致。")
    report = verify_pdf(data, house.keys.roots(), house.database.clock.now())
    if report.code != read_url(url).cose:
        raise Invalid("文书里附的编码与二维码不一致。")
    said(f"从渲染的 PDF 页（{DPI} dpi）读出二维码，签名验证通过；PDF 官方兽医签名与机构印章均有效")
