"""Forms of the office's desk beside its answers: consent, calls; and a farm's workbook."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from flask_wtf.file import FileField
from wtforms import BooleanField, SelectField, StringField, TextAreaField

from aquacert.declarations.forms.declaring import Judged, SupplementForm, choices
from aquacert.declarations.rules.calls import DIRECTION_WORDS, SUBJECT_WORDS, Subject
from aquacert.http.forms import Form

MOMENT = {"type": "datetime-local", "autocomplete": "off"}
DAY = {"type": "date", "autocomplete": "off"}


class OnceForm(SupplementForm):
    """Everything that is missing, once; what is left out although it is missing is left out knowingly."""

    sure = BooleanField(_("没勾的不用补"), [Judged()])


class VisitForm(Form):
    """When the official vet comes."""

    visit_at = StringField(_("到场时间"), [Judged()], render_kw=MOMENT)
    visit_place = StringField(_("实施检疫地点"))


class WordsForm(Form):
    """A question or an answer on a declaration."""

    words = TextAreaField(_("问申报点"), [Judged()])


class CodeForm(Form):
    """The code that the owner reads out."""

    code = StringField(
        _("货主报出的六位确认码"),
        [Judged()],
        render_kw={"inputmode": "numeric", "autocomplete": "off", "maxlength": "20"},
    )


class MandateForm(Form):
    """The signed paper."""

    mandate = FileField(_("签字委托的照片或 PDF"), [Judged()])


class CallForm(Form):
    """One call: who, about what, what was answered."""

    direction = SelectField(
        _("来电还是去电"), choices=choices((k.value, v) for k, v in DIRECTION_WORDS.items())
    )
    at = StringField(_("通话时间"), [Judged()], render_kw=MOMENT)
    caller_name = StringField(_("对方姓名"), render_kw={"autocomplete": "off"})
    caller_phone = StringField(_("对方电话"), render_kw={"inputmode": "tel", "autocomplete": "off"})
    number = StringField(_("关于哪份申报（申报号）"), render_kw={"autocomplete": "off"})
    subject = SelectField(
        _("什么事"),
        choices=choices((k.value, v) for k, v in SUBJECT_WORDS.items()),
        default=Subject.PROGRESS.value,
    )
    said = TextAreaField(_("对方问了什么"), [Judged()])
    answered = TextAreaField(_("怎样答复的"))
    follow_up_on = StringField(_("哪天回电"), render_kw=DAY)


class RecordedCallForm(Form):
    """A recorded call in which the owner consents."""

    at = StringField(_("通话时间"), [Judged()], render_kw=MOMENT)
    caller_name = StringField(_("对方姓名"), [Judged()], render_kw={"autocomplete": "off"})
    caller_phone = StringField(
        _("对方电话"), [Judged()], render_kw={"inputmode": "tel", "autocomplete": "off"}
    )
    said = TextAreaField(_("货主怎样说的"), [Judged()])
    recording = FileField(_("录音文件"), [Judged()])


class BulkForm(Form):
    """A workbook of declarations."""

    file = FileField(_("填好的模板（.xlsx）"), [Judged()], render_kw={"accept": ".xlsx"})


class BulkSendForm(Form):
    """The statement, once for everything that is sent."""

    statement = BooleanField(_("我已看过每一份，内容属实"), [Judged()])
