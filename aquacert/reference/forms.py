"""The one thing a person may enter here: from which day an unverified rule is to bind."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from wtforms import DateField
from wtforms.validators import InputRequired

from aquacert.http.forms import Form


class AdoptForm(Form):
    """Adopt an unverified rule."""

    from_on = DateField(
        _("自哪一天起采用"),
        [InputRequired(_("请选日期，如 2026-06-01。"))],
        description=_("两名人员要填同一天；这一天起提交的申报按它办理。"),
    )
