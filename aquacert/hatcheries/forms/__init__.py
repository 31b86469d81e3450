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
    BookForm,
    ConfirmForm,
    ContactForm,
    FarmForm,
    Judged,
    LicenceForm,
    LotForm,
    ReapplyForm,
    ReasonForm,
    RegisterForm,
    choices,
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
    "BookForm",
    "ConfirmForm",
    "ContactForm",
    "FarmForm",
    "Judged",
    "LicenceForm",
    "LotForm",
    "ReapplyForm",
    "ReasonForm",
    "RegisterForm",
    "choices",
]
