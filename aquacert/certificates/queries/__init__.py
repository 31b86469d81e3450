"""What other rooms may ask about certificates; their tables are closed."""

from aquacert.certificates.archive.queries import (
    CopyLine,
    LevelLine,
    copies_of,
    copy_file,
    level_of,
)
from aquacert.certificates.checks.queries import in_doubt
from aquacert.certificates.log.queries import changes_since, last_change, scan_count
from aquacert.certificates.queries.contents import (
    CoveredLine,
    covered,
    documents_of,
    history,
    record_of,
    worth_of_number,
)
from aquacert.certificates.queries.figures import MonthCount, counts_by_month, travelling_within
from aquacert.certificates.queries.lines import (
    CertificateLine,
    certificate,
    certificate_of_load,
    certificates,
    certificates_of_batches,
    certificates_page,
)
from aquacert.certificates.queries.public import (
    PublicCertificate,
    by_public_id,
    live_pages,
    public_id_of_number,
)
from aquacert.certificates.rules.media import DOCX, PDF
from aquacert.certificates.status.queries import (
    counts,
    last_listing_at,
    list_numbers,
    listing,
    status_list_of,
)
from aquacert.certificates.status.queries.resting import numbered, resting_on, travelling_on

__all__ = [
    "DOCX",
    "PDF",
    "CertificateLine",
    "CopyLine",
    "CoveredLine",
    "LevelLine",
    "MonthCount",
    "PublicCertificate",
    "by_public_id",
    "certificate",
    "certificate_of_load",
    "certificates",
    "certificates_of_batches",
    "certificates_page",
    "changes_since",
    "copies_of",
    "copy_file",
    "counts",
    "counts_by_month",
    "covered",
    "documents_of",
    "history",
    "in_doubt",
    "last_change",
    "last_listing_at",
    "level_of",
    "list_numbers",
    "listing",
    "live_pages",
    "numbered",
    "public_id_of_number",
    "record_of",
    "resting_on",
    "scan_count",
    "status_list_of",
    "travelling_on",
    "travelling_within",
    "worth_of_number",
]
