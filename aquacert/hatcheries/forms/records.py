"""Forms of the farm's record: diary, ponds, persons, renewals, closing."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from flask_babel import lazy_gettext as _
from wtforms import (
    FileField,
    MultipleFileField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import Length

from aquacert.hatcheries.forms.farms import NEEDED, SHORT, Judged, choices
from aquacert.hatcheries.rules.diary import FIELDS, Asked, Note
from aquacert.hatcheries.rules.outline import SORT_WORDS
from aquacert.hatcheries.rules.people import POST_WORDS
from aquacert.http.forms import DayField, Form

PICTURES = {"accept": "image/*,application/pdf"}
DECIMAL, WHOLE = {"inputmode": "decimal"}, {"inputmode": "numeric"}
POSTS = choices((key.value, words) for key, words in POST_WORDS.items())
SORTS = choices((key.value, words) for key, words in SORT_WORDS.items())


class NoteForm(Form):
    """What every entry of the diary has: the day, the ponds, photographs."""

    on = DayField(_("哪一天"), [NEEDED, Length(max=30)])
    ponds = SelectMultipleField(_("哪个塘口"), validate_choice=False)
    photos = MultipleFileField(_("照片"), render_kw={"accept": "image/*", "capture": "environment"})


def _field(asked: Asked) -> StringField:
    """Return the field of one thing an entry may say; the rules judge what was typed."""
    typed: Mapping[str, str] = {} if asked.places is None else (WHOLE, DECIMAL)[asked.places > 0]
    validators = [Judged()] if asked.is_needed else []
    return StringField(
        _(asked.words),
        [*validators, Length(max=200)],
        render_kw=dict(typed),
    )


@cache
def note_form(note: Note) -> type[NoteForm]:
    """Return the form of one kind of entry."""
    fields = {name: _field(asked) for name, asked in FIELDS[note].items()}
    return type(f"{note.name.title()}Form", (NoteForm,), fields)


class StrikeForm(Form):
    """Why an entry is struck."""

    because = StringField(_("为什么划去"), [NEEDED, SHORT])


class RecoverForm(Form):
    """How an illness ended."""

    on = DayField(_("哪一天结束"), [NEEDED, Length(max=30)])
    outcome = StringField(_("怎么结束的"), [NEEDED, SHORT])


class PondForm(Form):
    """A pond: its name, what it is, its outline or size."""

    name = StringField(_("塘口名称"), [NEEDED, Length(max=40)])
    sort = SelectField(_("是什么塘"), [Judged()], choices=SORTS)
    outline = TextAreaField(_("四角坐标"), [Length(max=20_000)])
    area = StringField(_("面积"), [Length(max=20)], render_kw=WHOLE)
    depth = StringField(_("水深"), [Length(max=20)], render_kw=WHOLE)
    volume = StringField(_("水体"), [Length(max=20)], render_kw=WHOLE)


class PersonForm(Form):
    """A person of the farm."""

    post = SelectField(_("职务"), [Judged()], choices=POSTS)
    name = StringField(_("姓名"), [NEEDED, Length(max=60)])
    phone = StringField(_("手机号"), [Length(max=40)], render_kw={"inputmode": "tel"})


class RenewForm(Form):
    """A renewed licence: its number may be the old one."""

    number = StringField(_("新证编号"), [NEEDED, SHORT])
    from_on = DayField(_("从哪天起"), [NEEDED, Length(max=30)], quick=())
    until_on = DayField(_("到哪天止"), [NEEDED, Length(max=30)], quick=())
    species = TextAreaField(_("品种"), [Length(max=600)])
    scan = FileField(_("新证的照片或 PDF"), render_kw=PICTURES)


class ScanForm(Form):
    """A picture or PDF of a licence."""

    scan = FileField(_("照片或 PDF"), [Judged()], render_kw=PICTURES)


class CloseForm(Form):
    """Why a farm closes, or asks to open again."""

    because = TextAreaField(_("原因"), [NEEDED, Length(max=300)])
