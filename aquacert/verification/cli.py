"""`aquacert verify FILE|URL`: a certificate judged anywhere, without a database or a data folder.

Exit codes: 0 good, 1 refused, 2 unsure (something could not be checked: never taken for good).
"""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

import click

from aquacert.kernel.clock import SystemClock
from aquacert.trust.errors import Refused
from aquacert.trust.pdf import verify_pdf
from aquacert.verification.parsers.codes import (
    COSE,
    MOST_BYTES,
    PDF,
    PICTURE,
    Code,
    code_in_picture,
    code_in_text,
    code_on_paper,
    kind_of,
)
from aquacert.verification.queries.outside import (
    NOT_PROVABLE,
    Answer,
    Believed,
    Report,
    believe,
    fetch,
    judge_code,
    judge_log,
    judge_pdf,
    judge_status,
)
from aquacert.verification.queries.reports import is_report, judge_report

EXIT = {Answer.GOOD: 0, Answer.REFUSED: 1, Answer.UNSURE: 2}
WORDS = {Answer.GOOD: "有效", Answer.REFUSED: "无效", Answer.UNSURE: "待核"}
LONGEST_PATH = 255
SUFFIXES = frozenset({".pdf", ".png", ".jpg", ".jpeg", ".webp", ".cose", ".txt"})
"""What ends so is meant as a file: when it is not there, that is said, and nothing is judged."""
SIGNS = {Answer.GOOD: "✓", Answer.REFUSED: "✗", Answer.UNSURE: "?"}


@click.command("verify")
@click.argument("file_or_url")
@click.option("--trust", default="", help="Trust list: file or URL. Default: the URL's own host.")
@click.option(
    "--root",
    default="",
    envvar="AQUACERT_ROOT",
    help="Fingerprint of the roots (32 hex digits) you know.",
)
@click.option("--status", "status_file", default="", help="A saved status list, when offline.")
@click.option("--proof", "proof_file", default="", help="A saved .tlog-proof.")
@click.option("--at", "at", default="", help="Judge at this instant (ISO 8601) instead of now.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--offline", is_flag=True, help="Ask nobody; use only the files given.")
def verify_command(
    file_or_url: str,
    trust: str,
    root: str,
    status_file: str,
    proof_file: str,
    at: str,
    *,
    as_json: bool,
    offline: bool,
) -> None:
    """Check a certificate or a test report: its PDF, a picture, a .cose file, or the address in its QR code."""
    now = datetime.fromisoformat(at).astimezone() if at else SystemClock().now()
    report = Report()
    data, code = _brought(file_or_url, report)
    if data or code.is_signed:
        base = trust or _list_of(code.address)
        believed = _believed(report, base, root, now, offline=offline, is_chosen=bool(trust))
        if believed is not None:
            given = (_given(status_file), _given(proof_file))
            _judge(report, data, code, believed, now, given, offline=offline)
        elif data:
            _refuse_broken(report, data)
    _tell(report, as_json=as_json)
    raise SystemExit(EXIT[report.answer])


def _brought(target: str, report: Report) -> tuple[bytes, Code]:
    """Return the file's bytes when it is a PDF, and the code that was found."""
    path = Path(target)
    is_file = len(target) < LONGEST_PATH and path.is_file()
    if not is_file and path.suffix.lower() in SUFFIXES and "://" not in target:
        raise click.ClickException(f"没有这个文件：{target}")
    data = path.read_bytes()[: MOST_BYTES + 1] if is_file else target.encode()
    try:
        kind = kind_of(data)
        if kind == PDF:
            return data, _printed(data)
        if kind == COSE:
            return b"", Code(cose=data)
        if kind == PICTURE:
            code = code_in_picture(data)
        else:
            code = code_in_text(data.decode("utf-8", "replace"))
    except Refused as refused:
        report.refuse("编码", refused)
        return b"", Code()
    if not code.is_signed:
        report.add("编码", Answer.UNSURE, "里面没有签名（只有地址或编号），请用带二维码的证明")
    return b"", code


def _printed(data: bytes) -> Code:
    try:
        return code_on_paper(data)
    except Refused:
        return Code()


def _refuse_broken(report: Report, data: bytes) -> None:
    """Refuse a file that nobody's signature could save; without a trust list no more can be said."""
    try:
        verify_pdf(data, ())
    except Refused as refused:
        if refused.why not in NOT_PROVABLE:
            report.refuse("文件", refused)


def _list_of(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}/trust/list.json" if parts.netloc else ""


def _believed(
    report: Report, source: str, root: str, now: datetime, *, offline: bool, is_chosen: bool
) -> Believed | None:
    if not source:
        report.add("信任名单", Answer.UNSURE, "没有名单：请用 --trust 指定文件或网址")
        return None
    if source.startswith(("http://", "https://")) and offline:
        report.add("信任名单", Answer.UNSURE, "离线：请用 --trust 指定存下的名单")
        return None
    text = _given(source)
    if not text:
        report.add("信任名单", Answer.UNSURE, f"取不到：{source}")
        return None
    return believe(report, text, root, now, is_chosen=is_chosen)


def _judge(
    report: Report,
    data: bytes,
    code: Code,
    believed: Believed,
    now: datetime,
    given: tuple[bytes, bytes],
    *,
    offline: bool,
) -> None:
    status, proof = given
    cose = code.cose
    if is_report(cose):
        judge_report(report, data, cose, believed)
        return
    if data:
        cose, attached = judge_pdf(report, data, believed)
        proof = proof or attached
    if not cose:
        report.add("编码", Answer.UNSURE, "没有找到证明的编码")
        return
    judge_code(report, cose, believed, now)
    if status or not offline:
        judge_status(report, believed, now, status)
    else:
        report.add("状态", Answer.UNSURE, "离线，没有状态清单（--status）")
    if not proof and not offline and code.public_id and code.address:
        parts = urlsplit(code.address)
        proof = _given(f"{parts.scheme}://{parts.netloc}/c/{code.public_id}.tlog-proof")
    if proof:
        judge_log(report, believed, now, proof)


def _given(source: str) -> bytes:
    """Return the bytes of a file or URL, empty when it cannot be had."""
    if not source:
        return b""
    try:
        if source.startswith(("http://", "https://")):
            return fetch(source)
        return Path(source).read_bytes()
    except (OSError, ValueError):
        return b""


def _tell(report: Report, *, as_json: bool) -> None:
    claims = report.claims
    if as_json:
        facts = {}
        if claims is not None:
            facts = {
                "number": claims.number,
                "kind": claims.kind,
                "species": claims.species_code,
                "quantity": claims.quantity,
                "unit": claims.unit,
                "origin": claims.origin_code,
                "destination": claims.destination_code,
                "authority": claims.authority_code,
                "issued": claims.issued.isoformat(),
                "ends": claims.ends.isoformat(),
            }
        rows = [[one.what, one.answer.value, one.text] for one in report.findings]
        told = {"answer": report.answer.value, "certificate": facts, "findings": rows}
        click.echo(json.dumps(told, ensure_ascii=False))
        return
    click.echo(WORDS[report.answer])
    if claims is not None:
        goods = f"{claims.species_code} {claims.quantity} {claims.unit}"
        click.echo(f"  {claims.number}  {goods}  {claims.origin_code} → {claims.destination_code}")
    for one in report.findings:
        click.echo(f"  {SIGNS[one.answer]} {one.what}：{one.text}")
