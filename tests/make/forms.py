"""Facts of every statutory form, for tests of how they are printed."""

from __future__ import annotations

from aquacert.declarations.documents import (
    AnswerFacts,
    ApplicationFacts,
    DisposalFacts,
    FormFacts,
    RecordFacts,
    SamplingFacts,
    SupplementFacts,
    TreatmentFacts,
)
from aquacert.declarations.rules.filing import FormKind

COMMON = {
    "office": "示例县水生动物卫生监督所",
    "declaration_no": "320102-20260509-024",
    "owner": "示例县清水湾水产苗种有限公司",
    "day": "2026-05-09",
    "is_demo": True,
}
CLERK = {"clerk": "张三丰", "clerk_phone": "025-00000001"}
ORIGIN = "江苏省南京市示例县清水湾路 8 号"
ARTICLE = "《动物检疫管理办法》（2022）第十二条"


def answer(*, is_accepted: bool) -> AnswerFacts:
    """Return a 受理单, or a 不予受理通知书."""
    return AnswerFacts(
        **COMMON,
        **CLERK,
        origin=ORIGIN,
        is_accepted=is_accepted,
        visit_day="2026 年 5 月 10 日" if is_accepted else "",
        visit_time="2026 年 5 月 10 日 09:00" if is_accepted else "",
        visit_place="2 号塘" if is_accepted else "",
        ground="" if is_accepted else "不属于本辖区",
        article="" if is_accepted else ARTICLE,
        reason="" if is_accepted else "启运地在邻县，请到邻县申报点申报。",
    )


EXAMPLES: dict[FormKind, FormFacts] = {
    FormKind.APPLICATION: ApplicationFacts(
        **COMMON,
        phone="13800008000",
        species="凡纳滨对虾、克氏原螯虾",
        quantity="伍拾万尾；叁拾万尾",
        source="人工饲养",
        purpose="养殖",
        origin=ORIGIN,
        departs="2026 年 5 月 14 日 16:00",
        destination="山东省青岛市崂山区样例养殖场；江苏省南京市浦口区样例合作社",
        submitted="2026 年 5 月 9 日 09:42",
        declared_by="李某",
        is_proxy=False,
        attached="水产苗种生产许可证、水产养殖生产记录",
        batches=(
            ("1", "凡纳滨对虾", "P5 仔虾", "伍拾万尾", "人工饲养", "2 号塘"),
            ("2", "克氏原螯虾", "Ⅲ 期幼虾", "叁拾万尾", "人工饲养", "5 号塘"),
        ),
        loads=(
            (
                *("1", "第 1 批凡纳滨对虾伍拾万尾", "山东省青岛市崂山区样例养殖场"),
                *("2026 年 5 月 14 日 16:00", "公路 示A6P208", "装运前经聚维酮碘消毒", "养殖"),
            ),
            (
                *("2", "第 2 批克氏原螯虾叁拾万尾", "江苏省南京市浦口区样例合作社"),
                *("2026 年 5 月 15 日 06:00", "公路 示A7Q116", "装运前经漂白粉消毒", "养殖"),
            ),
        ),
    ),
    FormKind.ACCEPTANCE: answer(is_accepted=True),
    FormKind.REFUSAL: answer(is_accepted=False),
    FormKind.SUPPLEMENT: SupplementFacts(
        **COMMON,
        **CLERK,
        origin=ORIGIN,
        asked=("水产养殖生产记录", "申报内容填写有误，请更正"),
        note="车牌写错",
        reply_due="2026 年 5 月 14 日 24:00",
        article=ARTICLE,
    ),
    FormKind.RECORD: RecordFacts(
        **COMMON,
        address=ORIGIN,
        declared="2026 年 5 月 9 日 09:42",
        checked="2026 年 5 月 10 日 09:31",
        place="江苏省南京市示例县清水湾路 8 号（2 号塘）",
        species="凡纳滨对虾",
        quantity="伍拾万尾",
        purpose="养殖",
        source="人工饲养",
        origin=ORIGIN,
        destination="山东省青岛市崂山区样例养殖场",
        vehicle="公路 示A6P208",
        treatment="合格，按规定出具动物检疫证明",
        certificates="（出证后填）",
        vet="王某",
        batches=(("1", "凡纳滨对虾 P5", "伍拾万尾", "合格", "/", "群体抽检未见异常"),),
        findings=(
            ("1", "资料", "水产苗种生产许可证在有效期内，许可品种相符", "正常"),
            ("1", "群体检查", "游动、聚群、摄食", "正常"),
            ("1", "个体检查", "甲壳、肝胰腺、肠道、肌肉", "正常"),
        ),
        photos="4 张",
    ),
    FormKind.SAMPLING: SamplingFacts(
        **COMMON,
        sheet_number="320102-20260509-024-S1",
        farm_pond="2 号塘",
        species="凡纳滨对虾（Penaeus vannamei）",
        size="P5，平均体长 6 毫米",
        batch_quantity="伍拾万尾",
        individuals="150",
        live_count="150",
        pools="30 × 5",
        matrix="整体（去眼柄）",
        preservation="95% 乙醇",
        water_temperature="28.5 ℃",
        seal_number="F000123",
        blind_code="B7K2M9Q4",
        plan="规则要 150，实抽 150；能以 95.1% 的把握发现 2% 以上的感染",
        plan_because="货主要求多抽一管",
        purpose="产地检疫",
        taken="2026 年 5 月 10 日 10:05",
        samplers="官方兽医 王某、协检员",
        lab="示例省水产疫病检测中心",
        warned="提示：抽样时水温不在某病的发病水温内，阴性结果的把握较小。",
        tests=(("白斑综合征", "GB/T 28630.2-2012"), ("虾肝肠胞虫病", "SC/T 7232-2020")),
    ),
    FormKind.TREATMENT: TreatmentFacts(
        **COMMON,
        owner_phone="13800008000",
        office_phone="025-00000001",
        goods="水产苗种凡纳滨对虾伍拾万尾",
        procedure="《动物检疫管理办法》和水产苗种产地检疫规程",
        failing="肝胰腺萎缩，停止起运",
        law="《中华人民共和国动物防疫法》第五十七条第一款",
        measures=("停止起运，就地隔离。", "对死亡个体进行无害化处理。", "对塘口和工具消毒。"),
        method="深埋",
        vet="王某",
    ),
    FormKind.DISPOSAL: DisposalFacts(
        **COMMON,
        notice_number="2026000003",
        place=ORIGIN,
        goods="凡纳滨对虾 P5",
        quantity="壹拾贰万尾",
        cause="现场检疫不合格：肝胰腺萎缩",
        method="深埋",
        done_at="2026 年 5 月 11 日 15:00",
        done_place="场内无害化处理点",
        operator="李某",
        vet="王某",
        photos="2 张",
        note="坑深 2 米，撒生石灰",
    ),
}


def example(kind: FormKind) -> FormFacts:
    """Return facts with every place filled."""
    return EXAMPLES[kind]
