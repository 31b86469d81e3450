"""Forms at the pond: a photograph, suspicion, the verdict."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from werkzeug.datastructures import FileStorage
from wtforms import (
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Optional

from aquacert.http.forms import Form
from aquacert.inspections.rules import COURSE_WORDS, SLOT_WORDS, Act, Course, Slot


class Judged(Optional):
    """Judged by the command, which knows for which verdict it is needed."""

    def __init__(self) -> None:
        super().__init__()
        self.field_flags = {"optional": True, "optional_quiet": True}


class EmptyForm(Form):
    """Only a button."""


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
    """Diseases that the vet suspects, and what is done."""

    suspected = SelectMultipleField(_l("怀疑的病种"), validators=[Optional()])
    course = RadioField(
        _l("怎么办"),
        choices=[SelectChoice(course.value, _l(word)) for course, word in COURSE_WORDS.items()],
        default=Course.SAMPLING.value,
        validators=[Judged()],
    )
    because = StringField(
        _l("隔离的原因"),
        validators=[Optional()],
        description=_l("怀疑到病种的可以不写；不明原因死亡要写"),
    )


class ReleaseForm(Form):
    """The end of an isolation."""

    because = StringField(_l("解除隔离的依据"), description=_l("例如：检测报告阴性和它的编号"))


class DoubtForm(Form):
    """Which of two verdicts stands, and why."""

    stands = RadioField(
        _l("以哪个结论为准"),
        choices=[
            SelectChoice(Act.PASS.value, _l("合格")),
            SelectChoice(Act.FAIL.value, _l("不合格")),
        ],
        validators=[InputRequired(_l("请选一个。"))],
    )
    because = TextAreaField(_l("依据"), validators=[InputRequired(_l("请写明依据。"))])


class VerdictForm(Form):
    """The verdict about one batch."""

    version = HiddenField()

    quantity = StringField(
        _l("实查数量"),
        validators=[Judged()],
        description=_l("合格时必须填，例如 500000 或 50万"),
        render_kw={"inputmode": "numeric", "autocomplete": "off"},
    )
    note = TextAreaField(
        _l("情况说明"), validators=[Judged()], description=_l("有异常或不合格时必须写")
    )
