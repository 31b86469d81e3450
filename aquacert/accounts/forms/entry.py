"""Forms of getting in: field session, recovery, phone, lending, password rules."""

from flask_babel import lazy_gettext as _
from wtforms import (
    BooleanField,
    DateField,
    IntegerField,
    PasswordField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, Optional

from aquacert.accounts.forms.people import NEEDED, SecondFactorForm, choices
from aquacert.accounts.rules.passwords import AUDIENCE_NAMES
from aquacert.accounts.rules.recovery import DOCUMENT_NAMES
from aquacert.http.forms import Form


class EnterForm(SecondFactorForm):
    """The second half of signing in; a vet says here that the other phone is to be signed out."""

    end_other = BooleanField(_("结束那边的登录，在这里登录"))


class RecoverForm(Form):
    """Whose password was forgotten."""

    username = StringField(
        _("登录名或手机号"),
        [NEEDED, Length(max=100)],
        render_kw={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"},
    )


class NewPasswordForm(Form):
    """A new password of one's own choosing."""

    new = PasswordField(
        _("新口令"), [NEEDED, Length(max=400)], render_kw={"autocomplete": "new-password"}
    )


class StartRecoveryForm(Form):
    """What the officer reads from the person's screen and from the identity document."""

    number = StringField(
        _("对方屏幕上的 8 位编号"),
        [NEEDED, Length(max=20)],
        render_kw={"inputmode": "numeric", "autocomplete": "off"},
    )
    name = StringField(
        _("证件上的姓名"), [NEEDED, Length(max=50)], render_kw={"autocomplete": "off"}
    )
    identity = StringField(
        _("证件号码"), [NEEDED, Length(max=40)], render_kw={"autocomplete": "off"}
    )
    document = SelectField(_("看过的证件"), [NEEDED], choices=choices(DOCUMENT_NAMES.items()))
    because = StringField(_("理由"), [NEEDED, Length(max=200)])
    loses_factor = BooleanField(_("绑定动态口令的手机或钥匙也丢了，一起解绑"))


class PhoneForm(Form):
    """Another phone number, and who says so."""

    phone = StringField(_("新手机号"), [NEEDED], render_kw={"inputmode": "tel"})
    password = PasswordField(
        _("现在的口令"), [NEEDED, Length(max=400)], render_kw={"autocomplete": "current-password"}
    )


class LendForm(Form):
    """One of the own roles, to whom, from when until when, and why."""

    membership_id = SelectField(_("哪项职责"), [NEEDED])
    borrower_id = SelectField(_("托给哪位同事"), [NEEDED])
    from_on = DateField(_("从哪天起"), [InputRequired(_("这一项要填"))])
    last_on = DateField(_("到哪天止（含当天）"), [InputRequired(_("这一项要填"))])
    because = StringField(_("理由"), [NEEDED, Length(max=200)])


class PasswordRulesForm(Form):
    """What is asked of some people's passwords."""

    audience = SelectField(_("对谁的要求"), [NEEDED], choices=choices(AUDIENCE_NAMES.items()))
    shortest = IntegerField(_("最少几个字"), [InputRequired(_("这一项要填"))])
    kinds = IntegerField(
        _("大写、小写、数字、符号里至少几种（0 是不要求）"), [InputRequired(_("这一项要填"))]
    )
    days = IntegerField(_("多少天换一次（不填是不要求）"), [Optional()])
    because = TextAreaField(_("理由"), [NEEDED, Length(max=500)])
