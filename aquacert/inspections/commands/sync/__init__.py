"""What devices send: records once for ever, files in pieces."""

from __future__ import annotations

from aquacert.inspections.commands.sync.taking import take_records
from aquacert.inspections.commands.sync.uploads import (
    begin_upload,
    take_bytes,
    tidy_uploads,
)

__all__ = ["begin_upload", "take_bytes", "take_records", "tidy_uploads"]
