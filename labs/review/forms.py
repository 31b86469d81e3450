"""Forms of the review."""

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice

from labs.register.forms import NEEDED, LabForm


class ReviewForm(LabForm):
    """What the reviewer says of one result; the hidden fields are what he saw."""

    verdict = RadioField(
        _l("复核意见"),
        choices=[
            SelectChoice("pass", _l("通过：已核对原始数据、质控与判定规则")),
            SelectChoice("return", _l("退回检测员")),
        ],
        validators=[NEEDED],
    )
    because = TextAreaField(_l("退回的原因"), description=_l("退回时必须写，检测员会看到"))
    version = HiddenField()
    outcome = HiddenField()
