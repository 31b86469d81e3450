"""Forms of the register of a laboratory's own systems."""

from flask_babel import lazy_gettext as _l
from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired

from labs.register.forms import LabForm

NEEDED = InputRequired(_l("这一项必须填写"))
PEM_HINT = _l("系统里生成的 P-256 公钥，以 -----BEGIN PUBLIC KEY----- 开头；私钥不要给任何人")


class SystemForm(LabForm):
    """Let a system send."""

    name = StringField(_l("系统名称"), validators=[NEEDED], description=_l("例如：检验管理系统"))
    operator_id = SelectField(
        _l("结果由谁负责"), validators=[NEEDED], description=_l("系统送来的结果算这个人录入的")
    )
    receiver_id = SelectField(
        _l("收样由谁负责"), description=_l("系统送来的收样算这个人办的；不送收样就不用选")
    )
    public_key = TextAreaField(_l("公钥（PEM）"), validators=[NEEDED], description=PEM_HINT)


class KeyForm(LabForm):
    """Replace a system's key."""

    public_key = TextAreaField(_l("新公钥（PEM）"), validators=[NEEDED], description=PEM_HINT)


class WebhookForm(LabForm):
    """Where to call a system."""

    url = StringField(
        _l("通知地址"), description=_l("https 开头；有新任务时通知，不带样品内容。清空就不再通知")
    )


class RevokeForm(LabForm):
    """Why a system is revoked."""

    because = StringField(_l("停用的原因"), validators=[NEEDED])
