"""Forms at the pond: the checklist, a photograph, suspicion, the verdict."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from werkzeug.datastructures import FileStorage
from wtforms import RadioField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional

from aquacert.http.forms import Form
from aquacert.inspections.queries import CheckSheet
from aquacert.inspections.rules import ANSWER_WORDS, SLOT_WORDS, Answer, Slot


class EmptyForm(Form):
    """Only a button."""


class ChecklistForm(Form):
    """One radio pair for each item of the sheet; made by `checklist_form`."""

    def answers(self) -> Mapping[str, Answer]:
        """Return item → finding, for the items that were answered."""
        return {
            name.removeprefix("item_"): Answer(field.data)
            for name, field in self._fields.items()
            if name.startswith("item_") and field.data
        }


def checklist_form(sheet: CheckSheet) -> ChecklistForm:
    """Return the checklist of this species, filled with what was found so far."""
    fields = {
        f"item_{item.key}": RadioField(
            _(item.ask),
            choices=[SelectChoice(answer.value, _(word)) for answer, word in ANSWER_WORDS.items()],
            validators=[Optional()],
            description=_(item.normal),
        )
        for item in sheet.items
    }
    made = type("SpeciesChecklistForm", (ChecklistForm,), fields)
    found = {f"item_{key}": row.answer for key, row in sheet.findings.items()}
    form: ChecklistForm = made(data=found)
    return form


class PhotoForm(Form):
    """One photograph for one slot."""

    slot = SelectField(
        _l("拍的是什么"),
        choices=[SelectChoice(slot.value, _l(word)) for slot, word in SLOT_WORDS.items()],
    )
    photo = FileField(
        _l("照片"),
        validators=[FileRequired(_l("请先拍一张或选一张照片。"))],
        render_kw={"accept": "image/*", "capture": "environment"},
    )

    def picture(self) -> tuple[Slot, bytes, str]:
        """Return the slot, the bytes and the name of what was sent."""
        sent: FileStorage = self.photo.data
        return Slot(self.slot.data), sent.read(), sent.filename or ""


class SuspicionForm(Form):
    """Diseases that the vet suspects."""

    suspected = SelectMultipleField(_l("怀疑的病种"), validators=[Optional()])


class VerdictForm(Form):
    """The verdict about one batch."""

    quantity = StringField(
        _l("实查数量"), validators=[Optional()], description=_l("整数，例如 500000 或 50万")
    )
    note = TextAreaField(
        _l("情况说明"), validators=[Optional()], description=_l("有异常或不合格时必须写")
    )
