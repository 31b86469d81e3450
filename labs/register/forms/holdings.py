"""Forms of a laboratory: instruments, lots, people, proficiency tests, capacity."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import DateField, IntegerField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import NumberRange, Optional

from labs.register.forms.refusals import NEEDED, LabForm
from labs.register.rules.holdings import STAFF_ACT_WORDS
from labs.register.rules.sending import PROFICIENCY_WORDS


def split(test: str | None) -> dict[str, str]:
    """Return the disease and the method that a choice names; "" where it leaves them open."""
    disease, _sep, method = (test or "").partition("|")
    return {"disease_code": disease, "method_code": method}


class TestedForm(LabForm):
    """A form that names a test of the laboratory: disease, or disease and method."""

    def asked(self) -> dict[str, Any]:
        """Return the command's own arguments, the test in two."""
        values: dict[str, Any] = super().asked()
        return values | split(values.pop("test"))


class InstrumentForm(LabForm):
    """One more instrument."""

    code = StringField(
        _l("仪器编号"), validators=[NEEDED], description=_l("本实验室的编号，例如 QPCR-02")
    )
    name = StringField(_l("仪器名称"), validators=[NEEDED])
    model = StringField(_l("型号"))
    serial_number = StringField(_l("出厂编号"))


class CalibrateForm(LabForm):
    """One calibration."""

    calibrated_on = DateField(_l("校准日期"), validators=[NEEDED])
    until_on = DateField(_l("有效期至"), validators=[NEEDED])
    is_passed = SelectField(
        _l("结论"), choices=[SelectChoice("yes", _l("合格")), SelectChoice("no", _l("不合格"))]
    )
    number = StringField(_l("证书号"))
    body = StringField(_l("校准机构"))

    def asked(self) -> dict[str, Any]:
        """Return the command's own arguments."""
        values: dict[str, Any] = super().asked()
        return values | {"is_passed": self.is_passed.data == "yes"}


class LotForm(TestedForm):
    """One more lot of a kit or reagent."""

    kit = StringField(_l("试剂或试剂盒"), validators=[NEEDED])
    lot = StringField(_l("批号"), validators=[NEEDED], description=_l("照盒上的写，可以扫码"))
    maker = StringField(_l("生产厂"))
    test = SelectField(_l("用于"))
    expires_on = DateField(_l("有效期至"), validators=[NEEDED])
    days_after_opening = IntegerField(
        _l("开封后有效天数"),
        validators=[Optional(), NumberRange(0, 3650)],
        description=_l("说明书没有写就空着"),
    )
    opened_on = DateField(_l("开封日"), validators=[Optional()])


class OpenForm(LabForm):
    """The day a lot was opened."""

    opened_on = DateField(_l("开封日"), validators=[NEEDED])


class StaffForm(TestedForm):
    """Authorise a person for an act."""

    person_id = SelectField(_l("人员"), validators=[NEEDED])
    act = SelectField(
        _l("授权做什么"),
        choices=[SelectChoice(k.value, _l(w)) for k, w in STAFF_ACT_WORDS.items()],
    )
    test = SelectField(_l("项目"))
    from_on = DateField(_l("起始日"), validators=[NEEDED])
    until_on = DateField(_l("截止日"), validators=[NEEDED])


class ProficiencyForm(TestedForm):
    """One round of proficiency testing."""

    test = SelectField(_l("项目"), validators=[NEEDED])
    outcome = SelectField(
        _l("结果"), choices=[SelectChoice(k.value, _l(w)) for k, w in PROFICIENCY_WORDS.items()]
    )
    taken_on = DateField(_l("参加日期"), validators=[NEEDED])
    next_due_on = DateField(_l("下次应在何日前参加"), validators=[Optional()])
    organiser = StringField(_l("组织单位"))
    round_name = StringField(_l("计划名称或编号"))


class CapacityForm(LabForm):
    """How many items a day."""

    capacity_per_day = IntegerField(
        _l("一天能检多少份样品"), validators=[NEEDED, NumberRange(1, 100_000)]
    )
