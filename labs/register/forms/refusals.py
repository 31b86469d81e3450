"""What every form of the laboratory does with a refusal, and the two that every room uses."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import StringField, TextAreaField
from wtforms.validators import InputRequired

from aquacert.http.forms import Form
from aquacert.kernel.errors import (
    Conflict,
    NotAllowed,
    NotAllowedNow,
    NotFound,
    NotReady,
    TooMany,
)

NEEDED = InputRequired(_l("这一项必须填写"))


class LabForm(Form):
    """A form whose refusals are shown on the page where the work lies."""

    def asked(self) -> dict[str, Any]:
        """Return what the person entered; a text field that was not sent at all is empty."""
        asked: dict[str, Any] = super().asked()
        texts = {name for name, field in self._fields.items() if isinstance(field, StringField)}
        return {n: "" if value is None and n in texts else value for n, value in asked.items()}

    @contextmanager
    def trying(self) -> Iterator[None]:
        """Show every refusal of a command on this form: at its field, or at the top."""
        try:
            with self.catching():
                yield
        except NotReady as error:
            self.form_errors += [error.sentence, *error.reasons]
        except (Conflict, NotAllowed, NotAllowedNow, NotFound, TooMany) as error:
            self.form_errors.append(error.sentence)


class EmptyForm(LabForm):
    """Only a button."""


class ReasonForm(LabForm):
    """An act that needs its reason."""

    because = TextAreaField(_l("原因"), validators=[NEEDED])
