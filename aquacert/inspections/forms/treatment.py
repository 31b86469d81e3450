"""Forms of a failed batch: the order of treatment, the record of a disposal."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired, MultipleFileField
from wtforms import (
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Optional

from aquacert.http.forms import Form
from aquacert.inspections.parsers.treatments import treatment_texts
from aquacert.inspections.rules.treatment import (
    END_WORDS,
    RECEIPT_WORDS,
    REMEDY_WORDS,
    STEP_WORDS,
    ReceiptWay,
)

CAMERA = {"accept": "image/*", "capture": "environment"}


class TreatmentForm(Form):
    """An order of treatment: what the notice says."""

    remedy = RadioField(
        _l("怎样处理"),
        choices=[SelectChoice(one.value, _l(word)) for one, word in REMEDY_WORDS.items()],
        validators=[InputRequired(_l("请选一种处理。"))],
    )
    law = StringField(
        _l("法律依据"),
        validators=[InputRequired(_l("写明法律依据到条、款、项。"))],
        description=_l("点一下可选，条款凭记忆、请核对；写到条、款、项，通知单照印"),
        render_kw={"list": "usual-laws", "autocomplete": "off"},
    )
    usual = SelectMultipleField(
        _l("处理决定"),
        choices=[SelectChoice(text, _l(text)) for text in treatment_texts("measure")],
        validators=[Optional()],
        description=_l("勾选，最多四条"),
    )
    measures = TextAreaField(
        _l("另外写的处理决定"),
        validators=[Optional()],
        description=_l("一行一条，和勾选的合起来最多四条"),
    )
    method = StringField(
        _l("无害化处理方法"),
        validators=[Optional()],
        description=_l("有无害化处理时填，点一下可选，例如深埋、焚烧、化制"),
        render_kw={"list": "usual-methods", "autocomplete": "off"},
    )

    def said(self) -> list[str]:
        """Return everything that is ordered: what was ticked, then what was written."""
        return [*(self.usual.data or ()), *(self.measures.data or "").splitlines()]


class DisposalForm(Form):
    """The record of a disposal under an order."""

    quantity = StringField(
        _l("处理数量"),
        validators=[InputRequired(_l("请填数量。"))],
        description=_l("整数，例如 500000 或 50万"),
    )
    method = StringField(_l("处理方法"), validators=[InputRequired(_l("写明处理方法。"))])
    place = StringField(_l("处理地点"), validators=[InputRequired(_l("写明处理地点。"))])
    done_at = StringField(
        _l("处理时间"),
        validators=[Optional()],
        description=_l("空着就是现在；例如 昨天 15:00"),
    )
    operator = StringField(_l("处理人"), validators=[InputRequired(_l("写明处理人姓名。"))])
    note = TextAreaField(_l("备注"), validators=[Optional()])
    photos = MultipleFileField(
        _l("现场照片"),
        validators=[FileRequired(_l("至少拍一张现场照片。"))],
        render_kw=CAMERA,
    )

    def pictures(self) -> tuple[bytes, ...]:
        """Return the photographs that were sent."""
        return tuple(one.read() for one in self.photos.data or () if one and one.filename)


class ReceiptForm(Form):
    """How the notice was taken at the pond."""

    way = RadioField(
        _l("怎样签收"),
        choices=[
            SelectChoice(one.value, _l(RECEIPT_WORDS[one]))
            for one in (ReceiptWay.SIGNED, ReceiptWay.REFUSED)
        ],
        validators=[InputRequired(_l("请选一种。"))],
    )
    name = StringField(
        _l("姓名"),
        validators=[InputRequired(_l("请写姓名。"))],
        description=_l("签收人；拒绝签收的写见证人"),
    )
    picture = FileField(
        _l("照片"), validators=[FileRequired(_l("请拍一张照片。"))], render_kw=CAMERA
    )
    shown = HiddenField(validators=[InputRequired()])


class OwnReceiptForm(Form):
    """The party takes the notice with its own account."""

    shown = HiddenField(validators=[InputRequired()])


class StepForm(Form):
    """One thing done under an order."""

    kind = SelectField(
        _l("做了什么"),
        choices=[SelectChoice(one.value, _l(word)) for one, word in STEP_WORDS.items()],
    )
    note = TextAreaField(
        _l("怎样做的"),
        validators=[InputRequired(_l("写明做了什么。"))],
        description=_l("例如：聚维酮碘 0.3 毫升每立方米，休药期 7 天"),
    )
    quantity = StringField(
        _l("死亡数量"), validators=[Optional()], description=_l("只有记死亡时填")
    )
    done_at = StringField(
        _l("时间"), validators=[Optional()], description=_l("空着就是现在；例如 昨天 15:00")
    )
    picture = FileField(_l("照片"), validators=[Optional()], render_kw=CAMERA)


class EndForm(Form):
    """What ends an order, and on what that rests."""

    act = SelectField(
        _l("结论"),
        choices=[SelectChoice(one.value, _l(word)) for one, word in END_WORDS.items()],
    )
    note = TextAreaField(_l("依据"), validators=[InputRequired(_l("写明结论和依据。"))])
