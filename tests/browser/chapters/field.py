"""The official vet: at the pond, at the sample, at the signature."""

from __future__ import annotations

import re

from tests.browser.chapters.people import FARM, Road
from tests.browser.hand import Hand
from tests.make.accounts import code_for
from tests.make.certificates import picture

SLOTS = ("site", "group", "individual", "records")


def examine(road: Road) -> None:
    """At the pond: photographs, the species' checklist, a suspicion."""
    hand = road.phone(road.vet)
    assert FARM in hand.look("vet_today")
    hand.follow("去查验").look("visit")
    hand.press("到场，开始查验").look("visit_open")
    hand.follow("查验这一批").look("check")
    hand.press("临床检查合格").look("check_too_early")
    for slot in SLOTS:
        hand.put("slot", slot).page.set_input_files(
            "#photo", {"name": "IMG.jpg", "mimeType": "image/jpeg", "buffer": picture()}
        )
        hand.press("存这张照片")
    for box in hand.page.locator(".items input[value=normal]").all():
        box.check(force=True)
    for box in hand.page.locator(".items input.num").all():
        box.fill("1")
    hand.tick("[name=item_group-gut][value=abnormal]")
    hand.tick("[name=item_group-gut_signs][value=empty]")
    hand.tick("[name=item_group-gut_extent][value=few]").press("存下检查结果")
    assert "规程提示" in hand.look("check_filled")
    suspect(hand, "WSD", "DIV1")
    hand.look("check_suspected")
    hand.close()


def suspect(hand: Hand, *codes: str) -> None:
    """Mark the suspected diseases."""
    for code in codes:
        hand.tick(f"[name=suspected][value={code}]")
    hand.press("记录可疑病种")


def sample_and_send(road: Road) -> str:
    """Order, take and seal, print the label, send."""
    hand = road.phone(road.vet)
    hand.follow("去查验").follow("抽样检测").look("sampling")
    hand.press("要求检测").look("sampling_ordered")
    hand.follow("去抽样封样").look("sample_take")
    hand.fill(seal_number="示封000117", taken_with="协检员", water_temperature="28.5")
    hand.press("封样，生成盲样号")
    said = hand.look("sampled")
    code = re.search(r"盲样号\s*(\S+)", said).group(1)
    hand.follow("打印标签").look("label")
    assert printed(hand).startswith(b"%PDF")
    hand.open("/sampling/").look("dispatch")
    hand.tick("[name=samples]")
    hand.press("送出，交给实验室")
    assert "已送" in hand.look("dispatched")
    hand.close()
    return code


def printed(hand: Hand) -> bytes:
    """Send the page's one form as its button does and return the PDF that comes back."""
    form = hand.page.locator("main form").first
    values = {name: form.locator(f"[name={name}]").input_value() for name in ("csrf_token", "once")}
    answer = hand.context.request.post(
        hand.walk.base + form.get_attribute("action"),
        form=values,
        headers={"Referer": hand.page.url},
    )
    return answer.body()


def blocked_from_signing(road: Road) -> None:
    """Before the verdict and the report the sign page lists every reason at once."""
    hand = road.phone(road.vet)
    hand.open("/certificates/ready").look("ready_waiting")
    hand.follow("看能不能签")
    said = hand.look("sign_blocked")
    assert "现在不能签" in said
    assert "签发并盖章" not in said
    hand.close()


def give_the_verdict(road: Road) -> None:
    """The result is back; the batch passes."""
    hand = road.phone(road.vet)
    hand.follow("去查验").follow("抽样检测")
    assert "阴性" in hand.look("sampling_released")
    hand.open("/inspections/").follow("去查验").follow("查验这一批")
    hand.fill(quantity="50万", note="个别空胃，送检两项均为阴性")
    hand.press("临床检查合格").look("verdict")
    hand.close()


def sign(road: Road) -> str:
    """All lines are green; a wrong code is said at the field; the right one issues."""
    hand = road.phone(road.vet)
    hand.open("/certificates/ready").look("ready")
    hand.follow("看能不能签")
    assert "全部通过" in hand.look("sign")
    hand.fill(code="000000").press("签发并盖章").look("sign_wrong_code")
    hand.fill(code=code_for(road.db, road.vet.person_id)).press("签发并盖章")
    said = hand.look("issued")
    assert "文书生成中" in said
    path = hand.path
    hand.close()
    return path
