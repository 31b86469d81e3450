"""What may be rolled out county by county (M28), by the names that rows and doors use. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType


class Capability(StrEnum):
    """Something that a county may have before its neighbour has it."""

    DECLARE_ONLINE = "declare_online"
    DECLARE_BULK = "declare_bulk"
    DECLARE_PROXY = "declare_proxy"
    FARM_SIGN = "farm_sign"
    SELF_TEST = "self_test"


CAPABILITY_NAMES: Mapping[Capability, str] = MappingProxyType(
    {
        Capability.DECLARE_ONLINE: "网上申报",
        Capability.DECLARE_BULK: "表格批量申报",
        Capability.DECLARE_PROXY: "代办申报",
        Capability.FARM_SIGN: "苗种场申报码",
        Capability.SELF_TEST: "企业自检送样",
    }
)


def off_sentence(name: Capability) -> str:
    """Return what is said where it is not switched on."""
    return f"本县还没有启用{CAPABILITY_NAMES[name]}，请到申报点办理。"


def standing(path: Sequence[str], said: Mapping[str, bool]) -> tuple[bool, str]:
    """Return whether something is on, and the division that said so ("" when nobody did).

    `path` goes from the province down; the nearest division decides; on where nobody spoke.
    """
    return next(((said[code], code) for code in reversed(path) if code in said), (True, ""))
