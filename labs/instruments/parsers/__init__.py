"""Read an instrument's file, whatever its kind, into frozen rows."""

from collections.abc import Mapping, Sequence

from aquacert.kernel.errors import Invalid
from labs.instruments.parsers.archive import MAX_FILE, is_zip, members
from labs.instruments.parsers.mapped import read_table
from labs.instruments.parsers.message import is_message, read_message
from labs.instruments.parsers.rdml import read_rdml
from labs.instruments.parsers.sheets import csv_sheets, xlsx_sheets
from labs.instruments.parsers.shipped import shipped
from labs.instruments.rules import InstrumentRun
from labs.instruments.rules.profiles import Profile

__all__ = ["read_instrument_file", "read_rdml", "try_profile"]


def read_instrument_file(
    data: bytes,
    name: str,
    columns: Mapping[str, str] | None = None,
    *,
    profiles: Sequence[Profile] = (),
    curves: bool = False,
    nameless: bool = False,
) -> InstrumentRun:
    """Read RDML, a QuantStudio export (.xlsx, .csv), a mapped table or a system's run (JSON) by what the bytes are, not by the name.

    A table is read by the first of `profiles` (a laboratory's own) whose headings it has, then by the shipped ones;
    `columns` maps our fields (well, sample, target, role, cq) to the file's own headings for this once. `curves` adds
    amplification and melting points to the readings; `nameless` keeps wells without a sample, for a worksheet names them.
    Raises `Invalid` when the file as a whole cannot be read; single bad rows become refusals.
    """
    if not data:
        raise Invalid("这个文件是空的（0 字节），请重新导出", file="文件是空的")
    if len(data) > MAX_FILE:
        raise Invalid("文件太大：仪器文件最大 32 MB", file="文件太大")
    if is_message(data):
        return read_message(data, name)
    is_archive = is_zip(data)
    is_workbook = is_archive and "[Content_Types].xml" in members(data)
    is_xml = data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")
    if not is_workbook and (is_archive or is_xml):
        return read_rdml(data, name, curves=curves, nameless=nameless)
    known = (*profiles, *shipped())
    if columns:
        known = tuple(profile.with_columns(columns) for profile in known)
    sheets = xlsx_sheets(data) if is_workbook else csv_sheets(data)
    return read_table(sheets, data, name, known, curves=curves, nameless=nameless)


def try_profile(data: bytes, name: str, profile: Profile) -> InstrumentRun:
    """Read a table by one profile and no other, to see what it would do. Raises `Invalid` for a file that is no table."""
    if len(data) > MAX_FILE:
        raise Invalid("文件太大：仪器文件最大 32 MB", file="文件太大")
    if not is_zip(data):
        return read_table(csv_sheets(data), data, name, [profile])
    if "[Content_Types].xml" not in members(data):
        raise Invalid("这是 RDML 文件，不用读表方案", file="请选表格文件")
    return read_table(xlsx_sheets(data), data, name, [profile])
