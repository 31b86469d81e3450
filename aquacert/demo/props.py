"""What the story's people hold in their hands: a lorry's papers, a logger's file, an instrument's file."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal

from aquacert.declarations.documents.workbook import bulk_template
from aquacert.declarations.rules.answers import LoadAnswer
from aquacert.declarations.rules.bulk import FIELDS
from aquacert.kernel.clock import SHANGHAI
from aquacert.kernel.workbooks import load_workbook
from labs.instruments.rules import Role, WellReading, Why

DESTINATION = "山东省青岛市崂山区"
"""In another province, so the certificate is an A."""
TENTHS = (31, 29, 30, 33, 36, 38, 41, 39, 37, 35, 34, 32)
"""What ice in a box gives, in tenths of a degree Celsius."""

POSITIVE_CONTROL = ("24.71", "24.93", "24.80", "24.66", "24.88", "24.79", "24.97", "24.74", "24.84", "24.62",
                    "24.91", "24.77", "24.83", "24.69", "24.95", "24.81", "24.73", "24.87", "24.78", "24.90")  # fmt: skip
"""What a new lot's twenty runs gave, in cycles: mean and standard deviation of the control chart come of them."""

DIARY: tuple[tuple[int, str, Mapping[str, str]], ...] = (
    (38, "introduction", {"species": "凡纳滨对虾", "quantity": "400尾", "from": "示例省示例良种场", "certificate": "鲁动检〔2026〕示例 0003 号"}),
    (30, "disinfection", {"what": "漂白粉", "dose": "30 g/m³", "where": "空池"}),
    (21, "treatment", {"what": "聚维酮碘", "dose": "0.3 mL/m³ 泼洒", "purpose": "防弧菌", "withdrawal": "0"}),
    (14, "disease", {"signs": "少量空胃", "deaths": "300"}),
    (7, "water", {"temperature": "28.5", "salinity": "22", "oxygen": "6.2", "ph": "8.1"}),
    (2, "feed", {"what": "虾片", "amount": "12"}),
    (1, "feed", {"what": "虾片", "amount": "12.5"}),
)  # fmt: skip
"""Days ago, what kind, what the farm wrote."""


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


def bulk_sheet(lot: str, leaves: datetime) -> bytes:
    """Return the workbook that a farm's clerk filled in: three lorries of one lot."""
    book = load_workbook(io.BytesIO(bulk_template([lot], [])))
    load = destined(leaves)
    for at in range(3):
        said = {
            "lot": lot,
            "quantity": f"{5 + at}万",
            "source": "人工饲养",
            "destination": load.destination,
            "place": load.place,
            "consignee": load.consignee,
            "consignee_phone": load.consignee_phone,
            "departs_at": load.departs_at,
            "travel_days": load.travel_days,
            "mode": "公路",
            "plate": f"示A6P40{at}",
            "carrier": load.carrier,
            "carrier_phone": load.carrier_phone,
            "disinfectant": load.disinfectant,
            "purpose": "养殖",
        }
        for name, value in said.items():
            book.worksheets[0].cell(at + 2, FIELDS.index(name) + 1, value)
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()
