"""Forms of the bench: a run, its wells, an instrument's file."""

from typing import Any
from uuid import UUID

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
from wtforms.validators import Optional, ValidationError

from labs.bench.rules.counting import UNITS
from labs.register.forms import NEEDED, LabForm


def id_or_none(text: str | None) -> UUID | None:
    """Return a chosen id; None for none, or for what is no id."""
    try:
        return UUID(text or "")
    except ValueError:
        return None


class EquipForm(LabForm):
    """Say what a run was done with."""

    instrument_id = SelectField(_l("仪器"), coerce=str, validate_choice=False)
    lot_id = SelectField(_l("试剂批号"), coerce=str, validate_choice=False)

    def equipment(self) -> dict[str, UUID | None]:
        """Return the chosen instrument and lot."""
        return {
            "instrument_id": id_or_none(self.instrument_id.data),
            "lot_id": id_or_none(self.lot_id.data),
        }


class SheetRunForm(EquipForm):
    """Begin the run of a worksheet."""


class RunForm(EquipForm):
    """Open a run for entry by hand. Words serve where the register does not have the thing yet."""

    instrument = StringField(_l("仪器（没有登记的写在这里）"))
    reagent_lot = StringField(_l("试剂批号（没有登记的写在这里）"))
    reagent_until_on = DateField(_l("试剂有效期至"), validators=[Optional()])

    def validate_instrument(self, field: StringField) -> None:
        """An instrument is named one way or the other."""
        if not (field.data or self.instrument_id.data):
            raise ValidationError(str(_l("请选仪器")))

    def validate_reagent_lot(self, field: StringField) -> None:
        """A lot is named one way or the other."""
        if not (field.data or self.lot_id.data):
            raise ValidationError(str(_l("请选试剂批号")))

    def asked(self) -> dict[str, Any]:
        """Return the command's own arguments."""
        return super().asked() | self.equipment()


class SubmitForm(LabForm):
    """Submit a run."""

    leave_open = BooleanField(_l("没录的留在待检清单"))


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
    count = StringField(_l("计数"), description=_l("整数；没有计数就空着"))
    dilution = StringField(_l("稀释度"), description=_l("例如 1:1000 或 10^-3；原液空着"))
    unit = SelectField(
        _l("单位"), choices=[SelectChoice("", "——"), *(SelectChoice(u, u) for u in UNITS)]
    )
    lod = StringField(_l("检出限"), description=_l("照原样写，例如 <10 CFU/mL"))
    uncertainty = StringField(_l("不确定度"), description=_l("照原样写，例如 ±12 %"))


class FileForm(LabForm):
    """An instrument's file."""

    file = FileField(
        _l("仪器文件"),
        validators=[FileRequired(_l("请选一个文件"))],
        description=_l(
            "RDML（.rdml）、QuantStudio 导出（.xlsx、.csv），或有样品、靶标、Cq 三列的 CSV"
        ),
    )


class TakeForm(EquipForm):
    """Take a staged file."""

    keep_good = BooleanField(_l("只收好行，不认的行不收"))
