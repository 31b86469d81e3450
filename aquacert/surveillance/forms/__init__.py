"""Forms of surveillance, one file for each subject."""

from aquacert.surveillance.forms.events import (
    EmptyForm,
    FileForm,
    LiftForm,
    OutcomeForm,
    VerdictForm,
    ZoneForm,
)

__all__ = [
    "EmptyForm",
    "FileForm",
    "LiftForm",
    "OutcomeForm",
    "VerdictForm",
    "ZoneForm",
]
