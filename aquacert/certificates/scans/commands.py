"""Keeping and forgetting places. A tally like the count of scans: changed without an audit fact."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from sqlalchemy import delete, select

from aquacert.certificates.models import Certificate, ScanPlace
from aquacert.certificates.scans.rules import HOUR, KEPT, read_key
from aquacert.kernel.work import Work


def fold_places(w: Work, counts: Mapping[str, int]) -> int:
    """Add counted places (keys of `rules.key_of`) to the table; return how many scans were added.

    Keys without a certificate count nothing.
    """
    added = 0
    for key in sorted(counts):
        read = read_key(key)
        if read is None:
            continue
        public_id, county, hour, source = read
        certificate_id = w.one(select(Certificate.id).where(Certificate.public_id == public_id))
        if certificate_id is None:
            continue
        at = datetime.fromtimestamp(hour * HOUR, UTC)
        found = w.one(
            select(ScanPlace).where(
                ScanPlace.certificate_id == certificate_id,
                ScanPlace.county == county,
                ScanPlace.hour_at == at,
                ScanPlace.source == source.value,
            )
        )
        if found is None:
            row = ScanPlace(
                id=w.new_id(),
                certificate_id=certificate_id,
                county=county,
                hour_at=at,
                source=source.value,
                count=counts[key],
            )
            w.session.add(row)
        else:
            found.count += counts[key]
        w.session.flush()
        added += counts[key]
    return added


def forget_places(w: Work) -> int:
    """Delete places older than 90 days; return how many rows."""
    gone = w.session.connection().execute(delete(ScanPlace).where(ScanPlace.hour_at < w.now - KEPT))
    return gone.rowcount
