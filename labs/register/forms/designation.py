"""Forms of the province: designate, say what may be tested, accredit."""

from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    DateField,
    DecimalField,
    IntegerField,
    SelectField,
    StringField,
    SubmitField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import NumberRange, Optional

from labs.register.forms.refusals import NEEDED, LabForm
from labs.register.rules.sending import ACCREDITATION_WORDS


class DesignateForm(LabForm):
    """Put an organisation into the register."""

    organisation_id = SelectField(_l("实验室"), validators=[NEEDED])
    code = StringField(
        _l("实验室代号"), validators=[NEEDED], description=_l("印在报告编号里，例如 LAB-02")
    )
    address = StringField(_l("检测地址"), validators=[NEEDED])
    cma_number = StringField(_l("CMA 证书号"))
    cnas_number = StringField(_l("CNAS 证书号"))
    accredited_from_on = DateField(_l("资质起始日"), validators=[NEEDED])
    accredited_until_on = DateField(_l("资质截止日"), validators=[NEEDED])
    capacity_per_day = IntegerField(
        _l("日检测能力"),
        validators=[Optional(), NumberRange(1, 100_000)],
        description=_l("一天能检多少份样品"),
    )

    def asked(self) -> dict[str, Any]:
        """Return the command's own arguments."""
        values: dict[str, Any] = super().asked()
        values.pop("organisation_id")
        return values


class ScopeForm(LabForm):
    """Say that a laboratory may test a disease by a method."""

    method_code = SelectField(_l("疫病与方法"), validators=[NEEDED])
    targets = StringField(
        _l("仪器里的靶标名"), description=_l("几个名字用逗号分开；疫病代码总是认")
    )
    from_on = DateField(_l("起始日"), validators=[NEEDED])
    until_on = DateField(_l("截止日"), validators=[NEEDED])
    kind = SelectField(
        _l("出结果的方式"),
        choices=[SelectChoice("qpcr", _l("按 Cq 判定")), SelectChoice("finding", _l("按判读"))],
    )
    positive_max = DecimalField(_l("阳性上限 Cq"), default=Decimal(35), validators=[Optional()])
    grey_max = DecimalField(_l("灰区上限 Cq"), default=Decimal(40), validators=[Optional()])
    cycle_cap = IntegerField(_l("循环数"), default=40, validators=[Optional(), NumberRange(10, 99)])
    needs_cma = BooleanField(_l("须有 CMA 资质认定"))
    needs_cnas = BooleanField(_l("须有 CNAS 认可"))
    add = SubmitField(_l("登记检测能力"))


class AccreditForm(LabForm):
    """One more accreditation, or a renewed one."""

    kind = SelectField(
        _l("资质"), choices=[SelectChoice(k.value, _l(w)) for k, w in ACCREDITATION_WORDS.items()]
    )
    number = StringField(_l("证书号"))
    from_on = DateField(_l("起始日"), validators=[NEEDED])
    until_on = DateField(_l("截止日"), validators=[NEEDED])
