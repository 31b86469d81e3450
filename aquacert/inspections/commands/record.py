"""Filing the field record when the last batch is decided, and again with the certificates' numbers."""

from __future__ import annotations

import json
from collections.abc import Sequence
from uuid import UUID

from aquacert.declarations.commands.filing import file_form
from aquacert.declarations.models import Declaration, FiledForm
from aquacert.declarations.queries.filed import latest
from aquacert.declarations.rules.filing import FormKind
from aquacert.inspections.queries.record import CERTIFICATE_LATER, record_facts
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


def complete_record(w: Work, declaration_id: UUID, numbers: Sequence[str]) -> FiledForm | None:
    """Write the certificates' numbers into the filed record: its line 检疫证明编号 (2011 §6.2).

    Nothing else of it changes, whatever the declaration says by now. None for a visit older than
    the filing; the same numbers again change nothing.
    """
    w.get_for_change(Declaration, declaration_id)
    before = latest(w, FormKind.RECORD, declaration_id)
    if before is None:
        return None
    said = "、".join(numbers) or CERTIFICATE_LATER
    return file_form(
        w,
        kind=FormKind.RECORD,
        declaration_id=declaration_id,
        subject_id=declaration_id,
        facts=json.loads(before.facts) | {"certificates": said},
    )
