"""The empty templates that files for us are filled in: 测报 and 监测, as .xlsx and as CSV."""

from __future__ import annotations

import io

from flask import send_file
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from aquacert.http.gates import allowed
from aquacert.kernel.permissions import P
from aquacert.surveillance.documents.china import TEMPLATES, template_csv, template_workbook
from aquacert.surveillance.views.blueprint import bp

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@bp.get("/feeds/templates/<any(china_monthly,china_samples):kind>.<any(csv,xlsx):form>")
@allowed(P.EVENT_IMPORT)
def template_file(kind: str, form: str) -> ResponseReturnValue:
    """One empty template, with its explanations where the file can hold a second sheet."""
    template = TEMPLATES[kind]
    data = template_csv(template) if form == "csv" else template_workbook(template)
    name = f"{_('模板')} {_(template.title)}.{form}"
    mimetype = "text/csv" if form == "csv" else XLSX
    return send_file(io.BytesIO(data), mimetype=mimetype, as_attachment=True, download_name=name)
