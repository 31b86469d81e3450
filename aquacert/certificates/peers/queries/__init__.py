"""What may be asked about trust: our own list, other provinces', and whether a code is believed."""

from aquacert.certificates.peers.queries.judgement import Answer, Judgement
from aquacert.certificates.peers.queries.judging import judge, judge_own
from aquacert.certificates.peers.queries.own import latest, own_list, trust_version, wanted
from aquacert.certificates.peers.queries.provinces import (
    ProvinceLine,
    pinned_lists,
    province_line,
    province_lines,
)
from aquacert.certificates.peers.queries.register import recheck

__all__ = [
    "Answer",
    "Judgement",
    "ProvinceLine",
    "judge",
    "judge_own",
    "latest",
    "own_list",
    "pinned_lists",
    "province_line",
    "province_lines",
    "recheck",
    "trust_version",
    "wanted",
]
