"""PAdES: signing a certificate's PDF, keeping it for decades, and judging one (ETSI EN 319 142-1).

Order H of the measured spike: both fields are laid first, the vet certifies FILL_FORMS, the body
locks ALL with NO_CHANGES. A third signature or a changed byte is then seen by every judge; document
timestamps and the security store (ISO 32000-2 §12.8.4 and 12.8.5) may still be added. The keys are
the ring's own: such a seal has no legal force.
"""

from aquacert.trust.pdf.judging import (
    MOST_BYTES,
    Level,
    PdfReport,
    PdfSignature,
    PdfTimestamp,
    verify_pdf,
)
from aquacert.trust.pdf.preserving import add_timestamp, preserve
from aquacert.trust.pdf.signing import (
    BODY_FIELD,
    LAB_FIELD,
    VET_FIELD,
    Box,
    PdfSigner,
    Stamp,
    sign_once,
    sign_twice,
)

__all__ = [
    "BODY_FIELD",
    "LAB_FIELD",
    "MOST_BYTES",
    "VET_FIELD",
    "Box",
    "Level",
    "PdfReport",
    "PdfSignature",
    "PdfSigner",
    "PdfTimestamp",
    "Stamp",
    "add_timestamp",
    "preserve",
    "sign_once",
    "sign_twice",
    "verify_pdf",
]
