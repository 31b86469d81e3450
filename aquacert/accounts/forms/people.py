"""Forms of accounts. Labels are plain words; the commands judge what was entered."""

from collections.abc import Iterable

from flask_babel import lazy_gettext as _
from wtforms import (
    BooleanField,
    DateField,
    Field,
    HiddenField,
    PasswordField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.form import BaseForm
from wtforms.validators import DataRequired, Length, Optional, StopValidation

from aquacert.accounts.rules.passkeys import LONGEST_NAME
from aquacert.accounts.rules.roles import KIND_NAMES, ROLE_NAMES, Role
from aquacert.accounts.rules.states import LEVEL_NAMES
from aquacert.http.forms import Form

NEEDED = DataRequired(_("这一项要填"))


def choices(pairs: Iterable[tuple[str, str]]) -> list[SelectChoice]:
    """Return (value, words) pairs as choices of a select field, in the reader's language."""
    return [SelectChoice(str(value), _(words)) for value, words in pairs]


ROLE_CHOICES = choices(pair for pair in ROLE_NAMES.items() if pair[0] != Role.CONSIGNEE)


class SignInForm(Form):
    """Name and password. Never says which of the two was wrong."""

    username = StringField(
        _("登录名或手机号"),
        [NEEDED, Length(max=100)],
        render_kw={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"},
    )
    password = PasswordField(
        _("口令"), [NEEDED, Length(max=400)], render_kw={"autocomplete": "current-password"}
    )


class CodeForm(Form):
    """Six digits from an authenticator app: one field that can be pasted into, not six boxes."""

    code = StringField(
        _("动态口令（6 位数字）"),
        [NEEDED, Length(max=20)],
        render_kw={"inputmode": "numeric", "autocomplete": "one-time-code"},
    )


class AnswerField(HiddenField):
    """What a key answered, filled in by static/js/passkey.js; good once, so never shown again."""

    def _value(self) -> str:
        return ""


class CodeOrKey:
    """Asks for the code unless a key answered instead."""

    field_flags = {"optional_quiet": True}

    def __init__(self, sentence: object) -> None:
        self.sentence = sentence

    def __call__(self, form: BaseForm, field: Field) -> None:
        """Stop with the sentence when there is neither."""
        answered = bool(form["assertion"].data)
        if answered or not (field.data or "").strip():
            raise StopValidation("" if answered else str(self.sentence))


class SecondFactorForm(Form):
    """Six digits, or the answer of a passkey or security key."""

    code = StringField(
        _("动态口令（6 位数字）"),
        [CodeOrKey(_("这一项要填")), Length(max=20)],
        render_kw={"inputmode": "numeric", "autocomplete": "one-time-code"},
    )
    assertion = AnswerField()

    def given(self) -> dict[str, str]:
        """Return what was given, as keyword arguments of `grant_step_up`."""
        return {"code": self.code.data or "", "assertion": self.assertion.data or ""}


class ChallengeForm(Form):
    """A page asks for a challenge, for what it shows."""

    digest = HiddenField()


class PasskeyForm(Form):
    """A new key: the person's word for it, and what the key answered."""

    name = StringField(
        _("给这把钥匙起个名字"),
        [NEEDED, Length(max=LONGEST_NAME)],
        render_kw={"autocomplete": "off", "maxlength": str(LONGEST_NAME)},
    )
    answer = AnswerField()


class PasswordForm(Form):
    """Change the own password."""

    old = PasswordField(
        _("现在的口令"), [NEEDED, Length(max=400)], render_kw={"autocomplete": "current-password"}
    )
    new = PasswordField(
        _("新口令"), [NEEDED, Length(max=400)], render_kw={"autocomplete": "new-password"}
    )


class EmptyForm(Form):
    """A button that changes something: only the guard and the key."""


class ReasonForm(Form):
    """A button that needs a reason."""

    reason = StringField(_("理由"), [NEEDED, Length(max=200)])


class PersonForm(Form):
    """A new person with a first role. The first password is made by the system."""

    username = StringField(_("登录名"), [NEEDED], render_kw={"autocomplete": "off"})
    name = StringField(_("姓名"), [NEEDED], render_kw={"autocomplete": "off"})
    phone = StringField(_("手机号"), [NEEDED], render_kw={"inputmode": "tel"})
    identity = StringField(_("身份证号"), [Optional()])
    organisation_id = SelectField(_("单位"), [NEEDED])
    role = SelectField(_("角色"), [NEEDED], choices=ROLE_CHOICES)
    division_code = StringField(_("辖区代码"), [Optional()])
    appointment_number = StringField(_("官方兽医统一编号"), [Optional(), Length(max=40)])


class AppointForm(Form):
    """One more role for somebody."""

    organisation_id = SelectField(_("单位"), [NEEDED])
    role = SelectField(_("角色"), [NEEDED], choices=ROLE_CHOICES)
    division_code = StringField(_("辖区代码"), [Optional()])
    appointment_number = StringField(_("官方兽医统一编号"), [Optional(), Length(max=40)])
    last_on = DateField(_("任期的最后一天"), [Optional()])


class OrganisationForm(Form):
    """A new body."""

    kind = SelectField(_("类别"), [NEEDED], choices=choices(KIND_NAMES.items()))
    name_zh = StringField(_("单位名称"), [NEEDED])
    name_en = StringField(_("英文名称"), [Optional(), Length(max=200)])
    uscc = StringField(_("统一社会信用代码"), [Optional()])
    division_code = StringField(_("行政区划代码（6 位）"), [NEEDED, Length(max=20)])
    parent_id = SelectField(_("上级单位"), [Optional()])


class RenameForm(Form):
    """Another name from today on."""

    name_zh = StringField(_("单位名称"), [NEEDED])
    name_en = StringField(_("英文名称"), [Optional(), Length(max=200)])


class StandingForm(Form):
    """How an organisation stands."""

    level = SelectField(_("信用等级"), [NEEDED], choices=choices(LEVEL_NAMES.items()))
    reason = StringField(_("理由"), [NEEDED, Length(max=200)])


class QuestionForm(Form):
    """A question to another body."""

    to_organisation = SelectField(_("问哪个单位"), [NEEDED])
    subject = StringField(_("一句话说明"), [NEEDED])
    body = TextAreaField(_("要问的事"), [NEEDED])


class AnswerForm(Form):
    """An answer, or a further word."""

    body = TextAreaField(_("内容"), [NEEDED])


class TokenForm(Form):
    """A key for a program."""

    name = StringField(_("给哪个程序用"), [NEEDED])


class PreferencesForm(Form):
    """Elder edition and language, kept with the account."""

    elder = BooleanField(_("长辈版（大字）"))
    locale = SelectField(
        _("语言"), [NEEDED], choices=choices([("zh_CN", "中文"), ("en", "English")])
    )
