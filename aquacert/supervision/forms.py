"""Form of supervision."""

from __future__ import annotations

from aquacert.http.forms import Form


class EmptyForm(Form):
    """One button."""
