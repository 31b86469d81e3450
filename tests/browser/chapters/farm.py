"""The farm and its county: registering, stock, the declaration, the office's answer."""

from __future__ import annotations

import re
from datetime import timedelta

from aquacert.kernel.clock import SHANGHAI
from tests.browser.chapters.people import FARM, Road
from tests.browser.hand import SMALL
from tests.make.accounts import PASSWORD

PLACE = "江苏省南京市雨花台区"
DESTINATION = "山东省青岛市崂山区"


def register(road: Road) -> None:
    """A stranger finds the registration from the sign-in page; nothing is kept before the check."""
    hand = road.walk.hand(SMALL).open("/accounts/sign-in")
    hand.look("sign_in")
    hand.follow("还没有账号？苗种场在这里注册").look("register")
    hand.press("下一步，核对").look("register_empty")
    today = road.db.clock.now().date()
    hand.fill(
        name=FARM,
        uscc=road.uscc,
        division_code=PLACE,
        place="示例街道东滩 1 号",
        level="provincial",
        contact_name="示例场主",
        phone="138 0000 8000",
        licence_number="示苏农（2025）第 0001 号",
        licence_from=f"{today - timedelta(days=200)}",
        licence_until=f"{today + timedelta(days=500)}",
        licence_species="南美白对虾、草鱼",
    )
    hand.press("下一步，核对")
    said = hand.look("register_check")
    assert "请核对，没错再提交" in said
    assert "凡纳滨对虾" in said
    hand.fill(password=PASSWORD).press("提交登记")
    assert "县里正在审核" in hand.look("registered")
    hand.close()


def approve(road: Road) -> None:
    """The county compares and approves."""
    hand = road.desk(road.clerk)
    hand.look("queue_empty")
    hand.follow("苗种场").look("hatcheries")
    hand.follow(FARM).look("hatchery")
    hand.press("审核通过")
    assert "已审核通过" in hand.look("hatchery_approved")
    hand.close()


def stock_up(road: Road) -> None:
    """The owner's first page leads to the pond."""
    hand = road.owner()
    assert "先登记塘口和存塘数" in hand.look("home_no_pond")
    hand.follow("先登记塘口和存塘数").look("new_lot")
    hand.fill(pond="2 号塘", species="南美白对虾", life_stage="P10", quantity="120万")
    hand.put("kind", "hatch")
    hand.press("登记这一批")
    assert "1 200 000" in hand.look("lot")
    hand.open("/declarations/home").look("home_stocked")
    hand.close()


def declare(road: Road) -> str:
    """Fill in part by part, leave, come back to the draft, check, send."""
    hand = road.owner()
    hand.follow("填第一份申报").look("declare_start")
    hand.press("开始填").look("declare_seed")
    hand.put("batches-0-quantity", "50万").press("存好，下一项").look("declare_place")
    for name, value in {
        "destination": DESTINATION,
        "place": "样例养殖场",
        "consignee": "样例养殖场",
        "consignee_phone": "0532-87654321",
    }.items():
        hand.put(f"loads-0-{name}", value)
    hand.press("存好，下一项")
    leaves = (road.db.clock.now() + timedelta(days=5)).astimezone(SHANGHAI)
    hand.tick('[id="loads-0-departs_at-other"]')
    hand.put("other-loads-0-departs_at", f"{leaves:%Y-%m-%dT}16:00").look("declare_trip")
    for name, value in {
        "travel_days": "2",
        "plate": "示A6P208",
        "carrier": "示例活水鱼运输队",
        "carrier_phone": "13900001111",
        "disinfectant": "聚维酮碘",
    }.items():
        hand.put(f"loads-0-{name}", value)
    hand.press("存好，下一项")
    assert "500,000" in hand.look("declare_check") or "50 万" in hand.text()
    hand.open("/declarations/home").follow("接着填").look("declare_tasks")
    hand.follow("核对，提交").press("提交检疫申报").look("declare_unticked")
    hand.tick("#statement").press("提交检疫申报")
    said = hand.look("declare_sent")
    hand.open("/declarations/home").look("home_sent")
    hand.close()
    return re.search(r"\d{6}-\d{8}-\d+|[A-Z]{2}\d{6}-\d+-\d+", said).group()


def accept(road: Road, number: str) -> None:
    """The office looks at the three answers, accepts, and sends its vet."""
    hand = road.desk(road.clerk)
    assert FARM in hand.look("queue")
    for name in ("supplement", "refuse", "accept"):
        hand.go(f".seg3 a.{name}").look(f"queue_{name}")
    visit = (road.db.clock.now() + timedelta(days=1)).astimezone(SHANGHAI)
    hand.put("visit_at", f"{visit:%Y-%m-%dT}10:00").press("受理，出具受理单")
    assert number in hand.look("accepted")
    assert hand.fetch(hand.address_of("受理单"))[0] == 200
    hand.page.select_option("#vet_id", index=0)
    hand.press("派员")
    assert "已派官方兽医" in hand.look("assigned")
    hand.close()
