"""Forms of a failed batch: the order of treatment, the record of a disposal."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import StringField, TextAreaField
from wtforms.validators import InputRequired, Optional

from aquacert.http.forms import Form


class TreatmentForm(Form):
    """An order of treatment: what the notice says."""

    law = StringField(
        _l("法律依据"),
        validators=[InputRequired(_l("写明法律依据到条、款、项。"))],
        description=_l("写到条、款、项，通知单照印"),
    )
    measures = TextAreaField(
        _l("处理决定"),
        validators=[InputRequired(_l("写明怎样处理，一行一条。"))],
        description=_l("一行一条，最多四条，例如：停止起运，就地隔离。"),
    )
    method = StringField(
        _l("无害化处理方法"), validators=[Optional()], description=_l("例如深埋、焚烧、化制")
    )


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
        validators=[InputRequired(_l("请填处理时间。"))],
        description=_l("例如 2026-05-11 15:00"),
    )
    operator = StringField(_l("处理人"), validators=[InputRequired(_l("写明处理人姓名。"))])
    note = TextAreaField(_l("备注"), validators=[Optional()])
