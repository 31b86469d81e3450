"""Forms of the review: sign what the page shows, send it back, set how many must sign."""

from datetime import UTC, datetime
from uuid import UUID

from flask_babel import lazy_gettext as _l
from wtforms import DateField, HiddenField, IntegerField, SelectField, StringField, TextAreaField

from aquacert.accounts.forms import CodeOrKey, SecondFactorForm
from labs.register.forms import NEEDED, LabForm


class SignForm(LabForm, SecondFactorForm):
    """Sign with the second factor. The hidden fields are what the reviewer saw, and when."""

    code = StringField(
        _l("动态口令（本次签名有效）"),
        validators=[CodeOrKey(_l("这一项必须填写"))],
        description=_l("手机验证器里现在显示的 6 位数字"),
        render_kw={"autocomplete": "one-time-code", "inputmode": "numeric", "maxlength": "6"},
    )
    digest = HiddenField()
    results = HiddenField()
    outcome = HiddenField()
    opened = HiddenField()

    def chosen(self) -> list[UUID]:
        """Return the results that the page showed; what is no id is left out."""
        found = []
        for text in (self.results.data or "").split():
            try:
                found.append(UUID(text))
            except ValueError:
                continue
        return found

    def since(self) -> datetime | None:
        """Return when the page was opened; None when the field does not say."""
        try:
            return datetime.fromisoformat(self.opened.data or "").astimezone(UTC)
        except ValueError:
            return None


class ReturnForm(LabForm):
    """Send back to the bench."""

    because = TextAreaField(
        _l("退回的原因"), validators=[NEEDED], description=_l("检测员会看到这段话")
    )
    results = HiddenField()

    chosen = SignForm.chosen


class LevelForm(LabForm):
    """How many persons must verify a method's results from a day on."""

    method_code = SelectField(_l("方法"), validators=[NEEDED])
    verifiers = IntegerField(_l("复核人数"), validators=[NEEDED], default=1)
    from_on = DateField(_l("起始日"), validators=[NEEDED])
    because = StringField(_l("原因"), validators=[NEEDED])
