"""Forms of the inspections: the visit, what follows a failed batch."""

from aquacert.inspections.forms.sheet import ChecklistForm, checklist_form
from aquacert.inspections.forms.treatment import DisposalForm, TreatmentForm
from aquacert.inspections.forms.visit import (
    EmptyForm,
    PhotoForm,
    ReleaseForm,
    SuspicionForm,
    VerdictForm,
)

__all__ = [
    "ChecklistForm",
    "DisposalForm",
    "EmptyForm",
    "PhotoForm",
    "ReleaseForm",
    "SuspicionForm",
    "TreatmentForm",
    "VerdictForm",
    "checklist_form",
]
