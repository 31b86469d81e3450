"""Journeys: one readable story each, through the pages without a browser, guards on."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.make.reader import Reader


@pytest.fixture
def reader(app) -> Callable[..., Reader]:
    """Put somebody in front of the pages: `reader(made)`, `reader(secret=…)`, a stranger."""
    app.config.update(WTF_CSRF_ENABLED=True)
    return lambda *who, **how: Reader(app, *who, **how)
