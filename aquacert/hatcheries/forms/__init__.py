"""Forms of the hatcheries. Labels are plain words; rules and commands judge what was typed."""

from __future__ import annotations

from aquacert.hatcheries.forms.farms import (
    KINDS,
    LEVELS,
    LICENCES,
    NEEDED,
    SHORT,
    STOCK_KINDS,
    UNITS,
    ActForm,
    ContactForm,
    FarmForm,
    Judged,
    LicenceForm,
    LotForm,
    OwnRegisterForm,
    ReapplyForm,
    ReasonForm,
    RegisterForm,
    choices,
)
from aquacert.hatcheries.forms.registers import (
    ApartForm,
    AssignForm,
    CampaignForm,
    MergeForm,
)
from aquacert.hatcheries.forms.stock import (
    CountForm,
    EntryForm,
    MoveForm,
    RefuseOriginForm,
    SheetForm,
)

__all__ = [
    "KINDS",
    "LEVELS",
    "LICENCES",
    "NEEDED",
    "SHORT",
    "STOCK_KINDS",
    "UNITS",
    "ActForm",
    "ApartForm",
    "AssignForm",
    "CampaignForm",
    "ContactForm",
    "CountForm",
    "EntryForm",
    "FarmForm",
    "Judged",
    "LicenceForm",
    "LotForm",
    "MergeForm",
    "MoveForm",
    "OwnRegisterForm",
    "ReapplyForm",
    "ReasonForm",
    "RefuseOriginForm",
    "RegisterForm",
    "SheetForm",
    "choices",
]
