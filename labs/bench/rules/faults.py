"""Why a run may not release its wells, and why a person may not pass a result."""

from collections.abc import Mapping
from enum import StrEnum


class RunFault(StrEnum):
    """Why a run may not release any of its wells."""

    NO_NTC = "no_ntc"
    NTC_DETECTED = "ntc_detected"
    NO_POSITIVE = "no_positive"
    POSITIVE_FAILED = "positive_failed"
    REAGENT_EXPIRED = "reagent_expired"
    NO_NEC = "no_nec"
    NEC_DETECTED = "nec_detected"
    NO_LPC = "no_lpc"
    LPC_FAILED = "lpc_failed"
    NO_IC = "no_ic"
    NO_INSTRUMENT = "no_instrument"
    CALIBRATION_LAPSED = "calibration_lapsed"
    NO_LOT = "no_lot"
    LOT_EXPIRED = "lot_expired"
    NOT_SUBMITTED = "not_submitted"


class Unverifiable(StrEnum):
    """Why a person may not verify or authorise a result."""

    OWN_ENTRY = "own_entry"
    OWN_VERIFICATION = "own_verification"
    NOT_FINAL = "not_final"


SENTENCES: Mapping[RunFault | Unverifiable, str] = {
    RunFault.NO_NTC: "这次运行没有无模板对照（NTC），任何孔都不能放行",
    RunFault.NTC_DETECTED: "无模板对照（NTC）出现了 Cq，可能有污染，任何孔都不能放行",
    RunFault.NO_POSITIVE: "这次运行没有阳性对照，任何孔都不能放行",
    RunFault.POSITIVE_FAILED: "阳性对照没有按规则检出，任何孔都不能放行",
    RunFault.REAGENT_EXPIRED: "所用试剂在运行当天已过期，任何孔都不能放行",
    RunFault.NO_NEC: "判定规则要求提取空白（NEC），这次运行的不够，任何孔都不能放行",
    RunFault.NEC_DETECTED: "提取空白（NEC）出现了 Cq，可能有污染，任何孔都不能放行",
    RunFault.NO_LPC: "判定规则要求弱阳性对照（LPC），这次运行的不够，任何孔都不能放行",
    RunFault.LPC_FAILED: "弱阳性对照（LPC）没有按规则检出，灵敏度不够，任何孔都不能放行",
    RunFault.NO_IC: "判定规则要求内参（IC），这次运行没有内参 Cq，任何孔都不能放行",
    RunFault.NO_INSTRUMENT: "这次运行没有写明用哪台仪器，请先补上仪器",
    RunFault.CALIBRATION_LAPSED: "所用仪器在检测当天不在校准有效期内，任何孔都不能放行",
    RunFault.NO_LOT: "这次运行没有写明试剂批号，请先补上试剂",
    RunFault.LOT_EXPIRED: "所用试剂批号在检测当天不可用，任何孔都不能放行",
    RunFault.NOT_SUBMITTED: "检测员还没有提交这次运行，请等他提交以后再复核",
    Unverifiable.OWN_ENTRY: "这个结果是您录入的，须由另一个人复核和签发",
    Unverifiable.OWN_VERIFICATION: "这个结果是您复核的，须由第三个人签发报告",
    Unverifiable.NOT_FINAL: "灰区或废孔不能下结论，请退回复检",
}
