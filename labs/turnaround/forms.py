"""Forms of turnaround: a promise, the working hours, the reason for a stopped clock."""

from datetime import time

from flask_babel import lazy_gettext as _l
from wtforms import DateField, Field, IntegerField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, NumberRange, ValidationError

from labs.register.forms import LabForm
from labs.turnaround.rules import UNIT_WORDS


class PromiseForm(LabForm):
    """How soon after receipt a result is promised."""

    test = SelectField(_l("检测项目"))
    value = IntegerField(
        _l("时限"),
        validators=[InputRequired(_l("写整数，例如 3")), NumberRange(1, 999, _l("1 到 999"))],
    )
    unit = SelectField(
        _l("单位"),
        choices=[SelectChoice(unit.value, _l(word)) for unit, word in UNIT_WORDS.items()],
    )
    from_on = DateField(_l("从哪天起"), validators=[DataRequired(_l("请选日期"))])


class HoursForm(LabForm):
    """When the laboratory works on a working day."""

    spans = StringField(
        _l("工作时间"),
        validators=[DataRequired(_l("例如 08:30-12:00，13:30-17:30"))],
        description=_l("例如 08:30-12:00，13:30-17:30；按 24 小时写"),
    )
    hours_from_on = DateField(_l("从哪天起"), validators=[DataRequired(_l("请选日期"))])

    def validate_spans(self, field: Field) -> None:
        """Hold the text to pairs of times."""
        try:
            self.pairs = read_spans(str(field.data or ""))
        except ValueError as error:
            raise ValidationError(
                _l("看不懂，请写成 08:30-12:00，13:30-17:30；全天写 00:00-23:59")
            ) from error


class StopForm(LabForm):
    """Why the clock of an item is stopped."""

    because = StringField(
        _l("停表的原因"),
        validators=[DataRequired(_l("必须写原因，例如：等送样方确认样品"))],
    )


def read_spans(text: str) -> list[tuple[time, time]]:
    """Return the spans of a text like 08:30-12:00，13:30-17:30. Raises `ValueError`."""
    plain = text.replace("，", ",").replace("：", ":").replace("～", "-").replace("—", "-")
    spans: list[tuple[time, time]] = []
    for part in plain.split(","):
        opens, closes = (time.fromisoformat(_padded(side)) for side in part.split("-"))
        spans.append((opens, closes))
    return spans


def _padded(text: str) -> str:
    """Return 08:30 for 8:30."""
    return text.strip().zfill(5)
