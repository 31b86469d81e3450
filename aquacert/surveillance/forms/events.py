"""Forms of surveillance: a feed file, a verdict, a zone."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from werkzeug.datastructures import FileStorage
from wtforms import (
    BooleanField,
    DateField,
    IntegerField,
    RadioField,
    SelectMultipleField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, NumberRange, Optional

from aquacert.http.forms import Form
from aquacert.surveillance.rules.express import OUTCOME_WORDS


class EmptyForm(Form):
    """Only a button."""


class FileForm(Form):
    """One feed file."""

    file = FileField(
        _l("数据文件"),
        validators=[FileRequired(_l("请先选一个文件。"))],
        render_kw={"accept": ".csv,.txt,text/csv"},
    )

    def sent(self) -> tuple[bytes, str]:
        """Return the bytes and the name of what was sent."""
        file: FileStorage = self.file.data
        return file.read(), file.filename or "feed.csv"


class OutcomeForm(Form):
    """What came of an express report, and on what that rests."""

    outcome = RadioField(
        _l("结论"),
        choices=[SelectChoice(one.value, _l(word)) for one, word in OUTCOME_WORDS.items()],
        validators=[InputRequired(_l("请选一个结论。"))],
    )
    confirmed = SelectMultipleField(
        _l("确认的病种"),
        validators=[Optional()],
        description=_l("怀疑了几种病时选；没选的按排除处理"),
    )
    basis = TextAreaField(_l("依据"), validators=[DataRequired(_l("请写明依据，例如检测报告号。"))])


class VerdictForm(Form):
    """Grounds for confirming or denying."""

    reason = TextAreaField(
        _l("依据"), validators=[DataRequired(_l("请写明依据，例如复检报告号。"))]
    )


class LiftForm(Form):
    """Grounds for lifting a zone."""

    reason = TextAreaField(
        _l("解除理由"), validators=[DataRequired(_l("请写明解除理由，理由会记入留痕。"))]
    )


class ZoneForm(Form):
    """A zone to open."""

    division_codes = SelectMultipleField(
        _l("管控的区划"), validators=[DataRequired(_l("请至少选一个区划。"))]
    )
    from_on = DateField(_l("起始日"), validators=[DataRequired(_l("请填起始日。"))])
    until_on = DateField(_l("截止日"), validators=[DataRequired(_l("请填截止日。"))])
    radius_km = IntegerField(
        _l("示意半径"),
        validators=[Optional(), NumberRange(1, 100, _l("填 1 到 100 之间的整数。"))],
        description=_l("只画在示意图上；管控按区划"),
    )
    is_drawn = BooleanField(
        _l("按默认半径画保护区和监视区"),
        default=True,
        description=_l("有坐标的场按图，没有坐标的按名单；不勾就按名单全部管控"),
    )
    reason = TextAreaField(
        _l("理由"),
        id="zone_reason",  # the verdict on the same page asks for a reason too
        validators=[DataRequired(_l("请写明理由，理由会记入留痕。"))],
    )
