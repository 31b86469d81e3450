"""Forms of intake: find a box, receive, correct, close, temperatures, non-conformities, storage."""

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import NumberRange, Optional

from labs.intake.rules import CONDITION_WORDS, Condition
from labs.register.forms import NEEDED, LabForm

SCANNED = {
    "autofocus": True,
    "autocomplete": "off",
    "inputmode": "text",
    "data-scan": "",
    "spellcheck": "false",
}


def _conditions() -> list[SelectChoice]:
    return [SelectChoice(condition.value, _l(word)) for condition, word in CONDITION_WORDS.items()]


class FindForm(LabForm):
    """Scan the number of a box, or a sample's code."""

    code = StringField(_l("箱号或盲样号"), validators=[NEEDED], render_kw=SCANNED)


class ReceiveForm(LabForm):
    """Scan or type a blind code, say how the item came."""

    code = StringField(_l("盲样号"), validators=[NEEDED], render_kw=SCANNED)
    condition = RadioField(
        _l("收样状态"),
        choices=_conditions(),
        default=Condition.GOOD.value,
        validators=[NEEDED],
    )
    note = StringField(_l("情况说明"), description=_l("不是完好时写明看到的情况；拒收必须写"))


class CloseForm(LabForm):
    """Close a box; the reason is asked for when something is missing."""

    because = StringField(_l("没有扫到的原因"))


class CorrectForm(LabForm):
    """Write that an item came otherwise than was written."""

    condition = RadioField(_l("其实是"), choices=_conditions(), validators=[NEEDED])
    because = StringField(_l("为什么更正"), validators=[NEEDED])


class TemperatureForm(LabForm):
    """A logger's file, and what it does not say itself."""

    file = FileField(_l("温度记录文件（CSV）"), validators=[FileRequired(_l("请选一个文件"))])
    unit = SelectField(
        _l("单位"),
        choices=[SelectChoice("c", _l("摄氏度")), SelectChoice("f", _l("华氏度"))],
        default="c",
    )
    order = SelectField(
        _l("日期写法"),
        choices=[
            SelectChoice("", _l("年-月-日，或分得清")),
            SelectChoice("day", _l("日/月/年")),
            SelectChoice("month", _l("月/日/年")),
        ],
        default="",
    )
    slow_minutes = IntegerField(
        _l("记录仪慢了几分钟"),
        validators=[Optional(), NumberRange(-1440, 1440)],
        description=_l("快了写负数"),
    )
    time_column = StringField(_l("时间列名"))
    temperature_column = StringField(_l("温度列名"))


class DoneForm(LabForm):
    """What was done about a non-conformity."""

    done = TextAreaField(_l("做了什么"), validators=[NEEDED])


class StoreForm(LabForm):
    """Where an item is put."""

    place = StringField(_l("存放位置"), validators=[NEEDED])


class DestroyForm(LabForm):
    """How an item is to be destroyed."""

    how = StringField(_l("销毁方法"), validators=[NEEDED])
