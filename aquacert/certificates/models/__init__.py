"""Tables of the certificates: numbers, issuances, certificates, their standing, and the news."""

from aquacert.certificates.models.certificates import (
    Certificate,
    CoveredBatch,
    Issuance,
    Standing,
)
from aquacert.certificates.models.checks import CheckFinding, CheckRun
from aquacert.certificates.models.documents import DocumentCopy, DocumentLevel
from aquacert.certificates.models.grounds import SuspensionGround
from aquacert.certificates.models.log import LogCheckpoint, LogCosignature
from aquacert.certificates.models.news import Change, Counter, Leaf, StatusListing
from aquacert.certificates.models.numbers import (
    CertificateNumber,
    NumberAlert,
    NumberImport,
    NumberMovement,
    NumberRequest,
    NumberSegment,
)
from aquacert.certificates.models.peers import (
    PeerFetch,
    PeerList,
    PeerProvince,
    PeerStatus,
    StatusRefusal,
    StatusVersion,
    TrustVersion,
)
from aquacert.certificates.models.recalls import RecallHit, RecallOrder
from aquacert.certificates.models.reports import BackingReport
from aquacert.certificates.models.scans import ScanCount, ScanPlace
from aquacert.certificates.models.seals import HeldSeal, SealApplication
from aquacert.certificates.models.switches import IssuingHalt

__all__ = [
    "BackingReport",
    "Certificate",
    "CertificateNumber",
    "Change",
    "CheckFinding",
    "CheckRun",
    "Counter",
    "CoveredBatch",
    "DocumentCopy",
    "DocumentLevel",
    "HeldSeal",
    "Issuance",
    "IssuingHalt",
    "Leaf",
    "LogCheckpoint",
    "LogCosignature",
    "NumberAlert",
    "NumberImport",
    "NumberMovement",
    "NumberRequest",
    "NumberSegment",
    "PeerFetch",
    "PeerList",
    "PeerProvince",
    "PeerStatus",
    "RecallHit",
    "RecallOrder",
    "ScanCount",
    "ScanPlace",
    "SealApplication",
    "Standing",
    "StatusListing",
    "StatusRefusal",
    "StatusVersion",
    "SuspensionGround",
    "TrustVersion",
]
