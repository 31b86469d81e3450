"""Filing the field record when the last batch of a visit is decided."""

from __future__ import annotations

from uuid import UUID

from aquacert.declarations.commands.filing import file_form
from aquacert.declarations.models import FiledForm
from aquacert.declarations.rules.filing import FormKind
from aquacert.inspections.queries.record import record_facts
from aquacert.kernel.work import Work


def file_record(w: Work, declaration_id: UUID) -> FiledForm:
    """File what the record says now; the same facts again are the same form."""
    return file_form(
        w,
        kind=FormKind.RECORD,
        declaration_id=declaration_id,
        subject_id=declaration_id,
        facts=record_facts(w, declaration_id),
    )
