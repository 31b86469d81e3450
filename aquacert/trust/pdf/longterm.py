"""Long-term validation: what the file itself holds must be enough, revocation lists included.

Two judges. The first asks, for each signature at the earliest time proven and for each document
timestamp at the time of the next, for a path to a root with revocation information from the
security store alone. The second is pyHanko's LTA process of EN 319 102-1 §5.6.3; it wants a
timestamp inside the signature and so speaks only of documents that were B-T when signed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from asn1crypto.x509 import Certificate

from aquacert.trust.pdf.levels import PdfSignature, PdfTimestamp

if TYPE_CHECKING:
    from aquacert.trust.pdf.judging import Evidence


def lasts(
    embedded: Sequence[Any],
    found: Sequence[PdfSignature],
    stamps: Sequence[PdfTimestamp],
    evidence: Evidence,
    moment: datetime,
) -> bool:
    """Tell whether a document would still be provable at `moment` with its authorities gone.

    `embedded` are pyHanko's signatures and timestamps in their order, `found` and `stamps` what was
    found of them; every timestamp must be trusted.
    """
    over_all = [one for one in stamps if one.is_of_document]
    if not over_all or not over_all[-1].follows_store or not all(s.is_trusted for s in stamps):
        return False
    proven = min(one.at for one in stamps)
    for one in embedded:
        if one.sig_object_type == "/Sig":
            if not _has_path(one, evidence.roots, proven):
                return False
        else:
            later = [stamp.at for stamp in over_all if stamp.after == str(one.field_name)]
            if not _has_path(one, evidence.stamp_roots, min(later, default=moment)):
                return False
    stamped = {one.name for one in found if one.stamped_at is not None}
    return all(
        _passes_ades(one, evidence, moment) for one in embedded if str(one.field_name) in stamped
    )


def _has_path(embedded: Any, roots: Sequence[bytes], moment: datetime) -> bool:  # noqa: ANN401
    """Tell whether its signer's certificate is good at `moment` by what the store holds."""
    from pyhanko.sign.validation import DocumentSecurityStore
    from pyhanko.sign.validation.errors import ValidationInfoReadingError
    from pyhanko_certvalidator import CertificateValidator
    from pyhanko_certvalidator.errors import PathError, ValidationError

    try:
        store = DocumentSecurityStore.read_dss(embedded.reader)
        context = store.as_validation_context(
            {
                "trust_roots": [Certificate.load(root) for root in roots],
                "moment": moment,
                "best_signature_time": moment,
                "allow_fetching": False,
                "revocation_mode": "require",
                "retroactive_revinfo": True,
            }
        )
        usage = set() if embedded.sig_object_type == "/Sig" else {"time_stamping"}
        validator = CertificateValidator(
            embedded.signer_cert,
            intermediate_certs=embedded.other_embedded_certs,
            validation_context=context,
        )
        asyncio.run(validator.async_validate_usage(set(), usage))  # type: ignore[no-untyped-call]
    except (ValidationInfoReadingError, ValidationError, PathError):
        return False
    return True


def _passes_ades(embedded: Any, evidence: Evidence, moment: datetime) -> bool:  # noqa: ANN401
    """Tell whether one signature passes pyHanko's validation of EN 319 102-1 §5.6.3 at `moment`."""
    from pyhanko.sign.ades.report import AdESPassed
    from pyhanko.sign.validation.ades import ades_lta_validation
    from pyhanko.sign.validation.policy_decl import (
        PdfSignatureValidationSpec,
        RevinfoOnlineFetchingRule,
        RevocationInfoGatheringSpec,
        SignatureValidationSpec,
    )
    from pyhanko_certvalidator.ltv.types import ValidationTimingInfo

    spec = SignatureValidationSpec(
        cert_validation_policy=_policy(evidence.roots),
        ts_cert_validation_policy=_policy(evidence.stamp_roots),
        revinfo_gathering_policy=RevocationInfoGatheringSpec(
            online_fetching_rule=RevinfoOnlineFetchingRule.LOCAL_ONLY
        ),
    )
    timing = ValidationTimingInfo(
        validation_time=moment, best_signature_time=moment, point_in_time_validation=True
    )
    found = asyncio.run(
        ades_lta_validation(embedded, PdfSignatureValidationSpec(spec), timing_info=timing)
    )
    return (
        found.ades_subindic is AdESPassed.OK and found.oldest_evidence_record_timestamp is not None
    )


def _policy(roots: Sequence[bytes]) -> Any:  # noqa: ANN401
    from pyhanko_certvalidator.context import CertValidationPolicySpec
    from pyhanko_certvalidator.policy_decl import REQUIRE_REVINFO, CertRevTrustPolicy
    from pyhanko_certvalidator.registry import SimpleTrustManager

    return CertValidationPolicySpec(
        trust_manager=SimpleTrustManager.build([Certificate.load(root) for root in roots]),
        revinfo_policy=CertRevTrustPolicy(REQUIRE_REVINFO),
    )
