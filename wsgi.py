"""The WSGI entry point: any server can run `wsgi:app`."""

from __future__ import annotations

from aquacert.app import create_app
from aquacert.kernel.memory import keep_few_heaps
from aquacert.kernel.settings import Settings

keep_few_heaps()
app = create_app(Settings.from_env())
