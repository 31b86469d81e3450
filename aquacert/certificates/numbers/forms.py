"""Forms of the numbers: receive, hand down, return, void, ask, answer, import."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import IntegerField, RadioField, SelectField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from aquacert.certificates.rules.kinds import TITLES
from aquacert.http.forms import Form

LARGEST = 1_000_000


class ReceiveForm(Form):
    """A segment from the province."""

    kind = RadioField(
        _l("证书种类"),
        choices=[SelectChoice(kind.value, _l(title)) for kind, title in TITLES.items()],
        validators=[InputRequired(_l("请选一种。"))],
    )
    holder = SelectField(_l("交给"), validators=[InputRequired(_l("请选一个单位。"))])
    first = StringField(_l("起号"), validators=[InputRequired(_l("请填 10 位起号。"))])
    last = StringField(_l("止号"), validators=[InputRequired(_l("请填 10 位止号。"))])
    because = StringField(
        _l("来源"),
        validators=[InputRequired(_l("请写批次，例如“省批次 2026-02”。")), Length(max=200)],
    )


class HandDownForm(Form):
    """Numbers of a segment, to a lower body or to a vet."""

    segment = SelectField(_l("从哪一段"), validators=[InputRequired(_l("请选一段。"))])
    holder = SelectField(_l("下发给"), validators=[InputRequired(_l("请选一个下级。"))])
    count = IntegerField(
        _l("数量"),
        validators=[
            InputRequired(_l("请填要下发多少个号。")),
            NumberRange(1, LARGEST, message=_l("请填 1 到 1000000 的整数。")),
        ],
    )
    first = StringField(
        _l("起号"), validators=[Optional()], description=_l("不填就从结存的第一个号开始")
    )
    because = StringField(_l("说明"), validators=[Optional(), Length(max=200)])


class ReturnForm(Form):
    """Unused numbers, back to the level above."""

    segment = SelectField(_l("从哪一段"), validators=[InputRequired(_l("请选一段。"))])
    count = IntegerField(
        _l("数量"),
        validators=[Optional(), NumberRange(1, LARGEST, message=_l("请填大于 0 的整数。"))],
        description=_l("从段尾退；不填就退回全部结存，用过的留下"),
    )
    because = StringField(
        _l("原因"), validators=[InputRequired(_l("请写明原因。")), Length(2, 200)]
    )


class VoidForm(Form):
    """Unused numbers that never will be used."""

    segment = SelectField(_l("从哪一段"), validators=[InputRequired(_l("请选一段。"))])
    first = StringField(_l("起号"), validators=[InputRequired(_l("请填 10 位起号。"))])
    last = StringField(_l("止号"), validators=[Optional()], description=_l("只作废一个号时不填"))
    because = StringField(
        _l("原因"),
        validators=[InputRequired(_l("请写明原因。")), Length(2, 200)],
        description=_l("例如：误印、污损、遗失。作废后不能恢复"),
    )


class AskForm(Form):
    """How many numbers are wanted from the level above."""

    quantity = IntegerField(
        _l("数量"),
        validators=[
            InputRequired(_l("请填要申领多少个号。")),
            NumberRange(1, LARGEST, message=_l("请填 1 到 1000000 的整数。")),
        ],
    )
    because = StringField(_l("说明"), validators=[Optional(), Length(max=200)])


class AnswerForm(Form):
    """Numbers for somebody who asked."""

    segment = SelectField(_l("从哪一段"), validators=[InputRequired(_l("请选一段。"))])
    count = IntegerField(
        _l("数量"),
        validators=[
            InputRequired(_l("请填要下发多少个号。")),
            NumberRange(1, LARGEST, message=_l("请填 1 到 1000000 的整数。")),
        ],
    )
    because = StringField(_l("说明"), validators=[Optional(), Length(max=200)])


class WhyForm(Form):
    """A reason, and nothing else."""

    because = StringField(
        _l("原因"), validators=[InputRequired(_l("请写明原因。")), Length(2, 200)]
    )


class UploadForm(Form):
    """A workbook with a list of segments."""

    file = FileField(
        _l("号段清单（.xlsx）"),
        validators=[FileRequired(_l("请选一个 .xlsx 文件。"))],
        description=_l("请用模板填写。先看核对结果，确认后才入库"),
    )


class BookForm(Form):
    """Which rows of the list are booked."""

    rows = SelectMultipleField(
        _l("入库的行"),
        coerce=int,
        widget=ListWidget(),
        option_widget=CheckboxInput(),
        validate_choice=False,
    )
