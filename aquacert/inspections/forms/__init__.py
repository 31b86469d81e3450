"""Forms of the inspections: the visit, what follows a failed batch."""

from aquacert.inspections.forms.treatment import DisposalForm, TreatmentForm
from aquacert.inspections.forms.visit import (
    ChecklistForm,
    EmptyForm,
    PhotoForm,
    SuspicionForm,
    VerdictForm,
    checklist_form,
)

__all__ = [
    "ChecklistForm",
    "DisposalForm",
    "EmptyForm",
    "PhotoForm",
    "SuspicionForm",
    "TreatmentForm",
    "VerdictForm",
    "checklist_form",
]
