"""The register of lints: every named rule a certificate must pass, where it comes from, how bad.

Modelled on the lints of public certification authorities: a stable id, a source, a severity. READY
lints are asked of the facts before signing (for the load, and for EVERY batch by itself), DRAFT
lints of the exact bytes to be signed, ISSUED lints again of everything issued, as of its day of
issue, LEDGER lints of the tables that must agree with the signed record and with one another.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Severity(StrEnum):
    """ERROR stops an issuance and puts an issued certificate in doubt; NOTICE is looked at."""

    ERROR = "error"
    NOTICE = "notice"


class Moment(StrEnum):
    """When a lint is asked."""

    READY = "ready"
    DRAFT = "draft"
    ISSUED = "issued"
    LEDGER = "ledger"


@dataclass(frozen=True)
class Lint:
    """One named rule. `spreads`: a finding puts every certificate of its place in doubt."""

    id: str
    title: str
    """What holds when it passes, in Chinese."""
    source: str
    moments: frozenset[Moment]
    severity: Severity = Severity.ERROR
    spreads: bool = False

    @property
    def doubts(self) -> bool:
        """Say whether a finding after the issue puts the certificate in doubt at once.

        What the signed bytes or the ledgers tell against themselves does. What other rooms' tables
        say of that day today may have been corrected since: a person looks, and suspends.
        """
        return bool(self.moments & {Moment.DRAFT, Moment.LEDGER})


READY, DRAFT, ISSUED, LEDGER = Moment
FORM = "动物检疫证明填写规范"
MEASURES = "动物检疫管理办法（2022）"
LICENCE = "渔业法第16条；水产苗种管理办法"
PROCEDURES = "水产苗种产地检疫规程"
HOUSE = "AquaCert 签发规程"
NUMBERING = "农业部复河南电子出证函（2011）：10 位证号"
COSE = "RFC 9052；GB/T 38540 同理"
TRAIL = "GB/T 22239 8.1.4：审计与数据完整性"


def _of(
    key: str,
    title: str,
    source: str,
    *moments: Moment,
    severity: Severity = Severity.ERROR,
    spreads: bool = False,
) -> Lint:
    return Lint(key, title, source, frozenset(moments), severity, spreads)


ALL = (
    _of("declaration.accepted", "申报已受理", f"{MEASURES}第8-11条", READY),
    _of("load.not_yet_certified", "这一车没有别的有效证书", HOUSE, READY),
    _of("load.one_species_one_unit", "一车一个品种、一个单位", FORM, READY),
    _of("authority.own_province", "启运地在签发省", f"{MEASURES}第8条", READY, ISSUED),
    _of("zone.clear", "启运地和到达地没有疫情限制", "动物防疫法第25条", READY, ISSUED),
    _of("fields.complete", "法定栏目齐全", FORM, READY, DRAFT, ISSUED),
    _of("content.encodable", "内容可以编码签名", HOUSE, READY),
    _of("content.drawable", "内容都能印出来", HOUSE, READY),
    _of("issuing.not_halted", "出证开关没有关", HOUSE, READY),
    _of("number.available", "申报点有可用证号", NUMBERING, READY),
    _of("separation.vet_not_declarant", "签发人不是申报人", f"{MEASURES}第5条", READY, ISSUED),
    _of("separation.vet_not_in_lab", "签发人不是检测人员", HOUSE, READY),
    _of("separation.vet_not_in_trade", "签发人不是经营运输人员", HOUSE, READY),
    _of("validity.travel", "运输天数不超过最长有效期", f"{FORM}：动物A 最长 5 日", READY),
    _of("validity.departure", "启运和到达都在有效期内", FORM, READY),
    _of("validity.days", "有效天数在规定之内", f"{FORM}：动物A 1-5 日，动物B 当日", DRAFT, ISSUED),
    _of("quantity.positive", "每批装车数大于零", FORM, READY),
    _of("quantity.within_inspected", "出证数不超过查验数", PROCEDURES, READY, ISSUED),
    _of("quantity.within_stock", "出证数不超过存塘数", "水产苗种管理办法：生产记录", READY),
    _of("quantity.lot_free", "存塘批次不在检疫处理中", PROCEDURES, READY),
    _of("clinical.passed", "每批现场检疫合格", PROCEDURES, READY, ISSUED),
    _of("clinical.by_official_vet", "现场检疫由官方兽医作出", f"{MEASURES}第11条", READY),
    _of("vet.on_record", "签发人在启运地备案任命", f"{MEASURES}第5条", READY, ISSUED),
    _of("licence.live", "签发当日苗种生产许可证有效", LICENCE, READY, ISSUED),
    _of("tests.negative", "没有阳性检测结果", PROCEDURES, READY, ISSUED),
    _of("tests.final", "要求的检测都有终版报告", PROCEDURES, READY, ISSUED),
    _of("tests.lab_in_scope", "报告出自有资格的实验室", "资质认定（CMA）能力范围", READY),
    _of("tests.in_date", "检测结果在有效期内", PROCEDURES, READY, ISSUED),
    _of("tests.of_the_batch", "检测的样品就是这一批的", PROCEDURES, READY),
    _of("tests.fresh_in_zone", "监视区要的新阴性结果都有", HOUSE, READY),
    _of("number.ten_digits", "证号是 10 位数字", NUMBERING, DRAFT, ISSUED),
    _of("number.of_the_province", "证号前两位是本省", NUMBERING, DRAFT, ISSUED),
    _of("number.the_reserved_one", "签的是取用的那个证号", HOUSE, DRAFT),
    _of("number.in_segment", "证号在机构的号段之内，且只用一次", NUMBERING, ISSUED),
    _of("statutory.kind_by_destination", "出省用动物A，省内用动物B", FORM, DRAFT, ISSUED),
    _of("statutory.quantity_capitals", "数量用中文大写，与数字相符", FORM, DRAFT, ISSUED),
    _of("statutory.road_only_on_a", "动物A 写明承运人、运载方式、牌号、消毒", FORM, DRAFT, ISSUED),
    _of("species.the_declared_one", "品种与申报一致", HOUSE, DRAFT),
    _of("quantity.exact", "数量与申报装车一致", HOUSE, DRAFT),
    _of("quantity.adds_up", "各批之和等于总数", FORM, DRAFT, ISSUED),
    _of("places.the_declared_ones", "启运地、到达地与申报一致", HOUSE, DRAFT),
    _of("preview.digest_matches", "签的就是兽医核对过的内容", HOUSE, DRAFT),
    _of("qr.digest_matches", "二维码里的摘要就是记录的摘要", COSE, DRAFT, ISSUED),
    _of("qr.claims_of_the_record", "二维码各项与记录相符", COSE, DRAFT, ISSUED),
    _of("texts.plain", "文字没有控制字符", HOUSE, DRAFT, ISSUED),
    _of("texts.trimmed", "文字首尾没有空白", HOUSE, DRAFT, ISSUED),
    _of("signature.good", "签名有效，签发机构在信任名单上", COSE, LEDGER),
    _of("row.as_signed", "登记各栏与签名记录逐栏相符", TRAIL, LEDGER),
    _of("row.planned", "签发前有拟签记录，且内容相同", HOUSE, LEDGER),
    _of("row.covers_batches", "批次明细之和等于证书数量", HOUSE, LEDGER),
    _of("row.audited", "签发在审计链中有记录", TRAIL, LEDGER),
    _of("row.in_log", "签发在公开日志中有记录", "RFC 9162", LEDGER),
    _of("standing.journaled", "状态与流转记录、公开日志相符", TRAIL, LEDGER),
    _of("standing.final", "作废、召回、换证之后没有改回", "IETF Token Status List", LEDGER),
    _of("number.once_and_explained", "证号状态与证书相符", NUMBERING, LEDGER),
    _of("number.certificate_exists", "已用的证号都有证书", NUMBERING, LEDGER),
    _of("stock.ledger_balances", "存塘扣数与证书相符", "水产苗种管理办法：生产记录", LEDGER),
    _of("seal.holds", "电子印章验得过，盖的就是这份记录", "GB/T 38540-2020", LEDGER),
    _of("custody.holds", "样品流转链从抽样到销毁完好", TRAIL, LEDGER),
    _of("custody.private", "封样号、抽样单号、运单号与流转链相符", TRAIL, LEDGER),
    _of("audit.chain_whole", "审计链完好", TRAIL, LEDGER, spreads=True),
    _of("log.whole", "公开日志连续，且与证书一一对应", "RFC 9162", LEDGER, spreads=True),
)
LINTS: Mapping[str, Lint] = MappingProxyType({lint.id: lint for lint in ALL})
"""Every lint by its id, in the order of the page."""


def of_moment(moment: Moment) -> tuple[str, ...]:
    """Return the ids of the lints that are asked at this moment."""
    return tuple(lint.id for lint in ALL if moment in lint.moments)
