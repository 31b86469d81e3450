"""Forms of the bench: a run, its wells, an instrument's file."""

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import (
    BooleanField,
    DateField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional

from labs.register.forms import NEEDED, LabForm


class RunForm(LabForm):
    """Open a run for entry by hand."""

    instrument = StringField(_l("仪器"), validators=[NEEDED])
    reagent_lot = StringField(_l("试剂批号"), validators=[NEEDED])
    reagent_until_on = DateField(_l("试剂有效期至"), validators=[Optional()])


class WellForm(LabForm):
    """One well of a blind item. An empty Cq is no answer: 无 says that nothing was detected."""

    code = StringField(
        _l("盲样号"), validators=[NEEDED], render_kw={"autofocus": True, "autocomplete": "off"}
    )
    disease_code = SelectField(_l("检测项目"), validators=[NEEDED])
    well = StringField(_l("孔位"))
    cq = StringField("Cq", description=_l("没有检出请写“无”；空着或不认识的文字不会当作阴性"))
    is_excluded = BooleanField(_l("废孔，不作数"))


class ControlForm(LabForm):
    """One control well."""

    role = SelectField(
        _l("对照"),
        choices=[
            SelectChoice("ntc", _l("无模板对照 NTC")),
            SelectChoice("nac", _l("提取空白 NEC")),
            SelectChoice("positive", _l("阳性对照")),
        ],
    )
    disease_code = SelectField(_l("检测项目"), validators=[NEEDED])
    cq = StringField("Cq", validators=[NEEDED], description=_l("没有检出请写“无”"))


class FindingForm(LabForm):
    """A result in words, for microscopy and culture."""

    code = StringField(_l("盲样号"), validators=[NEEDED])
    disease_code = SelectField(_l("检测项目"), validators=[NEEDED])
    outcome = RadioField(
        _l("判读"),
        choices=[SelectChoice("negative", _l("阴性")), SelectChoice("positive", _l("阳性"))],
        validators=[NEEDED],
    )
    note = TextAreaField(_l("判读依据"))


class FileForm(LabForm):
    """An instrument's file."""

    file = FileField(
        _l("仪器文件"),
        validators=[FileRequired(_l("请选一个文件"))],
        description=_l(
            "RDML（.rdml）、QuantStudio 导出（.xlsx、.csv），或有样品、靶标、Cq 三列的 CSV"
        ),
    )


class TakeForm(LabForm):
    """Take a staged file."""

    keep_good = BooleanField(_l("只收好行，不认的行不收"))
