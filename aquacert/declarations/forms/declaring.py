"""Forms of declarations. The declaration's own form is read as typed; rules judge it later."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import ClassVar

from flask_babel import lazy_gettext as _
from flask_wtf.file import MultipleFileField
from wtforms import (
    BooleanField,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.widgets import CheckboxInput, ListWidget

from aquacert.declarations.rules.grounds import GROUND_WORDS, MATERIAL_WORDS, Material
from aquacert.http.forms import Form


def choices(pairs: Iterable[tuple[str, str]]) -> list[SelectChoice]:
    """Return (value, words) pairs as choices of a select field, in the reader's language."""
    return [SelectChoice(value, _(words)) for value, words in pairs]


class Judged:
    """Marks a field that rules judge later: it is not optional, and nothing is checked here."""

    field_flags: ClassVar[Mapping[str, bool]] = {"optional_quiet": True}

    def __call__(self, form: object, field: object) -> None:
        """Say nothing."""


class DeclareForm(Form):
    """Guard, key and buttons of the declaration's page; the answers are read by `answers_from`."""


class StatementForm(Form):
    """The declarant's own tick under the statutory text, for what the page showed (`seen`)."""

    seen = HiddenField()
    statement = BooleanField(_("我已看过，内容属实"), [Judged()])


class PapersForm(Form):
    """Photographs or PDF of one kind of material."""

    material = SelectField(
        _("这是什么材料"),
        [Judged()],
        choices=choices((key.value, words) for key, words in MATERIAL_WORDS.items()),
        default=Material.PRODUCTION_RECORD.value,
    )
    files = MultipleFileField(_("照片或 PDF"), [Judged()])


class SupplementReplyForm(StatementForm):
    """Answering a supplement: photographs or PDF of what was missing, and a word."""

    material = SelectField(
        _("这是什么材料"),
        choices=choices((key.value, words) for key, words in MATERIAL_WORDS.items()),
    )
    files = MultipleFileField(_("照片或 PDF"))
    note = TextAreaField(_("说明"))


class ActForm(Form):
    """One button."""


class AnswerForm(Form):
    """An answer of the office: to the paper as the clerk had it before him."""

    seen = HiddenField()


class AcceptForm(AnswerForm):
    """What the 受理单 says: when, where and whom."""

    visit_at = StringField(
        _("拟派员时间"), render_kw={"type": "datetime-local", "autocomplete": "off"}
    )
    untimed = BooleanField(_("到场时间待定，先出具"), [Judged()])
    vet_id = SelectField(_("官方兽医"))
    visit_place = StringField(_("实施检疫地点"))


class SupplementForm(AnswerForm):
    """Everything that is missing, once."""

    items = SelectMultipleField(
        _("要补的材料"),
        [Judged()],
        choices=choices((key.value, words) for key, words in MATERIAL_WORDS.items()),
        validate_choice=False,
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )
    note = StringField(_("补充说明"))


class RefuseForm(AnswerForm):
    """A lawful ground and the reason for the declarant."""

    ground = RadioField(
        _("法定理由"),
        [Judged()],
        choices=choices((key.value, words) for key, words in GROUND_WORDS.items()),
        validate_choice=False,
    )
    reason = TextAreaField(_("理由（写给申报人看，不少于 10 字）"), [Judged()])


class AssignForm(Form):
    """Whom the office sends."""

    vet_id = SelectField(_("官方兽医"), [Judged()])
    because = StringField(_("不照抽签建议派的理由"), render_kw={"autocomplete": "off"})


class CloseForm(Form):
    """Why an accepted declaration ends without certificate."""

    because = StringField(_("办结原因"), [Judged()])
