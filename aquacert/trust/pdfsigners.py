"""The certificates that a PDF's signers brought along: to say what an unknown signer proves."""

from __future__ import annotations

import io

from aquacert.trust.errors import Refused, Why


def signer_certificates(pdf: bytes) -> list[bytes]:
    """Return the signers' own X.509 certificates (DER), in order; believed by nobody yet.

    Raise `Refused` when the file is no PDF that can be read or carries no signature.
    """
    from pyhanko.pdf_utils.reader import PdfFileReader

    try:
        embedded = PdfFileReader(io.BytesIO(pdf)).embedded_regular_signatures
        found = [bytes(one.signer_cert.dump()) for one in embedded]
    except Exception as error:
        # pyHanko and asn1crypto raise anything on bytes made to break them.
        raise Refused(Why.NOT_PDF, repr(error)[:300]) from error
    if not found:
        raise Refused(Why.UNSIGNED, "no signature")
    return found
