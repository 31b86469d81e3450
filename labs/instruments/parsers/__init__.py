"""Read an instrument's file, whatever its kind, into frozen rows."""

from collections.abc import Mapping

from aquacert.kernel.errors import Invalid
from labs.instruments.parsers.archive import MAX_FILE, is_zip, members
from labs.instruments.parsers.mapped import read_table
from labs.instruments.parsers.rdml import read_rdml
from labs.instruments.parsers.sheets import csv_sheets, xlsx_sheets
from labs.instruments.rules import InstrumentRun

__all__ = ["read_instrument_file", "read_rdml"]


def read_instrument_file(
    data: bytes,
    name: str,
    columns: Mapping[str, str] | None = None,
    *,
    curves: bool = False,
    nameless: bool = False,
) -> InstrumentRun:
    """Read RDML, a QuantStudio export (.xlsx, .csv) or a mapped CSV by what the bytes are, not by the name.

    `columns` maps our fields (well, sample, target, role, cq) to the file's own headings when they are unusual.
    Raises `Invalid` when the file as a whole cannot be read; single bad rows become refusals.
    """
    if not data:
        raise Invalid("这个文件是空的（0 字节），请重新导出", file="文件是空的")
    if len(data) > MAX_FILE:
        raise Invalid("文件太大：仪器文件最大 32 MB", file="文件太大")
    if is_zip(data):
        names = members(data)
        if "[Content_Types].xml" in names:
            return read_table(xlsx_sheets(data), data, name, columns)
        return read_rdml(data, name, curves=curves, nameless=nameless)
    if data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return read_rdml(data, name, curves=curves, nameless=nameless)
    return read_table(csv_sheets(data), data, name, columns)
