"""The office's lawful answers: what a supplement may ask for and on what ground it may refuse."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import datetime
from enum import StrEnum

from aquacert.declarations.rules.states import State
from aquacert.kernel.errors import Invalid, NotAllowed, NotAllowedNow

SHORTEST_REASON = 10
"""Characters; the reason is written for the declarant (design/desk.md page 1)."""


class Ground(StrEnum):
    """Grounds of refusal: 动物检疫管理办法 (2022) Art. 12 (1) to (5), domain.md §1.2."""

    NOT_SUPPLEMENTED = "not_supplemented"
    OUT_OF_AREA = "out_of_area"
    OUT_OF_SCOPE = "out_of_scope"
    EXEMPT = "exempt"
    OTHER_LAW = "other_law"


GROUND_WORDS: Mapping[Ground, str] = {
    Ground.NOT_SUPPLEMENTED: "材料不全，一次性告知后仍未补正",
    Ground.OUT_OF_AREA: "不属于本辖区",
    Ground.OUT_OF_SCOPE: "不属于检疫范围",
    Ground.EXEMPT: "农业农村部规定不需要检疫",
    Ground.OTHER_LAW: "法律、法规规定的其他情形",
}
NAMED = re.compile(r"《[^》]+》.*?第[〇零一二三四五六七八九十百千0-9]+条", re.DOTALL)
"""A law or regulation by its name and article."""
GROUND_ARTICLE = "《动物检疫管理办法》（2022）第十二条"


class Material(StrEnum):
    """Papers that an aquatic declaration may have to bring (domain.md §2.1, §3.3)."""

    SEED_LICENCE = "seed_licence"
    WATERS_LICENCE = "waters_licence"
    PRODUCTION_RECORD = "production_record"
    SEED_PHOTO = "seed_photo"
    ORIGIN_CERTIFICATES = "origin_certificates"
    CAPTURE_PERMIT = "capture_permit"
    LAB_REPORT = "lab_report"
    RELEASE_APPROVAL = "release_approval"
    BREEDING_PROOF = "breeding_proof"
    ANSWERS = "answers"


MATERIAL_WORDS: Mapping[Material, str] = {
    Material.SEED_LICENCE: "水产苗种生产许可证",
    Material.WATERS_LICENCE: "水域滩涂养殖证",
    Material.PRODUCTION_RECORD: "水产养殖生产记录",
    Material.SEED_PHOTO: "苗种照片：现场重拍，不要拍屏幕",
    Material.ORIGIN_CERTIFICATES: "过去 12 个月引种检疫证明",
    Material.CAPTURE_PERMIT: "合法捕获证明和捕捞记录",
    Material.LAB_REPORT: "实验室检测报告",
    Material.RELEASE_APPROVAL: "增殖放流项目或批准文件",
    Material.BREEDING_PROOF: "亲本来源证明",
    Material.ANSWERS: "申报内容填写有误，请更正",
}


def why_not_ground(
    ground: Ground,
    state: State,
    asked_at: datetime | None,
    reply_due_at: datetime | None,
    now: datetime,
) -> str:
    """Return why this ground cannot apply yet, or an empty text when it can."""
    if ground is not Ground.NOT_SUPPLEMENTED:
        return ""
    if asked_at is None:
        return "尚未告知补正，不能选"
    if state is State.SUPPLEMENT_REQUESTED and reply_due_at is not None and now <= reply_due_at:
        return "补正期限还没到，不能选"
    return ""


def check_refusal(ground: Ground, why_not: str, reason: str) -> str:
    """Return the reason, trimmed; raise when the ground does not apply or the reason is thin.

    "Other cases of laws and regulations" (Art. 12 (5)) is a ground only with the article named.
    """
    if why_not:
        raise Invalid("这个理由现在不能用。", ground=why_not)
    said = reason.strip()
    if len(said) < SHORTEST_REASON:
        raise Invalid(
            "请把理由写清楚。", reason=f"理由是写给申报人看的，不少于 {SHORTEST_REASON} 字。"
        )
    if ground is Ground.OTHER_LAW and not NAMED.search(said):
        raise Invalid("请写明条款。", reason="选“其他情形”，要写明依据：《……法》第几条。")
    return said


def check_supplement(items: Collection[Material], note: str, asked_at: datetime | None) -> None:
    """Refuse a second asking (Art. 12: told once, everything) and an asking without content."""
    if asked_at is not None:
        raise NotAllowedNow("已经一次性告知过补正，不能再次要求补正。请受理，或依法不予受理。")
    if not items:
        raise Invalid("请勾选要补的材料。", items="至少勾一项；只能告知一次，请把要补的都勾上。")
    if Material.ANSWERS in items and not note.strip():
        raise Invalid("请写明哪里有误。", note="勾了“填写有误”，就要写明哪一项、应该怎样。")


def check_clerk(clerk_id: object, declarants: Collection[object]) -> None:
    """Who filled it in for the owner never answers it for the office (separation of duties)."""
    if clerk_id is not None and clerk_id in declarants:
        raise NotAllowed("这份申报是您代填的，不能由您受理或答复，请交给别的工作人员。")


def check_vet(vet_id: object, declarants: Collection[object]) -> None:
    """The declarant, or who filled it in for him, never checks it (separation of duties)."""
    if vet_id in declarants:
        raise NotAllowed("申报人或代填人不能做这份申报的检疫官方兽医，请改派别人。")
