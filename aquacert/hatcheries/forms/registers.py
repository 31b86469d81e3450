"""Forms of the officers' registers of farms: alike farms, data checks, assignment to offices."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from flask_babel import lazy_gettext as _
from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, InputRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from aquacert.hatcheries.forms.farms import (
    KINDS,
    LEVELS,
    NEEDED,
    SHORT,
    Judged,
    choices,
)
from aquacert.hatcheries.queries.registered import RegisteredLicence
from aquacert.hatcheries.rules.campaigns import ENTRY_WORDS
from aquacert.http.forms import Form


class ApartForm(Form):
    """Two farms are two."""

    because = StringField(_("为什么不是同一家"), [NEEDED, Length(max=300)])


class MergeForm(Form):
    """Two registrations are one farm; which of them stays."""

    survivor = RadioField(_("留下哪一家"), [InputRequired(_("请选留下哪一家"))], choices=[])
    coming = SelectMultipleField(
        _("谁转过来，替留下的一家办事"),
        coerce=UUID,
        choices=[],
        validate_choice=False,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    """Whoever does not act for the one that goes is passed over by the command."""
    why = StringField(_("为什么是同一家"), [NEEDED, Length(max=300)])


class CorrectForm(Form):
    """What the county puts right of a farm; `correct_form` adds the species of each licence."""

    seen = HiddenField()
    name = StringField(_("苗种场名称（照营业执照）"), [NEEDED, SHORT])
    division_code = StringField(_("在哪个区县"), [NEEDED, Length(max=60)])
    place = StringField(_("塘口在哪里（镇、村、门牌）"), [NEEDED, SHORT])
    level = SelectField(_("级别"), [Judged()], choices=LEVELS)
    kind = SelectField(_("类型"), [Judged()], choices=KINDS)
    because = TextAreaField(_("为什么更正"), [NEEDED, Length(max=300)])


def correct_form(licences: Sequence[RegisteredLicence]) -> type[CorrectForm]:
    """Return the form with one list of species for each licence."""
    fields = {
        species_field(one.licence_id): TextAreaField(
            _("许可证 %(number)s 上的品种", number=one.number), [NEEDED, Length(max=600)]
        )
        for one in licences
    }
    return type("CorrectForm", (CorrectForm,), fields)


def species_field(licence_id: UUID) -> str:
    """Return the name of the field that holds the species of a licence."""
    return f"species_{licence_id.hex}"


class ChooseForm(Form):
    """Which of several licences of one kind stand."""

    standing = SelectMultipleField(
        _("哪一份作数"),
        [Judged()],
        coerce=UUID,
        choices=[],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    because = StringField(_("为什么"), [NEEDED, Length(max=300)])


class CampaignForm(Form):
    """A data check of every farm."""

    title = StringField(_("名称"), [NEEDED, Length(max=60)])
    due_on = DateField(_("哪天前完成"), [DataRequired(_("请填截止日期，例如 2026-06-30"))])
    about = TextAreaField(_("给企业的说明"), [Length(max=500)])
    entries = SelectMultipleField(
        _("请企业核对哪些内容"),
        [Judged()],
        choices=choices((key.value, words) for key, words in ENTRY_WORDS.items()),
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    questions = TextAreaField(_("另外要问的"), [Length(max=1200)])
    blocks = BooleanField(_("过了截止日期还没核对的，不能申报"))


class AssignForm(Form):
    """Farms to an office; the farms are ticked in the list."""

    office = SelectField(_("申报点"), [Judged()])
