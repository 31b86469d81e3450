"""What documents print of a certificate: only what its verified signature covers."""

from __future__ import annotations

from aquacert.certificates.documents.facts import CertificateFacts, facts_of
from aquacert.certificates.models import Certificate
from aquacert.kernel.work import Database
from aquacert.trust.cose import verify_own
from aquacert.trust.keys import KeyRing
from aquacert.trust.publickeys import Use
from aquacert.trust.trustlist import TrustList


def verified_facts(database: Database, keys: KeyRing, row: Certificate) -> CertificateFacts:
    """Return what to print; raise `Refused` when record and signature do not belong together."""
    verified = verify_own(row.cose, TrustList(keys.public_keys()).keys_of(Use.ISSUE))
    return facts_of(row.record, row.cose, verified.payload, database.settings.public_url)
