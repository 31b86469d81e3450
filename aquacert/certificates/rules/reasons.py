"""Why a certificate cannot be issued: one code, one topic, one sentence that says what to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class About(StrEnum):
    """What a reason is about: the lines of the page "能不能签", in reading order."""

    DECLARATION = "declaration"
    LICENCE = "licence"
    VISIT = "visit"
    CLINICAL = "clinical"
    TESTS = "tests"
    ZONE = "zone"
    STOCK = "stock"
    SEPARATION = "separation"
    TRANSPORT = "transport"
    NUMBER = "number"
    CONTENT = "content"


PASSED: Mapping[About, str] = MappingProxyType(
    {
        About.DECLARATION: "申报已受理",
        About.LICENCE: "苗种生产许可证有效",
        About.VISIT: "到场查验的人可以签发",
        About.CLINICAL: "每一批临床检查合格",
        About.TESTS: "要求的检测都已出阴性报告",
        About.ZONE: "没有疫情限制",
        About.STOCK: "查验数和存塘数都够",
        About.SEPARATION: "申报人、检测人和签发人不是同一人",
        About.TRANSPORT: "启运和到达都在有效期内",
        About.NUMBER: "申报点还有可用的证号",
        About.CONTENT: "证书内容填写齐全",
    }
)


class Reason(StrEnum):
    """Everything that can stand in the way. Alphabetical."""

    ALREADY_CERTIFIED = "already-certified"
    BATCH_ISOLATED = "batch-isolated"
    CONTENT_UNFIT = "content-unfit"
    DECLARATION_NOT_ACCEPTED = "declaration-not-accepted"
    DEPARTURE_MISSING = "departure-missing"
    DEPARTURE_PAST = "departure-past"
    DEPARTURE_TOO_LATE = "departure-too-late"
    FIELD_MISSING = "field-missing"
    GLYPH_MISSING = "glyph-missing"
    HALTED = "halted"
    INSPECTED_TOO_FEW = "inspected-too-few"
    INSPECTION_MISSING = "inspection-missing"
    LAB_OUT_OF_SCOPE = "lab-out-of-scope"
    LICENCE_NOT_VALID = "licence-not-valid"
    LOAD_DONE = "load-done"
    LOT_HELD = "lot-held"
    MIXED_SPECIES = "mixed-species"
    MIXED_UNITS = "mixed-units"
    NO_BATCH = "no-batch"
    NO_NUMBER = "no-number"
    NOT_OUR_PROVINCE = "not-our-province"
    NOT_THE_VET = "not-the-vet"
    QUANTITY_NOT_POSITIVE = "quantity-not-positive"
    REPLACES_ANOTHER = "replaces-another"
    RESULT_OUT_OF_DATE = "result-out-of-date"
    SIGNER_DECLARED = "signer-declared"
    SIGNER_IN_LAB = "signer-in-lab"
    SIGNER_IN_TRADE = "signer-in-trade"
    STOCK_TOO_LOW = "stock-too-low"
    TEST_NOT_RELEASED = "test-not-released"
    TEST_OF_OTHER_BATCH = "test-of-other-batch"
    TEST_POSITIVE = "test-positive"
    TRAVEL_TOO_LONG = "travel-too-long"
    VERDICT_DOUBTED = "verdict-doubted"
    VERDICT_FAILED = "verdict-failed"
    VERDICT_NOT_OFFICIAL = "verdict-not-official"
    VERDICT_PENDING = "verdict-pending"
    ZONE_BLOCKED = "zone-blocked"
    ZONE_TEST_MISSING = "zone-test-missing"


SENTENCES: Mapping[Reason, str] = MappingProxyType(
    {
        Reason.ALREADY_CERTIFIED: "这一车已经有一张有效的证书。要改内容请办理换证。",
        Reason.BATCH_ISOLATED: "第 {batch} 批有可疑疫情，已隔离并报告，不能出证。请从这一车中去掉这一批。",
        Reason.CONTENT_UNFIT: "证书内容不合填写规范（{detail}）。请联系管理员核对品种、单位和编号。",
        Reason.DECLARATION_NOT_ACCEPTED: "申报还没有受理，或已经撤回、不予受理。请先办完受理。",
        Reason.DEPARTURE_MISSING: "没有填启运时间。请申报人补上。",
        Reason.DEPARTURE_PAST: "计划启运日已经过去。请申报人改启运时间。",
        Reason.DEPARTURE_TOO_LATE: "启运或到达日超出证书有效期（{detail}）。请等到临近启运时再签发。",
        Reason.FIELD_MISSING: "证书上的“{detail}”没有填。请补齐。",
        Reason.GLYPH_MISSING: "字库里没有“{detail}”这个字，证书印不出来。请改用规范字或联系管理员加字。",
        Reason.HALTED: "出证开关已关，暂停签发。请联系上级监管员。",
        Reason.INSPECTED_TOO_FEW: "第 {batch} 批装车数多于查验数（{detail}）。请减少装车数或补充查验。",
        Reason.INSPECTION_MISSING: "第 {batch} 批还没有现场检疫。请先到场查验。",
        Reason.LAB_OUT_OF_SCOPE: "第 {batch} 批：{detail}",
        Reason.LICENCE_NOT_VALID: "第 {batch} 批的苗种生产许可证不符：{detail}。请苗种场先办好许可证。",
        Reason.LOAD_DONE: "这一车的证书已被召回，或者货已到达、已取消，不能再签。请重新申报。",
        Reason.LOT_HELD: "第 {batch} 批所在的存塘批次正在检疫处理。请等处理完、复查合格再签发。",
        Reason.MIXED_SPECIES: "一张证书只能写一个品种。请分车申报。",
        Reason.MIXED_UNITS: "同一车的数量单位不一致。请统一单位。",
        Reason.NO_BATCH: "这一车没有装任何一批苗种。请申报人补上。",
        Reason.NO_NUMBER: "号段用尽：申报点没有可用的证号。请向票证管理员申领。",
        Reason.NOT_OUR_PROVINCE: "启运地不在本省，本省不能出证。请到启运地申报。",
        Reason.NOT_THE_VET: "您不是第 {batch} 批的查验人，也没有在启运地备案任命。请由查验的官方兽医签发。",
        Reason.QUANTITY_NOT_POSITIVE: "第 {batch} 批的装车数不是正整数。请改正。",
        Reason.REPLACES_ANOTHER: "要换的不是这一车现在有效的证书（已失效、已暂停或是别的车）。请重新办理。",
        Reason.RESULT_OUT_OF_DATE: "第 {batch} 批：{detail}",
        Reason.SIGNER_DECLARED: "申报人或代办人不能自己签发。请换一位官方兽医。",
        Reason.SIGNER_IN_LAB: "检测人员不能签发检疫证明。请换一位官方兽医。",
        Reason.SIGNER_IN_TRADE: "经营或运输单位的人员不能签发检疫证明。请换一位官方兽医。",
        Reason.STOCK_TOO_LOW: "第 {batch} 批的存塘数不够（{detail}）。请苗种场核对塘口台账。",
        Reason.TEST_NOT_RELEASED: "第 {batch} 批：{detail}",
        Reason.TEST_OF_OTHER_BATCH: "第 {batch} 批：{detail}",
        Reason.TEST_POSITIVE: "第 {batch} 批：{detail}",
        Reason.TRAVEL_TOO_LONG: "运输天数超过证书最长有效期（{detail}）。请改运输方案。",
        Reason.VERDICT_DOUBTED: "第 {batch} 批收到两个相反的结论，官方兽医还没有选定合格为准。请在查验页上选定。",
        Reason.VERDICT_FAILED: "第 {batch} 批现场检疫不合格，不能出证。请从这一车中去掉这一批。",
        Reason.VERDICT_NOT_OFFICIAL: "第 {batch} 批的结论不是官方兽医作出的。请由官方兽医查验。",
        Reason.VERDICT_PENDING: "第 {batch} 批现场检疫还没有结论。请先给出结论。",
        Reason.ZONE_BLOCKED: "{detail}",
        Reason.ZONE_TEST_MISSING: "第 {batch} 批在监视区，还没有新的阴性结果（{detail}）。请为这一批抽样送检。",
    }
)


TOPICS: Mapping[Reason, About] = MappingProxyType(
    {
        Reason.ALREADY_CERTIFIED: About.DECLARATION,
        Reason.BATCH_ISOLATED: About.CLINICAL,
        Reason.CONTENT_UNFIT: About.CONTENT,
        Reason.DECLARATION_NOT_ACCEPTED: About.DECLARATION,
        Reason.DEPARTURE_MISSING: About.TRANSPORT,
        Reason.DEPARTURE_PAST: About.TRANSPORT,
        Reason.DEPARTURE_TOO_LATE: About.TRANSPORT,
        Reason.FIELD_MISSING: About.CONTENT,
        Reason.GLYPH_MISSING: About.CONTENT,
        Reason.HALTED: About.NUMBER,
        Reason.INSPECTED_TOO_FEW: About.STOCK,
        Reason.INSPECTION_MISSING: About.CLINICAL,
        Reason.LAB_OUT_OF_SCOPE: About.TESTS,
        Reason.LICENCE_NOT_VALID: About.LICENCE,
        Reason.LOAD_DONE: About.DECLARATION,
        Reason.MIXED_SPECIES: About.CONTENT,
        Reason.MIXED_UNITS: About.CONTENT,
        Reason.NO_BATCH: About.CONTENT,
        Reason.NO_NUMBER: About.NUMBER,
        Reason.NOT_OUR_PROVINCE: About.DECLARATION,
        Reason.NOT_THE_VET: About.VISIT,
        Reason.QUANTITY_NOT_POSITIVE: About.CONTENT,
        Reason.REPLACES_ANOTHER: About.DECLARATION,
        Reason.RESULT_OUT_OF_DATE: About.TESTS,
        Reason.SIGNER_DECLARED: About.SEPARATION,
        Reason.SIGNER_IN_LAB: About.SEPARATION,
        Reason.SIGNER_IN_TRADE: About.SEPARATION,
        Reason.LOT_HELD: About.STOCK,
        Reason.STOCK_TOO_LOW: About.STOCK,
        Reason.TEST_NOT_RELEASED: About.TESTS,
        Reason.TEST_OF_OTHER_BATCH: About.TESTS,
        Reason.TEST_POSITIVE: About.TESTS,
        Reason.TRAVEL_TOO_LONG: About.TRANSPORT,
        Reason.VERDICT_DOUBTED: About.CLINICAL,
        Reason.VERDICT_FAILED: About.CLINICAL,
        Reason.VERDICT_NOT_OFFICIAL: About.CLINICAL,
        Reason.VERDICT_PENDING: About.CLINICAL,
        Reason.ZONE_BLOCKED: About.ZONE,
        Reason.ZONE_TEST_MISSING: About.TESTS,
    }
)


@dataclass(frozen=True)
class ReadyReason:
    """One thing in the way; `batch` is the number the batch has in its declaration."""

    reason: Reason
    batch: int | None = None
    detail: str = ""

    @property
    def about(self) -> About:
        """Return the line of the page this belongs to."""
        return TOPICS[self.reason]

    @property
    def sentence(self) -> str:
        """Return the sentence for people, in Chinese, saying what to do."""
        return SENTENCES[self.reason].format(batch=self.batch, detail=self.detail)
