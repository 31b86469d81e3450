"""What the vet's second factor is bound to: the content shown and, for a replacement, what it ends.

A confirmation for a new certificate must not serve to replace another one, nor the other way round,
nor for another reason than the one on the page.
"""

from __future__ import annotations

import hashlib
import json
from uuid import UUID


def confirmed_digest(preview: str, replaces_id: UUID | None = None, because: str = "") -> str:
    """Return the digest (hex) to be confirmed; the preview's own when nothing is replaced."""
    if replaces_id is None:
        return preview
    text = json.dumps(["replace", preview, str(replaces_id), because.strip()], ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
