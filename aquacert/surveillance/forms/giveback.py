"""Forms of data given back: a recipient."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, PasswordField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length, Optional

from aquacert.http.forms import Form
from aquacert.surveillance.commands.deliveries import RecipientSaid
from aquacert.surveillance.rules.giving import PRODUCT_WORDS, Product


class RecipientForm(Form):
    """A system that receives our data."""

    name = StringField(_l("名称"), validators=[DataRequired(_l("请写名称。")), Length(max=60)])
    product = SelectField(
        _l("发什么"),
        choices=[SelectChoice(one.value, _l(word)) for one, word in PRODUCT_WORDS.items()],
    )
    address = StringField(
        _l("网址"),
        validators=[DataRequired(_l("请写网址。")), Length(max=500)],
        description=_l("以 https 开头；DHIS2 写到 /api，例如 https://dhis2.example.org/api"),
    )
    token = PasswordField(
        _l("令牌"),
        validators=[Optional(), Length(max=512)],
        description=_l("加密保存，以后不再显示；不填就不改，换了网址要重填"),
    )
    codes = TextAreaField(
        _l("编号对照表"),
        validators=[Optional(), Length(max=200_000)],
        description=_l("一行一个：我们的代码,对方的编号。留空就照我们的代码发（idScheme=CODE）"),
    )
    is_on = BooleanField(_l("启用"), default=True)

    def said(self) -> RecipientSaid:
        """Return what was entered."""
        return RecipientSaid(
            name=self.name.data or "",
            product=Product(self.product.data),
            address=self.address.data or "",
            token=self.token.data or "",
            codes=self.codes.data or "",
            is_on=bool(self.is_on.data),
        )
