"""Forms of movements: report an arrival, look after a late one, decide at a checkpoint."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import (
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import AnyOf, DataRequired, InputRequired, Length, Optional

from aquacert.http.forms import Form
from aquacert.movements.rules import POINT_WORDS, Outcome


class ArrivalForm(Form):
    """What arrived, where, and what was wrong with it."""

    received = StringField(
        _l("收到的数量"),
        validators=[InputRequired(_l("请填收到的数量，整数，例如 500000 或 50万。"))],
    )
    place = RadioField(
        _l("到达地点"),
        choices=[
            SelectChoice("same", _l("和证上写的一样")),
            SelectChoice("other", _l("不一样")),
        ],
        validators=[InputRequired(_l("请选到达地点和证上写的是否一样。"))],
    )
    problem = TextAreaField(
        _l("有问题吗"),
        validators=[Optional(), Length(max=500, message=_l("最多 500 个字。"))],
        description=_l("没有问题就不填。死得多、数量不对、地点不对，写在这里，机构会收到。"),
    )
    note = StringField(
        _l("备注"), validators=[Optional(), Length(max=500, message=_l("最多 500 个字。"))]
    )


class FarmArrivalForm(ArrivalForm):
    """A farm can take what arrived into its own stock."""

    lot_id = SelectField(_l("记入本场存塘"), validators=[Optional()])


class FollowUpForm(Form):
    """What the office found out about goods that are late."""

    because = TextAreaField(
        _l("核实情况"),
        validators=[
            InputRequired(_l("请写明怎样核实的。")),
            Length(max=500, message=_l("最多 500 个字。")),
        ],
        description=_l("例如：已打电话给货主，车坏在路上"),
    )


class EmptyForm(Form):
    """One button."""


class CheckForm(Form):
    """What a checkpoint compared and decided."""

    points = SelectMultipleField(
        _l("不符"),
        choices=[SelectChoice(key.value, _l(word)) for key, word in POINT_WORDS.items()],
        validators=[Optional()],
    )
    place = StringField(
        _l("在哪里查的"),
        validators=[
            DataRequired(_l("请写检查站或地点。")),
            Length(max=60, message=_l("最多 60 个字。")),
        ],
    )
    note = TextAreaField(
        _l("看到了什么"),
        validators=[Optional(), Length(max=500, message=_l("最多 500 个字。"))],
        description=_l("存疑、扣留必须写"),
    )
    outcome = StringField(
        _l("处理"),
        validators=[
            AnyOf(
                [outcome.value for outcome in Outcome],
                message=_l("请按“放行”“存疑”或“扣留”。"),
            )
        ],
    )
