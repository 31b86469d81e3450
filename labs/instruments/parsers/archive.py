"""Open zip archives without being drowned by them: member count, declared sizes and ratio are bounded."""

import io
import zipfile

from aquacert.kernel.errors import Invalid

MAX_FILE = 32 * 2**20
MAX_MEMBER = 64 * 2**20
MAX_TOTAL = 128 * 2**20
MAX_MEMBERS = 256
MAX_RATIO = 400  # fluorescence tables compress well (lc96: 17 to 1); bombs exceed 1,000 to 1
SMALL = 2**20


def is_zip(data: bytes) -> bool:
    """Tell whether the bytes begin as a zip archive does."""
    return data[:4] in {b"PK\x03\x04", b"PK\x05\x06"}


def opened(data: bytes) -> zipfile.ZipFile:
    """Open an archive that is whole and of a sane size, or raise `Invalid`.

    Python's zipfile never yields more bytes than a member declares, so declared sizes are a true bound.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        infos = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise Invalid("文件不完整：压缩包打不开，请重新导出", file="压缩包打不开") from error
    if len(infos) > MAX_MEMBERS or sum(info.file_size for info in infos) > MAX_TOTAL:
        raise Invalid("压缩包展开后太大，已拒收", file="展开后太大")
    for info in infos:
        bloated = info.file_size > SMALL and info.file_size > MAX_RATIO * max(info.compress_size, 1)
        if info.file_size > MAX_MEMBER or bloated:
            raise Invalid("压缩包展开后太大，已拒收", file="展开后太大")
        if info.flag_bits & 1:
            raise Invalid("压缩包有密码，不能读取", file="文件有密码")
    return archive


def members(data: bytes) -> tuple[str, ...]:
    """Return the names of an archive's members, in its own order."""
    with opened(data) as archive:
        return tuple(archive.namelist())


def read_member(archive: zipfile.ZipFile, name: str) -> bytes:
    """Return one member's bytes, or raise `Invalid` when they are damaged."""
    try:
        return archive.read(name)
    except (zipfile.BadZipFile, OSError, EOFError, RuntimeError, NotImplementedError) as error:
        raise Invalid("文件不完整：压缩包里的数据损坏，请重新导出", file="文件损坏") from error
    except Exception as error:  # zlib.error has no common base with the others
        raise Invalid("文件不完整：压缩包里的数据损坏，请重新导出", file="文件损坏") from error
