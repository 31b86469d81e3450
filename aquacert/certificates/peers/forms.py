"""Forms about other provinces: propose, confirm, import, withdraw, judge."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from aquacert.accounts.forms import CodeOrKey, SecondFactorForm
from aquacert.http.forms import Form


class ProposeForm(Form):
    """Another province's list, whose roots somebody wants believed."""

    file = FileField(
        _l("对方的信任清单（list.json）"),
        validators=[FileRequired(_l("请选对方的信任清单文件。"))],
        description=_l("向对方要文件，或从对方公布的地址下载"),
    )
    list_url = StringField(
        _l("以后每小时去哪里取"),
        validators=[Optional(), Length(max=300)],
        description=_l("https 开头；不填就每次用文件导入"),
    )


class ConfirmForm(SecondFactorForm):
    """The second person: the fingerprint heard over another road, and the second factor."""

    fingerprint = StringField(
        _l("对方报来的指纹（32 位）"),
        validators=[InputRequired(_l("请填对方报来的指纹。")), Length(max=80)],
        description=_l("打电话或用公函向对方核对，不要照抄本页"),
    )
    code = StringField(
        _l("动态口令 6 位"),
        validators=[CodeOrKey(_l("请输入口令器上的 6 位数字。"))],
    )


class ImportForm(Form):
    """A newer list as a file; without one it is fetched."""

    file = FileField(_l("新的信任清单（list.json）"), description=_l("不选文件就从登记的地址取"))


class WithdrawForm(Form):
    """Why a province is believed no more."""

    because = TextAreaField(
        _l("原因"),
        validators=[
            InputRequired(_l("请写明原因。")),
            Length(2, 200, message=_l("请写 2 到 200 个字。")),
        ],
    )


class JudgeForm(Form):
    """A certificate of any province."""

    proof = TextAreaField(
        _l("二维码里的地址或数字"),
        validators=[Optional(), Length(max=4096)],
        description=_l("把扫到的内容整段贴进来"),
    )
    file = FileField(_l("或者证明的 PDF 文件"))
