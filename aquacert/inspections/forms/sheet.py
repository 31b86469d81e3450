"""The checklist of a species as a form: pairs to tap, numbers, menus; no field for free text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar

from flask_babel import gettext as _
from wtforms import Field, HiddenField, RadioField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional, ValidationError

from aquacert.http.forms import Form
from aquacert.inspections.queries import CheckSheet
from aquacert.inspections.rules import (
    ANSWER_WORDS,
    Answer,
    Item,
    Kind,
    Value,
    number_words,
    read_number,
)
from aquacert.kernel.errors import Invalid

PREFIX = "item_"


class ChecklistForm(Form):
    """One field for each item of the sheet; made by `checklist_form`."""

    items: ClassVar[tuple[Item, ...]] = ()
    version = HiddenField()
    """The version of the check that the page shows."""

    def answers(self) -> Mapping[str, Value]:
        """Return item → finding, for the items that were answered; of a form that is valid."""
        found: dict[str, Value] = {}
        for item in self.items:
            data = self[PREFIX + item.key].data
            if not data or not str(data).strip():
                continue
            if item.kind is Kind.CHOICE:
                found[item.key] = Answer(data)
            elif item.kind is Kind.NUMBER:
                found[item.key] = read_number(item, data)
            else:
                found[item.key] = (data,) if isinstance(data, str) else tuple(data)
        return found


def checklist_form(sheet: CheckSheet, *, is_sent: bool = True) -> ChecklistForm:
    """Return the checklist of this species, filled with what was found so far.

    Not `is_sent`: it is only shown, and takes nothing of a request that sent another form.
    """
    fields = {PREFIX + item.key: _field(item) for item in sheet.items}
    made = type("SpeciesChecklistForm", (ChecklistForm,), {**fields, "items": sheet.items})
    answers = sheet.answers
    shown = {
        PREFIX + item.key: _shown(item, answers[item.key])
        for item in sheet.items
        if item.key in answers
    }
    form: ChecklistForm = made(data=shown) if is_sent else made(formdata=None, data=shown)
    return form


def _field(item: Item) -> Field:
    if item.kind is Kind.NUMBER:
        mode = "decimal" if item.decimals or item.least < 0 else "numeric"
        return StringField(
            _(item.ask),
            validators=[Optional(), _number_of(item)],
            description=_(item.normal),
            render_kw={"inputmode": mode, "autocomplete": "off"},
        )
    if item.kind is Kind.CHOICE:
        pairs = [(answer.value, word) for answer, word in ANSWER_WORDS.items()]
    else:
        pairs = [(option.key, option.label) for option in item.options]
    kind = SelectMultipleField if item.kind is Kind.PICK and not item.is_single else RadioField
    return kind(
        _(item.ask),
        choices=[SelectChoice(key, _(word)) for key, word in pairs],
        validators=[Optional()],
        description=_(item.normal),
    )


def _number_of(item: Item) -> Callable[[Form, Field], None]:
    def check(_form: Form, field: Field) -> None:
        try:
            read_number(item, field.data)
        except Invalid as fault:
            raise ValidationError(fault.fields[item.key]) from None

    return check


def _shown(item: Item, value: Value) -> object:
    """Return an answer as its field holds it."""
    if isinstance(value, tuple):
        return value[0] if item.is_single else list(value)
    return value.value if isinstance(value, Answer) else number_words(value)
