"""Forms of the hatcheries. Labels are plain words; rules and commands judge what was typed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import ClassVar

from flask_babel import lazy_gettext as _
from wtforms import (
    BooleanField,
    HiddenField,
    PasswordField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length

from aquacert.hatcheries.rules import (
    BY_HAND,
    KIND_NAMES,
    KIND_WORDS,
    LEVEL_WORDS,
    LICENCE_WORDS,
    Level,
    Unit,
)
from aquacert.http.forms import DayField, Form

NEEDED = DataRequired(_("这一项要填"))
CHOSEN = DataRequired(_("请选一项"))
"""Of what nothing is chosen beforehand: a wrong choice would count."""
SHORT = Length(max=120, message=_("太长了，最多 120 个字"))


def choices(pairs: Iterable[tuple[str, str]]) -> list[SelectChoice]:
    """Return (value, words) pairs as choices of a select field, in the reader's language."""
    return [SelectChoice(value, _(words)) for value, words in pairs]


LEVELS = choices((key.value, words) for key, words in LEVEL_WORDS.items())
KINDS = choices((key.value, words) for key, words in KIND_WORDS.items())
STOCK_KINDS = choices((key.value, KIND_NAMES[key]) for key in BY_HAND)
LICENCES = choices((key.value, words) for key, words in LICENCE_WORDS.items())
UNITS = choices([("", "按品种习惯"), *((unit.value, unit.value) for unit in Unit)])


class Judged:
    """Marks a field that is not optional though nothing is checked here: a choice, a tick."""

    field_flags: ClassVar[Mapping[str, bool]] = {"optional_quiet": True}

    def __call__(self, form: object, field: object) -> None:
        """Say nothing."""


class FarmForm(Form):
    """What a new farm says of itself: the first page of registering."""

    name = StringField(_("苗种场名称（照营业执照）"), [NEEDED, SHORT])
    uscc = StringField(_("统一社会信用代码"), [NEEDED, Length(max=40)])
    division_code = StringField(_("在哪个区县"), [NEEDED, Length(max=60)])
    place = StringField(_("塘口在哪里（镇、村、门牌）"), [NEEDED, SHORT])
    level = SelectField(_("级别"), [Judged()], choices=LEVELS, default=Level.COUNTY.value)
    kind = SelectField(_("类型"), [Judged()], choices=KINDS, default="nursery")
    is_one_person = BooleanField(_("个体户或个人独资（对外只显示到区县，不显示场名）"))
    contact_name = StringField(_("联系人姓名"), [NEEDED, SHORT])
    phone = StringField(_("手机号"), [NEEDED, Length(max=40)], render_kw={"inputmode": "tel"})
    licence_number = StringField(_("水产苗种生产许可证编号"), [NEEDED, SHORT])
    licence_from = DayField(_("许可证从哪天起"), [NEEDED, Length(max=30)], quick=())
    licence_until = DayField(_("许可证到哪天止"), [NEEDED, Length(max=30)], quick=())
    licence_species = TextAreaField(_("许可证上的品种"), [NEEDED, Length(max=600)])


class RegisterForm(FarmForm):
    """The second page: the same answers, kept, with the account and the last button."""

    step = HiddenField(default="check")
    username = StringField(_("登录名"), [Length(max=60)])
    password = PasswordField(
        _("设一个口令"), [NEEDED, Length(max=400)], render_kw={"autocomplete": "new-password"}
    )


class OwnRegisterForm(FarmForm):
    """The second page of somebody who is signed in: no account is made."""

    step = HiddenField(default="check")


class ReapplyForm(Form):
    """What a refused farm may put right."""

    name = StringField(_("苗种场名称（照营业执照）"), [NEEDED, SHORT])
    place = StringField(_("塘口在哪里（镇、村、门牌）"), [NEEDED, SHORT])
    phone = StringField(_("手机号"), [NEEDED, Length(max=40)])


class ContactForm(Form):
    """Whom the vet calls."""

    contact_name = StringField(_("联系人姓名"), [NEEDED, SHORT])
    phone = StringField(_("手机号"), [NEEDED, Length(max=40)])


class LicenceForm(Form):
    """A licence with its period and species."""

    kind = SelectField(_("证件"), [Judged()], choices=LICENCES)
    number = StringField(_("编号"), [NEEDED, SHORT])
    from_on = DayField(_("从哪天起"), [NEEDED, Length(max=30)], quick=())
    until_on = DayField(_("到哪天止"), [NEEDED, Length(max=30)], quick=())
    species = TextAreaField(_("品种"), [Length(max=600)])


class LotForm(Form):
    """A lot in a pond: the pond may be a new one."""

    pond = StringField(_("塘口名称"), [NEEDED, Length(max=40)])
    species = StringField(_("品种"), [NEEDED, Length(max=60)])
    variety = StringField(_("品系"), [Length(max=40)])
    life_stage = StringField(_("规格"), [NEEDED, Length(max=40)])
    unit = SelectField(_("计数单位"), [Judged()], choices=UNITS)
    kind = RadioField(_("怎么来的"), [CHOSEN], choices=STOCK_KINDS[:3])
    quantity = StringField(_("数量"), [NEEDED, Length(max=40)])
    certificate_number = StringField(_("检疫证明编号"), [Length(max=60)])
    sure = BooleanField(_("编号没抄错，照样记入；县里核对认可以前，这一批不能申报"))


class ReasonForm(Form):
    """A refusal's reason."""

    because = TextAreaField(_("原因（写给申请人看）"), [Judged(), Length(max=300)])


class ActForm(Form):
    """One button."""
