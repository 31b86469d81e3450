"""Forms of the electronic seals: make, import, verify."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import DateField, SelectField
from wtforms.validators import InputRequired

from aquacert.http.forms import Form


class MakeSealForm(Form):
    """For whom a seal is made, and until when."""

    body = SelectField(_l("用章单位"), validators=[InputRequired(_l("请选一个单位。"))])
    ends_on = DateField(
        _l("有效到"),
        validators=[InputRequired(_l("请填印章的终止日期。"))],
        description=_l("这一天结束时失效，最长约一年"),
    )


class ImportSealForm(Form):
    """A seal file from the authorised platform."""

    body = SelectField(_l("用章单位"), validators=[InputRequired(_l("请选一个单位。"))])
    file = FileField(
        _l("印章文件"),
        validators=[FileRequired(_l("请先选一个文件。"))],
        description=_l("平台下发的 .esl 或 .seal 文件，先验证再入库"),
    )


class CheckSealForm(Form):
    """A seal or signed value to verify, and what it was put on."""

    file = FileField(
        _l("印章或签章文件"),
        validators=[FileRequired(_l("请先选一个文件。"))],
        description=_l("印章 .esl、.seal，签章 seal.ses，或 OFD 包里的 SignedValue.dat"),
    )
    original = FileField(
        _l("原文"),
        description=_l(
            "签章盖在什么上面：证书是 PDF 附件 certificate.json，OFD 是 Signature.xml；不传就不核对原文"
        ),
    )
