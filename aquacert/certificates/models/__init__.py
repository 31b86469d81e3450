"""Tables of the certificates: numbers, issuances, certificates, their standing, and the news."""

from aquacert.certificates.models.certificates import (
    Certificate,
    CoveredBatch,
    Issuance,
    Standing,
)
from aquacert.certificates.models.news import Change, Counter, Leaf, StatusListing
from aquacert.certificates.models.numbers import CertificateNumber, NumberSegment
from aquacert.certificates.models.scans import ScanCount

__all__ = [
    "Certificate",
    "CertificateNumber",
    "Change",
    "Counter",
    "CoveredBatch",
    "Issuance",
    "Leaf",
    "NumberSegment",
    "ScanCount",
    "Standing",
    "StatusListing",
]
