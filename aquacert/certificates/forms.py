"""Forms of the certificates: confirm and sign, say why, receive and hand down numbers."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import (
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional, Regexp

from aquacert.certificates.rules.kinds import TITLES
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


class ReceiveForm(Form):
    """A segment from the province."""

    kind = RadioField(
        _l("证书种类"),
        choices=[SelectChoice(kind.value, _l(title)) for kind, title in TITLES.items()],
        validators=[InputRequired(_l("请选一种。"))],
    )
    holder = SelectField(_l("交给"), validators=[InputRequired(_l("请选一个单位。"))])
    first = StringField(_l("起号"), validators=[InputRequired(_l("请填 10 位起号。"))])
    last = StringField(_l("止号"), validators=[InputRequired(_l("请填 10 位止号。"))])
    because = StringField(
        _l("来源"), validators=[InputRequired(_l("请写批次，例如“省批次 2026-02”。"))]
    )


class HandDownForm(Form):
    """The next numbers of a segment, to a lower body."""

    holder = SelectField(_l("下发给"), validators=[InputRequired(_l("请选一个单位。"))])
    count = IntegerField(
        _l("数量"),
        validators=[
            InputRequired(_l("请填要下发多少个号。")),
            NumberRange(1, 1_000_000, message=_l("请填 1 到 1000000 的整数。")),
        ],
    )
    because = StringField(_l("说明"), validators=[Optional(), Length(max=200)])
