"""Forms of supervision."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import StringField
from wtforms.validators import InputRequired

from aquacert.http.forms import Form


class EmptyForm(Form):
    """One button."""


class CaseForm(Form):
    """Why the archive of a whole case is wanted: personal data leaves the system with it."""

    because = StringField(
        _l("用途"),
        validators=[InputRequired(_l("写明用途。"))],
        description=_l("例如：年度档案移交、复查、诉讼；会记入审计"),
    )
