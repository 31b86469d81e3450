"""Forms of sampling."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import (
    BooleanField,
    DecimalField,
    HiddenField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
)
from wtforms import (
    Form as PlainForm,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, NumberRange, Optional

from aquacert.http.forms import Form
from aquacert.sampling.rules import PRESERVATION_WORDS, PREVALENCES, TISSUE_WORDS
from labs.intake.rules import CARRIER_WORDS

NO_AUTO: dict[str, Any] = {"autocomplete": "off", "autocapitalize": "characters"}
NUMBER: dict[str, Any] = {"inputmode": "numeric", "autocomplete": "off"}
DECIMAL: dict[str, Any] = {"inputmode": "decimal", "autocomplete": "off"}


class OrderForm(Form):
    """Order the required tests of one batch, and any the vet adds."""

    diseases = SelectMultipleField(_l("另加的检测项目"), validators=[Optional()])


class PlanForm(PlainForm):
    """What somebody asks of a plan; sent with GET, changes nothing."""

    prevalence = SelectField(
        _l("假定多少比例染病"),
        choices=[SelectChoice(str(n), f"{n} %") for n in PREVALENCES],
        validate_choice=False,
    )
    confidence = DecimalField(_l("把握（%）"), validators=[Optional(), NumberRange(50, 99.9)])
    pool_size = IntegerField(_l("每管几个"), validators=[Optional(), NumberRange(1, 1000)])
    sensitivity = DecimalField(
        _l("每管检出的灵敏度"),
        validators=[Optional(), NumberRange(0.01, 1)],
        description=_l("0 到 1，不知道就空着，按 1 算"),
    )
    specificity = DecimalField(
        _l("每管的特异度"),
        validators=[Optional(), NumberRange(0.01, 1)],
        description=_l("0 到 1，不知道就空着，按 1 算"),
    )


class LabelScan(Form):
    """A pre-printed label, read twice; or none, and a code is drawn."""

    label = StringField(
        _l("扫管上的标签"),
        validators=[Optional()],
        render_kw=NO_AUTO,
        description=_l("没有预印标签就空着，由系统生成盲样号"),
    )
    label_again = StringField(_l("再扫抽样单上的标签"), validators=[Optional()], render_kw=NO_AUTO)


class SampleForm(LabelScan):
    """One sealed sample."""

    individuals = StringField(
        _l("抽样数"),
        validators=[DataRequired(_l("请填抽样数，例如 150。"))],
        render_kw=NUMBER,
    )
    because = StringField(
        _l("与规则不同的原因"),
        validators=[Optional()],
        description=_l("抽得比规则少、一管放得多，或样品类型规则里没有时才写"),
    )
    live_count = IntegerField(
        _l("其中活的"), validators=[Optional(), NumberRange(0)], render_kw=NUMBER
    )
    water_temperature = DecimalField(
        _l("水温"),
        validators=[Optional(), NumberRange(-2, 45, _l("水温应在 -2 到 45 ℃ 之间。"))],
        places=1,
        render_kw=DECIMAL,
    )
    seal_number = StringField(
        _l("封样号"),
        validators=[DataRequired(_l("请照封签上的号码填写。"))],
        render_kw={"autocomplete": "off"},
    )
    taken_with = StringField(
        _l("另一位抽样人"),
        validators=[DataRequired(_l("抽样要两人在场，请写另一位的岗位。"))],
        description=_l("写岗位，例如：协检员"),
    )
    tissue = SelectField(
        _l("样品类型"),
        choices=[SelectChoice(key.value, _l(word)) for key, word in TISSUE_WORDS.items()],
    )
    life_stage = StringField(_l("生长阶段"), validators=[Optional()])
    length_mm = IntegerField(
        _l("平均体长"), validators=[Optional(), NumberRange(1, 5000)], render_kw=NUMBER
    )
    preservation = SelectField(
        _l("保存方式"),
        choices=[SelectChoice(key.value, _l(word)) for key, word in PRESERVATION_WORDS.items()],
        default="ice",
    )
    prevalence = HiddenField()
    confidence = HiddenField()
    pool_size = HiddenField()
    sensitivity = HiddenField()
    specificity = HiddenField()


class PhotoForm(Form):
    """One photograph of a sample."""

    photo = FileField(
        _l("照片"),
        validators=[DataRequired(_l("请拍一张或选一张照片。"))],
        render_kw={"accept": "image/*", "capture": "environment"},
    )


class ParcelForm(Form):
    """The box and how it travels."""

    lab_id = SelectField(_l("送到哪个指定实验室"))
    carrier = SelectField(
        _l("怎么送"),
        choices=[SelectChoice(key.value, _l(word)) for key, word in CARRIER_WORDS.items()],
        default="own",
    )
    box_number = StringField(
        _l("箱号"),
        validators=[Optional()],
        render_kw=NO_AUTO,
        description=_l("空着由系统编；不要写地名"),
    )
    waybill = StringField(
        _l("运单号"), validators=[Optional()], description=_l("只留在本系统，实验室看不到")
    )
    expected_at = StringField(
        _l("预计到达"),
        validators=[Optional()],
        render_kw={"type": "datetime-local", "autocomplete": "off"},
    )


class DispatchForm(ParcelForm):
    """Send the chosen samples to one laboratory."""

    samples = SelectMultipleField(
        _l("要送的样品"), validators=[DataRequired(_l("至少选一份样品。"))]
    )
    leave_rest = BooleanField(
        _l("只送它能检的"),
        description=_l("写着“只能送一部分”的实验室：其余项目不送，另抽一份样送别的实验室"),
    )
    offers_part = False
    """Whether some laboratory may be sent only a part of these tests."""


class PrintForm(Form):
    """Print labels; from the second time on with a reason."""

    because = StringField(_l("为什么再打"), validators=[Optional()])
    every_tube = BooleanField(_l("每管一张"), description=_l("不选就只打一张，贴在样品袋上"))


class IssueLabelsForm(Form):
    """Hand labels to a unit."""

    unit_id = SelectField(_l("发给哪个单位"))
    count = StringField(
        _l("张数"),
        default="27",
        validators=[DataRequired(_l("请填张数，例如 27。"))],
        render_kw=NUMBER,
        description=_l("一页 A4 是 27 张"),
    )


class VoidLabelForm(Form):
    """Take one free label out of use."""

    label = StringField(
        _l("标签号"), validators=[DataRequired(_l("请扫或写标签号。"))], render_kw=NO_AUTO
    )
    because = StringField(
        _l("为什么作废"), validators=[DataRequired(_l("请写明原因，例如：受潮、遗失。"))]
    )


class PlanSampleForm(LabelScan):
    """The one sample of a task of the monitoring plan."""

    individuals = IntegerField(
        _l("采了多少"),
        validators=[DataRequired(_l("请填采样数，例如 150。")), NumberRange(1, 10_000)],
        render_kw=NUMBER,
    )
    because = StringField(_l("少采的原因"), validators=[Optional()], description=_l("比计划少才写"))
    taken_with = StringField(
        _l("另一位采样人"),
        validators=[DataRequired(_l("采样要两人在场，请写另一位的岗位。"))],
        description=_l("写岗位，例如：协检员"),
    )
    life_stage = StringField(_l("生长阶段"), validators=[Optional()])
    preservation = SelectField(
        _l("怎么保存"),
        choices=[SelectChoice(key.value, _l(word)) for key, word in PRESERVATION_WORDS.items()],
        default="ice",
    )
    water_temperature = DecimalField(
        _l("水温"),
        validators=[Optional(), NumberRange(-2, 45, _l("水温应在 -2 到 45 ℃ 之间。"))],
        places=1,
        render_kw=DECIMAL,
    )


class OwnForm(LabelScan):
    """A hatchery's own sample: which pond, which disease."""

    lot_id = SelectField(_l("哪个塘"), coerce=str)
    disease_code = SelectField(_l("查什么病"), coerce=str, validate_choice=False)
    preservation = SelectField(
        _l("怎么保存"),
        choices=[SelectChoice(key.value, _l(word)) for key, word in PRESERVATION_WORDS.items()],
        default="ice",
    )
    water_temperature = DecimalField(
        _l("水温"),
        validators=[Optional(), NumberRange(-2, 45, _l("水温应在 -2 到 45 ℃ 之间。"))],
        places=1,
        render_kw=DECIMAL,
    )
