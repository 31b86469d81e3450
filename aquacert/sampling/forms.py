"""Forms of sampling."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import DecimalField, SelectField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, NumberRange, Optional

from aquacert.http.forms import Form
from aquacert.sampling.rules import MATRIX_WORDS


class OrderForm(Form):
    """Order the required tests of one batch, and any the vet adds."""

    diseases = SelectMultipleField(_l("另加的检测项目"), validators=[Optional()])


class SampleForm(Form):
    """One sealed sample."""

    matrix = SelectField(
        _l("样品类型"),
        choices=[SelectChoice(key.value, _l(word)) for key, word in MATRIX_WORDS.items()],
    )
    individuals = StringField(
        _l("抽样数"),
        default="150",
        validators=[DataRequired(_l("请填抽样数，例如 150。"))],
        description=_l("150 尾能以 95% 的把握发现 2% 以上的感染"),
    )
    seal_number = StringField(
        _l("封样号"),
        validators=[DataRequired(_l("请照封签上的号码填写。"))],
    )
    taken_with = StringField(
        _l("另一位抽样人"),
        validators=[DataRequired(_l("抽样要两人在场，请写另一位的岗位。"))],
        description=_l("写岗位，例如：协检员"),
    )
    water_temperature = DecimalField(
        _l("水温"),
        validators=[Optional(), NumberRange(-2, 45, _l("水温应在 -2 到 45 ℃ 之间。"))],
        places=1,
    )


class DispatchForm(Form):
    """Send the chosen samples to one laboratory."""

    samples = SelectMultipleField(
        _l("要送的样品"), validators=[DataRequired(_l("至少选一份样品。"))]
    )
    lab_id = SelectField(_l("送到哪个指定实验室"))
