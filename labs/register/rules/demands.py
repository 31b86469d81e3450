"""What a rule version asks of the plate besides its Cq limits (ISO/IEC 17025 7.8.6; the method's own standard)."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Self

IN_CYCLES = frozenset({"lpc_max", "ic_min", "ic_max"})


@dataclass(frozen=True, slots=True)
class Demands:
    """Replicates, controls and the internal control that one rule version wants; 0 asks for nothing.

    `replicates` read wells for a conclusion, `retest_wells` in a retest, `retests` permitted before a sample stays
    without conclusion; how many wells of each control; the internal control's window and the weak positive's limit
    in cycles. The defaults are what every rule asked before rules had demands.
    """

    replicates: int = 1
    retest_wells: int = 1
    retests: int = 1
    ntc: int = 1
    nec: int = 0
    positive: int = 1
    lpc: int = 0
    lpc_max: Decimal | None = None
    ic_min: Decimal | None = None
    ic_max: Decimal | None = None

    @classmethod
    def of(cls, stored: Mapping[str, Any] | None) -> Self:
        """Read stored demands; cycles are kept as text, so that nothing is rounded."""
        kept: dict[str, Any] = dict(stored or {})
        for name in kept.keys() & IN_CYCLES:
            kept[name] = Decimal(kept[name])
        return cls(**kept)

    def plain(self) -> dict[str, Any]:
        """Return the demands as JSON can hold them."""
        kept = {name: getattr(self, name) for name in self.__slots__}
        return {
            name: str(value) if isinstance(value, Decimal) else value
            for name, value in kept.items()
            if value is not None
        }

    @property
    def wants_ic(self) -> bool:
        """Whether a well without detection counts only beside an internal control that came up."""
        return self.ic_max is not None

    @property
    def sentence(self) -> str:
        """Say the demands as the report prints them; "" when they are only the usual ones."""
        said: list[str] = []
        if self.replicates > 1:
            said.append(f"每样 {self.replicates} 孔重复，不一致按灰区")
        if self.retest_wells > 1:
            said.append(
                f"灰区复检 {self.retest_wells} 孔，复检 {self.retests} 次仍不能判定的须重新采样"
            )
        if self.ic_max is not None:
            low = "" if self.ic_min is None else f"{_plain(self.ic_min)} ≤ "
            said.append(f"内参须 {low}Cq ≤ {_plain(self.ic_max)}，否则未检出的孔作废")
        if self.nec:
            said.append("提取空白须无 Cq")
        if self.lpc:
            limit = "" if self.lpc_max is None else f"（Cq ≤ {_plain(self.lpc_max)}）"
            said.append(f"弱阳性对照须检出{limit}")
        return "；".join(said)


def _plain(cycles: Decimal) -> str:
    """Return cycles without needless zeros."""
    return f"{cycles.normalize():f}"
