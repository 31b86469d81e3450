"""PAdES: the vet signs, then the body seals and locks (ETSI EN 319 142-1, ISO 32000-2 §12.8).

Order H of the measured spike: both fields are laid first, the vet certifies FILL_FORMS, the body
locks ALL with NO_CHANGES. A third signature or a changed byte is then seen by every judge. The
keys are the ring's own: such a seal has no legal force.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Protocol

from asn1crypto.algos import SignedDigestAlgorithm
from asn1crypto.x509 import Certificate

RESERVED_BYTES = 8192
"""Room for one CMS object: told beforehand, it is made once and not twice (38 ms, not 63)."""
VET_FIELD, BODY_FIELD = "Vet", "Body"
EMPTY_BYTES = 64
Box = tuple[int, int, int, int]
"""Left, bottom, right, top in whole points from the page's lower left corner."""


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


@dataclass(frozen=True)
class SignatureJudgement:
    """What pyHanko finds of one signature."""

    field: str
    signer: str
    is_trusted: bool
    is_intact: bool
    docmdp_ok: bool
    covers: str
    bottom_line: bool


@dataclass(frozen=True)
class PdfJudgement:
    """What is found of a whole document; `is_good` needs both signatures and nothing after."""

    signatures: tuple[SignatureJudgement, ...]

    @property
    def is_good(self) -> bool:
        """Tell whether vet and body signed, both stand, and nothing was added since."""
        return [one.field for one in self.signatures] == [VET_FIELD, BODY_FIELD] and all(
            one.bottom_line and one.docmdp_ok for one in self.signatures
        )


def sign_twice(
    pdf: bytes, vet: Stamp, body: Stamp, *, roots: Sequence[bytes], at: datetime
) -> bytes:
    """Return `pdf` signed by the vet and sealed by the body, both at the instant `at`."""
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import fields

    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    lock = fields.FieldMDPSpec(fields.FieldMDPAction.ALL)
    laid = (
        fields.SigFieldSpec(VET_FIELD, on_page=0, box=vet.box),
        fields.SigFieldSpec(
            BODY_FIELD,
            on_page=0,
            box=body.box,
            field_mdp_spec=lock,
            doc_mdp_update_value=fields.MDPPerm.NO_CHANGES,
        ),
    )
    for field in laid:
        fields.append_signature_field(writer, field)
    once = _sign(writer, VET_FIELD, vet, roots, at, is_first=True)
    return _sign(
        IncrementalPdfFileWriter(io.BytesIO(once)), BODY_FIELD, body, roots, at, is_first=False
    )


def verify_pdf(pdf: bytes, roots: Sequence[bytes], at: datetime) -> PdfJudgement:
    """Return what pyHanko finds of every signature, judged at `at` against `roots` (DER)."""
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko_certvalidator import ValidationContext

    judged = []
    for embedded in PdfFileReader(io.BytesIO(pdf)).embedded_signatures:
        context = ValidationContext(
            trust_roots=[_certificate(root) for root in roots],
            moment=at,
            best_signature_time=at,
            allow_fetching=False,
        )
        status = validate_pdf_signature(embedded, context)
        judged.append(
            SignatureJudgement(
                field=str(embedded.field_name),
                signer=str(embedded.signer_cert.subject.native["common_name"]),
                is_trusted=bool(status.trusted),
                is_intact=bool(status.intact and status.valid),
                docmdp_ok=bool(status.docmdp_ok),
                covers=status.coverage.name if status.coverage else "",
                bottom_line=bool(status.bottom_line),
            )
        )
    return PdfJudgement(tuple(judged))


def _sign(
    writer: Any,  # noqa: ANN401 (pyHanko has no types)
    field: str,
    stamp: Stamp,
    roots: Sequence[bytes],
    at: datetime,
    *,
    is_first: bool,
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

    metadata = PdfSignatureMetadata(
        field_name=field,
        md_algorithm="sha256",
        subfilter=fields.SigSeedSubFilter.PADES,
        reason=stamp.reason,
        certify=is_first,
        docmdp_permissions=(fields.MDPPerm.FILL_FORMS if is_first else fields.MDPPerm.NO_CHANGES),
    )
    hanko = Dated(metadata, signer=_cms_signer(stamp.signer, roots), stamp_style=_style(stamp))
    signed = hanko.sign_pdf(writer, bytes_reserved=RESERVED_BYTES)
    return bytes(signed.getvalue())


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
