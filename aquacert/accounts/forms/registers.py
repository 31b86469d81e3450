"""Forms of the officials' registers: offices, signing, vehicles, switches."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, DateField, SelectField, StringField, TextAreaField
from wtforms.validators import Length, Optional

from aquacert.accounts.forms.people import NEEDED, choices
from aquacert.accounts.rules.capabilities import CAPABILITY_NAMES
from aquacert.http.forms import Form

TURNS = choices([("on", "启用"), ("off", "停用")])


class OfficeTexts(Form):
    """What the published page says of an office."""

    name_zh = StringField(_("申报点名称"), [NEEDED, Length(max=60)])
    name_en = StringField(_("英文名称"), [Optional(), Length(max=120)])
    address = StringField(_("地址"), [NEEDED, Length(max=120)])
    phone = StringField(_("对外电话"), [NEEDED, Length(max=40)], render_kw={"inputmode": "tel"})
    hours = StringField(_("受理时间"), [NEEDED, Length(max=120)])
    takes = TextAreaField(_("受理什么"), [Optional(), Length(max=200)])
    serves = StringField(_("还服务哪些区划"), [Optional(), Length(max=600)])
    published = BooleanField(_("在公开页面上公布"), default=True)


class OfficeForm(OfficeTexts):
    """A new office."""

    organisation_id = SelectField(_("由哪个机构设立"), [NEEDED])
    division_code = StringField(_("所在区划"), [NEEDED, Length(max=40)])
    opened_on = DateField(_("哪天起受理"), [Optional()])


class CloseOfficeForm(Form):
    """The end of an office."""

    closed_on = DateField(_("哪天起不再受理"), [Optional()])
    because = StringField(_("撤销的原因"), [NEEDED, Length(max=200)])


class BecauseForm(Form):
    """One reason, kept on record."""

    because = StringField(_("原因"), [NEEDED, Length(max=200)])


class PeriodForm(Form):
    """Until when a vet is appointed."""

    last_on = DateField(_("任期的最后一天"), [Optional()])
    basis = StringField(_("依据或原因"), [NEEDED, Length(max=200)])


class VehicleForm(Form):
    """A vehicle of a carrier or dealer."""

    plate = StringField(_("车牌号"), [NEEDED, Length(max=20)])
    fitted = StringField(_("怎样装运活苗"), [Optional(), Length(max=80)])


class SwitchForm(Form):
    """One turn of a roll-out switch."""

    name = SelectField(_("功能"), [NEEDED], choices=choices(CAPABILITY_NAMES.items()))
    division_code = StringField(_("区划"), [NEEDED, Length(max=40)])
    turn = SelectField(_("怎么做"), [NEEDED], choices=TURNS)
    because = StringField(_("原因或文号"), [NEEDED, Length(max=200)])
