"""Forms of own reporting: points, a month of a point, plans, an officer's finding."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    DateField,
    DecimalField,
    Field,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, NumberRange, Optional

from aquacert.http.forms import Form
from aquacert.surveillance.rules.ladder import FINDING_WORDS
from aquacert.surveillance.rules.monthly import BASIS_WORDS, MEASURE_WORDS
from aquacert.surveillance.rules.points import MODE_WORDS, SITE_WORDS

NUMBER: dict[str, Any] = {"inputmode": "numeric", "autocomplete": "off"}
DECIMAL: dict[str, Any] = {"inputmode": "decimal", "autocomplete": "off"}
UNKNOWN = "?"
"""说不清是什么病: a row without a disease."""
MOST_ROWS = 6


class Asked:
    """Marks a field that is asked for, while what is wrong with it is said by the command."""

    field_flags: ClassVar[dict[str, bool]] = {"optional_quiet": True}

    def __call__(self, form: Form, field: Field) -> None:
        """Accept whatever was typed."""


ASKED = [Asked()]


class PointForm(Form):
    """A monitoring point to be put on record."""

    organisation_id = SelectField(_l("养殖场"), validate_choice=False)
    name = StringField(
        _l("名称"),
        validators=[Optional()],
        description=_l("选了养殖场可以不填；天然水域写水域名称"),
    )
    division_code = SelectField(
        _l("县（市、区）"),
        validate_choice=False,
        description=_l("选了系统里的养殖场，就照它登记的县"),
    )
    place = StringField(
        _l("详细地点"),
        validators=[DataRequired(_l("请写到乡镇和村（场）。"))],
        description=_l("写到乡镇，例如 示例镇东滩村"),
    )
    site = SelectField(
        _l("点的种类"),
        choices=[SelectChoice(key.value, _l(word)) for key, word in SITE_WORDS.items()],
    )
    mode = SelectField(
        _l("养殖方式"),
        choices=[SelectChoice(key.value, _l(word)) for key, word in MODE_WORDS.items()],
    )
    area = StringField(
        _l("监测面积"),
        validators=[DataRequired(_l("请填面积，例如 120。"))],
        render_kw=DECIMAL,
        description=_l("池塘按亩，网箱、工厂化按平方米"),
    )
    species = SelectMultipleField(_l("监测品种"), validators=[DataRequired(_l("至少选一个品种。"))])
    reporter_id = SelectField(
        _l("谁来报"), validate_choice=False, description=_l("不选就由养殖场自己报")
    )
    from_on = DateField(_l("从哪天起"), validators=[DataRequired(_l("请填开始日期。"))])


class ChangePointForm(Form):
    """What may change of a point."""

    place = StringField(_l("详细地点"), validators=[DataRequired(_l("请写到乡镇和村（场）。"))])
    area = StringField(
        _l("监测面积"), validators=[DataRequired(_l("请填面积，例如 120。"))], render_kw=DECIMAL
    )
    species = SelectMultipleField(_l("监测品种"), validators=[DataRequired(_l("至少选一个品种。"))])
    reporter_id = SelectField(_l("谁来报"), validate_choice=False)


class BecauseForm(Form):
    """A reason and a button."""

    because = TextAreaField(_l("原因"), validators=[DataRequired(_l("请写明原因。"))])


class PlanForm(Form):
    """A plan of monitoring for one disease and year."""

    title = StringField(_l("计划名称"), validators=[DataRequired(_l("请写计划名称。"))])
    disease_code = SelectField(_l("病种"))
    from_on = DateField(_l("起始日"), validators=[DataRequired(_l("请填起始日。"))])
    until_on = DateField(_l("截止日"), validators=[DataRequired(_l("请填截止日。"))])
    occasions = IntegerField(
        _l("一年几次"),
        default=2,
        validators=[InputRequired(_l("请填次数。")), NumberRange(1, 12)],
        render_kw=NUMBER,
    )
    individuals = IntegerField(
        _l("每份样采多少"), validators=[Optional(), NumberRange(1, 10_000)], render_kw=NUMBER
    )
    point_ids = SelectMultipleField(
        _l("监测点"), validators=[DataRequired(_l("至少选一个监测点。"))]
    )


class FindingForm(Form):
    """An officer's finding about a farm and disease."""

    finding = RadioField(
        _l("认定"),
        choices=[SelectChoice(one.value, _l(word)) for one, word in FINDING_WORDS.items()],
        validators=[InputRequired(_l("请选一项。"))],
    )
    basis = TextAreaField(
        _l("依据"),
        validators=[DataRequired(_l("请写明依据，例如参考实验室报告号。"))],
        description=_l(
            "确认写参考实验室报告号；解除写阴性报告号。别写场名、人名：解除的依据人人看得到"
        ),
    )


class MonthForm(Form):
    """One month of a point; its lines are added by `month_form`, for species and diseases."""

    water = DecimalField(
        _l("水温"),
        validators=[Optional(), NumberRange(-2, 45, _l("水温应在 -2 到 45 ℃ 之间。"))],
        places=1,
        render_kw=DECIMAL,
    )
    note = TextAreaField(_l("备注"), validators=[Optional()])
    because = StringField(
        _l("为什么更正"),
        validators=[Optional()],
        description=_l("这个月报过才填；原来的会留着"),
    )


def month_form(
    species: Sequence[tuple[str, str]],
    diseases: Sequence[tuple[str, str]],
    rows: int,
    **kwargs: Any,  # noqa: ANN401 (what a form takes)
) -> MonthForm:
    """Return the form of a month with a line for each species and `rows` lines for diseases."""
    fields: dict[str, Any] = {}
    for n, (_code, name) in enumerate(species):
        fields[f"area-{n}"] = StringField(
            _("%(name)s：监测面积", name=name), validators=ASKED, render_kw=DECIMAL
        )
        fields[f"stocked-{n}"] = StringField(
            _("%(name)s：存塘数", name=name), validators=ASKED, render_kw=NUMBER
        )
    for n in range(rows):
        fields |= _row_fields(n, species, diseases)
    made: type[MonthForm] = type("MonthLinesForm", (MonthForm,), fields)
    return made(**kwargs)


def _row_fields(
    n: int, species: Sequence[tuple[str, str]], diseases: Sequence[tuple[str, str]]
) -> dict[str, Field]:
    kinds = [SelectChoice("", _("没有病，这一行不填"))]
    kinds += [SelectChoice(code, name) for code, name in diseases]
    kinds.append(SelectChoice(UNKNOWN, _("有病，说不清是什么病")))
    optional = [Optional()]
    return {
        f"row-{n}-disease": SelectField(_("什么病"), choices=kinds, default=""),
        f"row-{n}-species": SelectField(
            _("哪个品种"),
            choices=[SelectChoice(code, name) for code, name in species],
            validate_choice=False,  # with one species it is not asked
        ),
        f"row-{n}-area": StringField(_("发病面积"), validators=ASKED, render_kw=DECIMAL),
        f"row-{n}-area_stock": StringField(
            _("发病的塘里一共养了多少"), validators=ASKED, render_kw=NUMBER
        ),
        f"row-{n}-diseased": StringField(_("其中发病多少"), validators=optional, render_kw=NUMBER),
        f"row-{n}-deaths": StringField(_("死了多少"), validators=ASKED, render_kw=NUMBER),
        f"row-{n}-loss": StringField(_("经济损失"), validators=optional, render_kw=NUMBER),
        f"row-{n}-basis": SelectMultipleField(
            _("凭什么判断"),
            choices=[SelectChoice(key.value, _(word)) for key, word in BASIS_WORDS.items()],
            validators=ASKED,
        ),
        f"row-{n}-measures": SelectMultipleField(
            _("怎么处理的"),
            choices=[SelectChoice(key.value, _(word)) for key, word in MEASURE_WORDS.items()],
            validators=optional,
        ),
    }
