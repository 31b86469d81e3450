"""Keeping a signed PDF provable: later timestamps, and what judges need when authorities are gone.

The signed bytes are never touched. After the body's NO_CHANGES only two things may be appended
(ISO 32000-2 §12.8.4.3 and 12.8.5): the security store (DSS) and document timestamps. So a
timestamp that did not come while signing is added as a document timestamp, which EN 319 142-1
table 1 accepts for B-T as it does the attribute inside the signature.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from asn1crypto import crl
from asn1crypto.x509 import Certificate

from aquacert.kernel.clock import legal_day
from aquacert.trust.pdf.chains import of_message
from aquacert.trust.pdf.signing import STAMPED_BYTES
from aquacert.trust.pdf.writer import quiet_writer
from aquacert.trust.timestamps import Authority, revocation_lists, stamper

ANY_TIME = timedelta.max

if TYPE_CHECKING:
    from collections.abc import Sequence


def add_timestamp(pdf: bytes, authority: Authority, at: datetime) -> bytes:
    """Return `pdf` with one document timestamp more; raise `NotStamped` when none comes."""
    return _stamped(quiet_writer(pdf), authority, at)


def preserve(
    pdf: bytes,
    authority: Authority,
    *,
    roots: Sequence[bytes],
    crls: Sequence[bytes],
    at: datetime,
) -> bytes:
    """Return `pdf` with certificates and revocation lists stored, and a timestamp over it all.

    `roots` and `crls` (DER) are the signers' authority's; those of the timestamps come with
    `authority`. Done again later it renews the proof (PAdES B-LTA, EN 319 142-1 §5.5).
    """
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation import DocumentSecurityStore

    chain, chain_lists = _material(authority, legal_day(at))
    inside = dict.fromkeys(_inside(PdfFileReader(io.BytesIO(pdf))))
    older = [one for one in inside if one not in chain]
    found = inside | dict.fromkeys((*roots, *chain, *authority.roots, *authority.others))
    lists = dict.fromkeys((*crls, *chain_lists, *revocation_lists(authority, older)))
    writer = quiet_writer(pdf)
    DocumentSecurityStore.supply_dss_in_writer(
        writer,
        None,
        certs=[Certificate.load(one) for one in found],
        crls=[crl.CertificateList.load(one) for one in lists],
    )
    return _stamped(writer, authority, at)


@lru_cache(maxsize=4)
def _material(authority: Authority, day: date) -> tuple[tuple[bytes, ...], tuple[bytes, ...]]:
    """Return the authority's certificates and their revocation lists, asked once a day.

    They have to lie in the store before the timestamp that covers it is made.
    """
    at = datetime.combine(day, datetime.min.time(), tzinfo=UTC)
    chain = tuple(of_message(authority.token(bytes(32), at, skew=ANY_TIME)["content"]))
    return chain, tuple(revocation_lists(authority, chain))


def _stamped(
    writer: Any,  # noqa: ANN401 (pyHanko has no types)
    authority: Authority,
    at: datetime,
) -> bytes:
    from pyhanko.sign.signers import PdfTimeStamper

    name = f"Timestamp-{writer.prev.xrefs.total_revisions}"
    hanko = PdfTimeStamper(
        stamper(authority, at), field_name=name, readable_field_name="文书时间戳"
    )
    return bytes(hanko.timestamp_pdf(writer, "sha256", bytes_reserved=STAMPED_BYTES).getvalue())


def _inside(reader: Any) -> Iterable[bytes]:  # noqa: ANN401 (pyHanko has no types)
    """Yield every certificate that signatures and timestamps of a document carry."""
    from pyhanko.sign.validation.generic_cms import extract_tst_data_iter

    for embedded in reader.embedded_signatures:
        yield from of_message(embedded.signed_data)
        for token in extract_tst_data_iter(embedded.signer_info, signed=False):
            yield from of_message(token)
