"""Form of the filed forms: the photograph of a signed paper."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from werkzeug.datastructures import FileStorage

from aquacert.http.forms import Form


class SignedPaperForm(Form):
    """One photograph of the paper that was signed by hand."""

    photo = FileField(
        _l("签好字的纸件照片"),
        validators=[FileRequired(_l("请先拍一张或选一张照片。"))],
        render_kw={"accept": "image/*", "capture": "environment"},
    )

    def picture(self) -> tuple[bytes, str]:
        """Return bytes and name of what was sent."""
        sent: FileStorage = self.photo.data
        return sent.read(), sent.filename or ""
