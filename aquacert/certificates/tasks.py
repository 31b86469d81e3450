"""Tasks that news of certificates starts. Each may come late, twice, or beside itself."""

from __future__ import annotations

from uuid import UUID

from aquacert.certificates import commands, queries
from aquacert.kernel.scope import SYSTEM
from aquacert.kernel.work import Database
from aquacert.trust.keys import KeyRing


def render(certificate_id: UUID, *, database: Database, keys: KeyRing) -> None:
    """Make the PDF and the .docx of a certificate that was issued; once made, nothing to do."""
    commands.render(database, keys, certificate_id)


def publish_status(certificate_id: UUID, *, database: Database, keys: KeyRing) -> None:
    """Publish the status list that speaks for a certificate whose standing changed."""
    with database.look(SYSTEM) as look:
        number = queries.status_list_of(look, certificate_id)
    commands.publish_list(database, keys, number)
