"""Forms of the register, and what every form of the laboratory does with a refusal."""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import (
    DateField,
    DecimalField,
    IntegerField,
    SelectField,
    StringField,
    SubmitField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, NumberRange, Optional

from aquacert.http.forms import Form
from aquacert.kernel.errors import (
    Conflict,
    NotAllowed,
    NotAllowedNow,
    NotFound,
    NotReady,
    TooMany,
)

NEEDED = InputRequired(_l("这一项必须填写"))


class LabForm(Form):
    """A form whose refusals are shown on the page where the work lies."""

    def asked(self) -> dict[str, Any]:
        """Return what the person entered; a text field that was not sent at all is empty."""
        asked: dict[str, Any] = super().asked()
        texts = {name for name, field in self._fields.items() if isinstance(field, StringField)}
        return {n: "" if value is None and n in texts else value for n, value in asked.items()}

    @contextmanager
    def trying(self) -> Iterator[None]:
        """Show every refusal of a command on this form: at its field, or at the top."""
        try:
            with self.catching():
                yield
        except NotReady as error:
            self.form_errors += [error.sentence, *error.reasons]
        except (Conflict, NotAllowed, NotAllowedNow, NotFound, TooMany) as error:
            self.form_errors.append(error.sentence)


class EmptyForm(LabForm):
    """Only a button."""


class ReasonForm(LabForm):
    """An act that needs its reason."""

    because = TextAreaField(_l("原因"), validators=[NEEDED])


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
    add = SubmitField(_l("登记检测能力"))
