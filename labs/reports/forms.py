"""Forms of the reports: authorise what was previewed."""

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, StringField

from aquacert.accounts.forms import CodeOrKey, SecondFactorForm
from labs.register.forms import LabForm


class AuthoriseForm(LabForm, SecondFactorForm):
    """Authorise with the second factor; `digest` is that of the preview on the page."""

    code = StringField(
        _l("动态口令"),
        validators=[CodeOrKey(_l("这一项必须填写"))],
        description=_l("手机验证器里现在显示的 6 位数字"),
        render_kw={"autocomplete": "one-time-code", "inputmode": "numeric", "maxlength": "6"},
    )
    digest = HiddenField()
