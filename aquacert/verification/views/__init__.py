"""Public doors: the page behind the code, the scanner, bulk checks, the trust documents."""

from aquacert.certificates import queries as certificates
from aquacert.verification.views import bulk, certificate, places, scanning, trust
from aquacert.verification.views.desk import EXTRA, HEADERS, bp, caller, desk, prepare

__all__ = [
    "EXTRA",
    "HEADERS",
    "bp",
    "bulk",
    "caller",
    "certificate",
    "certificates",
    "desk",
    "places",
    "prepare",
    "scanning",
    "trust",
]
