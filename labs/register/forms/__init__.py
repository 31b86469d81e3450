"""Forms of the register, and what every form of the laboratory is made of."""

from labs.register.forms.data import DataForm
from labs.register.forms.designation import AccreditForm, DesignateForm, ScopeForm
from labs.register.forms.holdings import (
    CalibrateForm,
    CapacityForm,
    InstrumentForm,
    LotForm,
    OpenForm,
    ProficiencyForm,
    StaffForm,
)
from labs.register.forms.refusals import NEEDED, EmptyForm, LabForm, ReasonForm

__all__ = [
    "NEEDED",
    "AccreditForm",
    "CalibrateForm",
    "CapacityForm",
    "DataForm",
    "DesignateForm",
    "EmptyForm",
    "InstrumentForm",
    "LabForm",
    "LotForm",
    "OpenForm",
    "ProficiencyForm",
    "ReasonForm",
    "ScopeForm",
    "StaffForm",
]
