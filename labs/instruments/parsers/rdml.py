"""Read RDML 1.0 to 1.4: a zip of one XML file under any name, or the bare XML (rdml.org schema).

The XML is walked through once (`rdml_walk`), never held as a tree; the curves are lifted out first (`rdml_points`).
A reaction's id may be `A1` or a number; a `sample@id` that is a UUID (LightCycler) gives way to its description.
"""

import re
import zipfile

from aquacert.kernel.errors import Invalid
from labs.instruments.parsers.archive import MAX_MEMBER, is_zip, opened, read_member
from labs.instruments.parsers.rdml_rows import assembled
from labs.instruments.parsers.rdml_walk import walked
from labs.instruments.rules import InstrumentRun

VERSIONS = ("1.0", "1.1", "1.2", "1.3", "1.4")
HEAD = 4096
ROOT = re.compile(rb"<(?:[\w.-]+:)?rdml[\s>]")


def read_rdml(
    data: bytes, name: str, *, curves: bool = False, nameless: bool = False
) -> InstrumentRun:
    """Read one RDML file; raise `Invalid` when it is none, is damaged or carries a DTD.

    With `curves` every reading carries its amplification and melting points; with `nameless` a well without a sample is
    a reading with an empty name, for a worksheet tells what stands there.
    """
    file = walked(_xml(data))
    if not file.version:
        raise Invalid("这不是 RDML 文件", file="不是 RDML")
    if file.version not in VERSIONS:
        raise Invalid(
            f"RDML 版本 {file.version[:12]} 不认识，只读 1.0 至 1.4", file="RDML 版本不认识"
        )
    return assembled(file, data, name, curves=curves, nameless=nameless)


def _xml(data: bytes) -> bytes:
    """Return the RDML document: the one member whose root is `rdml`, whatever it is called."""
    if not is_zip(data):
        if len(data) > MAX_MEMBER:
            raise Invalid("文件展开后太大，已拒收", file="展开后太大")
        return data
    with opened(data) as archive:
        for info in sorted(archive.infolist(), key=lambda i: i.filename != "rdml_data.xml"):
            if not info.is_dir() and ROOT.search(_head(archive, info)):
                return read_member(archive, info.filename)
    raise Invalid("压缩包里没有 RDML 数据，请从仪器软件导出 RDML", file="不是 RDML")


def _head(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    """Return a member's first bytes."""
    try:
        with archive.open(info) as member:
            return member.read(HEAD).replace(b"\x00", b"")  # UTF-16 of plain letters
    except Exception as error:  # zlib.error and BadZipFile share no base
        raise Invalid("文件不完整：压缩包里的数据损坏，请重新导出", file="文件损坏") from error
