"""Signing: the vet signs, then the body seals and locks, with timestamps where there are any."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Protocol

import structlog
from asn1crypto.algos import SignedDigestAlgorithm
from asn1crypto.x509 import Certificate

from aquacert.trust.pdf.writer import quiet_writer
from aquacert.trust.timestamps import Authority, NotStamped, stamper

RESERVED_BYTES = 8192
"""Room for one CMS object: told beforehand, it is made once and not twice (38 ms, not 63)."""
STAMPED_BYTES = 32768
"""Room for one CMS object with a timestamp and the authority's chain."""
VET_FIELD, BODY_FIELD, LAB_FIELD = "Vet", "Body", "Lab"
EMPTY_BYTES = 64
Box = tuple[int, int, int, int]
"""Left, bottom, right, top in whole points from the page's lower left corner."""
log = structlog.get_logger("pdf")


class PdfSigner(Protocol):
    """A private key that gives DER signatures, with its certificate."""

    @property
    def certificate(self) -> bytes:
        """The key's X.509 certificate, DER."""
        ...

    def sign_der(self, message: bytes) -> bytes:
        """Return the ECDSA-with-SHA256 signature of `message`, DER."""
        ...


@dataclass(frozen=True)
class Stamp:
    """One signature: who signs, where it shows, and what shows there (a one-page PDF)."""

    signer: PdfSigner
    box: Box
    appearance: bytes
    reason: str
    words: str = ""
    """What the picture says, for those who do not see it (ISO 32000-1 §12.7.3.1, TU)."""


def sign_twice(
    pdf: bytes,
    vet: Stamp,
    body: Stamp,
    *,
    roots: Sequence[bytes],
    at: datetime,
    authority: Authority | None = None,
) -> bytes:
    """Return `pdf` signed by the vet and sealed by the body, both at the instant `at`.

    With an authority each signature gets a timestamp (PAdES B-T). An authority that fails costs the
    timestamp, not the document: it is then B-B, and `add_timestamp` may complete it later.
    """
    if authority is not None:
        try:
            return _both(pdf, vet, body, roots, at, authority)
        except NotStamped as error:
            log.warning("signed without timestamp", error=error.detail)
    return _both(pdf, vet, body, roots, at, None)


def sign_once(
    pdf: bytes,
    lab: Stamp,
    *,
    roots: Sequence[bytes],
    at: datetime,
    authority: Authority | None = None,
) -> bytes:
    """Return `pdf` sealed and locked by one laboratory at the instant `at`; see `sign_twice`."""
    if authority is not None:
        try:
            return _one(pdf, lab, roots, at, authority)
        except NotStamped as error:
            log.warning("signed without timestamp", error=error.detail)
    return _one(pdf, lab, roots, at, None)


def _one(
    pdf: bytes, lab: Stamp, roots: Sequence[bytes], at: datetime, authority: Authority | None
) -> bytes:
    from pyhanko.sign import fields

    writer = quiet_writer(pdf)
    seal = fields.SigFieldSpec(
        LAB_FIELD,
        on_page=0,
        box=lab.box,
        field_mdp_spec=fields.FieldMDPSpec(fields.FieldMDPAction.ALL),
        doc_mdp_update_value=fields.MDPPerm.NO_CHANGES,
        readable_field_name=lab.words or None,
    )
    fields.append_signature_field(writer, seal)
    return _sign(writer, LAB_FIELD, lab, roots, at, authority)


def _both(
    pdf: bytes,
    vet: Stamp,
    body: Stamp,
    roots: Sequence[bytes],
    at: datetime,
    authority: Authority | None,
) -> bytes:
    from pyhanko.sign import fields

    writer = quiet_writer(pdf)
    seal = fields.SigFieldSpec(
        BODY_FIELD,
        on_page=0,
        box=body.box,
        field_mdp_spec=fields.FieldMDPSpec(fields.FieldMDPAction.ALL),
        doc_mdp_update_value=fields.MDPPerm.NO_CHANGES,
        readable_field_name=body.words or None,
    )
    hand = fields.SigFieldSpec(
        VET_FIELD, on_page=0, box=vet.box, readable_field_name=vet.words or None
    )
    fields.append_signature_field(writer, hand)
    fields.append_signature_field(writer, seal)
    once = _sign(writer, VET_FIELD, vet, roots, at, authority)
    return _sign(quiet_writer(once), BODY_FIELD, body, roots, at, authority)


def _sign(
    writer: Any,  # noqa: ANN401 (pyHanko has no types)
    field: str,
    stamp: Stamp,
    roots: Sequence[bytes],
    at: datetime,
    authority: Authority | None,
) -> bytes:
    from pyhanko.sign import fields
    from pyhanko.sign.signers import PdfSignatureMetadata
    from pyhanko.sign.signers import PdfSigner as Hanko

    class Dated(Hanko):
        """Signs at the instant given, not at the machine's: one clock rules the product."""

        def init_signing_session(self, *args: Any, **named: Any) -> Any:  # noqa: ANN401
            session = super().init_signing_session(*args, **named)
            session.system_time = at
            return session

    is_first = field != BODY_FIELD
    metadata = PdfSignatureMetadata(
        field_name=field,
        md_algorithm="sha256",
        subfilter=fields.SigSeedSubFilter.PADES,
        reason=stamp.reason,
        certify=is_first,
        docmdp_permissions=(
            fields.MDPPerm.FILL_FORMS if field == VET_FIELD else fields.MDPPerm.NO_CHANGES
        ),
    )
    hanko = Dated(
        metadata,
        signer=_cms_signer(stamp.signer, roots),
        timestamper=None if authority is None else stamper(authority, at),
        stamp_style=_style(stamp),
    )
    room = RESERVED_BYTES if authority is None else STAMPED_BYTES
    return bytes(hanko.sign_pdf(writer, bytes_reserved=room).getvalue())


def _style(stamp: Stamp) -> Any:  # noqa: ANN401 (pyHanko has no types)
    """Return a new style: one used for two documents would carry the first one's objects."""
    from pyhanko.pdf_utils.content import PdfContent
    from pyhanko.pdf_utils.layout import (
        AxisAlignment,
        BoxConstraints,
        Margins,
        SimpleBoxLayoutRule,
    )
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.stamp import StaticStampStyle

    class Page(PdfContent):
        """The one page of a PDF in memory."""

        def render(self) -> bytes:
            source = PdfFileReader(io.BytesIO(stamp.appearance))
            page = self._ensure_writer.import_page_as_xobject(source)
            self.resources.xobject["/Page"] = page
            left, bottom, right, top = page.get_object()["/BBox"]
            self.box = BoxConstraints(width=abs(right - left), height=abs(top - bottom))
            return b"/Page Do"

    centred = SimpleBoxLayoutRule(AxisAlignment.ALIGN_MID, AxisAlignment.ALIGN_MID, Margins())
    return StaticStampStyle(
        background=Page(), background_layout=centred, border_width=0, background_opacity=1.0
    )


def _cms_signer(signer: PdfSigner, roots: Sequence[bytes]) -> Any:  # noqa: ANN401
    """Return pyHanko's view of our signer: any key store that can sign will do."""
    from pyhanko.sign.signers import Signer
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
    store.register_multiple([_certificate(root) for root in roots])

    class Cms(Signer):
        """Signs through `PdfSigner`; a dry run costs no key use."""

        async def async_sign_raw(
            self,
            data: bytes,
            digest_algorithm: str,  # noqa: ARG002 (ES256 is SHA-256)
            dry_run: bool = False,  # noqa: FBT001, FBT002 (pyHanko's signature)
        ) -> bytes:
            return bytes(EMPTY_BYTES + 8) if dry_run else signer.sign_der(data)

    return Cms(
        signing_cert=_certificate(signer.certificate),
        embed_roots=False,  # a judge brings the root along, or believes nothing
        cert_registry=store,
        signature_mechanism=SignedDigestAlgorithm({"algorithm": "sha256_ecdsa"}),
    )


@lru_cache(maxsize=512)
def _certificate(der: bytes) -> Certificate:
    """Return the parsed certificate, parsed once in a process."""
    return Certificate.load(der)
