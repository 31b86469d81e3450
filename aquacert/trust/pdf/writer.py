"""A writer of incremental updates that leaves the document's metadata alone.

pyHanko's own writes the machine's time and its name into Info and XMP, and raises the version to
2.0. The document then says other things than typeset, and no longer what PDF/A-3 (ISO 19005-3,
built on PDF 1.7) was declared on. Nothing that is signed needs any of it.
"""

from __future__ import annotations

import io
from typing import Any

BUILT_ON = (1, 7)


def quiet_writer(pdf: bytes) -> Any:  # noqa: ANN401 (pyHanko has no types)
    """Return a writer that appends to `pdf` and keeps Info, XMP and version as they are."""
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    class Quiet(IncrementalPdfFileWriter):
        """Appends, and changes no metadata."""

        output_version = BUILT_ON

        def ensure_output_version(self, version: tuple[int, int]) -> None:
            """Stay at 1.7: PAdES is an extension of it (ESIC), as the catalogue then says."""

        def register_extension(self, ext: Any) -> None:  # noqa: ANN401
            """Declare PAdES; leave out what is declared on PDF 2.0 only."""
            if ext.base_version == "/1.7":
                super().register_extension(ext)

        def _update_meta(self) -> None:
            """Leave Info and XMP as the typesetter wrote them."""

    return Quiet(io.BytesIO(pdf))
