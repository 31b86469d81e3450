"""Forms of registered feeds. What is wrong with an address is said by the command."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, IntegerField, PasswordField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from aquacert.http.forms import Form
from aquacert.surveillance.commands.sources import FeedSaid
from aquacert.surveillance.forms.reporting import ASKED
from aquacert.surveillance.rules.visits import WAY_WORDS, Way


class SourceForm(Form):
    """A feed to be put on record or changed."""

    name = StringField(
        _l("名称"),
        validators=[DataRequired(_l("请写名称。")), Length(max=60)],
        description=_l("谁的什么数据，例如 粮农组织疫情"),
    )
    feed_key = StringField(
        _l("代号"),
        validators=ASKED,
        description=_l("小写字母、数字、- 和 _；也是文件夹名和推送地址的一段，登记后不能改"),
    )
    form = SelectField(_l("怎么读"))
    way = SelectField(
        _l("怎么来"),
        choices=[SelectChoice(one.value, _l(word)) for one, word in WAY_WORDS.items()],
    )
    address = StringField(
        _l("网址"),
        validators=[Optional(), Length(max=500)],
        description=_l("到网址取的才填；以 https 开头，不能是内部网络的地址"),
    )
    every_minutes = IntegerField(
        _l("多少分钟看一次"),
        default=60,
        validators=[InputRequired(_l("请填分钟数。")), NumberRange(5, 44_640)],
    )
    expected_days = IntegerField(
        _l("数据多少天没有更新要提醒"),
        default=35,
        validators=[InputRequired(_l("请填天数。")), NumberRange(1, 400)],
    )
    is_whole = BooleanField(
        _l("每个文件都是整份数据"),
        description=_l("文件里没有的，标为“来源里已不见”，不删除"),
    )
    token = PasswordField(
        _l("令牌或签名密钥"),
        validators=[Optional(), Length(max=512)],
        description=_l("加密保存，以后不再显示；不填就不改，换了网址要重填"),
    )

    def said(self) -> FeedSaid:
        """Return what was entered."""
        return FeedSaid(
            key=self.feed_key.data or "",
            name=self.name.data or "",
            form=self.form.data,
            way=Way(self.way.data),
            address=self.address.data or "",
            every_minutes=self.every_minutes.data or 0,
            expected_days=self.expected_days.data or 0,
            is_whole=bool(self.is_whole.data),
            secret=self.token.data or "",
        )
