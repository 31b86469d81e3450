"""What the story's people hold in their hands: a lorry's papers, a logger's file, an instrument's file."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from aquacert.declarations.rules.answers import LoadAnswer
from aquacert.kernel.clock import SHANGHAI
from labs.instruments.rules import Role, WellReading, Why

DESTINATION = "山东省青岛市崂山区"
"""In another province, so the certificate is an A."""
TENTHS = (31, 29, 30, 33, 36, 38, 41, 39, 37, 35, 34, 32)
"""What ice in a box gives, in tenths of a degree Celsius."""

POSITIVE_CONTROL = ("24.71", "24.93", "24.80", "24.66", "24.88", "24.79", "24.97", "24.74", "24.84", "24.62",
                    "24.91", "24.77", "24.83", "24.69", "24.95", "24.81", "24.73", "24.87", "24.78", "24.90")  # fmt: skip
"""What a new lot's twenty runs gave, in cycles: mean and standard deviation of the control chart come of them."""


def destined(leaves: datetime) -> LoadAnswer:
    """Return a lorry to another province that leaves then."""
    return LoadAnswer(
        destination=DESTINATION,
        place="示例对虾养殖场",
        consignee="示例收货人",
        consignee_phone="13800000000",
        carrier="示例活水鱼运输队",
        carrier_phone="13800000000",
        plate="示A6P208",
        disinfectant="聚维酮碘",
        departs_at=f"{leaves.astimezone(SHANGHAI):%Y-%m-%d %H:%M}",
        travel_days="2",
    )


def temperatures(since: datetime, until: datetime) -> bytes:
    """Return what a logger in a box on ice wrote every ten minutes, as its CSV file."""
    rows = ["时间,温度(℃)"]
    at, count = since.astimezone(SHANGHAI), 0
    while at <= until:
        rows.append(f"{at:%Y-%m-%d %H:%M},{TENTHS[count % len(TENTHS)] / 10}")
        at, count = at + timedelta(minutes=10), count + 1
    return "\n".join(rows).encode()


def plate(code: str, target: str) -> list[WellReading]:
    """Return a run's wells: the sample twice without a Cq, NTC, and a positive control."""
    wells = [
        ("A1", code, Role.UNKNOWN, None),
        ("A2", code, Role.UNKNOWN, None),
        ("H11", "NTC", Role.NTC, None),
        ("H12", "PC", Role.POSITIVE, Decimal("24.81")),
    ]
    return [
        WellReading("R1", well, name, role, target, cq, Why.NO_CQ if cq is None else Why.DETECTED)
        for well, name, role, cq in wells
    ]
