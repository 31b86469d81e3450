"""Forms of the public doors."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf.file import MultipleFileField
from wtforms import SelectField, TextAreaField
from wtforms.validators import Length

from aquacert.http.forms import Form

LONGEST_TEXT = 400_000
"""Characters of a pasted list: 500 whole addresses."""


class BulkForm(Form):
    """What is to be checked."""

    files = MultipleFileField(_l("文件"))
    lines = TextAreaField(_l("网址或编号，一行一个"), [Length(max=LONGEST_TEXT)])


class StepForm(Form):
    """One press of a button."""


class PlaceForm(Form):
    """Which county the visitor is in."""

    county = SelectField(_l("县（市、区）"), validate_choice=False)
