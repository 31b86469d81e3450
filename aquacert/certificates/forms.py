"""Forms of the certificates: confirm and sign, say why, receive and hand down numbers."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import (
    HiddenField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, Optional, Regexp

from aquacert.http.forms import Form


class SignForm(Form):
    """The second factor, for exactly the content whose digest travels with it."""

    digest = HiddenField(validators=[Regexp(r"^[0-9a-f]{64}$", message=_l("请刷新页面再签。"))])
    replaces = HiddenField(validators=[Optional()])
    because = StringField(_l("换证原因"), validators=[Optional(), Length(max=200)])
    code = StringField(
        _l("动态口令 6 位"),
        validators=[InputRequired(_l("请输入口令器上的 6 位数字。"))],
        description=_l("看你的口令器，每个口令只能用一次"),
    )


class ReasonForm(Form):
    """Why something is done to a certificate."""

    because = TextAreaField(
        _l("原因"),
        validators=[
            InputRequired(_l("请写明原因。")),
            Length(2, 200, message=_l("请写 2 到 200 个字。")),
        ],
        description=_l("会留在证书的记录里，查验页上只说“已作废”“已暂停”等状态"),
    )


class HaltForm(Form):
    """Where issuing stops, and why."""

    place = SelectField(_l("停在哪里"), validators=[InputRequired(_l("请选一个地方。"))])
    because = TextAreaField(
        _l("停止原因"),
        validators=[
            InputRequired(_l("请写明原因。")),
            Length(2, 200, message=_l("请写 2 到 200 个字。")),
        ],
        description=_l("兽医在签发页会看到这句话"),
    )
