"""Forms of the draw: the lottery's result, a redraw, a second look."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Optional

from aquacert.http.forms import Form
from aquacert.inspections.rules.drawing import REDRAWN, SUPERSEDED_WORDS

DIGITS = {"inputmode": "numeric", "autocomplete": "off"}


class BeaconForm(Form):
    """The result of one issue of the lottery, as one of two persons reads it."""

    issue = StringField(_l("期号"), [InputRequired(_l("填期号。"))], render_kw=DIGITS)
    numbers = StringField(
        _l("开奖号码"),
        [InputRequired(_l("填 20 个号码。"))],
        description=_l("20 个号码，用空格隔开，次序不限"),
        render_kw={"autocomplete": "off"},
    )


class RedrawForm(Form):
    """Why a declaration should be drawn again."""

    because = SelectField(
        _l("重抽的理由"),
        choices=[SelectChoice(one.value, _l(SUPERSEDED_WORDS[one])) for one in REDRAWN],
    )
    note = TextAreaField(
        _l("具体情况"),
        [InputRequired(_l("写明哪里不对。"))],
        description=_l("公示板只写理由，不写这段话"),
    )


class DutyForm(Form):
    """A second look."""

    agrees = SelectField(
        _l("看下来"),
        choices=[SelectChoice("yes", _l("和原来的检疫一致")), SelectChoice("no", _l("不一致"))],
    )
    note = TextAreaField(_l("说明"), [Optional()], description=_l("不一致的，写明哪里不一致"))
