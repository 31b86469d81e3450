"""Measure `document`: one certificate PDF with two stamped signatures (goal ratio ≤ 1.15).

Ours is the product's own path: facts decoded from the signed record, glyphs checked, set in type,
signed by the vet, sealed by the body. The floor does the same with bare qrcode, typst and pyHanko:
the same template with its inputs ready, the same fields, locks, stamps and reserve, a bare key.
Nothing of the floor comes from aquacert but the template file and the prepared inputs.
"""

from __future__ import annotations

import io
import json
import tempfile
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter

NAME = "document"
GOAL = 1.15
BETTER = "lower"
PAIRS = 7
AT = datetime(2026, 5, 11, 9, 6, tzinfo=UTC)


class Prepared:
    """One record signed, and everything both sides may have ready before the clock starts."""

    def __init__(self) -> None:
        from aquacert.certificates.documents import signing, typesetting
        from aquacert.certificates.documents.attachments import attachments
        from aquacert.kernel.typesetting import seal_pdf
        from aquacert.trust.keys import Use
        from tests.make.trust import BASE, make_keys, make_record

        self.base = BASE
        self.folder = tempfile.TemporaryDirectory()
        keys = make_keys(Path(self.folder.name) / "keys")
        self.signed = keys.sign(make_record())
        vet, body = keys.key_of(Use.VET), keys.key_of(Use.SEAL)
        self.signers = signing.Signers(vet, body, keys.ring.roots())
        facts = _facts(self)
        self.inputs = _inputs(facts)
        self.boxes = (
            signing.box_of(signing.HAND, facts.kind),
            signing.box_of(signing.SEAL, facts.kind),
        )
        self.stamps = tuple(Path(self.folder.name) / name for name in ("hand.pdf", "seal.pdf"))
        self.stamps[0].write_bytes(typesetting.hand_pdf(facts.vet))
        self.stamps[1].write_bytes(seal_pdf(facts.body, is_demo=facts.is_demo))
        self.url = facts.qr_url
        carried = attachments(self.signed.record, self.signed.cose)
        self.attachments = json.dumps([one.for_typst() for one in carried])
        self.compiler = _compiler()
        self.hanko = tuple(_hanko(key, keys.ring.roots()) for key in (vet, body))


@lru_cache(maxsize=1)
def prepared() -> Prepared:
    """Return the preparation, made once."""
    return Prepared()


def ours() -> bytes:
    """Make the document as the product does, from the signed record."""
    from aquacert.certificates.documents.signing import signed_certificate

    ready = prepared()
    return signed_certificate(
        _facts(ready), ready.signed.record, ready.signed.cose, ready.signers, at=AT
    )


def floor() -> bytes:
    """Make the same document with bare qrcode, typst and pyHanko."""
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign.fields import (
        FieldMDPAction,
        FieldMDPSpec,
        MDPPerm,
        SigFieldSpec,
        append_signature_field,
    )

    ready = prepared()
    inputs = {**ready.inputs, "qr": _bare_svg(ready.url)}
    pdf = ready.compiler.compile(
        input=str(_templates() / "certificate.typ"),
        format="pdf",
        sys_inputs={
            "facts": json.dumps(inputs),
            "attachments": ready.attachments,
            "draft": "",
        },
        pdf_standards="a-3b",
        pdf_tags=True,
    )
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    lock = FieldMDPSpec(FieldMDPAction.ALL)
    append_signature_field(writer, SigFieldSpec("Vet", on_page=0, box=ready.boxes[0]))
    append_signature_field(
        writer,
        SigFieldSpec(
            "Body",
            on_page=0,
            box=ready.boxes[1],
            field_mdp_spec=lock,
            doc_mdp_update_value=MDPPerm.NO_CHANGES,
        ),
    )
    once = _bare_sign(writer, "Vet", 0)
    return _bare_sign(IncrementalPdfFileWriter(io.BytesIO(once)), "Body", 1)


def bench_document(pairs: int = PAIRS) -> dict[str, float]:
    """Return the median ratio ours / floor and its quartiles, measured ABBA."""
    ours(), floor()
    ratios = []
    for _ in range(pairs):
        first, second = _seconds(ours), _seconds(floor)
        third, fourth = _seconds(floor), _seconds(ours)
        ratios.append((first + fourth) / (second + third))
    low, _, high = quantiles(ratios, n=4)
    return {"ratio": median(ratios), "low": low, "high": high, "n": float(pairs)}


def _seconds(make: Callable[[], bytes]) -> float:
    begins = perf_counter()
    make()
    return perf_counter() - begins


def _facts(ready: Prepared):
    from aquacert.certificates.documents.facts import facts_of

    return facts_of(ready.signed.record, ready.signed.cose, ready.signed.payload, ready.base)


def _inputs(facts) -> dict[str, object]:
    row = asdict(facts)
    issued = row.pop("issued")
    return {
        **row,
        "date": list(issued.timetuple()[:6]),
        "seal_note": "不具有法律效力",
        "verify_alt": facts.qr_url.partition("#")[0],
        "reprint": None,
    }


def _templates() -> Path:
    return Path(__file__).resolve().parents[1] / "templates" / "documents"


def _compiler():
    import typst

    from aquacert.kernel.typesetting import FONTS, KAI_FOLDERS

    folders = [str(FONTS), *(str(folder) for folder in KAI_FOLDERS if folder.is_dir())]
    return typst.Compiler(root=str(_templates()), font_paths=folders, ignore_system_fonts=True)


def _bare_svg(url: str) -> str:
    """Return the QR code the plain way: qrcode's own segments, one rectangle per dark module."""
    from qrcode import QRCode
    from qrcode.constants import ERROR_CORRECT_M

    code = QRCode(error_correction=ERROR_CORRECT_M, border=4)
    code.add_data(url)
    matrix = code.get_matrix()
    cells = "".join(
        f"M{x} {y}h1v1h-1z"
        for y, row in enumerate(matrix)
        for x, is_dark in enumerate(row)
        if is_dark
    )
    side = len(matrix)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}">'
        f'<path fill="#fff" d="M0 0h{side}v{side}H0z"/><path d="{cells}"/></svg>'
    )


def _hanko(key, roots):
    """Return pyHanko's own signer over the same private key."""
    from asn1crypto.keys import PrivateKeyInfo
    from asn1crypto.x509 import Certificate
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        NoEncryption,
        PrivateFormat,
    )
    from pyhanko.sign.signers import SimpleSigner
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    plain = key.private.native.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    store = SimpleCertificateStore()
    store.register_multiple([Certificate.load(root) for root in roots])
    return SimpleSigner(
        signing_cert=Certificate.load(key.certificate),
        signing_key=PrivateKeyInfo.load(plain),
        cert_registry=store,
    )


def _bare_sign(writer, field: str, place: int) -> bytes:
    from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
    from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner
    from pyhanko.stamp import StaticStampStyle

    ready = prepared()
    metadata = PdfSignatureMetadata(
        field_name=field,
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        certify=place == 0,
        docmdp_permissions=MDPPerm.FILL_FORMS if place == 0 else MDPPerm.NO_CHANGES,
    )
    style = StaticStampStyle.from_pdf_file(
        str(ready.stamps[place]), border_width=0, background_opacity=1.0
    )
    signer = PdfSigner(metadata, signer=ready.hanko[place], stamp_style=style)
    return signer.sign_pdf(writer, bytes_reserved=8192).getvalue()
