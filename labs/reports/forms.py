"""Forms of the reports: authorise what was previewed."""

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, StringField

from labs.register.forms import NEEDED, LabForm


class AuthoriseForm(LabForm):
    """Authorise with the second factor; `digest` is that of the preview on the page."""

    code = StringField(
        _l("动态口令"),
        validators=[NEEDED],
        description=_l("手机验证器里现在显示的 6 位数字"),
        render_kw={"autocomplete": "one-time-code", "inputmode": "numeric", "maxlength": "6"},
    )
    digest = HiddenField()
